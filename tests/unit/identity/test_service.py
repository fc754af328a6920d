"""Logins, tickets and the first run."""

from pathlib import Path

import pytest

from netsentinel.identity import AuthProvider, IdentityService
from netsentinel.identity.entries import LoginFailed, UserCreated
from netsentinel.identity.service import TICKET_LIFETIME
from netsentinel.identity.testing import PlainHashing
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import InvalidInputError, NotAuthenticatedError, ThrottledError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Role, TenantId, system_principal
from tests.identity import PASSWORD, House

pytestmark = pytest.mark.anyio
SYSTEM = system_principal()


async def test_it_is_the_provider_that_document_001_names(house: House) -> None:
    provider: AuthProvider = house.service
    user = await house.user()
    login = await provider.authenticate("ann", PASSWORD)
    key = await house.service.keys.create(SYSTEM, "program", role=Role.VIEWER)
    admitted = [await provider.validate_token(token) for token in (login.token, key.text)]
    assert [one and one.principal for one in admitted] == [user.principal(), key.key.principal()]
    for name, password, tenant in (("ann", "wrong", "default"), ("", "", "default"), ("ann", PASSWORD, "other")):
        with pytest.raises(NotAuthenticatedError):
            await provider.authenticate(name, password, tenant=TenantId(tenant))
    assert await provider.validate_token("") is None
    names = [await provider.name_of(DEFAULT_TENANT, one) for one in (user.id, key.key.id, SYSTEM.id, "usr_none")]
    assert names == ["ann", "program", "NetSentinel", ""]
    assert await provider.name_of(TenantId("other"), user.id) == ""


async def test_a_failed_login_is_told_to_the_audit_without_what_was_typed(house: House) -> None:
    ann = await house.user()
    for name, password in (("Ann", "hunter2"), (PASSWORD, "hunter2")):
        with pytest.raises(NotAuthenticatedError) as caught:
            await house.service.authenticate(name, password, address="192.0.2.1")
        assert caught.value.detail == "The name, the password or the tenant is wrong."
    wrong, unknown = house.db.entries[-2:]
    assert (wrong.subject, unknown.subject) == (ann.id, "")
    assert wrong.payload == LoginFailed(user="ann", address="192.0.2.1", reason="wrong password")
    assert unknown.payload == LoginFailed(user="", address="192.0.2.1", reason="unknown user")


async def test_a_failure_in_a_tenant_that_does_not_exist_is_noted_in_the_default_one(house: House) -> None:
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("ann", PASSWORD, tenant=TenantId("made-up"))
    assert house.db.entries[-1].tenant == DEFAULT_TENANT


async def test_an_unknown_user_takes_the_same_steps_as_a_wrong_password(house: House) -> None:
    await house.user()
    steps: list[tuple[int, int]] = []
    for name in ("ann", "nobody"):
        before = len(house.db.entries)
        with pytest.raises(NotAuthenticatedError):
            await house.service.authenticate(name, "wrong")
        steps.append((len(house.hashing.checked), len(house.db.entries) - before))
    assert steps == [(1, 1), (2, 1)]
    assert house.hashing.checked == [f"plain:{PASSWORD}", None]


async def test_a_password_that_no_password_can_be_is_refused_without_hashing(house: House) -> None:
    await house.user()
    for name in ("ann", "nobody"):
        with pytest.raises(NotAuthenticatedError):
            await house.service.authenticate(name, "x" * 257)
    assert house.hashing.checked == []


async def test_too_many_failures_wait_before_any_hashing(house: House) -> None:
    await house.user()
    for _ in range(5):
        with pytest.raises(NotAuthenticatedError):
            await house.service.authenticate("ann", "wrong", address="192.0.2.1")
    with pytest.raises(ThrottledError) as caught:
        await house.service.authenticate("ANN", PASSWORD, address="192.0.2.1")
    assert caught.value.retry_after == 12
    assert len(house.hashing.checked) == 5
    assert await house.service.authenticate("ann", PASSWORD, address="192.0.2.2")
    house.clock.advance(12 * SECOND)
    assert await house.service.authenticate("ann", PASSWORD, address="192.0.2.1")


async def test_successful_logins_are_never_throttled(house: House) -> None:
    await house.user()
    for _ in range(50):
        assert await house.service.authenticate("ann", PASSWORD, address="192.0.2.1")


class _Busy(PlainHashing):
    """Hashing that has no turn left."""

    async def matches(self, password: str, hashed: str | None) -> bool:
        raise ThrottledError("busy", retry_after=5)


async def test_a_login_that_found_no_turn_is_not_a_failure() -> None:
    house = House(hashing=_Busy())
    await house.user()
    for _ in range(20):
        with pytest.raises(ThrottledError, match="busy"):
            await house.service.authenticate("ann", PASSWORD)


async def _stored_hash(house: House) -> str:
    account = await house.db.read(lambda tx: house.stores.users.account(tx, DEFAULT_TENANT, "ann"))
    assert account is not None
    return account.password_hash


async def test_a_login_hashes_anew_when_the_parameters_changed(house: House) -> None:
    await house.user()
    later = IdentityService(house.db, house.stores, house.clock, house.limits, PlainHashing("newer"))
    with pytest.raises(NotAuthenticatedError):
        await later.authenticate("ann", "wrong")
    assert await _stored_hash(house) == f"plain:{PASSWORD}"
    await later.authenticate("ann", PASSWORD)
    assert await _stored_hash(house) == f"newer:{PASSWORD}"


class _NoRoomToHash(PlainHashing):
    async def hash(self, password: str) -> str:
        raise ThrottledError("busy", retry_after=5)


