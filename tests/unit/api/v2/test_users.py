"""People over HTTP: who manages them, what that ends, and what stays out of reach."""

import re

import pytest

from netsentinel.identity.entries import PasswordChanged, RoleChanged, UserCreated, UserDisabled, UserEnabled
from netsentinel.kernel.errors import NotAuthenticatedError
from netsentinel.kernel.types import Permission, Role, TenantId, system_principal
from tests.identity import PASSWORD
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
PATH = "/api/v2/users"
ACME = TenantId("acme")


async def test_a_user_is_made_with_a_password_that_is_told_once(desk: Desk) -> None:
    told = await desk.act("POST", PATH, json={"username": "Bob", "role": "analyst"})
    assert told.status_code == 201
    made, password = told.json()["user"], told.json()["password"]
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", password)
    assert (made["name"], made["role"], made["enabled"], made["last_login_at"]) == ("Bob", "analyst", True, 0)
    assert password not in (await desk.act("GET", PATH)).text
    result = await desk.house.service.authenticate("bob", password)
    assert (result.principal.id, result.principal.role) == (made["id"], Role.ANALYST)
    ann = next(user for user in await desk.house.service.users.all(system_principal()) if user.name == "ann")
    entry = next(one for one in desk.house.db.entries if one.subject == made["id"])
    assert (entry.kind, entry.principal, entry.tenant) == ("user.created", ann.id, "default")
    assert entry.payload == UserCreated(name="Bob", role="analyst", first=False)


async def test_the_list_has_everybody_of_the_tenant(desk: Desk) -> None:
    await desk.act("GET", PATH)
    bob = await desk.house.user("bob", Role.VIEWER)
    await desk.house.user("zoe", tenant=ACME, new_tenant=True)
    await desk.house.service.users.disable(system_principal(), bob.id)
    told = (await desk.act("GET", PATH)).json()["items"]
    assert [(one["name"], one["role"], one["enabled"]) for one in told] == [
        ("ann", "admin", True),
        ("bob", "viewer", False),
    ]
    assert told[0]["last_login_at"] > 0
    assert (told[0]["disabled_at"], told[1]["disabled_at"]) == (0, desk.clock.now())


async def test_another_role_and_being_shut_out_end_the_sessions(desk: Desk) -> None:
    bob = await desk.house.user("bob", Role.VIEWER)
    session = await desk.house.login("bob")
    told = await desk.act("PATCH", f"{PATH}/{bob.id}", json={"role": "analyst"})
    assert (told.status_code, told.json()["role"], told.json()["enabled"]) == (200, "analyst", True)
    assert await desk.house.service.validate_token(session.token) is None
    assert desk.house.db.entries[-1].payload == RoleChanged(name="bob", before="viewer", after="analyst", sessions=1)
    session = await desk.house.login("bob")
    told = await desk.act("PATCH", f"{PATH}/{bob.id}", json={"enabled": False})
    assert (told.json()["enabled"], told.json()["disabled_at"]) == (False, desk.clock.now())
    assert await desk.house.service.validate_token(session.token) is None
    assert desk.house.db.entries[-1].payload == UserDisabled(name="bob", sessions=1)
    with pytest.raises(NotAuthenticatedError):
        await desk.house.login("bob")
    told = await desk.act("PATCH", f"{PATH}/{bob.id}", json={"enabled": True})
    assert (told.json()["enabled"], told.json()["disabled_at"]) == (True, 0)
    assert desk.house.db.entries[-1].payload == UserEnabled(name="bob")
    before = len(desk.house.db.entries)
    assert (await desk.act("PATCH", f"{PATH}/{bob.id}", json={})).json() == told.json()
    assert len(desk.house.db.entries) == before


async def test_another_password_is_told_once_and_ends_the_sessions(desk: Desk) -> None:
    bob = await desk.house.user("bob", Role.VIEWER)
    session = await desk.house.login("bob")
    told = await desk.act("POST", f"{PATH}/{bob.id}/password")
    assert (told.status_code, told.json()["user"]["id"]) == (200, bob.id)
    assert desk.house.db.entries[-1].payload == PasswordChanged(name="bob", sessions=1)
    assert await desk.house.service.validate_token(session.token) is None
    with pytest.raises(NotAuthenticatedError):
        await desk.house.service.authenticate("bob", PASSWORD)
    assert (await desk.house.service.authenticate("bob", told.json()["password"])).principal.id == bob.id


