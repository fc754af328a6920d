"""Upkeep is tasks, and schedules ask for it: what is too old goes, once an hour."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId, system_principal
from netsentinel.recovery import BreakerBoard, Breakers, Command
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler import Run
from netsentinel.scheduler.errors import SystemScheduleError
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.testing import happened
from netsentinel.tasks import Task, TaskFiles, TaskFilter, TaskRequest, TaskState
from netsentinel.tasks.worker import Worker
from netsentinel.wiring.upkeep import LAKE_TEND, Histories, Upkeep, ensure_schedules
from tests.unit.scheduler.bench import Site, T, sql_site

pytestmark = pytest.mark.anyio
TRIMS = ["history.trim", "journal.trim", "media.sweep", "tasks.trim"]


class Lake:
    """Counts how often it was tended."""

    days = 0

    async def tend(self, keep_days: Callable[[TenantId], int]) -> None:
        self.days = keep_days(T)


class Hooks:
    """Remembers how many days of deliveries were to be kept."""

    def __init__(self) -> None:
        self.days = 0

    async def forget_old(self, keep_days: int) -> int:
        self.days = keep_days
        return 2


class Forgetful:
    """Counts how often it was asked to forget what is old."""

    def __init__(self) -> None:
        self.asked = 0

    async def forget_old(self) -> int:
        self.asked += 1
        return 1


class Sweeper:
    """Counts how often it was asked to sweep."""

    def __init__(self) -> None:
        self.asked = 0

    async def sweep(self) -> int:
        self.asked += 1
        return 3


class House:
    """Upkeep of a database with schedules, tasks and breakers."""

    def __init__(self, database: SqliteDatabase, site: Site, journal: Journal, folder: Path) -> None:
        self.site, self.lake, self.journal = site, Lake(), journal
        breakers = Breakers(database, SqlBreakers(), site.clock)
        breakers.declare("smtp")
        self.board = BreakerBoard(database, SqlBreakers(), site.clock, breakers)
        self.hooks, self.usage, self.requests = Hooks(), Forgetful(), Forgetful()
        self.uploads, self.strays = Forgetful(), Sweeper()
        settings = Settings(
            data_dir=folder, journal_keep_days=1, tasks_keep_days=1, lake_keep_days=5, webhooks_keep_days=7
        )
        files = TaskFiles(folder / "results")
        histories = Histories(
            site.tasks.service,
            site.schedules,
            self.board,
            files,
            self.hooks,
            self.usage,
            self.requests,
            self.uploads,
            self.strays,
        )
        upkeep = Upkeep(settings, journal, self.lake, histories)
        site.tasks.service.actions.add(*upkeep.actions())
        self.worker = Worker(database, site.tasks.engine, site.tasks.hints)

    async def work_until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Let the worker run until something is so."""
        running = asyncio.create_task(self.worker.run())
        try:
            async with asyncio.timeout(40):
                while not await done():
                    await asyncio.sleep(0.01)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def succeeded(self) -> list[Task]:
        where = TaskFilter(states=(TaskState.SUCCEEDED,))
        return list((await self.site.tasks.service.page(T, where, limit=50)).items)

    async def runs(self) -> list[Run]:
        return list((await self.site.schedules.runs(T, limit=50)).items)

    async def remembers(self) -> bool:
        """Whether the old entry is still in the journal."""
        return any(entry.payload.get("text") == "old" for entry in await self.journal.read(0, 500))


@pytest.fixture
def house(
    sqlite_database: SqliteDatabase,
    entry_registry: EntryRegistry,
    audit_key: bytes,
    clock: FakeClock,
    tmp_path: Path,
) -> House:
    site = sql_site(sqlite_database, SQLITE, clock, entry_registry)
    return House(sqlite_database, site, Journal(sqlite_database, entry_registry, audit_key), tmp_path)


async def test_the_house_has_its_own_schedules(house: House) -> None:
    schedules = house.site.schedules
    await ensure_schedules(schedules)
    made = await schedules.all(T)
    assert [one.draft.name for one in made] == TRIMS
    assert all(one.is_system for one in made)
    await schedules.enable(system_principal(), made[0].id, enabled=False)
    await ensure_schedules(schedules)  # as at the next start
    assert [(one.id, one.draft.enabled) for one in await schedules.all(T)] == [
        (made[0].id, False),
        (made[1].id, True),
        (made[2].id, True),
        (made[3].id, True),
    ]
    with pytest.raises(SystemScheduleError):
        await schedules.delete(system_principal(), made[1].id)


async def test_what_is_too_old_goes_every_hour(house: House) -> None:
    site = house.site
    await site.db.write(lambda tx: tx.append(happened("old")))
    await house.board.command(system_principal(), "smtp", Command.OPEN)
    await ensure_schedules(site.schedules)
    site.tasks.clock.advance(HOUR)
    assert len(await site.fire()) == 4

    async def all_are_done() -> bool:
        return sorted(task.action for task in await house.succeeded()) == TRIMS

    await house.work_until(all_are_done)
    assert await house.remembers()
    old = {run.id for run in await house.runs()}
    assert len(old) == 4
    assert await house.board.history(T, since=0, until=site.clock.now() + DAY)

    site.clock.advance(100 * DAY)
    new = {run.id for run in await site.fire()}

    async def only_the_new_is_there() -> bool:
        tasks = await house.succeeded()
        is_recent = len(tasks) == 4 and all(task.created_at == site.clock.now() for task in tasks)
        return is_recent and {run.id for run in await house.runs()} == new and not await house.remembers()

    await house.work_until(only_the_new_is_there)
    assert await house.board.history(T, since=0, until=site.clock.now() + DAY) == []
    assert house.hooks.days == 7
    assert (house.usage.asked, house.requests.asked, house.uploads.asked, house.strays.asked) == (2, 2, 2, 2)


async def test_the_lake_is_tended_on_request(house: House) -> None:
    (tend,) = [one for one in house.site.tasks.service.actions if one.name == LAKE_TEND]
    assert tend.summary.startswith("Merge small files")
    await house.site.tasks.service.submit(system_principal(), TaskRequest(action=LAKE_TEND))

    async def is_done() -> bool:
        return bool(await house.succeeded())

    await house.work_until(is_done)
    assert house.lake.days == 5
