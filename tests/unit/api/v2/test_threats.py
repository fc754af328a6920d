import msgspec
import pytest

from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import Tx
from tests.unit.alerts.factories import alert
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def fill(desk: Desk, count: int) -> None:
    def save(tx: Tx) -> None:
        for number in range(count):
            raised = alert(number, entity=f"192.0.2.{number}", score=20 + number, updated_at=desk.clock.now())
            desk.stores.alerts.save(tx, raised)
            payload = msgspec.to_builtins(raised)
            entry = Entry(1, DEFAULT_TENANT, "alert.raised", 0, "system", raised.id, payload, (), audited=False)
            desk.alerts.on_alert_entry(tx, entry)

    await desk.database.write(save)


async def test_threats_are_ranked_and_paged(desk: Desk) -> None:
    await fill(desk, 5)
    first = (await desk.get("/api/v2/threats?limit=3")).json()
    rest = (await desk.get(f"/api/v2/threats?limit=3&cursor={first['next']}")).json()
    scores = [item["score"] for item in first["items"] + rest["items"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 5
    assert rest["next"] is None


@pytest.mark.parametrize("count", [1, 40])
async def test_a_list_costs_one_statement_however_long_it_is(desk: Desk, count: int) -> None:
    await fill(desk, count)
    await desk.get("/api/v2/threats?limit=100")
    assert desk.statements == 1


async def test_filters_look_at_the_score_of_now(desk: Desk) -> None:
    await fill(desk, 5)
    assert len((await desk.get("/api/v2/threats?min_score=22&kind=address&q=192.0")).json()["items"]) == 3
    desk.clock.advance(6 * HOUR)
    assert (await desk.get("/api/v2/threats?min_score=22")).json()["items"] == []


async def test_one_threat_with_its_alerts(desk: Desk) -> None:
    await fill(desk, 2)
    detail = (await desk.get("/api/v2/threats/192.0.2.1")).json()
    assert detail["threat"]["entity"] == "192.0.2.1"
    assert [item["id"] for item in detail["alerts"]] == ["alr_0001"]
    assert (await desk.get("/api/v2/threats/192.0.2.9")).status_code == 404
