"""Upkeep is tasks: what is too old goes, once an hour, however often it is asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.testing import happened
from netsentinel.tasks import ActionRegistry, Engine, Hints, TaskFilter, TaskRequest, TaskService, TaskState
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker
from netsentinel.wiring.upkeep import LAKE_TEND, Upkeep, submit_trims

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT


class Lake:
    """Counts how often it was tended."""

    days = 0

    async def tend(self, keep_days: Callable[[TenantId], int]) -> None:
        self.days = keep_days(T)


async def test_upkeep_is_done_by_tasks(
    sqlite_database: SqliteDatabase,
    entry_registry: EntryRegistry,
    audit_key: bytes,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    db, hints, lake = sqlite_database, Hints(), Lake()
    journal = Journal(db, entry_registry, audit_key)
    engine = Engine(sql_stores(SQLITE), ActionRegistry(), clock)
    service = TaskService(db, engine, hints)
    settings = Settings(data_dir=tmp_path, journal_keep_days=1, tasks_keep_days=1, lake_keep_days=5)
    engine.registry.add(*Upkeep(settings, journal, lake, service).actions())
    await db.write(lambda tx: tx.append(happened("old")))
    worker = asyncio.create_task(Worker(db, engine, hints).run())

    async def ended(count: int) -> list[msgspec.Raw | None]:
        async with asyncio.timeout(20):
            while True:
                done = (await service.page(T, TaskFilter(states=(TaskState.SUCCEEDED,)), limit=50)).items
                if len(done) >= count:
                    return [task.result for task in done]
                await asyncio.sleep(0.01)

    await submit_trims(service, clock.now())
    await submit_trims(service, clock.now())
    assert await ended(2) == [msgspec.Raw(b'{"deleted":0}')] * 2
    clock.advance(3 * DAY)
    await submit_trims(service, clock.now() + HOUR)
    async with asyncio.timeout(20):
        while {task.created_at for task in (await service.page(T, TaskFilter(), limit=9)).items} != {clock.now()}:
            await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        while any(entry.payload.get("text") == "old" for entry in await journal.read(0, 500)):
            await asyncio.sleep(0.01)
    (tend,) = [one for one in engine.registry if one.name == LAKE_TEND]
    assert tend.summary.startswith("Merge small files")
    await service.submit(system_principal(), TaskRequest(action=LAKE_TEND))
    async with asyncio.timeout(20):
        while not lake.days:
            await asyncio.sleep(0.01)
    assert lake.days == 5
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
