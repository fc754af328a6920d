"""Who there is."""

from dataclasses import replace

import pytest

from netsentinel.identity.entries import (
    LoginFailed,
    PasswordChanged,
    RoleChanged,
    UserCreated,
    UserDisabled,
    UserEnabled,
)
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    WeakPasswordError,
)
from netsentinel.kernel.types import DEFAULT_TENANT, ROLE_PERMISSIONS, Permission, Role, TenantId, system_principal
from tests.identity import PASSWORD, House

pytestmark = pytest.mark.anyio
SYSTEM = system_principal()
OTHER = "walrus orbit lantern eleven"


async def test_a_user_is_made_and_announced(house: House) -> None:
    user = await house.user("Ann")
    entry = house.db.entries[-1]
    assert (entry.kind, entry.tenant, entry.principal, entry.subject) == ("user.created", "default", "system", user.id)
    assert entry.payload == UserCreated(name="Ann", role="admin", first=False)
    assert await house.service.users.all(SYSTEM) == [user]
    assert user.id.startswith("usr_")


async def test_a_name_is_taken_once(house: House) -> None:
    await house.service.users.check_name(SYSTEM, "Ann")
    await house.user("ann")
    with pytest.raises(ConflictError, match="a user named ann already"):
        await house.service.users.check_name(SYSTEM, "Ann")
    with pytest.raises(InvalidInputError, match="username"):
        await house.service.users.check_name(SYSTEM, "bad/name")
    with pytest.raises(ConflictError):
        await house.user("ANN")
    assert house.kinds() == ["user.created"]


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("ann", "short"), ("ann", "Password12345678")])
async def test_impossible_names_and_poor_passwords_are_refused_before_any_hashing(
    house: House, name: str, password: str
) -> None:
    with pytest.raises(InvalidInputError):
        await house.service.users.create(SYSTEM, name, password, Role.VIEWER)
    assert house.db.entries == []


