"""What only a lake on disk can get wrong: files, merging, hunting, processes that die."""

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha512
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from netsentinel.events.lake import EventFilter, EventLake, FoundEvents, HuntResult, checking, merging, writing
from netsentinel.events.lake import store_duckdb as module
from netsentinel.events.lake import worker as worker_module
from netsentinel.events.lake import workers as workers_module
from netsentinel.events.lake.checking import Damage, LakeCheck
from netsentinel.events.lake.frames import HUNT_BYTES, Answer, Found, Request, Search, Write
from netsentinel.events.lake.merging import MERGE_AT
from netsentinel.events.lake.model import EventKey
from netsentinel.events.lake.store_duckdb import DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.events.lake.worker import Lake
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel import disk
from netsentinel.kernel.clock import DAY, HOUR, SECOND
from netsentinel.kernel.errors import InvalidFilterError, InvalidStatementError, StorageFullError, UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import SqliteDatabase, Tx
from tests.contracts.test_event_store import NOON, OTHER, Shelf, event

pytestmark = pytest.mark.anyio


class Yard(Shelf):
    """A lake on disk with its parts at hand."""

    lake: DuckLake
    workers: LakeWorkers

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.parquet"))

    async def hunt(self, sql: str, tenant: TenantId = DEFAULT_TENANT, **limits: Any) -> HuntResult:
        return await self.lake.hunt(tenant, sql, **{"limit": 100, "seconds": 20} | limits)


