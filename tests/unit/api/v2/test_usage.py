"""Usage and tiers over HTTP."""

import pytest

from netsentinel.kernel.types import Role, Tier, system_principal
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _keys_have_their_tenants_tier(desk: Desk) -> None:
    desk.tier = None


async def test_a_key_sees_its_own_requests_and_what_is_left(desk: Desk) -> None:
    await desk.get("/api/v2/alerts")
    found = (await desk.get("/api/v2/usage?days=1")).json()
    assert (found["scope"], found["tier"], found["tenant_tier"]) == ("own", "standard", "standard")
    api, intake, upload = found["windows"]
    assert (api["request_class"], api["per_minute"], api["burst"], api["per_day"]) == ("api", 100, 20, 10_000)
    assert (api["minute_used"], api["minute_left"], api["day_used"], api["day_left"]) == (2, 118, 2, 9_998)
    assert (intake["request_class"], intake["per_minute"], intake["day_used"]) == ("intake", 6_000, 0)
    assert (upload["request_class"], upload["per_minute"]) == ("upload", 6_000)
    (day,) = found["days"]
    assert (day["request_class"], day["requests"], day["refused"]) == ("api", 2, 0)
    assert found["consumers"] == []


async def test_an_administrator_sees_everybodys_by_name(desk: Desk) -> None:
    await desk.get("/api/v2/alerts")
    await desk.get("/api/v2/alerts", Role.ANALYST)
    found = (await desk.get("/api/v2/usage?scope=tenant", Role.ADMIN)).json()
    names = {each["id"]: each["name"] for each in found["consumers"]}
    assert sorted(names[each["principal"]] for each in found["days"]) == ["admin key", "analyst key", "viewer key"]
    assert {each["kind"] for each in found["consumers"]} == {"key"}


async def test_everybodys_usage_costs_as_many_statements_as_ones_own(desk: Desk) -> None:
    await desk.get("/api/v2/usage")
    own = desk.statements
    for number in range(5):
        made = await desk.house.service.keys.create(system_principal(), f"key {number}", role=Role.VIEWER)
        desk.keys[Role.VIEWER] = made.text
        await desk.get("/api/v2/alerts")
    await desk.get("/api/v2/usage?scope=tenant", Role.ADMIN)
    assert desk.statements == own


async def test_others_do_not_see_everybodys(desk: Desk) -> None:
    refused = await desk.get("/api/v2/usage?scope=tenant", Role.ANALYST)
    assert (refused.status_code, refused.json()["permission"]) == (403, "keys:manage")
    assert (await desk.get("/api/v2/usage?scope=all")).status_code == 400


async def test_a_tier_is_given_to_the_tenant_and_to_a_key(desk: Desk) -> None:
    await desk.get("/api/v2/alerts")
    set_one = await desk.act("PUT", "/api/v2/tenants/current/tier", json={"tier": "premium"})
    assert set_one.json() == {"id": "default", "name": "Default", "tier": "premium"}
    found = (await desk.get("/api/v2/usage")).json()
    assert (found["tier"], found["windows"][0]["per_minute"]) == ("premium", 1_000)
    (viewer,) = [key for key in await desk.house.service.keys.all(system_principal()) if key.name == "viewer key"]
    place = f"/api/v2/api-keys/{viewer.id}/tier"
    assert (await desk.act("PUT", place, json={"tier": "unlimited"})).status_code == 403
    assert (await desk.act("PUT", place, json={"tier": "standard"})).json()["tier"] == "standard"
    assert (await desk.get("/api/v2/usage")).json()["windows"][0]["per_minute"] == 100
    assert (await desk.act("PUT", place, json={"tier": None})).json()["tier"] == ""
    assert (await desk.get("/api/v2/usage")).json()["tier"] == "premium"
    kinds = [entry.payload.after for entry in desk.house.db.entries if entry.kind == "tier.changed"]  # type: ignore[attr-defined] - a tier's
    assert kinds == ["premium", "standard", ""]


async def test_a_tier_needs_keys_manage_and_a_key_that_is_there(desk: Desk) -> None:
    body = {"json": {"tier": Tier.PREMIUM}}
    assert (await desk.call("PUT", "/api/v2/tenants/current/tier", Role.ANALYST, **body)).status_code == 403
    assert (await desk.act("PUT", "/api/v2/api-keys/key_none/tier", **body)).status_code == 404
    assert (await desk.call("PUT", "/api/v2/api-keys/key_none/tier", Role.ADMIN, **body)).status_code == 403
    assert (await desk.act("PUT", "/api/v2/tenants/current/tier", json={"tier": "x"})).status_code == 400
