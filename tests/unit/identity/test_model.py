"""Tenants, users, sessions and keys as values."""

from dataclasses import replace

import pytest

from netsentinel.identity.model import NEVER, Account, ApiKey, IdentityLimits, LoginResult, NewKey, Session, User
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, ROLE_PERMISSIONS, Permission, Role

ANN = User("usr_1", DEFAULT_TENANT, "ann", Role.ANALYST, 1)
SENSOR = ApiKey(
    "key_1", DEFAULT_TENANT, "sensor", "ns_key_abcd", None, frozenset({Permission.EVENTS_WRITE}), "usr_1", 1
)


def test_a_user_acts_with_the_permissions_of_the_role() -> None:
    principal = ANN.principal()
    assert (principal.id, principal.kind, principal.name) == ("usr_1", "user", "ann")
    assert principal.permissions == ROLE_PERMISSIONS[Role.ANALYST]


def test_a_key_without_a_role_acts_with_its_scopes_only() -> None:
    principal = SENSOR.principal()
    assert (principal.kind, principal.role) == ("key", Role.VIEWER)
    assert principal.permissions == {Permission.EVENTS_WRITE}
    assert not principal.may(Permission.ALERTS_READ)


def test_a_key_with_a_role_acts_with_the_permissions_of_the_role() -> None:
    assert replace(SENSOR, role=Role.ADMIN, scopes=frozenset()).principal().permissions == frozenset(Permission)


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "valid"),
    [(NEVER, NEVER, True), (101, NEVER, True), (100, NEVER, False), (NEVER, 1, False)],
)
def test_a_key_is_valid_until_it_expires_or_is_revoked(expires_at: int, revoked_at: int, *, valid: bool) -> None:
    assert replace(SENSOR, expires_at=expires_at, revoked_at=revoked_at).is_valid(100) == valid


def test_secrets_do_not_show_when_values_are_printed() -> None:
    session = Session("ses_1", DEFAULT_TENANT, "usr_1", "", "", 1, 1, 2)
    for value in (Account(ANN, "s3cret"), NewKey(SENSOR, "s3cret"), LoginResult(ANN.principal(), session, "s3cret")):
        assert "s3cret" not in repr(value)


def test_the_limits_are_the_settings_ones() -> None:
    settings = Settings(
        session_idle_minutes=7, session_max_hours=3, login_attempts_per_minute=4, password_min_length=20, _env_file=None
    )
    assert IdentityLimits.of(settings) == IdentityLimits(7 * MINUTE, 3 * HOUR, 4, 20)
    assert IdentityLimits.of(Settings(_env_file=None)) == IdentityLimits()
