import pytest

from netsentinel.events import SourceReport
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import Tx
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def fill(desk: Desk, count: int) -> None:
    def record(tx: Tx) -> None:
        for number in range(count):
            report = SourceReport(DEFAULT_TENANT, f"s{number}", "zeek", 10, 1, 99, 5, "not JSON")
            desk.sources.record(tx, report, desk.clock.now())
            desk.sources.keep_rejected(tx, DEFAULT_TENANT, f"s{number}", [(b"\xff?", "not JSON")], desk.clock.now())

    await desk.database.write(record)


async def test_sources_come_with_their_counts(desk: Desk) -> None:
    await fill(desk, 2)
    items = (await desk.get("/api/v2/sources")).json()["items"]
    assert [(item["name"], item["events"], item["rejected"], item["last_error"]) for item in items] == [
        ("s0", 10, 1, "not JSON"),
        ("s1", 10, 1, "not JSON"),
    ]


@pytest.mark.parametrize("count", [1, 30])
async def test_the_list_costs_the_same_however_long_it_is(desk: Desk, count: int) -> None:
    await fill(desk, count)
    await desk.get("/api/v2/sources")
    assert desk.statements == 2


async def test_a_rejected_line_is_shown_with_its_reason(desk: Desk) -> None:
    await fill(desk, 1)
    (item,) = (await desk.get("/api/v2/sources/s0/rejected")).json()["items"]
    assert item == {"at": desk.clock.now(), "line": "\ufffd?", "reason": "not JSON"}
    assert (await desk.get("/api/v2/sources/other/rejected")).json() == {"items": []}
    assert (await desk.get("/api/v2/sources/s0/rejected?limit=0")).status_code == 400
