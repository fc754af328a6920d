"""What is announced, to whom, and how often."""

from dataclasses import replace

import pytest

from netsentinel.analytics import MetricsSummary, Pusher
from netsentinel.analytics.entries import METRICS_CHANGED
from netsentinel.analytics.pushing import APART
from netsentinel.analytics.testing import MemoryPace
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.errors import StorageUnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Journal, SqliteDatabase

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT
OTHER = TenantId("other")
EMPTY = MetricsSummary(
    window_us=1,
    succeeded=0,
    failed=0,
    retried=0,
    waiting=0,
    parked=0,
    breakers_open=0,
    letters_open=0,
    letters_added=0,
    runs_submitted=0,
    runs_failed=0,
    runs_skipped=0,
)


class Analytics:
    """Figures that a test sets."""

    def __init__(self) -> None:
        self.failed = 0
        self.is_down = False

    async def summary(self, tenant: TenantId) -> MetricsSummary:
        if self.is_down:
            raise StorageUnavailableError("The storage is away.")
        return replace(EMPTY, failed=self.failed)


class Room:
    """Pushers over one database, as many processes would run."""

    def __init__(self, database: SqliteDatabase, journal: Journal, clock: FakeClock) -> None:
        self.database, self.journal, self.clock = database, journal, clock
        self.figures, self.pace = Analytics(), MemoryPace()
        self.listening = {T}
        self.pusher = self.another()

    def another(self) -> Pusher:
        return Pusher(self.database, self.figures, self.pace, self, self.clock)  # type: ignore[arg-type] - what it asks of them

    def is_heard(self, tenant: TenantId, topic: str) -> bool:
        return topic == "metrics" and tenant in self.listening

    def change(self, tenant: TenantId = T, pusher: Pusher | None = None) -> None:
        self.figures.failed += 1
        (pusher or self.pusher).on_entry(Entry(1, tenant, "task.dead", 0, "", "", {}, (), audited=False))

    async def told(self) -> list[tuple[str, int]]:
        entries = await self.journal.read(0, 500)
        return [(entry.tenant, entry.payload["failed"]) for entry in entries if entry.kind == METRICS_CHANGED]


@pytest.fixture
def room(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes, clock: FakeClock) -> Room:
    return Room(sqlite_database, Journal(sqlite_database, entry_registry, audit_key), clock)


async def test_a_change_is_told_once(room: Room) -> None:
    room.change()
    await room.pusher.turn()
    await room.pusher.turn()
    assert await room.told() == [(T, 1)]


async def test_nobody_listening_nothing_is_written(room: Room) -> None:
    room.change(OTHER)
    await room.pusher.turn()
    assert await room.told() == []


async def test_what_did_not_change_is_not_told(room: Room) -> None:
    room.change()
    await room.pusher.turn()
    room.clock.advance(APART)
    room.change()
    room.figures.failed -= 1
    await room.pusher.turn()
    assert await room.told() == [(T, 1)]


async def test_all_processes_together_keep_the_pace_and_the_last_change_is_told(room: Room) -> None:
    second = room.another()
    room.change()
    await room.pusher.turn()
    room.clock.advance(APART - 1)
    room.change(pusher=second)
    await second.turn()
    assert await room.told() == [(T, 1)]
    room.clock.advance(1)
    await second.turn()
    assert await room.told() == [(T, 1), (T, 2)]


async def test_a_storm_is_told_at_most_twice_a_second(room: Room) -> None:
    for _ in range(100):  # ten seconds, ten changes a second
        room.change()
        await room.pusher.turn()
        room.clock.advance(APART // 5)
    await room.pusher.turn()
    told = [figure for _, figure in await room.told()]
    assert len(told) == 21
    assert told[-1] == 100


async def test_what_could_not_be_told_is_told_later(room: Room) -> None:
    room.listening.add(OTHER)
    room.change()
    room.change(OTHER)
    room.figures.is_down = True
    with pytest.raises(StorageUnavailableError):
        await room.pusher.turn()
    room.figures.is_down = False
    await room.pusher.turn()
    assert sorted(await room.told()) == [(T, 2), (OTHER, 2)]
