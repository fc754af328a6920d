import pytest

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId
from netsentinel.storage import Tx
from tests.unit.alerts.factories import alert
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def fill(desk: Desk, count: int, tenant: TenantId = DEFAULT_TENANT) -> None:
    def append(tx: Tx) -> None:
        for number in range(count):
            tx.append(NewEntry("alert.raised", tenant, "system", f"alr_{number:04}", alert(number)))

    await desk.database.write(append)


async def test_entries_come_in_order_with_their_live_names(desk: Desk) -> None:
    await fill(desk, 3)
    page = (await desk.get("/api/v2/entries")).json()
    assert [item["seq"] for item in page["items"]] == [1, 2, 3]
    assert {(item["kind"], item["name"], item["topic"]) for item in page["items"]} == {
        ("alert.raised", "alert:raised", "alerts")
    }
    assert (page["next"], page["newest"], page["oldest"]) == (3, 3, 1)
    assert page["epoch"]


async def test_going_on_misses_nothing(desk: Desk) -> None:
    await fill(desk, 5)
    seen: list[int] = []
    after = 0
    while page := (await desk.get(f"/api/v2/entries?limit=2&after={after}")).json():
        seen += [item["seq"] for item in page["items"]]
        after = page["next"]
        if not page["items"]:
            break
    assert seen == [1, 2, 3, 4, 5]


async def test_another_tenants_entries_are_passed_over(desk: Desk) -> None:
    await fill(desk, 2, TenantId("other"))
    page = (await desk.get("/api/v2/entries")).json()
    assert (page["items"], page["next"]) == ([], 2)


async def test_audit_entries_need_the_permission(desk: Desk) -> None:
    asked = await desk.get("/api/v2/entries?topic=audit")
    assert asked.json()["items"] == []
    assert (await desk.get("/api/v2/entries?topic=audit", Role.ADMIN)).status_code == 200


async def test_an_unknown_topic_is_named(desk: Desk) -> None:
    answer = await desk.get("/api/v2/entries?topic=gossip")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-filter")
    assert "gossip" in answer.json()["detail"]
    assert "audit" not in answer.json()["topics"]


async def test_a_filter_keeps_what_a_subscription_would(desk: Desk) -> None:
    await fill(desk, 3)
    conditions = '[{"field": "subject", "op": "=", "value": "alr_0001"}]'
    page = (await desk.get(f"/api/v2/entries?topic=alerts&limit=2&filter={conditions}")).json()
    assert [item["subject"] for item in page["items"]] == ["alr_0001"]
    assert page["next"] == 2, "it moves past what the filter left out"


@pytest.mark.parametrize(
    "query",
    [
        "filter=[]",
        "topic=alerts,threats&filter=[]",
        "topic=alerts&filter=no",
        'topic=alerts&filter=[{"field": "nothing", "op": "=", "value": 1}]',
        'topic=alerts&filter=[{"field": "level", "op": "~", "value": 1}]',
    ],
)
async def test_a_filter_that_does_not_fit_is_refused(desk: Desk, query: str) -> None:
    answer = await desk.get(f"/api/v2/entries?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-filter")
