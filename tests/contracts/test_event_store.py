"""What every event store promises: what was appended is found, once, by its own tenant only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from netsentinel.events.lake import ASIDE, EventFilter, EventStore, Hunter, StoredEvent
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lake.store_duckdb import DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.events.model import Event, Logsource
from netsentinel.events.ports import InboxBatch
from netsentinel.events.testing import MemoryEventStore
from netsentinel.kernel.clock import DAY, HOUR, SECOND
from netsentinel.kernel.errors import InvalidFilterError, UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, SqliteDatabase, Tx
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

OTHER = TenantId("o'ther")
NOON = 1_780_315_200_000_000


def event(number: int, **columns: Any) -> Event:
    """An event some seconds after noon."""
    native = columns.pop("native", {"n": number, "word": f"Näme-{number}"})
    base: dict[str, Any] = {
        "tenant": DEFAULT_TENANT,
        "source": "eve",
        "format": "suricata",
        "time": NOON + number * SECOND,
        "class_uid": 4001,
        "logsource": Logsource("suricata", "", "flow"),
        "src_ip": f"10.0.0.{number % 4}",
        "native": native,
    }
    return Event(**(base | columns))


@dataclass
class Shelf:
    """A store, and a spool to fill it from."""

    store: EventStore
    hunter: Hunter
    db: Database
    clock: FakeClock
    folder: Path
    batches: int = 0
    spool: SpoolWriter = field(init=False)

    def __post_init__(self) -> None:
        self.spool = SpoolWriter(self.folder / ASIDE)

    async def keep(self, *events: Event, received_at: int = NOON + HOUR) -> int:
        self.batches += 1
        self.spool.begin(InboxBatch(self.batches, DEFAULT_TENANT, "eve", "", received_at, len(events), b""))
        self.spool.keep(events)
        return await self.store.append(self.spool.cut(), lambda _: None)

    async def found(self, tenant: TenantId = DEFAULT_TENANT, limit: int = 100, **where: Any) -> list[StoredEvent]:
        return list((await self.store.search(tenant, EventFilter(**where), limit)).events)

    async def seconds(self, **where: Any) -> list[int]:
        return [(one.time - NOON) // SECOND for one in await self.found(**where)]


@pytest.fixture
def memory_shelf(memory_database: MemoryDatabase, tmp_path: Path, clock: FakeClock) -> Shelf:
    memory = MemoryEventStore(memory_database, clock)
    return Shelf(memory, memory, memory_database, clock, tmp_path)


@pytest.fixture
async def duckdb_shelf(tmp_path: Path, sqlite_database: SqliteDatabase, clock: FakeClock) -> AsyncIterator[Shelf]:
    folder = tmp_path / "lake"
    async with LakeWorkers(folder, memory_mib=128) as workers:
        processes = LakeProcesses(workers, workers, workers)
        lake = DuckLake(sqlite_database, SqlLakeFiles(), folder, processes, clock)
        yield Shelf(lake, lake, sqlite_database, clock, folder)


@pytest.fixture(params=["memory", "duckdb"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return request.getfixturevalue(f"{request.param}_shelf")


async def test_an_event_comes_back_with_every_column(shelf: Shelf) -> None:
    raw = '{"n": 1, "wörd": "it\'s \\"x\\" \\u0000"}'.encode()
    columns: dict[str, Any] = {
        "dst_ip": "2001:db8::1",
        "src_port": 40_000,
        "dst_port": 443,
        "protocol": "tcp",
        "app_protocol": "tls",
        "bytes_out": 2**70,
        "bytes_in": -5,
        "duration_us": 77,
        "connection_uid": "C1",
        "user": "ada\n\x00",
        "device": "sensor",
        "domain": "example.org",
        "url": "/a?b=c,d;'",
        "user_agent": "curl",
        "event_code": "4688",
        "message": "it's said",
        "signature": "ET SCAN",
        "http_method": "GET",
        "http_status": 404,
        "referrer": "http://x/",
        "dns_type": "TXT",
        "dns_answer": "TXT 1 a",
        "ja3": "ada7",
        "process": "C:\\a.exe",
        "parent_process": "C:\\b.exe",
        "command_line": "a --b 'c'",
        "file": "/etc/passwd",
        "file_hash": "00ff",
        "src_mac": "02:00:00:00:00:01",
        "action": "blocked",
        "severity": 3,
        "raw": raw,
    }
    assert await shelf.keep(event(1, **columns)) == 1
    (found,) = await shelf.found()
    for name, value in columns.items():
        if name not in {"raw", "bytes_out"}:
            assert getattr(found, name) == value, name
    assert found.bytes_out == 2**63 - 1, "a number beyond every column is cut, its event is kept"
    assert (found.native, found.raw, len(found.raw_hash)) == (raw.decode(), "", 32)
    assert (found.id, found.received_at, found.product, found.service) == ("evt_1_0", NOON + HOUR, "suricata", "flow")


async def test_a_line_that_is_no_json_is_kept_beside_its_fields(shelf: Shelf) -> None:
    await shelf.keep(event(1, raw=b"1.5\tC\xff\ttcp", native={"uid": "C"}))
    (found,) = await shelf.found()
    assert (found.native, found.raw) == ('{"uid":"C"}', "1.5\tC\\xff\ttcp")
    assert await shelf.seconds(text="\tTCP") == [1]
    assert await shelf.seconds(regex=r"^1\.5\s") == [1]


async def test_by_arrival_what_was_received_last_comes_first_whatever_its_time(shelf: Shelf) -> None:
    now = shelf.clock.now()
    await shelf.keep(event(7), event(9), event(8), received_at=now - 20 * SECOND)
    await shelf.keep(event(1), event(2), received_at=now - 10 * SECOND)  # older ones, replayed later
    await shelf.keep(*(event(20 + number, tenant=OTHER) for number in range(3)), received_at=now)
    assert [one.id for one in await shelf.found()] == ["evt_1_1", "evt_1_2", "evt_1_0", "evt_2_1", "evt_2_0"]
    arrived = ["evt_2_1", "evt_2_0", "evt_1_2", "evt_1_1", "evt_1_0"]
    assert [one.id for one in await shelf.found(by_arrival=True)] == arrived
    seen: list[str] = []
    after = None
    while page := (await shelf.store.search(DEFAULT_TENANT, EventFilter(by_arrival=True), 2, after)).events:
        seen += [one.id for one in page]
        after = page[-1].key(by_arrival=True)
    assert seen == arrived
    assert [
        one.id async for piece in shelf.store.scan(DEFAULT_TENANT, EventFilter(by_arrival=True)) for one in piece
    ] == seen
    assert [one.id for one in await shelf.found(by_arrival=True, since=now - 10 * SECOND)] == arrived[:2]
    assert [one.id for one in await shelf.found(by_arrival=True, until=now - 10 * SECOND)] == arrived[2:]
    assert [one.id for one in await shelf.found(by_arrival=True, older_than=NOON + 8 * SECOND)] == [
        "evt_2_1",
        "evt_2_0",
        "evt_1_0",
    ]
    bars = await shelf.store.histogram(DEFAULT_TENANT, EventFilter(by_arrival=True), 10 * SECOND)
    assert [bar.count for bar in bars] == [3, 2]


async def test_the_newest_come_first_and_pages_go_on(shelf: Shelf) -> None:
    await shelf.keep(*(event(number) for number in (3, 1, 2)))
    await shelf.keep(event(2), event(5), event(4, time=NOON - 40 * DAY))
    seen: list[str] = []
    after = None
    while page := (await shelf.store.search(DEFAULT_TENANT, EventFilter(), 2, after)).events:
        seen += [one.id for one in page]
        after = page[-1].key()
    assert seen == ["evt_2_1", "evt_1_0", "evt_2_0", "evt_1_2", "evt_1_1", "evt_2_2"]
    scanned = [one.id async for piece in shelf.store.scan(DEFAULT_TENANT, EventFilter()) for one in piece]
    assert scanned == seen


async def test_filters(shelf: Shelf) -> None:
    await shelf.keep(*(event(number, class_uid=4001 + number % 2) for number in range(8)))
    assert await shelf.seconds(equal=(("src_ip", ("10.0.0.1", "10.0.0.2")),)) == [6, 5, 2, 1]
    assert await shelf.seconds(equal=(("class_uid", (4002,)), ("src_ip", ("10.0.0.1",)))) == [5, 1]
    assert await shelf.seconds(since=NOON + 2 * SECOND, until=NOON + 4 * SECOND) == [3, 2]
    assert await shelf.seconds(text="nÄme-7") == [7]
    assert await shelf.seconds(text="name.") == []
    assert await shelf.seconds(regex='me-[12]"') == [2, 1]
    assert await shelf.seconds(equal=(("src_ip", ("' OR 1=1 --",)),)) == []
    assert await shelf.seconds(unequal=(("src_ip", ("10.0.0.1", "10.0.0.2")),)) == [7, 4, 3, 0]
    assert await shelf.seconds(equal=(("class_uid", (4001,)),), unequal=(("src_ip", ("10.0.0.0",)),)) == [6, 2]
    assert await shelf.seconds(ids=((1, 3), (1, 5), (2, 3))) == [5, 3]


@pytest.mark.parametrize(
    "where",
    [
        {"equal": (("nothing", ("x",)),)},
        {"equal": (('src_ip" = 1 --', ("x",)),)},
        {"equal": (("tenant", ("other",)),)},
        {"equal": (("dst_port", ("22",)),)},
        {"equal": (("src_ip", ()),)},
        {"unequal": (("nothing", ("x",)),)},
        {"unequal": (("dst_port", ("22",)),)},
        {"regex": "(?=x)"},
        {"regex": "("},
    ],
)
async def test_what_cannot_be_asked_is_refused(shelf: Shelf, where: dict[str, Any]) -> None:
    with pytest.raises(InvalidFilterError):
        await shelf.found(**where)
    await shelf.keep(event(1))
    with pytest.raises(InvalidFilterError):
        await shelf.store.histogram(DEFAULT_TENANT, EventFilter(**where), HOUR)


async def test_a_tenant_finds_its_own_events_only(shelf: Shelf) -> None:
    await shelf.keep(event(1), event(2, tenant=OTHER))
    assert [one.id for one in await shelf.found()] == ["evt_1_0"]
    assert [one.id for one in await shelf.found(OTHER)] == ["evt_1_1"]
    assert await shelf.found(TenantId("nobody")) == []
    result = await shelf.hunter.hunt(OTHER, "SELECT * FROM events", limit=10, seconds=20)
    assert [row[result.columns.index("tenant")] for row in result.rows] == [OTHER]
    assert await shelf.store.expire(OTHER, shelf.clock.now() + DAY) == 1
    assert len(await shelf.found()) == 1


async def test_events_are_counted_over_time(shelf: Shelf) -> None:
    await shelf.keep(*(event(number) for number in (0, 1, 61, 200)), event(5, tenant=OTHER))
    bars = await shelf.store.histogram(DEFAULT_TENANT, EventFilter(until=NOON + 100 * SECOND), 60 * SECOND)
    assert [(bar.at - NOON, bar.count) for bar in bars] == [(0, 2), (60 * SECOND, 1)]


async def test_counts_are_told_apart_by_a_column(shelf: Shelf) -> None:
    await shelf.keep(
        *(event(number, severity=number % 2) for number in (0, 1, 2, 61)), event(3, tenant=OTHER, severity=9)
    )
    bars = await shelf.store.histogram(DEFAULT_TENANT, EventFilter(), 60 * SECOND, "severity")
    assert [(bar.count, [(part.value, part.count) for part in bar.parts]) for bar in bars] == [
        (3, [(0, 2), (1, 1)]),
        (1, [(1, 1)]),
    ]
    for by in ("src_ip", "native", "nothing"):
        with pytest.raises(InvalidFilterError):
            await shelf.store.histogram(DEFAULT_TENANT, EventFilter(), HOUR, by)


async def test_the_values_of_a_column_are_counted(shelf: Shelf) -> None:
    await shelf.keep(*(event(number, dst_port=443) for number in range(7)), event(1, tenant=OTHER, src_ip="x"))
    facet = await shelf.store.facet(DEFAULT_TENANT, EventFilter(), "src_ip", 2)
    assert [(one.value, one.count) for one in facet.items] == [("10.0.0.0", 2), ("10.0.0.1", 2)]
    assert (facet.column, facet.distinct, facet.events) == ("src_ip", 4, 7)
    few = await shelf.store.facet(DEFAULT_TENANT, EventFilter(until=NOON + 2 * SECOND), "dst_port", 9)
    assert [(one.value, one.count) for one in few.items] == [(443, 2)]
    none = await shelf.store.facet(TenantId("nobody"), EventFilter(), "user", 9)
    assert (none.items, none.distinct, none.events) == ((), 0, 0)
    for column in ("nothing", "tenant", "native", 'user") --'):
        with pytest.raises(InvalidFilterError):
            await shelf.store.facet(DEFAULT_TENANT, EventFilter(), column, 9)


async def test_the_extent_is_from_the_oldest_to_the_newest(shelf: Shelf) -> None:
    assert await shelf.store.extent(DEFAULT_TENANT) is None
    await shelf.keep(event(5), event(2), event(90, tenant=OTHER))
    await shelf.keep(event(7))
    extent = await shelf.store.extent(DEFAULT_TENANT)
    assert extent is not None
    assert (extent.oldest - NOON, extent.newest - NOON) == (2 * SECOND, 7 * SECOND)


async def test_an_append_and_what_belongs_to_it_are_one_commit(shelf: Shelf) -> None:
    def refuse(_tx: Tx) -> None:
        raise UnavailableError("no")

    shelf.spool.begin(InboxBatch(1, DEFAULT_TENANT, "eve", "", NOON, 1, b""))
    shelf.spool.keep([event(1)])
    with pytest.raises(UnavailableError):
        await shelf.store.append(shelf.spool.cut(), refuse)
    assert await shelf.found() == []


async def test_an_empty_spool_still_does_what_belongs_to_it(shelf: Shelf) -> None:
    done: list[str] = []
    assert await shelf.store.append(shelf.spool.cut(), lambda _: done.append("checkpoint")) == 0
    assert done == ["checkpoint"]


async def test_what_is_old_expires(shelf: Shelf) -> None:
    await shelf.keep(event(1), event(2, tenant=OTHER))
    shelf.clock.advance(3 * DAY)
    await shelf.keep(event(3))
    assert await shelf.store.expire(DEFAULT_TENANT, shelf.clock.now() - DAY) == 1
    assert await shelf.seconds() == [3]
    assert len(await shelf.found(OTHER)) == 1
