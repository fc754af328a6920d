"""Tasks whose loss, halves and doubles can be told: each has one effect, committed with its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from netsentinel.kernel.clock import SECOND, Clock, SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, system_principal
from netsentinel.recovery.retry import RetryPolicy
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import (
    ENTRY_KINDS,
    ActionRegistry,
    Engine,
    Hints,
    Reporter,
    TaskRequest,
    TaskService,
    action,
)
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits

KEY = b"the audit key of the crash tests"
ENTRIES = EntryRegistry(ENTRY_KINDS)
_RETRY = RetryPolicy.fixed(delay=SECOND // 100, max_attempts=4)


def _effect(key: str) -> str:
    return f"effect.{key}"


@action("ledger.write", permission=Permission.TASKS_WRITE, retry=_RETRY)
async def write(source: dict[str, str | int], reporter: Reporter) -> str:
    """Commits one effect with its end; a second one of the same task is refused by the primary key."""
    count, key = int(source["count"]), str(source["key"])
    if count % 7 == 0 and reporter.task.attempt == 1:
        await reporter.save({"seen": count})
        raise OSError("the first attempt of every seventh fails")
    if count % 5 == 0:
        await asyncio.sleep(0.02)

    def put(tx: Tx) -> None:
        tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", (_effect(key), reporter.task.id))

    reporter.commit(put)
    return key


@dataclass(frozen=True)
class TaskLedger:
    """An open database with a service; and workers, as they are wanted."""

    db: SqliteDatabase
    engine: Engine
    hints: Hints
    service: TaskService

    async def submit(self, key: str, count: int) -> str:
        """The id of a task; it is acknowledged when this returns."""
        request = TaskRequest(action="ledger.write", input={"key": key, "count": count}, unique_key=key)
        return (await self.service.submit(system_principal(), request)).task.id

    def worker(self) -> Worker:
        """A new worker."""
        return Worker(self.db, self.engine, self.hints, WorkerLimits(concurrency=32, threads=1, processes=1))


@asynccontextmanager
async def open_ledger(path: Path, vfs: str | None = None, clock: Clock | None = None) -> AsyncIterator[TaskLedger]:
    """The ledger in this file."""
    clock, hints = clock or SystemClock(), Hints()
    async with SqliteDatabase(path, JournalWriter(ENTRIES, clock, KEY), vfs=vfs) as db:
        engine = Engine(sql_stores(SQLITE), ActionRegistry([write]), clock)
        yield TaskLedger(db, engine, hints, TaskService(db, engine, hints))


async def examine_tasks(path: Path) -> set[str]:
    """Open the database with nothing but SQLite's own files, check that it is sound, and tell which tasks it holds.

    Raises:
        AssertionError: something in it contradicts something else.
    """
    async with open_ledger(path) as ledger:
        tasks = await ledger.db.read(lambda tx: tx.rows("SELECT id, state, unique_key FROM tasks"))
        effects = await ledger.db.read(lambda tx: tx.rows("SELECT key, value FROM meta WHERE key LIKE 'effect.%'"))
        started = await ledger.db.read(
            lambda tx: tx.rows("SELECT subject, kind FROM journal WHERE kind IN ('task.submitted', 'task.succeeded')")
        )
        report = await Journal(ledger.db, ENTRIES, KEY).verify(DEFAULT_TENANT)
    assert report.intact, report
    succeeded = {row[0]: row[2] for row in tasks if row[1] == "succeeded"}
    assert {row[1]: row[0] for row in effects} == {task: _effect(key) for task, key in succeeded.items()}, (
        "an effect without its end, or an end without its effect"
    )
    assert len(effects) == len({row[1] for row in effects}), "an effect was committed twice"
    assert sorted(row[0] for row in started if row[1] == "task.submitted") == sorted(row[0] for row in tasks)
    assert sorted(row[0] for row in started if row[1] == "task.succeeded") == sorted(succeeded)
    connection = apsw.Connection(str(path))
    assert connection.pragma("integrity_check") == "ok"
    connection.close()
    return {str(row[0]) for row in tasks}


async def finish_everything(path: Path) -> dict[str, int]:
    """Let a worker run until nothing waits; how many tasks are in which state then."""
    async with open_ledger(path) as ledger:
        worker = asyncio.create_task(ledger.worker().run())
        counts: dict[str, int] = {}
        async with asyncio.timeout(60):
            while not counts or any(state in counts for state in ("queued", "running", "retry_wait", "waiting")):
                await asyncio.sleep(0.02)
                rows = await ledger.db.read(lambda tx: tx.rows("SELECT state, COUNT(*) FROM tasks GROUP BY state"))
                counts = {str(state): int(count) for state, count in rows}
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return counts