@pytest.mark.parametrize("path", [PATH, PATH + "/{bob}/password"])
async def test_a_password_is_not_told_twice_under_an_idempotency_key(desk: Desk, path: str) -> None:
    bob = await desk.house.user("bob", Role.VIEWER)
    where = path.format(bob=bob.id)
    body = {"username": "carl", "role": "viewer"} if path == PATH else None
    first = await desk.act("POST", where, json=body, headers={"Idempotency-Key": "once"})
    assert first.json()["password"]
    before = len(desk.house.db.entries)
    again = await desk.act("POST", where, json=body, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["code"]) == (409, "idempotency-answer-not-kept")
    assert again.json()["answered"] == first.status_code
    assert len(desk.house.db.entries) == before


async def test_the_last_administrator_stays_and_nobody_shuts_themselves_out(desk: Desk) -> None:
    await desk.act("GET", PATH)
    ann = (await desk.house.service.users.named(system_principal(), "ann")).id
    for change, says in (
        ({"role": "viewer"}, "only active administrator"),
        ({"enabled": False}, "yourself"),
        ({"role": "viewer", "enabled": False}, "yourself"),
    ):
        refused = await desk.act("PATCH", f"{PATH}/{ann}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert says in refused.json()["detail"]
    refused = await desk.act("POST", f"{PATH}/{ann}/password")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await desk.act("GET", PATH)).status_code == 200


async def test_another_tenants_user_is_not_there(desk: Desk) -> None:
    zoe = await desk.house.user("zoe", tenant=ACME, new_tenant=True)
    before = [entry for entry in desk.house.db.entries if entry.tenant == ACME]
    for answer in (
        await desk.act("PATCH", f"{PATH}/{zoe.id}", json={"role": "viewer"}),
        await desk.act("PATCH", f"{PATH}/{zoe.id}", json={"enabled": False}),
        await desk.act("POST", f"{PATH}/{zoe.id}/password"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert [entry for entry in desk.house.db.entries if entry.tenant == ACME] == before
    assert (await desk.house.service.authenticate("zoe", PASSWORD, tenant=ACME)).principal.id == zoe.id


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_who_is_no_administrator_manages_nobody(desk: Desk, role: Role) -> None:
    eve = await desk.house.user("eve", role)
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", PATH, {"username": "mole", "role": "admin"}),
        ("PATCH", f"{PATH}/{eve.id}", {"role": "admin"}),
        ("POST", f"{PATH}/{eve.id}/password", None),
    ):
        refused = await desk.act(method, path, "eve", json=body)
        assert (refused.status_code, refused.json()["permission"]) == (403, "users:manage")


@pytest.mark.parametrize("scopes", [list(Permission), [Permission.USERS_MANAGE]])
async def test_a_key_looks_and_shuts_out_but_gives_nobody_anything(desk: Desk, scopes: list[Permission]) -> None:
    made = await desk.house.service.keys.create(system_principal(), "bot", scopes=scopes)
    desk.keys[Role.ADMIN] = made.text
    bob = await desk.house.user("bob", Role.VIEWER)
    for method, path, body in (
        ("POST", PATH, {"username": "mole", "role": "viewer"}),
        ("PATCH", f"{PATH}/{bob.id}", {"role": "admin"}),
        ("PATCH", f"{PATH}/{bob.id}", {"enabled": True}),
        ("POST", f"{PATH}/{bob.id}/password", None),
    ):
        refused = await desk.call(method, path, Role.ADMIN, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
        assert "log in for that" in refused.json()["detail"]
    assert (await desk.call("GET", PATH, Role.ADMIN)).json()["items"][0]["name"] == "bob"
    shut = await desk.call("PATCH", f"{PATH}/{bob.id}", Role.ADMIN, json={"enabled": False})
    assert (shut.status_code, shut.json()["enabled"]) == (200, False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"username": "ann", "role": "viewer"}, "conflict"),
        ({"username": "a b", "role": "viewer"}, "invalid-input"),
        ({"username": "bob", "role": "owner"}, "invalid-input"),
        ({"username": "bob", "role": "viewer", "password": PASSWORD}, "invalid-input"),
        ({"username": "bob"}, "invalid-input"),
    ],
)
async def test_impossible_users_are_refused(desk: Desk, body: dict[str, str], code: str) -> None:
    refused = await desk.act("POST", PATH, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409 if code == "conflict" else 400, code)
    assert [one["name"] for one in (await desk.act("GET", PATH)).json()["items"]] == ["ann"]


async def test_half_a_character_is_no_name(desk: Desk) -> None:
    refused = await desk.act("POST", PATH, content=b'{"username": "\\ud800", "role": "viewer"}')
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-input")
