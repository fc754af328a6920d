import json
from pathlib import Path

import httpx2
import pytest

from netsentinel.events import FORMATS, InboxBatch
from netsentinel.events.lake import COLUMNS, EventLake, LakeFile
from netsentinel.events.lake.frames import Answer, Counted, Found, Request, Search, Tallied, Tally
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lake.store_duckdb import DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.kernel.clock import DAY, HOUR, MINUTE
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

LINES = {"Content-Type": "application/x-ndjson"}


async def test_a_batch_is_on_disk_when_it_is_acknowledged(desk: Desk) -> None:
    answer = await desk.call("POST", "/api/v2/events?source=edge", content=b'{"a":1}\n{"a":2}', headers=LINES)
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["records"] == 2
    (batch,) = await desk.database.read(lambda tx: desk.inbox.fetch(tx, range(1, 11)))
    assert (batch.id, batch.tenant, batch.source, batch.records) == (accepted["batch"], DEFAULT_TENANT, "edge", 2)
    assert desk.woken == 1


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/api/v2/events?source=a%20b", b"{}", "application/x-ndjson"),
        ("/api/v2/events?format=nonsense", b"{}", "application/x-ndjson"),
        ("/api/v2/events", b"", "application/x-ndjson"),
        ("/api/v2/events", b"{}", "application/xml"),
        ("/api/v2/events", b"[", "application/json"),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_not_kept(desk: Desk, path: str, body: bytes, kind: str) -> None:
    answer = await desk.call("POST", path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert await desk.database.read(lambda tx: desk.inbox.fetch(tx, range(1, 11))) == []
    assert desk.woken == 0


async def fill(desk: Desk, folder: Path, count: int, received_at: int = 1_000) -> None:
    spool = SpoolWriter(folder)
    spool.begin(InboxBatch(7, DEFAULT_TENANT, "eve", "", received_at, count, b""))
    for number in range(count):
        line = b'{"timestamp":"2026-06-01T00:00:%02dZ","event_type":"dns","src_ip":"10.0.0.%d"}' % (number, number % 3)
        spool.keep([FORMATS["suricata"].parse(json.loads(line), line, DEFAULT_TENANT, "eve")])
    await desk.events.append(spool.cut(), lambda _: None)


async def test_pages_and_filters_of_stored_events(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, tmp_path, 7)
    first = (await desk.get("/api/v2/events?limit=4")).json()
    rest = (await desk.get(f"/api/v2/events?limit=4&cursor={first['next']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [f"evt_7_{n}" for n in reversed(range(7))]
    assert rest["next"] is None
    assert set(first["items"][0]) == {"id", "entity", *COLUMNS}
    assert first["items"][0]["native"]["src_ip"] == "10.0.0.0"
    found = (
        await desk.get("/api/v2/events?where=src_ip=10.0.0.1&where=src_ip=10.0.0.2&q=DNS&where=class_uid=4003")
    ).json()
    assert [item["number"] for item in found["items"]] == [5, 4, 2, 1]


async def test_stored_events_are_counted_over_time(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, tmp_path, 7)
    start = 1_780_272_000_000_000
    path = f"/api/v2/events/histogram?since={start}&until={start + 6_000_000}&bars=3"
    stored = {"oldest": start, "newest": start + 6_000_000}
    assert (await desk.get(path)).json() == {
        "items": [{"at": start + second * 1_000_000, "count": 2, "parts": []} for second in (0, 2, 4)],
        "since": start,
        "until": start + 6_000_000,
        "width": 2_000_000,
        "stored": stored,
        "late": 0,
    }
    parts = (await desk.get(f"{path}&by=class_uid")).json()["items"][0]["parts"]
    assert parts == [{"value": 4003, "count": 2}]
    whole = (await desk.get("/api/v2/events/histogram?bars=1")).json()
    assert (sum(item["count"] for item in whole["items"]), whole["since"], whole["stored"]) == (7, start, stored)


async def test_without_ends_the_range_is_that_of_what_was_found(desk: Desk, tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path)
    spool.begin(InboxBatch(8, DEFAULT_TENANT, "stopped-clock", "", 1_000, 1, b""))
    line = b'{"timestamp":"1970-01-02T00:00:00Z","event_type":"dns","src_ip":"10.9.9.9"}'
    spool.keep([FORMATS["suricata"].parse(json.loads(line), line, DEFAULT_TENANT, "stopped-clock")])
    await desk.events.append(spool.cut(), lambda _: None)
    await fill(desk, tmp_path, 7)
    start = 1_780_272_000_000_000
    found = (await desk.get("/api/v2/events/histogram?where=source=eve&bars=60")).json()
    assert sum(item["count"] for item in found["items"]) == 7
    assert (found["stored"]["oldest"], found["stored"]["newest"]) == (DAY, start + 6_000_000)
    assert found["since"] <= start
    assert start + 6_000_000 < found["until"] <= found["since"] + 2 * MINUTE


async def test_older_events_that_arrived_lately_are_told_of_and_can_be_listed(desk: Desk, tmp_path: Path) -> None:
    desk.clock.advance(7 * DAY)
    now = desk.clock.now()
    await fill(desk, tmp_path, 7, received_at=now - MINUTE)
    oldest = 1_780_272_000_000_000
    since = oldest + 3_000_000
    assert (await desk.get(f"/api/v2/events/histogram?since={since}")).json()["late"] == 3
    assert (await desk.get(f"/api/v2/events/histogram?since={since}&where=src_ip=10.0.0.1")).json()["late"] == 1
    for known in (f"since={since}&until={since + 1}", f"since={since}&by_arrival=true", "", f"since={oldest}"):
        assert (await desk.get(f"/api/v2/events/histogram?{known}")).json()["late"] == 0
    arrived = (await desk.get(f"/api/v2/events?by_arrival=true&since={now - HOUR}&limit=4")).json()
    rest = (await desk.get(f"/api/v2/events?by_arrival=true&limit=4&cursor={arrived['next']}")).json()
    assert [item["number"] for item in arrived["items"] + rest["items"]] == [6, 5, 4, 3, 2, 1, 0]
    desk.clock.advance(HOUR)
    assert (await desk.get(f"/api/v2/events/histogram?since={since}")).json()["late"] == 0, "no longer lately"
    desk.clock.advance(-HOUR)
    bars = (await desk.get("/api/v2/events/histogram?by_arrival=true")).json()
    assert (bars["since"], [bar["count"] for bar in bars["items"]]) == (now // DAY * DAY, [7])
    await fill(desk, tmp_path, 3, received_at=now - 2 * DAY)  # of a batch that could not be stored sooner
    bars = (await desk.get("/api/v2/events/histogram?by_arrival=true")).json()
    assert (bars["since"], [bar["count"] for bar in bars["items"]]) == ((now - 2 * DAY) // DAY * DAY, [3, 7])


async def test_the_range_of_a_count_without_one_is_what_is_stored(desk: Desk) -> None:
    nothing = (await desk.get("/api/v2/events/histogram")).json()
    now = desk.clock.now()
    assert (nothing["items"], nothing["stored"], nothing["since"], nothing["until"]) == ([], None, now - DAY, now)
    assert (await desk.get("/api/v2/events/histogram?since=9&until=9")).status_code == 400
    for name in ("since", "until"):
        assert (await desk.get(f"/api/v2/events?{name}={2**63}")).status_code == 400
    assert (await desk.get("/api/v2/events/histogram?by=src_ip")).status_code == 400


@pytest.mark.parametrize(
    ("span", "bars", "width"),
    [
        (1, 500, 1),
        (3_600, 60, 60),
        (3_601, 60, 120),
        (86_400, 100, 900),
        (30 * 86_400, 60, 43_200),
        (400 * 86_400, 30, 14 * 86_400),
    ],
)
async def test_spans_have_lengths_that_people_count_in(desk: Desk, span: int, bars: int, width: int) -> None:
    path = f"/api/v2/events/histogram?since=1&until={1 + span * 1_000_000}&bars={bars}"
    assert (await desk.get(path)).json()["width"] == width * 1_000_000


async def test_values_of_a_column_are_counted(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, tmp_path, 7)
    answer = await desk.get("/api/v2/events/facets?column=src_ip&limit=2&where=src_ip!=10.0.0.0")
    assert answer.json() == {
        "column": "src_ip",
        "items": [{"value": "10.0.0.1", "count": 2}, {"value": "10.0.0.2", "count": 2}],
        "distinct": 2,
        "events": 4,
    }
    assert (await desk.get("/api/v2/events/facets?column=native")).status_code == 400


async def test_one_event_is_found_by_its_id(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, tmp_path, 3)
    answer = await desk.get("/api/v2/events/evt_7_1")
    assert (answer.status_code, answer.json()["id"], answer.json()["native"]["src_ip"]) == (200, "evt_7_1", "10.0.0.1")
    assert answer.json()["entity"] == "10.0.0.1"
    for wrong in ("evt_7_3", "evt_8_1", "evt_7", "nonsense", "evt_99999999999999999999_1"):
        assert (await desk.get(f"/api/v2/events/{wrong}")).status_code == 404, wrong


MANY = "&".join(["where=user=a"] * 21)


@pytest.mark.parametrize(
    "query",
    [
        "where=nothing=1",
        "where=src_ip",
        "where=dst_port=x",
        "where=dst_port=99999999999999999999",
        "regex=(",
        "cursor=x",
        "limit=0",
        "source=eve",
        MANY,
    ],
)
async def test_a_search_that_cannot_be_understood_is_refused(desk: Desk, query: str) -> None:
    assert (await desk.get(f"/api/v2/events?{query}")).status_code == 400


async def test_an_analyst_hunts_and_a_viewer_does_not(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, tmp_path, 3)
    body = {"sql": "SELECT * FROM events", "limit": 2}
    refused = await desk.call("POST", "/api/v2/hunts", Role.VIEWER, json=body)
    assert (refused.status_code, refused.json()["permission"]) == (403, "events:hunt")
    result = (await desk.call("POST", "/api/v2/hunts", json=body)).json()
    assert (len(result["rows"]), result["truncated"], result["columns"][0]) == (2, True, "batch")


class Silence:
    """Lake workers that find nothing."""

    async def ask(self, request: Request, timeout_s: float) -> Answer:
        if isinstance(request, Tally):
            return Tallied((), 0, 0)
        return Found(()) if isinstance(request, Search) else Counted(())


@pytest.mark.parametrize("count", [1, 300])
@pytest.mark.parametrize(
    ("path", "statements"),
    [("/api/v2/events", 1), ("/api/v2/events/histogram", 2), ("/api/v2/events/facets?column=user", 1)],
)
async def test_a_search_costs_the_same_statements_however_many_files_there_are(
    desk: Desk, tmp_path: Path, path: str, statements: int, count: int
) -> None:
    processes = LakeProcesses(*[Silence()] * 3)  # type: ignore[arg-type] - what a search needs
    store = DuckLake(desk, SqlLakeFiles(), tmp_path, processes, desk.clock)  # type: ignore[arg-type] - counts
    desk.app.state.services.lake = EventLake(store, store, desk.clock)
    now = desk.clock.now()
    files = [
        LakeFile(
            path=f"default/1/4001/{number}.parquet",
            tenant=DEFAULT_TENANT,
            day=1,
            class_uid=4001,
            events=1,
            size=1,
            min_time=now - 1,
            max_time=now - 1,
            stored_at=now,
        )
        for number in range(count)
    ]
    await desk.database.write(lambda tx: SqlLakeFiles().add(tx, files))
    assert (await desk.get(path)).status_code == 200
    assert desk.statements == statements


async def test_a_repeated_position_is_answered_and_not_stored(desk: Desk) -> None:
    async def post(position: str) -> httpx2.Response:
        return await desk.call(
            "POST", "/api/v2/events", content=b"{}\n", headers={**LINES, "X-Source-Position": position}
        )

    assert (await post("f:0-3")).json() == {"batch": 1, "records": 1, "duplicate": False, "position": 3}
    again = await post("f:0-3")
    assert again.status_code == 202
    assert again.json() == {"batch": 0, "records": 0, "duplicate": True, "position": 3}
    assert (await post("nonsense")).status_code == 400
    assert len(await desk.database.read(lambda tx: desk.inbox.fetch(tx, range(1, 11)))) == 1
