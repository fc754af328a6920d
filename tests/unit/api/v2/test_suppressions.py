import pytest

from netsentinel.alerts import AlertGrouping
from netsentinel.alerts.suppression import SuppressionGate
from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.types import Role
from netsentinel.storage import Tx
from tests.unit.alerts.factories import NOON, alert, finding
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

SUPPRESSIONS = "/api/v2/suppressions"
SCOPE = {"conditions": [{"field": "src_ip", "match": "cidr", "values": ["203.0.113.0/24"]}]}


async def make(desk: Desk, **changes: object) -> str:
    answer = await desk.call("POST", SUPPRESSIONS, json={**SCOPE, "reason": "our scanner", **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def detect(desk: Desk, *addresses: str) -> int:
    """Let findings come in as the processor does; how many alerts changed."""
    gate = SuppressionGate(desk.hiding)
    grouping = AlertGrouping(desk.stores.alerts, desk.stores.evidence, HOUR, gate)
    found = [finding(src_ip=address, entity=address, fingerprint=address) for address in addresses]
    return len((await desk.database.write(lambda tx: grouping.apply(tx, found, desk.clock.now()))).alerts)


async def test_what_is_suppressed_raises_no_alert_until_it_is_lifted(desk: Desk) -> None:
    name = await make(desk)
    assert await detect(desk, "203.0.113.66", "198.51.100.1", "203.0.113.67") == 1
    detail = (await desk.get(f"{SUPPRESSIONS}/{name}")).json()
    assert (detail["suppression"]["hidden"], detail["suppression"]["state"]) == (2, "active")
    assert {one["src_ip"] for one in detail["examples"]} == {"203.0.113.66", "203.0.113.67"}
    assert detail["examples"][0]["event"] == {"event_type": "http"}
    lifted = (await desk.call("DELETE", f"{SUPPRESSIONS}/{name}")).json()
    assert (lifted["state"], lifted["lifted_by_name"]) == ("lifted", "analyst key")
    assert await detect(desk, "203.0.113.66") == 1
    assert [one["hidden"] for one in (await desk.get(SUPPRESSIONS)).json()["items"]] == [2]
    assert (await desk.get(f"{SUPPRESSIONS}?active=true")).json() == {"items": [], "next": None}


async def test_a_preview_hides_nothing(desk: Desk) -> None:
    def save(tx: Tx) -> None:
        desk.stores.alerts.save(tx, alert(1, last_at=desk.clock.now(), count=7))
        desk.stores.alerts.save(tx, alert(2, last_at=desk.clock.now(), src_ip="192.0.2.1"))

    await desk.database.write(save)
    found = (await desk.call("POST", f"{SUPPRESSIONS}/preview", json=SCOPE | {"days": 7})).json()
    assert (found["alerts"], found["findings"], found["scanned"], found["days"]) == (1, 7, 2, 7)
    assert [one["id"] for one in found["examples"]] == ["alr_0001"]
    assert (await desk.get(SUPPRESSIONS)).json()["items"] == []


async def test_a_preview_costs_the_same_for_one_alert_as_for_many(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.database.write(lambda tx: [desk.stores.alerts.save(tx, alert(n, last_at=now)) for n in range(300)])
    await desk.call("POST", f"{SUPPRESSIONS}/preview", json=SCOPE)
    assert desk.statements == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"conditions": []}, "invalid-input"),
        ({"conditions": [{"field": "level", "values": ["high"]}]}, "invalid-filter"),
        ({"conditions": [{"field": "src_ip", "match": "cidr", "values": ["x"]}]}, "invalid-filter"),
        ({"conditions": [{"field": "src_ip", "match": "re", "values": ["x"]}]}, "invalid-input"),
        ({"reason": ""}, "invalid-input"),
        ({"expires_at": 1}, "invalid-input"),
        ({"alert_id": "alr_none"}, "not-found"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, change: dict[str, object], code: str) -> None:
    answer = await desk.call("POST", SUPPRESSIONS, json={**SCOPE, "reason": "x", **change})
    assert answer.json()["code"] == code


async def test_a_viewer_may_look_but_not_hide(desk: Desk) -> None:
    name = await make(desk, expires_at=NOON * 2)
    desk.clock.advance(DAY)
    for method, path, options in (
        ("POST", SUPPRESSIONS, {"json": {**SCOPE, "reason": "x"}}),
        ("DELETE", f"{SUPPRESSIONS}/{name}", {}),
    ):
        assert (await desk.call(method, path, Role.VIEWER, **options)).status_code == 403
    assert (await desk.call("POST", f"{SUPPRESSIONS}/preview", Role.VIEWER, json=SCOPE)).status_code == 200
    assert len((await desk.get(SUPPRESSIONS)).json()["items"]) == 1


async def test_every_decision_is_audited(desk: Desk) -> None:
    name = await make(desk)
    await desk.call("DELETE", f"{SUPPRESSIONS}/{name}")
    entries = (await desk.call("GET", "/api/v2/entries?topic=triage", Role.ADMIN)).json()["items"]
    assert [(one["name"], one["subject"]) for one in entries] == [
        ("suppression:created", name),
        ("suppression:lifted", name),
    ]
    assert entries[0]["payload"]["conditions"] == ["src_ip cidr 203.0.113.0/24"]
