"""The timer: sleeps until something is due, wakes when schedules change; several of them fire each time once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netsentinel.kernel.clock import SECOND, Clock, SystemClock
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.testing import FakeClock
from netsentinel.scheduler import Overlap, RunOutcome, Timer, Trigger, TriggerKind
from netsentinel.storage import JournalWriter, SqliteDatabase
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.scheduler.bench import SYSTEM, Site, T, draft, memory_site, sql_site

pytestmark = pytest.mark.anyio

EVERY_SECOND = Trigger(kind=TriggerKind.INTERVAL, every=SECOND)


@contextlib.asynccontextmanager
async def running(*timers: Timer) -> AsyncIterator[None]:
    tasks = [asyncio.get_running_loop().create_task(timer.run()) for timer in timers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(condition: object, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # type: ignore[operator] - an async function
            await asyncio.sleep(0.02)


async def test_it_wakes_for_a_schedule_that_is_made_while_it_sleeps(
    clock: FakeClock, entry_registry: EntryRegistry
) -> None:
    site = memory_site(SystemClock(), entry_registry)  # type: ignore[arg-type] - any clock will do here
    async with running(Timer(site.schedules, site.clock)):
        await asyncio.sleep(0.05)
        schedule = await site.make(trigger=EVERY_SECOND)

        async def fired() -> bool:
            return bool(await site.history(schedule))

        await _until(fired)
    (run, *_) = await site.history(schedule)
    assert 0 <= run.at - run.tick < SECOND


async def test_it_wakes_when_another_process_changed_a_schedule(
    entry_registry: EntryRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = memory_site(FakeClock(), entry_registry)
    timer = Timer(site.schedules, site.clock)
    turns = 0

    async def count() -> object:
        nonlocal turns
        turns += 1
        return await type(site.schedules).fire_due(site.schedules)

    monkeypatch.setattr(site.schedules, "fire_due", count)
    async with running(timer):
        await asyncio.sleep(0.05)
        assert turns == 1  # nothing is due: it sleeps
        timer.on_entry(Entry(1, T, "scheduler.schedule_changed", 0, "x", "y", {}, (), audited=False))
        await asyncio.sleep(0.05)
        assert turns == 2


async def test_a_full_disk_is_waited_out(entry_registry: EntryRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.scheduler.timer._PAUSE_S", 0.01)
    site = memory_site(FakeClock(), entry_registry)
    schedule = await site.make(trigger=EVERY_SECOND)
    site.clock.advance(SECOND)
    assert isinstance(site.db, MemoryDatabase)
    site.db.failure = StorageFullError("full")
    async with running(Timer(site.schedules, site.clock)):
        await asyncio.sleep(0.05)
        assert await site.history(schedule) == []
        site.db.failure = None

        async def fired() -> bool:
            return bool(await site.history(schedule))

        await _until(fired)


@pytest.fixture(params=["sqlite", "postgresql"])
async def processes(
    request: pytest.FixtureRequest, tmp_path: Path, entry_registry: EntryRegistry, audit_key: bytes
) -> AsyncIterator[list[Site]]:
    """Two sites with connections, clocks and services of their own on one stored database."""
    clock: Clock = SystemClock()
    writers = [JournalWriter(entry_registry, clock, audit_key) for _ in range(2)]
    async with contextlib.AsyncExitStack() as stack:
        sites: list[Site] = []
        for writer in writers:
            if request.param == "sqlite":
                db = await stack.enter_async_context(SqliteDatabase(tmp_path / "netsentinel.db", writer))
                dialect = SQLITE
            else:
                from netsentinel.storage.postgres import PostgresDatabase

                url = request.getfixturevalue("postgres_url")
                db = await stack.enter_async_context(PostgresDatabase(url, writer))
                dialect = POSTGRES
            sites.append(sql_site(db, dialect, clock, entry_registry))  # type: ignore[arg-type] - any clock will do
        yield sites


async def test_two_processes_fire_every_time_exactly_once(processes: list[Site]) -> None:
    one, two = processes
    names = [f"schedule {number}" for number in range(10)]
    for name in names:
        await one.schedules.create(SYSTEM, draft(name, trigger=EVERY_SECOND, overlap=Overlap.QUEUE, grace=10 * SECOND))
    timers = [Timer(site.schedules, site.clock) for site in (one, one, two, two)]

    async def enough() -> bool:
        return len((await one.schedules.runs(T, limit=1_000)).items) >= 40

    async with running(*timers):
        await _until(enough, seconds=60)
    runs = (await two.schedules.runs(T, limit=1_000)).items
    assert {run.outcome for run in runs} == {RunOutcome.SUBMITTED}
    assert len({(run.schedule_id, run.tick) for run in runs}) == len(runs)
    assert len({run.task_id for run in runs}) == len(runs)
    for schedule in await one.schedules.all(T):
        numbers = sorted(run.number for run in runs if run.schedule_id == schedule.id)
        assert numbers == list(range(1, schedule.fired + 1))
