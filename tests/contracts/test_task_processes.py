"""Several worker processes on one PostgreSQL database share its tasks, and one that is killed loses none."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.types import system_principal
from netsentinel.storage import JournalWriter
from netsentinel.storage.dialect import POSTGRES
from netsentinel.tasks import ActionRegistry, Engine, Hints, TaskRequest, TaskService
from netsentinel.tasks.store_sql import sql_stores
from tests.crash.task_ledger import ENTRIES, KEY, write

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "crash" / "scenarios" / "postgres_worker.py"
TASKS = 400


@pytest.fixture
def workers(postgres_url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Three worker processes that have begun."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    started = [
        subprocess.Popen([sys.executable, PROGRAM, postgres_url], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.timeout(180)
async def test_processes_share_the_tasks_and_one_may_die(
    postgres_url: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    clock, hints = SystemClock(), Hints()
    async with PostgresDatabase(postgres_url, JournalWriter(ENTRIES, clock, KEY)) as db:
        for process in workers:
            assert process.stdout is not None
            assert await asyncio.to_thread(process.stdout.readline) == b"ready\n"
        service = TaskService(db, Engine(sql_stores(POSTGRES), ActionRegistry([write]), clock), hints)
        requests = [TaskRequest(action="ledger.write", input={"key": str(n), "count": n}) for n in range(TASKS)]
        for first in range(0, TASKS, 50):
            await service.submit_many(system_principal(), requests[first : first + 50])

        async def count(sql: str) -> int:
            row = await db.read(lambda tx: tx.row(sql))
            return 0 if row is None else int(row[0])

        async with asyncio.timeout(150):
            while await count("SELECT COUNT(*) FROM tasks WHERE state = 'succeeded'") < TASKS // 4:
                await asyncio.sleep(0.02)
            workers[0].kill()
            while await count("SELECT COUNT(*) FROM tasks WHERE ended_at IS NULL"):
                await asyncio.sleep(0.05)
        assert await count("SELECT COUNT(*) FROM tasks WHERE state = 'succeeded'") == TASKS
        assert await count("SELECT COUNT(*) FROM meta WHERE key LIKE 'effect.%'") == TASKS
        assert await count("SELECT COUNT(DISTINCT value) FROM meta WHERE key LIKE 'effect.%'") == TASKS
        assert await count("SELECT COUNT(*) FROM journal WHERE kind = 'task.succeeded'") == TASKS
        assert await count("SELECT COUNT(DISTINCT worker) FROM tasks") >= 2
        # Every attempt but the last one of a task is accounted for: it failed as it was made to, or its worker died.
        other = "SELECT COUNT(*) FROM task_attempts WHERE outcome NOT IN ('failed', 'lost')"
        assert await count(other) == 0
