"""The timer: sleeps until something is due, and wakes when schedules change."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from netsentinel.kernel.clock import SECOND, SystemClock
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.testing import FakeClock
from netsentinel.scheduler import Timer, Trigger, TriggerKind
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.scheduler.bench import T, memory_site

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


async def until(condition: object, *, seconds: float = 20) -> None:
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

        await until(fired)
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

        await until(fired)
