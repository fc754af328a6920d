"""Who there is."""

import pytest

from netsentinel.identity.entries import LoginFailed, PasswordChanged, UserCreated, UserDisabled
from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    WeakPasswordError,
)
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal
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
    await house.user("ann")
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
        await house.service.users.create(SYSTEM, "Grzegorz Brzeczyk", "grzegorz brzeczyk1", Role.VIEWER)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_only_administrators_manage_users(house: House, role: Role) -> None:
    actor = (await house.user("eve", role)).principal()
    users = house.service.users
    with pytest.raises(NotAllowedError):
        await users.create(actor, "bob", PASSWORD, Role.VIEWER)
    with pytest.raises(NotAllowedError):
        await users.disable(actor, "usr_1")
    with pytest.raises(NotAllowedError):
        await users.all(actor)
    with pytest.raises(NotAllowedError):
        await users.create_tenant(actor, "acme", "Acme")


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
    bob = await house.user("bob")
    await house.service.users.disable(SYSTEM, bob.id)
    before = house.kinds()
    await house.service.users.disable(SYSTEM, bob.id)
    assert house.kinds() == before


async def test_nobody_disables_themselves_or_somebody_elsewhere(house: House) -> None:
    ann = await house.user("ann")
    with pytest.raises(ConflictError):
        await house.service.users.disable(ann.principal(), ann.id)
    await house.service.users.create_tenant(SYSTEM, "acme", "Acme")
    eve = await house.user("eve", tenant=TenantId("acme"))
    with pytest.raises(NotFoundError):
        await house.service.users.disable(ann.principal(), eve.id)
    with pytest.raises(NotFoundError):
        await house.service.users.disable(ann.principal(), "usr_none")


async def test_tenants_are_made_by_the_system_and_keep_their_users_apart(house: House) -> None:
    tenant = await house.service.users.create_tenant(SYSTEM, "acme", "Acme")
    assert house.kinds() == ["tenant.created"]
    assert house.db.entries[0].tenant == "acme"
    with pytest.raises(ConflictError):
        await house.service.users.create_tenant(SYSTEM, "acme", "Again")
    eve = await house.user("ann", tenant=tenant.id)
    ann = await house.user("ann")
    assert await house.service.users.all(system_principal(tenant.id)) == [eve]
    assert await house.service.users.all(SYSTEM) == [ann]
    login = await house.service.authenticate("ann", PASSWORD, tenant=tenant.id)
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
