"""Several timers of several processes on one database fire each time once."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netsentinel.kernel.clock import SECOND, Clock, SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.scheduler import Overlap, RunOutcome, Timer
from netsentinel.storage import JournalWriter, SqliteDatabase
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.scheduler.bench import SYSTEM, Site, T, draft, sql_site
from tests.unit.scheduler.test_timer import EVERY_SECOND, running, until

pytestmark = pytest.mark.anyio


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
        await until(enough, seconds=60)
    runs = (await two.schedules.runs(T, limit=1_000)).items
    assert {run.outcome for run in runs} == {RunOutcome.SUBMITTED}
    assert len({(run.schedule_id, run.tick) for run in runs}) == len(runs)
    assert len({run.task_id for run in runs}) == len(runs)
    for schedule in await one.schedules.all(T):
        numbers = sorted(run.number for run in runs if run.schedule_id == schedule.id)
        assert numbers == list(range(1, schedule.fired + 1))