def long(number: int, size: int = 2**20) -> dict[str, Any]:
    """Native fields of about so many characters, other ones for each number."""
    word = sha512(str(number).encode()).hexdigest()
    return {"n": number, "long": word * (size // len(word))}


def written(folder: Path) -> list[Path]:
    return list(folder.glob("netsentinel-hunt*"))


@pytest.fixture
async def yard(tmp_path: Path, sqlite_database: SqliteDatabase, clock: FakeClock) -> AsyncIterator[Yard]:
    folder = tmp_path / "lake"
    async with LakeWorkers(folder, memory_mib=128) as workers:
        processes = LakeProcesses(workers, workers, workers)
        lake = DuckLake(sqlite_database, SqlLakeFiles(), folder, processes, clock)
        made = Yard(lake, lake, sqlite_database, clock, folder)
        made.lake, made.workers = lake, workers
        yield made


async def test_files_are_by_tenant_day_and_class(yard: Yard) -> None:
    await yard.keep(event(1), event(2, class_uid=4003), event(3, tenant=OTHER), event(4, time=NOON + DAY))
    folders = [path.rpartition("/")[0] for path in yard.files()]
    assert folders == ["default/20605/4001", "default/20605/4003", "default/20606/4001", "o%27ther/20605/4001"]
    assert not list((yard.folder / "aside").iterdir())


async def test_what_a_host_logs_shares_the_files_of_what_has_no_class(yard: Yard) -> None:
    classes = (0, 1001, 1007, 3001, 201001, 3002)
    await yard.keep(*(event(number, class_uid=class_uid) for number, class_uid in enumerate(classes)))
    assert [path.rpartition("/")[0] for path in yard.files()] == ["default/20605/0", "default/20605/3002"]
    for number, class_uid in enumerate(classes):
        found = await yard.found(equal=(("class_uid", (class_uid,)),))
        assert [one.number for one in found] == [number]
    assert len(await yard.found(equal=(("class_uid", (1007, 3002)),))) == 2


async def test_very_many_days_share_a_file(yard: Yard) -> None:
    await yard.keep(*(event(number, time=NOON + number * DAY) for number in range(60)), event(1, tenant=OTHER))
    assert len(yard.files()) < 30
    assert len(await yard.found()) == 60
    assert len(await yard.found(since=NOON + 30 * DAY, equal=(("class_uid", (4001,)),))) == 30
    assert len(await yard.found(OTHER)) == 1


async def test_a_file_of_events_is_on_the_disk_before_it_has_its_name(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.spool.begin(InboxBatch(1, DEFAULT_TENANT, "eve", "", NOON, 1, b""))
    yard.spool.keep([event(1)])
    spool, lake, synced = yard.spool.cut(), Lake(yard.folder, 128), list[tuple[str, list[str]]]()

    def note(path: Path) -> None:
        synced.append((path.relative_to(yard.folder).as_posix(), yard.files()))

    made: list[str] = []
    monkeypatch.setattr(writing, "sync", note)
    monkeypatch.setattr(disk, "sync", lambda path: made.append(path.relative_to(yard.folder).as_posix()))
    lake.answer(Write(spool.path, spool.longest, "new", NOON))
    aside, kept = "aside/new.parquet", "default/20605/4001/new.parquet"
    assert synced == [(aside, [aside]), (kept.rpartition("/")[0], [kept])]
    assert made == [".", "default", "default/20605"], "and the folders that it is in"


async def test_what_is_not_recorded_is_removed_at_start(yard: Yard) -> None:
    await yard.keep(event(1))
    (kept,) = yard.files()
    (yard.folder / kept).with_name("left.parquet").write_bytes(b"PAR1")
    (yard.folder / "aside" / "7-1.spool").write_bytes(b"{")
    assert await yard.lake.tidy() == 2
    assert yard.files() == [kept]
    assert len(await yard.found()) == 1


async def test_a_write_that_fails_on_its_way_leaves_nothing(yard: Yard) -> None:
    yard.folder.mkdir(exist_ok=True)
    (yard.folder / "o%27ther").write_bytes(b"")  # in the way of the second tenant's folder
    with pytest.raises(UnavailableError, match="The lake cannot do that now"):
        await yard.keep(event(1), event(2), event(3, tenant=OTHER))
    assert yard.files() == []
    assert not list((yard.folder / "aside").glob("lake*"))
    (yard.folder / "o%27ther").unlink()
    await yard.keep(event(1), event(2), event(3, tenant=OTHER))
    assert len(yard.files()) == 2


async def test_files_of_a_refused_commit_are_removed_and_others_wait_for_the_next_start(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_tx: Tx) -> None:
        raise UnavailableError("Another server was first.")

    def failing(error: UnavailableError) -> Callable[[Callable[[Tx], object]], Awaitable[None]]:
        async def write(work: Callable[[Tx], object]) -> None:
            del work
            raise error

        return write

    full = failing(StorageFullError("Nothing of it was kept."))
    unknown = failing(UnavailableError("Nobody knows whether it was committed."))
    for number, (write, left) in enumerate(((yard.db.write, 0), (full, 0), (unknown, 1))):
        monkeypatch.setattr(yard.db, "write", write)
        yard.spool.begin(InboxBatch(number, DEFAULT_TENANT, "eve", "", NOON, 1, b""))
        yard.spool.keep([event(number)])
        with pytest.raises(UnavailableError):
            await yard.store.append(yard.spool.cut(), refuse)
        assert len(yard.files()) == left


async def test_what_arrived_last_is_found_in_the_files_that_were_stored_last(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_FIRST_EVENTS", 1)  # a file at a time
    await yard.keep(event(1, time=NOON + DAY), event(2, time=NOON + DAY), received_at=yard.clock.now())
    yard.clock.advance(HOUR)
    await yard.keep(event(3, time=NOON - 900 * DAY), received_at=yard.clock.now())
    files = tuple(await yard.db.read(SqlLakeFiles().all))
    lake = Lake(yard.folder, 128)
    for by_arrival, first in ((False, "evt_1_1"), (True, "evt_2_0")):
        answer = lake.answer(Search(files, DEFAULT_TENANT, EventFilter(by_arrival=by_arrival), 1, None))
        assert isinstance(answer, Found)
        assert [one.id for one in answer.events] == [first]


async def test_events_of_one_time_in_several_files_come_page_by_page(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_FIRST_EVENTS", 1)  # a file at a time
    for number in range(4):
        await yard.keep(event(number, time=NOON))
    files = tuple(await yard.db.read(lambda tx: SqlLakeFiles().covering(tx, DEFAULT_TENANT, 0, 0)))
    lake = Lake(yard.folder, 128)
    whole = [one.key() for one in await yard.found()]
    for order in (files, files[::-1]):
        after, found = None, list[EventKey]()
        for _ in whole:
            answer = lake.answer(Search(order, DEFAULT_TENANT, EventFilter(), 1, after))
            assert isinstance(answer, Found)
            found += (after := one.key() for one in answer.events)
        assert found == whole


async def test_small_files_become_one_and_nothing_is_lost_or_doubled(yard: Yard) -> None:
    for number in range(MERGE_AT + 1):
        yard.clock.advance(1)
        await yard.keep(event(number), event(number, class_uid=4003))
    before = [one.id for one in await yard.found()]
    newest = max(file.stored_at for file in await yard.db.read(SqlLakeFiles().all))
    assert await yard.lake.compact() == 2 * (MERGE_AT + 1)
    assert [file.stored_at for file in await yard.db.read(SqlLakeFiles().all)] == [newest, newest]
    assert [one.id for one in await yard.found()] == before
    assert await yard.lake.compact() == 0
    assert len(yard.files()) == 2


async def test_files_that_a_merge_replaced_stay_for_the_searches_that_wait_however_long(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, free = asyncio.Event(), asyncio.Event()
    ask = yard.workers.ask

    async def wait(request: Request, timeout_s: float, *, wait_s: float | None = None) -> Answer:
        if isinstance(request, Search):
            begun.set()
            await free.wait()
        return await ask(request, timeout_s, wait_s=wait_s)

    monkeypatch.setattr(yard.workers, "ask", wait)
    for number in range(MERGE_AT):
        await yard.keep(event(number))
    waiting = asyncio.create_task(yard.found())
    await begun.wait()
    assert await yard.lake.compact() == MERGE_AT
    yard.clock.advance(DAY)
    await yard.lake.compact()
    free.set()
    assert len(await waiting) == MERGE_AT
    await yard.lake.compact()
    assert len(yard.files()) == 1


async def test_a_file_that_cannot_be_read_holds_up_no_others(yard: Yard) -> None:
    await yard.keep(event(1, time=NOON - 900 * DAY))
    for number in range(MERGE_AT):
        await yard.keep(event(number), event(number, tenant=OTHER))
    broken = next(path for path in yard.files() if path.startswith("default/20605"))
    (yard.folder / broken).write_bytes(b"PAR1")
    with capture_logs() as told:
        assert await yard.lake.compact() == MERGE_AT
    assert len(await yard.found(OTHER)) == MERGE_AT
    assert [(one["event"], one["tenant"], one["files"]) for one in told] == [
        ("lake_files_unmerged", "default", MERGE_AT)
    ]
    with capture_logs() as told:
        for _ in range(6):
            await yard.lake.compact()
    assert len(told) <= 3, "half as many each time, and in the end none for a day"
    yard.clock.advance(300 * SECOND)
    await yard.lake.compact()
    assert len([path for path in yard.files() if path.startswith("o%27ther")]) == 1, "what was merged is removed"


async def test_many_long_events_are_stored_in_little_memory(yard: Yard) -> None:
    days = [event(number, native=long(number), time=NOON + number % 3 * DAY) for number in range(200)]
    assert await yard.keep(*days, event(1, tenant=OTHER)) == 201
    assert not list((yard.folder / "aside").iterdir())
    counted = await yard.hunt("SELECT count(*), sum(json_extract(native, '$.n')::INT) FROM events")
    assert counted.rows == ((200, sum(range(200))),)
    line = b"\x01" * 2**20
    lines = [event(number, source="l", raw=line, native={"line": line.decode()}) for number in range(6)]
    assert await yard.keep(*lines) == 6, "each takes 13 MiB as JSON"
    found = await yard.found(equal=(("source", ("l",)),))
    assert found
    assert {one.raw.encode() for one in found} == {line}


async def test_events_that_weigh_much_are_answered_in_portions(yard: Yard) -> None:
    await yard.keep(*(event(number, native=long(number)) for number in range(40)), event(40))
    found = await yard.lake.search(DEFAULT_TENANT, EventFilter(), 41)
    assert found.is_cut
    assert 4 < len(found.events) <= 17
    rest = await yard.lake.search(DEFAULT_TENANT, EventFilter(), 3, found.events[-1].key())
    assert not rest.is_cut
    numbers = [one.number for one in (*found.events, *rest.events)]
    assert numbers == list(range(40, 40 - len(numbers), -1))
    pieces = [piece async for piece in yard.lake.scan(DEFAULT_TENANT, EventFilter())]
    assert [one.number for piece in pieces for one in piece] == list(range(40, -1, -1))
    page = await EventLake(yard.lake, yard.lake, yard.clock).page(DEFAULT_TENANT, EventFilter(), limit=500)
    assert page.next, "the rest is on the next page"


async def test_a_page_weighs_what_its_characters_weigh_as_utf_8(yard: Yard) -> None:
    await yard.keep(*(event(number, native={"long": "\U0001f600" * 2**18}) for number in range(20)))
    found = await yard.lake.search(DEFAULT_TENANT, EventFilter(), 20)
    assert found.is_cut
    assert len(found.events) <= 16


async def test_a_page_of_very_many_events_of_one_time_reads_no_others(yard: Yard) -> None:
    await yard.keep(*(event(number, time=NOON, native=long(number)) for number in range(100)))
    found = await yard.lake.search(DEFAULT_TENANT, EventFilter(), 2)
    assert ([one.number for one in found.events], found.is_cut) == ([99, 98], False)


async def test_files_of_long_events_become_one_too(yard: Yard) -> None:
    for number in range(MERGE_AT):
        await yard.keep(*(event(20 * number + at, native=long(at)) for at in range(20)))
    assert await yard.lake.compact() == MERGE_AT
    counted = await yard.hunt("SELECT count(*), min(time), max(time) FROM events")
    assert counted.rows == ((20 * MERGE_AT, NOON, NOON + (20 * MERGE_AT - 1) * SECOND),)


async def test_retention_is_per_tenant(yard: Yard) -> None:
    await yard.keep(event(1), event(2, tenant=OTHER))
    yard.clock.advance(10 * DAY)
    await yard.lake.tend(lambda tenant: 7 if tenant == OTHER else 30)
    assert (len(await yard.found()), await yard.found(OTHER)) == (1, [])
    yard.clock.advance(300 * SECOND)
    await yard.lake.tend(lambda _: 30)
    assert [path.split("/")[0] for path in yard.files()] == ["default"]


async def test_a_hunt_sees_readable_times_and_every_line_as_it_came(yard: Yard) -> None:
    await yard.keep(event(1), event(2, raw=b"<13>a line"), event(3, time=2**62))
    result = await yard.hunt("SELECT number, time_utc, received_utc, raw FROM events ORDER BY number")
    assert [row[1] for row in result.rows] == ["2026-06-01 12:00:01", "2026-06-01 12:00:02", None]
    assert [row[2] for row in result.rows] == ["2026-06-01 13:00:00"] * 3
    assert [row[3] for row in result.rows] == [
        '{"n":1,"word":"Näme-1"}',
        "<13>a line",
        '{"n":3,"word":"Näme-3"}',
    ]
    later = await yard.hunt("SELECT number FROM events WHERE time_utc > TIMESTAMP '2026-06-01 12:00:01'")
    assert later.rows == ((1,),)


async def test_a_hunt_is_sql_over_the_tenants_own_events(yard: Yard) -> None:
    await yard.keep(*(event(number) for number in range(6)), event(9, tenant=OTHER))
    result = await yard.hunt("SELECT src_ip, count(*) AS n FROM events GROUP BY 1 ORDER BY 1")
    assert (result.columns, result.truncated) == (("src_ip", "n"), False)
    assert result.rows == (("10.0.0.0", 2), ("10.0.0.1", 2), ("10.0.0.2", 1), ("10.0.0.3", 1))
    cut = await yard.hunt("SELECT number FROM events ORDER BY 1", limit=2)
    assert (cut.rows, cut.truncated) == (((0,), (1,)), True)
    empty = await yard.hunt("SELECT count(*) FROM events", TenantId("nobody"))
    assert empty.rows == ((0,),)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO 'netsentinel-hunt'",
        "ATTACH 'netsentinel-hunt.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE x (y INT)",
        "DROP VIEW events",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM query('COPY (SELECT 1) TO ''netsentinel-hunt''')",
        "SELECT getenv('HOME')",
        "SELECT * FROM request",
        "SELECT nothing FROM events",
    ],
)
async def test_a_hunt_does_nothing_but_select(
    yard: Yard, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await yard.keep(event(1))
    with pytest.raises(InvalidStatementError):
        await yard.hunt(sql)
    assert not written(tmp_path)


async def test_a_hunt_reaches_no_other_tenants_file(yard: Yard) -> None:
    await yard.keep(event(1), event(2, tenant=OTHER))
    theirs = next(path for path in yard.files() if path.startswith("o%27ther"))
    for target in (yard.folder / theirs, yard.folder / "*" / "*" / "*" / "*.parquet"):
        with pytest.raises(InvalidFilterError, match="Cannot access"):
            await yard.hunt(f"SELECT * FROM read_parquet('{target}')")  # noqa: S608 - that is the attack
    for sql in ("SELECT count(*) FROM duckdb_views() WHERE sql LIKE '%o%27ther%'", "SELECT count(*) FROM template"):
        assert (await yard.hunt(sql)).rows == ((0,),)


async def test_a_hunt_that_takes_too_long_or_too_much_is_stopped(yard: Yard) -> None:
    with pytest.raises(UnavailableError, match="longer than 1 s"):
        await yard.hunt("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b", seconds=1)
    with pytest.raises(InvalidFilterError, match="Out of Memory"):
        await yard.hunt("SELECT list(x) FROM (SELECT repeat('a', 1000000) || range::VARCHAR AS x FROM range(100000))")
    with pytest.raises(InvalidFilterError, match="Out of Memory"):
        await yard.hunt("SELECT repeat('a', 4000000) FROM range(300)")
    assert (await yard.hunt("SELECT 1")).rows == ((1,),)


def weight(result: HuntResult) -> int:
    return len(msgspec.json.encode(result))


async def test_a_hunt_answers_the_first_rows_that_fit(yard: Yard) -> None:
    plain = await yard.hunt("SELECT range AS n, repeat('a', 1000000) FROM range(100)")
    assert (plain.truncated, [row[0] for row in plain.rows]) == (True, list(range(16)))
    escaped = await yard.hunt("SELECT range AS n, repeat(chr(1), 1000000) FROM range(20)")
    assert (escaped.truncated, len(escaped.rows)) == (True, 2)
    columns = ", ".join(f"0.5::DOUBLE AS c{number}" for number in range(100))
    many = await yard.hunt(f"SELECT {columns} FROM range(10000)", limit=10_000)  # noqa: S608 - numbers of our own
    assert many.truncated
    assert 8_000 < len(many.rows) < 10_000
    assert all(weight(result) < HUNT_BYTES for result in (plain, escaped, many))
    whole = await yard.hunt("SELECT range AS n, repeat('a', 1000000) FROM range(16)")
    assert (whole.truncated, len(whole.rows)) == (False, 16)


async def test_a_hunt_is_refused_when_not_even_one_row_fits(yard: Yard) -> None:
    with pytest.raises(InvalidFilterError, match=r"first row alone is larger.*16 MiB.*left"):
        await yard.hunt("SELECT repeat('a', 17000000)")
    names = "SELECT 1 AS a"
    for _ in range(7):
        longer = "\\1" * 11
        names = f"SELECT COLUMNS('(.*)') AS '{longer}' FROM ({names})"  # noqa: S608 - that is the attack
    with pytest.raises(InvalidFilterError, match="names of the columns are longer"):
        await yard.hunt(names)


async def test_what_is_wrong_with_a_hunt_is_told_in_a_bounded_text(yard: Yard) -> None:
    for sql in ("SELECT error(repeat('a', 5000000))", "SELECT CAST(repeat('a', 5000000) AS INT)"):
        with pytest.raises(InvalidFilterError) as refused:
            await yard.hunt(sql)
        assert 100 < len(refused.value.detail) < 3_000


async def test_a_hunt_may_answer_numbers_of_any_size(yard: Yard) -> None:
    result = await yard.hunt("SELECT 18446744073709551615, 18446744073709551616, -9223372036854775809, NULL, 1.5")
    assert result.rows == ((2**64 - 1, "18446744073709551616", "-9223372036854775809", None, "1.5"),)


async def test_the_server_takes_no_answer_that_a_hunt_cannot_have(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "MOST_HUNTED", 1_000)
    assert (await yard.hunt("SELECT 1")).rows == ((1,),)
    with pytest.raises(UnavailableError):
        await yard.hunt("SELECT repeat('a', 2000)")
    assert yard.workers.pids == []


async def test_a_hunt_waits_for_those_of_others_and_not_for_ever(
    tmp_path: Path, sqlite_database: SqliteDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LakeWorkers(tmp_path, memory_mib=128, at_once=1) as workers:
        processes = LakeProcesses(workers, workers, workers)
        lake = DuckLake(sqlite_database, SqlLakeFiles(), tmp_path, processes, clock)
        endless = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"
        first = asyncio.create_task(lake.hunt(DEFAULT_TENANT, endless, limit=1, seconds=20))
        async with asyncio.timeout(20):
            while not workers.pids:
                await asyncio.sleep(0.01)
        second = asyncio.create_task(lake.hunt(DEFAULT_TENANT, endless, limit=1, seconds=20))
        await asyncio.sleep(0.05)
        others = asyncio.create_task(lake.hunt(OTHER, "SELECT 1", limit=1, seconds=20))
        await asyncio.sleep(0.05)
        monkeypatch.setattr(module, "TURN_S", 0.1)  # beyond what one hunt may take
        with pytest.raises(UnavailableError, match=r"busy.*Try again") as refused:
            await lake.hunt(OTHER, "SELECT 2", limit=1, seconds=1)
        assert refused.value.extra["retry_after"] > 0
        first.cancel()
        assert (await others).rows == ((1,),), "before what the first tenant asked earlier"
        second.cancel()


async def test_files_that_another_server_stored_are_said_to_be_missing(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MERGE_AT", 2)
    await yard.keep(event(1))
    await yard.keep(event(2))
    processes = LakeProcesses(*(LakeWorkers(tmp_path / "other", memory_mib=128) for _ in range(3)))
    async with processes.writing, processes.searching, processes.hunting:
        other = DuckLake(yard.db, SqlLakeFiles(), tmp_path / "other", processes, yard.clock)
        (tmp_path / "other").mkdir()
        for ask in (
            other.search(DEFAULT_TENANT, EventFilter(), 10),
            other.histogram(DEFAULT_TENANT, EventFilter(), HOUR),
            other.facet(DEFAULT_TENANT, EventFilter(), "user", 10),
            other.hunt(DEFAULT_TENANT, "SELECT * FROM events", limit=10, seconds=20),
        ):
            with pytest.raises(UnavailableError, match=r"2 of the 2 files .* Another server"):
                await ask
        assert await other.compact() == 0
        assert await other.search(OTHER, EventFilter(), 10) == FoundEvents(())
    assert await yard.lake.compact() == 2


async def test_a_damaged_file_is_nobody_s_fault_and_is_named_as_the_lake_knows_it(yard: Yard) -> None:
    await yard.keep(event(1))
    await yard.keep(event(2))
    (broken, _) = yard.files()
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    for ask in (
        yard.lake.search(DEFAULT_TENANT, EventFilter(), 10),
        yard.lake.histogram(DEFAULT_TENANT, EventFilter(), HOUR),
        yard.lake.facet(DEFAULT_TENANT, EventFilter(), "user", 10),
        yard.hunt("SELECT * FROM events"),
    ):
        with pytest.raises(UnavailableError, match=r"damaged; `netsentinel events check` names all") as caught:
            await ask
        assert broken in caught.value.detail
        assert str(yard.folder)[:12] not in caught.value.detail


async def test_a_large_write_may_take_longer(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WRITE_S", 0.0)
    monkeypatch.setattr(module, "_SLOWEST", 2**40)
    with pytest.raises(UnavailableError, match=r"longer than 0 s and was stopped\.$"):
        await yard.keep(event(1), event(2))
    monkeypatch.setattr(module, "_SLOWEST", 1)
    assert await yard.keep(event(1), event(2)) == 2


async def test_what_cannot_be_removed_now_stops_nothing(yard: Yard) -> None:
    for number in range(MERGE_AT):
        await yard.keep(event(number))
    (first, *_) = yard.files()
    assert await yard.lake.compact() == MERGE_AT
    (yard.folder / first).unlink()
    (yard.folder / first).mkdir()  # cannot be unlinked
    yard.clock.advance(300 * SECOND)
    with capture_logs() as told:
        assert await yard.lake.compact() == 0
    assert [one["event"] for one in told] == ["lake_file_left"]
    assert len([path for path in yard.files() if (yard.folder / path).is_file()]) == 1


async def test_a_dead_worker_is_replaced(yard: Yard) -> None:
    await yard.keep(event(1))
    asked = asyncio.create_task(yard.hunt("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"))
    idle = set(yard.workers.pids)
    async with asyncio.timeout(20):
        while not (busy := set(yard.workers.pids)):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    for pid in busy | idle:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnavailableError, match="died"):
        await asked
    assert len(await yard.found(limit=10)) == 1


async def looked(yard: Yard, *, is_older: bool = False) -> tuple[LakeCheck, dict[str, Damage]]:
    """What a check finds whose process has read nothing before; of files as they were without digests, if need be."""
    await asyncio.gather(*(yard.workers._kill(worker) for worker in list(yard.workers._all)))
    check = LakeCheck(yard.db, SqlLakeFiles(), yard.folder, yard.workers, yard.folder.with_name("given-up"))
    files = await check.files()
    assert all(file.digest for file in files)
    files = [msgspec.structs.replace(file, digest="") for file in files] if is_older else files
    return check, {one.file.path: one async for one in check.look(files) if one is not None}


@pytest.mark.parametrize("is_older", [False, True])
async def test_a_check_names_what_is_missing_or_damaged(yard: Yard, is_older: bool) -> None:
    await yard.keep(*(event(number, time=NOON + number % 4 * DAY + number) for number in range(12)))
    missing, cut, altered, _ = yard.files()
    (yard.folder / missing).unlink()
    (yard.folder / cut).write_bytes((yard.folder / cut).read_bytes()[:-20])
    content = bytearray((yard.folder / altered).read_bytes())
    content[4:40] = b"\xff" * 36
    (yard.folder / altered).write_bytes(content)
    _, damaged = await looked(yard, is_older=is_older)
    assert damaged.keys() == {missing, cut, altered}
    assert all(one.is_certain for one in damaged.values())
    assert damaged[missing].why == "It is not in this server's folder."
    size = (yard.folder / cut).stat().st_size
    assert damaged[cut].why == f"It has {size:,} bytes; {size + 20:,} were stored."
    assert damaged[altered].why
    assert str(yard.folder) not in "".join(one.why for one in damaged.values())


async def test_every_change_of_a_byte_is_found(yard: Yard) -> None:
    await yard.keep(event(1), event(2), event(3))
    (path,) = (yard.folder / file for file in yard.files())
    content = path.read_bytes()
    for at in range(0, len(content), 97):
        path.write_bytes(content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :])
        (damage,) = (await looked(yard))[1].values()
        assert damage.why == "It is not what was stored: bytes of it were changed."
    path.write_bytes(content)
    assert (await looked(yard))[1] == {}


async def test_what_is_no_file_is_damaged_and_can_be_given_up(yard: Yard) -> None:
    await yard.keep(event(1, time=NOON), event(2, time=NOON + DAY))
    folder, pipe = yard.files()
    for name in (folder, pipe):
        (yard.folder / name).unlink()
    (yard.folder / folder).mkdir()
    os.mkfifo(yard.folder / pipe)
    check, damaged = await looked(yard)
    assert {path: (one.why, one.is_certain) for path, one in damaged.items()} == dict.fromkeys(
        (folder, pipe), ("It cannot be read: it is no regular file.", True)
    )
    assert await check.give_up(list(damaged.values())) == 2
    assert await yard.found() == []


async def test_a_file_with_other_events_than_were_stored_is_damaged(yard: Yard) -> None:
    await yard.keep(event(1))
    await yard.keep(event(1), event(2))
    check, damaged = await looked(yard, is_older=True)
    assert damaged == {}
    one, two = (msgspec.structs.replace(file, digest="") for file in await check.files())
    both = [
        msgspec.structs.replace(one, path=two.path, size=two.size),
        msgspec.structs.replace(two, path=one.path, size=one.size),
    ]
    why = [found.why async for found in check.look(both) if found is not None]
    assert sorted(why) == ["It has 1 events; 2 were stored.", "It has 2 events; 1 were stored."]


async def test_what_is_given_up_is_searched_no_more_and_the_journal_says_what_was_lost(yard: Yard) -> None:
    for number in range(1, 4):
        await yard.keep(event(number), event(number + 10))
    await yard.keep(event(4, tenant=OTHER))
    broken, missing = yard.files()[:2]
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    (yard.folder / missing).unlink()
    with pytest.raises(UnavailableError, match="events check"):
        await yard.found()
    check, damaged = await looked(yard)
    assert await check.give_up(list(damaged.values())) == 4
    assert len(await yard.found()) == 2
    assert len(await yard.found(OTHER)) == 1
    aside = yard.folder.with_name("given-up")
    assert [path for path in aside.rglob("*") if path.is_file()] == [aside / broken]
    told = await yard.db.read(
        lambda tx: list(tx.rows("SELECT tenant, subject, payload FROM journal WHERE kind = 'events.given-up'"))
    )
    assert sorted((tenant, subject) for tenant, subject, _ in told) == [
        (DEFAULT_TENANT, broken),
        (DEFAULT_TENANT, missing),
    ]
    lost = {str(subject): msgspec.json.decode(str(payload), type=dict[str, Any]) for _, subject, payload in told}
    assert {(one["events"], one["until"] - one["since"]) for one in lost.values()} == {(2, 10 * SECOND)}
    assert {path: one["reason"] for path, one in lost.items()} == {path: one.why for path, one in damaged.items()}
    assert await check.give_up(list(damaged.values())) == 0, "given up before"
    assert await yard.lake.tidy() == 0
    assert (await looked(yard))[1] == {}


async def test_what_is_merged_while_a_check_runs_is_not_missing(yard: Yard) -> None:
    await yard.keep(event(1))
    check, _ = await looked(yard)
    before = await check.files()
    (yard.folder / before[0].path).unlink()
    await yard.db.write(lambda tx: SqlLakeFiles().remove(tx, [before[0].path]))
    assert [one async for one in check.look(before)] == [None]


async def test_giving_up_that_a_crash_ended_is_done_the_next_time(yard: Yard) -> None:
    await yard.keep(event(1))
    (broken,) = yard.files()
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    check, damaged = await looked(yard)
    check._put_aside([broken])
    assert await check.give_up(list(damaged.values())) == 1
    assert not (yard.folder / broken).exists()
    assert (yard.folder.with_name("given-up") / broken).read_bytes() == b"PAR1 and nothing that follows"


async def test_what_the_server_merged_before_it_was_given_up_stays_for_its_searches(yard: Yard) -> None:
    await yard.keep(event(1))
    (broken,) = yard.files()
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    check, damaged = await looked(yard)
    await yard.db.write(lambda tx: SqlLakeFiles().remove(tx, [broken]))
    assert await check.give_up(list(damaged.values())) == 0
    assert (yard.folder / broken).exists()


async def test_what_is_put_aside_is_on_the_disk_before_it_is_struck_off(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await yard.keep(event(1))
    (broken,) = yard.files()
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    check, damaged = await looked(yard)
    kept, done, write = yard.folder.with_name("given-up") / broken, list[object](), yard.db.write

    async def struck(work: Callable[[Tx], object]) -> object:
        done.append("struck")
        return await write(work)

    monkeypatch.setattr(checking, "sync", lambda folder: done.append((folder, kept.exists())))
    monkeypatch.setattr(yard.db, "write", struck)
    assert await check.give_up(list(damaged.values())) == 1
    assert done == [(kept.parent, True), "struck"]


async def test_what_cannot_be_put_aside_is_not_given_up(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    await yard.keep(event(1))
    (broken,) = yard.files()
    (yard.folder / broken).write_bytes(b"PAR1 and nothing that follows")
    check, damaged = await looked(yard)

    def refuse(_: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link", str(target))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with pytest.raises(
        UnavailableError, match=rf"Nothing was given up: {broken} .*Invalid cross-device link.* Move it"
    ):
        await check.give_up(list(damaged.values()))
    assert (yard.folder / broken).exists()
    assert [file.path for file in await check.files()] == [broken]
    (yard.folder / broken).rename(yard.folder.with_name("elsewhere"))
    _, damaged = await looked(yard)
    assert await check.give_up(list(damaged.values())) == 1


async def test_what_the_disk_cannot_read_any_more_can_be_given_up(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    await yard.keep(event(1))

    def broken(_: Path) -> str:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as bad:
        bad.setattr(checking, "digest_of", broken)
        check, damaged = await looked(yard)
    (damage,) = damaged.values()
    assert (damage.why, damage.is_certain) == ("It cannot be read: Input/output error.", True)
    assert await check.give_up([damage]) == 1
    assert (yard.folder.with_name("given-up") / damage.file.path).is_file()


async def test_what_was_changed_is_not_merged_into_a_file_that_is_sound(yard: Yard) -> None:
    for number in range(MERGE_AT):
        await yard.keep(event(number))
    changed = yard.files()[0]
    content = bytearray((yard.folder / changed).read_bytes())
    at = content.index(b"evt") if b"evt" in content else 4
    content[at] ^= 1
    (yard.folder / changed).write_bytes(content)
    with capture_logs() as told:
        for _ in range(6):
            await yard.lake.compact()
    assert changed in {file.path for file in await yard.db.read(SqlLakeFiles().all)}
    assert f"{changed} is not what was stored" in str(told[0]["detail"])
    assert (await looked(yard))[1].keys() == {changed}


async def test_files_from_before_there_were_digests_become_one_too(yard: Yard) -> None:
    for number in range(MERGE_AT):
        await yard.keep(event(number))
    await yard.db.write(lambda tx: tx.run("UPDATE lake_files SET digest = ''"))
    assert await yard.lake.compact() == MERGE_AT
    (made,) = await yard.db.read(SqlLakeFiles().all)
    assert made.digest


async def test_what_may_not_be_read_is_not_called_damaged(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    await yard.keep(event(1))

    def refuse(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checking, "_size", refuse)
    (unsure,) = (await looked(yard))[1].values()
    assert (unsure.why, unsure.is_certain) == ("It cannot be read: Permission denied.", False)
    monkeypatch.undo()
    check, damaged = await looked(yard, is_older=True)
    assert damaged == {}
    (pid,) = yard.workers.pids
    os.kill(pid, signal.SIGSTOP)
    without_digest = [msgspec.structs.replace(file, digest="") for file in await check.files()]
    looking = asyncio.ensure_future(anext(check.look(without_digest)))
    while yard.workers._idle:
        await asyncio.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnavailableError, match="worker died"):
        await looking


async def test_what_was_merged_since_is_not_missing(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MERGE_AT", 2)
    await yard.keep(event(1))
    await yard.keep(event(2))
    check, _ = await looked(yard)
    files = await check.files()
    assert await yard.lake.compact() == 2
    yard.clock.advance(DAY)
    await yard.lake.compact()
    assert [one async for one in check.look(files)] == [None, None]
