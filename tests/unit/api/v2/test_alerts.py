import msgspec
import pytest

from netsentinel.alerts.model import AlertSample, RuleText
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from netsentinel.storage import Tx
from tests.unit.alerts.factories import NOON, alert
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def fill(desk: Desk, count: int) -> None:
    def save(tx: Tx) -> None:
        for number in range(count):
            desk.stores.alerts.save(tx, alert(number, entity=f"192.0.2.{number % 3}"))

    await desk.database.write(save)


async def test_a_list_is_the_alerts_field_for_field(desk: Desk) -> None:
    await fill(desk, 1)
    answer = await desk.get("/api/v2/alerts")
    expected = msgspec.json.decode(msgspec.json.encode(alert(0, entity="192.0.2.0")))
    assert answer.json() == {"items": [expected], "next": None}


async def test_pages_and_filters(desk: Desk) -> None:
    await fill(desk, 7)
    first = (await desk.get("/api/v2/alerts?limit=4")).json()
    rest = (await desk.get(f"/api/v2/alerts?limit=4&cursor={first['next']}")).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == [f"alr_{number:04}" for number in reversed(range(7))]
    found = (await desk.get("/api/v2/alerts?entity=192.0.2.1&status=open&min_level=low&q=alert")).json()["items"]
    assert [item["id"] for item in found] == ["alr_0004", "alr_0001"]


async def test_by_arrival_those_come_first_that_were_raised_last(desk: Desk) -> None:
    def save(tx: Tx) -> None:
        for number in range(3):
            desk.stores.alerts.save(tx, alert(number, last_at=NOON + number, raised_at=NOON + HOUR - number))

    await desk.database.write(save)
    first = (await desk.get("/api/v2/alerts?by_arrival=true&limit=2")).json()
    rest = (await desk.get(f"/api/v2/alerts?by_arrival=true&limit=2&cursor={first['next']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ["alr_0000", "alr_0001", "alr_0002"]


async def test_by_score_the_gravest_come_first(desk: Desk) -> None:
    def save(tx: Tx) -> None:
        for number, score in enumerate((30, 90, 30, 10)):
            desk.stores.alerts.save(tx, alert(number, score=score))

    await desk.database.write(save)
    first = (await desk.get("/api/v2/alerts?by_score=true&limit=2")).json()
    rest = (await desk.get(f"/api/v2/alerts?by_score=true&limit=2&cursor={first['next']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ["alr_0001", "alr_0002", "alr_0000", "alr_0003"]
    for refused in (f"by_arrival=true&cursor={first['next']}", "by_arrival=true&by_score=true"):
        assert (await desk.get(f"/api/v2/alerts?{refused}")).status_code == 400


@pytest.mark.parametrize("count", [1, 50])
async def test_a_list_costs_one_statement_however_long_it_is(desk: Desk, count: int) -> None:
    await fill(desk, count)
    await desk.get("/api/v2/alerts?limit=100")
    assert desk.statements == 1


async def test_an_alert_explains_itself(desk: Desk) -> None:
    await fill(desk, 4)
    sample = AlertSample(NOON, (MatchedField("url", "/x", "is /x"),), {"raw": 1})

    def explain(tx: Tx) -> None:
        desk.stores.evidence.keep_sample(tx, DEFAULT_TENANT, "alr_0000", 0, sample)
        rule = RuleText("rule-1", "Title", "What it means.", ("tests",), ("https://example.org",), "title: Title")
        desk.stores.evidence.keep_rule(tx, DEFAULT_TENANT, rule)

    await desk.database.write(explain)
    detail = (await desk.get("/api/v2/alerts/alr_0000")).json()
    assert detail["rule"]["source"] == "title: Title"
    assert detail["samples"] == [
        {
            "at": NOON,
            "matched": [{"field": "url", "value": "/x", "condition": "is /x"}],
            "event": {"raw": 1},
            "source": "",
            "src_ip": "",
            "dst_ip": "",
            "user": "",
            "device": "",
        }
    ]
    assert [other["id"] for other in detail["related"]] == ["alr_0003"]
    assert desk.statements == 5


async def test_an_analyst_judges_and_a_viewer_does_not(desk: Desk) -> None:
    await fill(desk, 1)
    change = {"status": "closed", "verdict": "false_positive"}
    refused = await desk.call("PATCH", "/api/v2/alerts/alr_0000", Role.VIEWER, json=change)
    assert (refused.status_code, refused.json()["permission"]) == (403, "alerts:write")
    judged = (await desk.call("PATCH", "/api/v2/alerts/alr_0000", json=change)).json()
    assert (judged["status"], judged["verdict"], judged["version"]) == ("closed", "false_positive", 2)


@pytest.mark.parametrize("body", [{}, {"status": "gone"}, {"status": "open", "owner": "me"}])
async def test_a_change_that_says_nothing_known_is_refused(desk: Desk, body: dict[str, str]) -> None:
    await fill(desk, 1)
    answer = await desk.call("PATCH", "/api/v2/alerts/alr_0000", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


async def test_a_change_is_refused_when_somebody_was_faster(desk: Desk) -> None:
    await desk.database.write(lambda tx: desk.stores.alerts.save(tx, alert(1)))
    path = "/api/v2/alerts/alr_0001"
    tag = (await desk.get(path)).headers["etag"]
    assert (await desk.call("GET", path, headers={"If-None-Match": tag})).status_code == 304
    done = await desk.call("PATCH", path, json={"status": "acknowledged"}, headers={"If-Match": tag})
    assert done.status_code == 200
    for method, place, body in (
        ("PATCH", path, {"status": "closed"}),
        ("POST", f"{path}/assignment", {"assignee": ""}),
    ):
        late = await desk.call(method, place, json=body, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "precondition-failed")
    assert (await desk.call("PATCH", path, json={"status": "closed"}, headers={"If-Match": "*"})).status_code == 200
    gone = await desk.call("PATCH", "/api/v2/alerts/alr_none", json={"status": "closed"}, headers={"If-Match": tag})
    assert gone.status_code == 404