async def test_the_password_must_not_be_the_name(house: House) -> None:
    with pytest.raises(WeakPasswordError, match="tried first"):
        await house.service.users.create(SYSTEM, "Grzegorz.Brzeczyk", "grzegorz.brzeczyk1", Role.VIEWER)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_only_administrators_manage_users(house: House, role: Role) -> None:
    actor = (await house.user("eve", role)).principal()
    users = house.service.users
    with pytest.raises(NotAllowedError):
        await users.create(actor, "bob", PASSWORD, Role.VIEWER)
    with pytest.raises(NotAllowedError):
        await users.disable(actor, "usr_1")
    with pytest.raises(NotAllowedError):
        await users.enable(actor, "usr_1")
    with pytest.raises(NotAllowedError):
        await users.set_role(actor, actor.id, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        await users.all(actor)
    with pytest.raises(NotAllowedError):
        await users.check_name(actor, "bob")
    with pytest.raises(NotAllowedError):
        await users.tenant(actor)
    admin = replace((await house.user("ann")).principal(), tenant=TenantId("acme"))
    with pytest.raises(NotAllowedError, match="on the server"):
        await users.create(admin, "bob", PASSWORD, Role.VIEWER, new_tenant=True)
    assert await users.tenant(system_principal(TenantId("acme"))) is None


async def test_disabling_a_user_ends_the_sessions_and_every_later_login(house: House) -> None:
    bob = await house.user("bob", Role.VIEWER)
    first, second = await house.login("bob"), await house.login("bob")
    await house.service.users.disable(SYSTEM, bob.id)
    assert await house.service.validate_token(first.token) is None
    assert not await house.service.still_valid(f"default/{second.session.id}")
    assert house.kinds()[-3:] == ["session.closed", "session.closed", "user.disabled"]
    assert house.db.entries[-1].payload == UserDisabled(name="bob", sessions=2)
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("bob", PASSWORD)
    failed = house.db.entries[-1].payload
    assert failed == LoginFailed(user="bob", address="", reason="user disabled")


async def test_disabling_twice_changes_nothing(house: House) -> None:
    bob = await house.user("bob", Role.VIEWER)
    await house.service.users.disable(SYSTEM, bob.id)
    before = house.kinds()
    house.clock.advance(SECOND)
    await house.service.users.disable(SYSTEM, bob.id)
    assert house.kinds() == before
    (found,) = await house.service.users.all(SYSTEM)
    assert found.disabled_at == house.clock.now() - SECOND


async def test_the_last_active_administrator_stays_unless_it_is_meant(house: House) -> None:
    users = house.service.users
    ann, bob = await house.user("ann"), await house.user("bob")
    await house.user("eve", Role.ANALYST)
    await house.user("ann", tenant=TenantId("acme"), new_tenant=True)
    await users.disable(SYSTEM, bob.id)
    before = house.kinds()
    with pytest.raises(ConflictError, match="ann is the only active administrator of the tenant default"):
        await users.disable(SYSTEM, ann.id)
    with pytest.raises(ConflictError, match="only active administrator"):
        await users.set_role(SYSTEM, ann.id, Role.ANALYST)
    with pytest.raises(ConflictError, match="only active administrator"):
        await users.set_role(ann.principal(), ann.id, Role.VIEWER)
    assert house.kinds() == before
    await users.set_role(SYSTEM, bob.id, Role.VIEWER)  # one who is disabled counts for nothing
    await users.set_role(SYSTEM, ann.id, Role.VIEWER, last_administrator=True)
    await users.set_role(SYSTEM, ann.id, Role.ADMIN)
    await users.disable(SYSTEM, ann.id, last_administrator=True)
    assert house.kinds()[-1] == "user.disabled"


async def test_a_user_who_was_disabled_is_let_in_again(house: House) -> None:
    users = house.service.users
    bob = await house.user("bob", Role.VIEWER)
    session = await house.login("bob")
    await users.disable(SYSTEM, bob.id)
    await users.enable(SYSTEM, bob.id)
    entry = house.db.entries[-1]
    assert (entry.kind, entry.principal, entry.subject) == ("user.enabled", "system", bob.id)
    assert entry.payload == UserEnabled(name="bob")
    assert await house.service.validate_token(session.token) is None
    assert (await house.service.authenticate("bob", PASSWORD)).principal == bob.principal()
    before = house.kinds()
    await users.enable(SYSTEM, bob.id)
    assert house.kinds() == before
    with pytest.raises(NotFoundError):
        await users.enable(system_principal(TenantId("acme")), bob.id)


async def test_another_role_ends_the_sessions_and_counts_from_the_next_login(house: House) -> None:
    users = house.service.users
    bob = await house.user("bob", Role.VIEWER)
    session = await house.login("bob")
    await users.set_role(SYSTEM, bob.id, Role.ANALYST)
    assert await house.service.validate_token(session.token) is None
    assert [entry.kind for entry in house.db.entries[-2:]] == ["session.closed", "role.changed"]
    assert house.db.entries[-1].payload == RoleChanged(name="bob", before="viewer", after="analyst", sessions=1)
    assert (await house.service.authenticate("bob", PASSWORD)).principal.role is Role.ANALYST
    before = house.kinds()
    await users.set_role(SYSTEM, bob.id, Role.ANALYST)
    assert house.kinds() == before
    with pytest.raises(NotFoundError):
        await users.set_role(system_principal(TenantId("acme")), bob.id, Role.ADMIN)


async def test_role_and_access_change_together_or_not_at_all(house: House) -> None:
    users = house.service.users
    ann, bob = (await house.user("ann")).principal(), await house.user("bob", Role.VIEWER)
    await house.login("bob")
    changed = await users.change(ann, bob.id, role=Role.ANALYST, enabled=False)
    assert (changed.role, changed.disabled_at) == (Role.ANALYST, house.clock.now())
    assert [changed] == [user for user in await users.all(SYSTEM) if user.id == bob.id]
    assert house.kinds()[-3:] == ["session.closed", "role.changed", "user.disabled"]
    before = house.kinds()
    assert await users.change(ann, bob.id, role=Role.ANALYST, enabled=False) == changed
    assert await users.change(ann, bob.id) == changed
    with pytest.raises(ConflictError, match="yourself"):
        await users.change(ann, ann.id, role=Role.VIEWER, enabled=False)
    assert house.kinds() == before


@pytest.mark.parametrize("scopes", [list(Permission), [Permission.USERS_MANAGE]])
async def test_a_key_shuts_users_out_and_gives_nobody_anything(house: House, scopes: list[Permission]) -> None:
    users = house.service.users
    await house.user("ann")
    bob, eve = await house.user("bob", Role.VIEWER), await house.user("eve")
    key = (await house.service.keys.create(SYSTEM, "bot", scopes=scopes)).key.principal()
    for given in (
        users.create(key, "mole", PASSWORD, Role.VIEWER),
        users.set_role(key, bob.id, Role.ADMIN),
        users.set_role(key, bob.id, Role.VIEWER),
        users.set_password(key, bob.id, OTHER),
        users.enable(key, bob.id),
        users.change(key, bob.id, role=Role.VIEWER, enabled=False),
    ):
        with pytest.raises(NotAllowedError, match="log in for that"):
            await given
    assert (await users.change(key, bob.id, enabled=False)).is_disabled
    await users.disable(key, eve.id)
    with pytest.raises(ConflictError, match="only active administrator"):
        await users.disable(key, (await users.named(key, "ann")).id)
    assert sorted(user.name for user in await users.all(key)) == ["ann", "bob", "eve"]


async def test_nobody_raises_anybody_above_what_they_may_themselves(house: House) -> None:
    users = house.service.users
    ann, bob = await house.user("ann"), await house.user("bob", Role.VIEWER)
    await house.user("eve")
    may = ROLE_PERMISSIONS[Role.ANALYST] | {Permission.USERS_MANAGE}
    clerk = replace((await house.user("clerk", Role.ANALYST)).principal(), permissions=may)
    for above in (
        users.create(clerk, "mole", PASSWORD, Role.ADMIN),
        users.set_role(clerk, bob.id, Role.ADMIN),
        users.set_role(clerk, clerk.id, Role.ADMIN),
        users.set_role(clerk, ann.id, Role.VIEWER),
        users.set_password(clerk, ann.id, OTHER),
        users.enable(clerk, ann.id),
    ):
        with pytest.raises(NotAllowedError, match="needs the permission"):
            await above
    await users.create(clerk, "carl", PASSWORD, Role.ANALYST)
    await users.set_role(clerk, bob.id, Role.ANALYST)
    await users.set_password(clerk, bob.id, OTHER)


async def test_who_is_raised_while_a_password_is_hashed_keeps_the_own_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, bob = house.service.users, await house.user("bob", Role.VIEWER)
    may = ROLE_PERMISSIONS[Role.ANALYST] | {Permission.USERS_MANAGE}
    clerk = replace((await house.user("clerk", Role.ANALYST)).principal(), permissions=may)
    hashing = house.hashing.hash

    async def raised_meanwhile(password: str) -> str:
        await users.set_role(SYSTEM, bob.id, Role.ADMIN)
        return await hashing(password)

    monkeypatch.setattr(house.hashing, "hash", raised_meanwhile)
    with pytest.raises(NotAllowedError):
        await users.set_password(clerk, bob.id, OTHER)
    assert await house.service.authenticate("bob", PASSWORD)


async def test_the_own_password_is_not_given_without_the_present_one(house: House) -> None:
    ann = await house.user("ann")
    with pytest.raises(ConflictError, match="present one"):
        await house.service.users.set_password(ann.principal(), ann.id, OTHER)
    await house.service.authenticate("ann", PASSWORD)


async def test_nobody_disables_themselves_or_somebody_elsewhere(house: House) -> None:
    ann = await house.user("ann")
    with pytest.raises(ConflictError):
        await house.service.users.disable(ann.principal(), ann.id)
    eve = await house.user("eve", tenant=TenantId("acme"), new_tenant=True)
    with pytest.raises(NotFoundError):
        await house.service.users.disable(ann.principal(), eve.id)
    with pytest.raises(NotFoundError):
        await house.service.users.disable(ann.principal(), "usr_none")


async def test_tenants_are_made_by_the_system_and_keep_their_users_apart(house: House) -> None:
    acme = TenantId("acme")
    eve = await house.user("ann", tenant=acme, new_tenant=True)
    assert house.kinds() == ["tenant.created", "user.created"]
    assert [entry.tenant for entry in house.db.entries] == ["acme", "acme"]
    with pytest.raises(ConflictError, match="a tenant acme already"):
        await house.user("bob", tenant=acme, new_tenant=True)
    with pytest.raises(InvalidInputError, match="tenant's id"):
        await house.user("bob", tenant=TenantId("no such id"), new_tenant=True)
    ann = await house.user("ann")
    assert await house.service.users.all(system_principal(acme)) == [eve]
    assert await house.service.users.all(SYSTEM) == [ann]
    login = await house.service.authenticate("ann", PASSWORD, tenant=TenantId("ACME"))
    assert login.principal.id == eve.id
    assert login.principal.tenant != DEFAULT_TENANT


async def test_a_user_needs_a_tenant_that_exists(house: House) -> None:
    with pytest.raises(NotFoundError):
        await house.user("ann", tenant=TenantId("acme"))


async def test_another_password_ends_the_sessions_and_the_old_password(house: House) -> None:
    bob = await house.user("bob", Role.VIEWER)
    first = await house.login("bob")
    assert await house.service.users.set_password(SYSTEM, bob.id, OTHER) == await house.service.users.named(
        SYSTEM, "BOB"
    )
    assert await house.service.validate_token(first.token) is None
    entry = house.db.entries[-1]
    assert (entry.kind, entry.principal, entry.subject) == ("password.changed", "system", bob.id)
    assert entry.payload == PasswordChanged(name="bob", sessions=1)
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("bob", PASSWORD)
    assert (await house.service.authenticate("bob", OTHER)).principal.id == bob.id


async def test_another_password_obeys_the_rules_and_the_tenant(house: House) -> None:
    bob = await house.user("bob", Role.VIEWER)
    users = house.service.users
    before = len(house.db.entries)
    with pytest.raises(WeakPasswordError):
        await users.set_password(SYSTEM, bob.id, "short")
    with pytest.raises(NotFoundError):
        await users.set_password(system_principal(TenantId("acme")), bob.id, OTHER)
    with pytest.raises(NotFoundError, match="no user named bob"):
        await users.named(system_principal(TenantId("acme")), "bob")
    with pytest.raises(NotAllowedError):
        await users.set_password(bob.principal(), bob.id, OTHER)
    with pytest.raises(NotAllowedError):
        await users.named(bob.principal(), "bob")
    assert len(house.db.entries) == before


async def test_a_disabled_user_stays_out_with_another_password(house: House) -> None:
    users = house.service.users
    bob = await house.user("bob", Role.VIEWER)
    await users.disable(SYSTEM, bob.id)
    assert (await users.set_password(SYSTEM, bob.id, OTHER)).is_disabled
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("bob", OTHER)
    await users.enable(SYSTEM, bob.id)
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("bob", PASSWORD)
    assert await house.service.authenticate("bob", OTHER)


async def test_a_password_that_somebody_else_changed_meanwhile_is_left_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await house.user("bob", Role.VIEWER)
    session = await house.login("bob")
    before = house.kinds()
    monkeypatch.setattr(house.stores.users, "set_password_hash", lambda *_: False)
    with pytest.raises(ConflictError, match="Somebody else"):
        await house.service.users.set_password(SYSTEM, bob.id, OTHER)
    assert house.kinds() == before
    assert await house.service.validate_token(session.token) is not None
