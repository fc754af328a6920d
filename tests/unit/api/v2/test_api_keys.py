"""API keys over HTTP: who makes and revokes them, and what they can never become."""

import pytest

from netsentinel.identity.entries import KeyCreated, KeyRevoked
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import Permission, Role, TenantId, Tier, system_principal
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
PATH = "/api/v2/api-keys"
SYSTEM = system_principal()
ACME = TenantId("acme")


async def test_a_key_is_made_whose_text_is_told_once(desk: Desk) -> None:
    await desk.house.service.keys.set_tenant_tier(SYSTEM, Tier.PREMIUM)
    until = desk.clock.now() + 30 * DAY
    body = {"name": "edge sensor", "scopes": ["events:write", "alerts:read"], "expires_at": until, "tier": "standard"}
    told = await desk.act("POST", PATH, json=body)
    assert told.status_code == 201
    made, text = told.json()["key"], told.json()["text"]
    ann = await desk.house.service.users.named(SYSTEM, "ann")
    assert made == {
        "id": made["id"],
        "name": "edge sensor",
        "hint": text[: len(made["hint"])],
        "state": "valid",
        "role": None,
        "scopes": ["alerts:read", "events:write"],
        "source": "",
        "tier": "standard",
        "tenant_tier": "premium",
        "created_by": ann.id,
        "created_at": desk.clock.now(),
        "expires_at": until,
        "last_used_at": 0,
        "revoked_at": 0,
    }
    listed = await desk.act("GET", PATH)
    assert listed.json()["items"] == [made]
    assert text not in listed.text
    admission = await desk.house.service.validate_token(text)
    assert admission is not None
    assert admission.principal.permissions == {Permission.EVENTS_WRITE, Permission.ALERTS_READ}
    entry = next(one for one in desk.house.db.entries if one.subject == made["id"])
    assert (entry.kind, entry.principal) == ("key.created", ann.id)
    assert isinstance(entry.payload, KeyCreated)


async def test_a_text_is_not_told_twice_under_an_idempotency_key(desk: Desk) -> None:
    body, once = {"name": "one", "role": "viewer"}, {"Idempotency-Key": "once"}
    assert (await desk.act("POST", PATH, json=body, headers=once)).json()["text"].startswith("ns_key_")
    again = await desk.act("POST", PATH, json=body, headers=once)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency-answer-not-kept")
    assert len((await desk.act("GET", PATH)).json()["items"]) == 1


async def test_a_revoked_key_stops_at_once_and_is_listed_with_all_of_them(desk: Desk) -> None:
    keys = desk.house.service.keys
    kept = await keys.create(SYSTEM, "kept", role=Role.VIEWER)
    short = await keys.create(SYSTEM, "short", role=Role.VIEWER, expires_at=desk.clock.now() + 1)
    gone = await keys.create(SYSTEM, "gone", role=Role.VIEWER)
    desk.clock.advance(1)
    told = await desk.act("DELETE", f"{PATH}/{gone.key.id}")
    assert (told.status_code, told.content) == (204, b"")
    assert desk.house.db.entries[-1].payload == KeyRevoked(name="gone")
    assert await desk.house.service.validate_token(gone.text) is None
    assert [one["id"] for one in (await desk.act("GET", PATH)).json()["items"]] == [kept.key.id]
    every = (await desk.act("GET", f"{PATH}?all=true")).json()["items"]
    assert {one["id"]: one["state"] for one in every} == {
        kept.key.id: "valid",
        short.key.id: "expired",
        gone.key.id: "revoked",
    }
    before = len(desk.house.db.entries)
    assert (await desk.act("DELETE", f"{PATH}/{gone.key.id}")).status_code == 204
    assert len(desk.house.db.entries) == before


async def test_another_tenants_key_is_not_there(desk: Desk) -> None:
    await desk.house.user("zoe", tenant=ACME, new_tenant=True)
    theirs = await desk.house.service.keys.create(system_principal(ACME), "theirs", role=Role.VIEWER)
    assert (await desk.act("GET", f"{PATH}?all=true")).json()["items"] == []
    refused = await desk.act("DELETE", f"{PATH}/{theirs.key.id}")
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert await desk.house.service.validate_token(theirs.text) is not None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_who_is_no_administrator_manages_no_keys(desk: Desk, role: Role) -> None:
    await desk.house.user("eve", role)
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", PATH, {"name": "mine", "role": "admin"}),
        ("DELETE", f"{PATH}/key_none", None),
    ):
        refused = await desk.act(method, path, "eve", json=body)
        assert (refused.status_code, refused.json()["permission"]) == (403, "keys:manage")


async def test_a_key_looks_and_revokes_but_makes_no_other(desk: Desk) -> None:
    made = await desk.house.service.keys.create(SYSTEM, "leaked", role=Role.ADMIN)
    desk.keys[Role.ADMIN] = made.text
    refused = await desk.call("POST", PATH, Role.ADMIN, json={"name": "successor", "role": "viewer"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert [one["name"] for one in (await desk.call("GET", PATH, Role.ADMIN)).json()["items"]] == ["leaked"]
    assert (await desk.call("DELETE", f"{PATH}/{made.key.id}", Role.ADMIN)).status_code == 204
    assert (await desk.call("GET", PATH, Role.ADMIN)).status_code == 401


async def test_a_tier_above_the_operators_bound_is_not_given(desk: Desk) -> None:
    refused = await desk.act("POST", PATH, json={"name": "greedy", "role": "viewer", "tier": "unlimited"})
    assert refused.status_code == 403
    assert "on the server's own machine" in refused.json()["detail"]
    assert (await desk.act("GET", PATH)).json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": None},
        {"scopes": ["events:write"]},
        {"role": None, "scopes": ["events:erase"]},
        {"name": " "},
        {"name": "a\nb"},
        {"expires_at": 1},
        {"expires_at": -1},
        {"source": "edge"},
    ],
)
async def test_impossible_keys_are_refused(desk: Desk, wrong: dict[str, object]) -> None:
    refused = await desk.act("POST", PATH, json={"name": "one", "role": "viewer", **wrong})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-input")
    assert (await desk.act("GET", PATH)).json()["items"] == []