async def test_a_login_succeeds_although_there_is_no_turn_to_hash_anew(house: House) -> None:
    await house.user()
    later = IdentityService(house.db, house.stores, house.clock, house.limits, _NoRoomToHash("newer"))
    assert await later.authenticate("ann", PASSWORD)
    assert await _stored_hash(house) == f"plain:{PASSWORD}"


# Tickets.


async def test_a_ticket_repeats_an_admission_once(house: House) -> None:
    login = await house.login()
    admission = await house.service.validate_token(login.token)
    assert admission is not None
    ticket = await house.service.issue_ticket(admission)
    assert ticket.expires_at == house.clock.now() + 30 * SECOND
    assert ticket.text not in repr(house.stores.tickets.__dict__)
    assert await house.service.consume_ticket(ticket.text) == admission
    assert await house.service.consume_ticket(ticket.text) is None


async def test_a_keys_ticket_is_bound_to_the_key(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "program", role=Role.VIEWER)
    admission = await house.service.validate_token(made.text)
    assert admission is not None
    good, late = await house.service.issue_ticket(admission), await house.service.issue_ticket(admission)
    assert await house.service.consume_ticket(good.text) == admission
    await house.service.keys.revoke(SYSTEM, made.key.id)
    assert await house.service.consume_ticket(late.text) is None


async def test_a_ticket_ends_after_thirty_seconds_and_with_its_session(house: House) -> None:
    login = await house.login()
    admission = await house.service.validate_token(login.token)
    assert admission is not None
    old = await house.service.issue_ticket(admission)
    house.clock.advance(TICKET_LIFETIME)
    assert await house.service.consume_ticket(old.text) is None
    orphan = await house.service.issue_ticket(admission)
    await house.service.logout(login.token)
    assert await house.service.consume_ticket(orphan.text) is None
    assert await house.service.consume_ticket("nonsense") is None


@pytest.mark.parametrize("ref", ["", "default", "default/", "default/ses_none", "other/key_none", "/", "default/usr_1"])
async def test_a_reference_to_nothing_is_not_valid(house: House, ref: str) -> None:
    assert not await house.service.still_valid(ref)


# The first run.


async def test_the_first_run_makes_an_administrator_and_closes_the_door(house: House) -> None:
    assert await house.service.setup_needed()
    token = await house.service.ensure_setup_token()
    assert token is not None
    result = await house.service.complete_setup(token, "Ann", PASSWORD, address="192.0.2.1")
    assert result.principal.permissions == frozenset(Permission)
    admission = await house.service.validate_token(result.token)
    assert admission is not None
    assert admission.principal == result.principal
    assert house.kinds() == ["user.created", "session.opened"]
    assert house.db.entries[0].payload == UserCreated(name="Ann", role="admin", first=True)
    assert not await house.service.setup_needed()
    assert await house.service.ensure_setup_token() is None
    with pytest.raises(NotAuthenticatedError):
        await house.service.complete_setup(token, "Eve", PASSWORD)


async def test_a_wrong_token_is_refused_noted_and_throttled(house: House) -> None:
    await house.service.ensure_setup_token()
    for _ in range(10):
        with pytest.raises(NotAuthenticatedError):
            await house.service.complete_setup("wrong", "Eve", PASSWORD, address="192.0.2.1")
    assert house.db.entries[-1].payload == LoginFailed(user="", address="192.0.2.1", reason="wrong set-up token")
    with pytest.raises(ThrottledError):
        await house.service.complete_setup("wrong", "Eve", PASSWORD, address="192.0.2.1")
    assert await house.service.setup_needed()


async def test_a_poor_password_leaves_the_door_open(house: House) -> None:
    token = await house.service.ensure_setup_token()
    assert token is not None
    with pytest.raises(InvalidInputError):
        await house.service.complete_setup(token, "Ann", "password")
    assert await house.service.complete_setup(token, "Ann", PASSWORD)


async def test_each_start_makes_the_token_before_it_useless(house: House) -> None:
    old, new = await house.service.ensure_setup_token(), await house.service.ensure_setup_token()
    assert old is not None
    assert new is not None
    with pytest.raises(NotAuthenticatedError):
        await house.service.complete_setup(old, "Ann", PASSWORD)
    assert await house.service.complete_setup(new, "Ann", PASSWORD)


async def test_a_user_made_on_the_command_line_closes_the_door(house: House) -> None:
    token = await house.service.ensure_setup_token()
    assert token is not None
    await house.user()
    assert not await house.service.setup_needed()
    with pytest.raises(NotAuthenticatedError):
        await house.service.complete_setup(token, "Eve", PASSWORD)


async def test_the_local_key_needs_no_first_user_and_leaves_the_door_open(house: House, tmp_path: Path) -> None:
    await house.service.ensure_local_key(tmp_path / "local.key")
    assert await house.service.setup_needed()


async def test_whoever_may_not_act_any_more_is_nobody(house: House) -> None:
    ann = await house.user()
    made = await house.service.keys.create(SYSTEM, "program", role=Role.VIEWER)

    async def acting(principal_id: str, tenant: TenantId = DEFAULT_TENANT) -> object:
        return await house.db.read(lambda tx: house.service.acting(tx, tenant, principal_id))

    assert await acting(ann.id) == ann.principal()
    assert await acting(made.key.id) == made.key.principal()
    assert await acting(ann.id, TenantId("other")) is None
    await house.service.users.disable(SYSTEM, ann.id, last_administrator=True)
    await house.service.keys.revoke(SYSTEM, made.key.id)
    assert [await acting(one) for one in (ann.id, made.key.id, "system")] == [None, None, None]
