"""Changing the own password."""

import pytest

from netsentinel.identity import Admission
from netsentinel.identity.entries import LoginFailed, PasswordChanged
from netsentinel.kernel.errors import (
    ConflictError,
    NotAllowedError,
    NotAuthenticatedError,
    ThrottledError,
    WeakPasswordError,
    WrongPasswordError,
)
from netsentinel.kernel.types import Role, system_principal
from tests.identity import PASSWORD, House

pytestmark = pytest.mark.anyio
SYSTEM = system_principal()
OTHER = "walrus orbit lantern eleven"


async def admitted(house: House, name: str = "ann") -> Admission:
    login = await house.login(name)
    admission = await house.service.validate_token(login.token)
    assert admission is not None
    return admission


async def test_the_own_password_is_changed_and_every_other_session_ends(house: House) -> None:
    here, elsewhere, bob = await admitted(house), await admitted(house), await admitted(house, "bob")
    await house.service.logins.change_password(here, PASSWORD, OTHER)
    assert [await house.service.still_valid(one.ref) for one in (here, elsewhere, bob)] == [True, False, True]
    entry, ann = house.db.entries[-1], here.principal.id
    assert (entry.kind, entry.principal, entry.subject) == ("password.changed", ann, ann)
    assert entry.payload == PasswordChanged(name="ann", sessions=1)
    with pytest.raises(NotAuthenticatedError):
        await house.service.authenticate("ann", PASSWORD)
    assert await house.service.authenticate("ann", OTHER)
    assert PASSWORD not in repr(house.db.entries) + repr(here)
    assert OTHER not in repr(house.db.entries)


async def test_the_present_password_must_be_known(house: House) -> None:
    here = await admitted(house)
    with pytest.raises(WrongPasswordError):
        await house.service.logins.change_password(here, OTHER, OTHER, address="192.0.2.1")
    failed = house.db.entries[-1]
    assert failed.subject == here.principal.id
    assert failed.payload == LoginFailed(user="ann", address="192.0.2.1", reason="wrong present password")
    assert await house.service.still_valid(here.ref)
    assert await house.service.authenticate("ann", PASSWORD)


async def test_a_poor_password_is_refused_before_any_guess_counts(house: House) -> None:
    here = await admitted(house)
    compared = len(house.hashing.checked)
    for _ in range(20):
        with pytest.raises(WeakPasswordError):
            await house.service.logins.change_password(here, PASSWORD, "short", address="192.0.2.1")
    assert len(house.hashing.checked) == compared
    await house.service.logins.change_password(here, PASSWORD, OTHER, address="192.0.2.1")


async def test_the_present_password_is_no_new_one_and_trying_it_counts_as_no_guess(house: House) -> None:
    here, elsewhere = await admitted(house), await admitted(house)
    for _ in range(6):
        with pytest.raises(WeakPasswordError, match="your present password") as caught:
            await house.service.logins.change_password(here, PASSWORD, PASSWORD, address="192.0.2.1")
        assert (caught.value.code, caught.value.extra["field"]) == ("weak-password", "password")
    assert "password.changed" not in house.kinds()
    assert await house.service.still_valid(elsewhere.ref)
    await house.service.logins.change_password(here, PASSWORD, OTHER, address="192.0.2.1")


async def test_the_present_password_in_other_characters_is_the_present_one(house: House) -> None:
    here = await admitted(house)
    composed = "walrus orbit caf\u00e9 eleven"
    await house.service.logins.change_password(here, PASSWORD, composed)
    with pytest.raises(WeakPasswordError, match="your present password"):
        await house.service.logins.change_password(here, composed, "walrus orbit cafe\u0301 eleven")


async def test_guesses_count_with_those_of_logins_and_successes_do_not(house: House) -> None:
    here = await admitted(house)
    for n in range(6):
        passwords = (PASSWORD, OTHER) if n % 2 == 0 else (OTHER, PASSWORD)
        await house.service.logins.change_password(here, *passwords, address="192.0.2.1")
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            await house.service.logins.change_password(here, "wrong", OTHER, address="192.0.2.1")
    compared = len(house.hashing.checked)
    with pytest.raises(ThrottledError):
        await house.service.logins.change_password(here, PASSWORD, OTHER, address="192.0.2.1")
    with pytest.raises(ThrottledError):
        await house.service.authenticate("ann", PASSWORD, address="192.0.2.1")
    assert len(house.hashing.checked) == compared


async def test_a_key_has_no_password(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "program", role=Role.ADMIN)
    admission = await house.service.validate_token(made.text)
    assert admission is not None
    with pytest.raises(NotAllowedError, match="Only people"):
        await house.service.logins.change_password(admission, PASSWORD, OTHER)


async def test_somebody_elses_change_meanwhile_is_not_overwritten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await admitted(house)
    hashing = type(house.hashing).hash

    async def slow(self: object, password: str) -> str:
        monkeypatch.setattr(type(house.hashing), "hash", hashing)
        await house.service.users.set_password(SYSTEM, here.principal.id, "gravel tulip engine forty")
        return await house.hashing.hash(password)

    monkeypatch.setattr(type(house.hashing), "hash", slow)
    with pytest.raises(ConflictError, match="Somebody else"):
        await house.service.logins.change_password(here, PASSWORD, OTHER)
    assert await house.service.authenticate("ann", "gravel tulip engine forty")
