"""What the identity feature announces in the journal. All of it is audited."""

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros

SESSION_OPENED = "session.opened"
SESSION_CLOSED = "session.closed"
LOGIN_FAILED = "login.failed"
TENANT_CREATED = "tenant.created"
USER_CREATED = "user.created"
USER_DISABLED = "user.disabled"
USER_ENABLED = "user.enabled"
ROLE_CHANGED = "role.changed"
PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an entry
KEY_CREATED = "key.created"
KEY_REVOKED = "key.revoked"
TIER_CHANGED = "tier.changed"


class SessionOpened(Payload, frozen=True, kw_only=True):
    """Somebody logged in. The entry's subject is the session's id."""

    user_id: str
    user: str
    address: str
    expires_at: Micros


class SessionClosed(Payload, frozen=True, kw_only=True):
    """A session ended. The entry's subject is the session's id."""

    user_id: str
    reason: str
    """`logout`, `replaced`, `expired`, `user disabled`, `role changed` or `password changed`."""


class LoginFailed(Payload, frozen=True, kw_only=True):
    """A login was refused. The entry's subject is the user's id, or empty."""

    user: str
    """Name of the user, empty when there is none of that name: people type passwords into the wrong field."""
    address: str
    reason: str
    """`unknown user`, `wrong password`, `user disabled`, `user changed meanwhile`, `wrong set-up token`, or
    `wrong present password` for a change of the own one."""


class TenantCreated(Payload, frozen=True, kw_only=True):
    """A tenant exists. The entry's subject is its id."""

    name: str


class UserCreated(Payload, frozen=True, kw_only=True):
    """A user exists. The entry's subject is the user's id."""

    name: str
    role: str
    first: bool
    """Whether this is the administrator made at first run."""


class UserDisabled(Payload, frozen=True, kw_only=True):
    """A user may no longer log in, and the user's sessions ended. The entry's subject is the user's id."""

    name: str
    sessions: int


class UserEnabled(Payload, frozen=True, kw_only=True):
    """A user that was disabled may log in again. The entry's subject is the user's id."""

    name: str


class RoleChanged(Payload, frozen=True, kw_only=True):
    """A user has another role, and the user's sessions ended. The entry's subject is the user's id."""

    name: str
    before: str
    after: str
    sessions: int


class PasswordChanged(Payload, frozen=True, kw_only=True):
    """A user has another password, and the user's sessions ended. The entry's subject is the user's id.

    Who changes the own password stays logged in where that was done; the entry's principal is the user then.
    """

    name: str
    sessions: int


class KeyCreated(Payload, frozen=True, kw_only=True):
    """An API key exists. The entry's subject is the key's id."""

    name: str
    role: str
    """Empty for a key with its own set of permissions."""
    scopes: tuple[str, ...]
    expires_at: Micros
    source: str = ""
    """The only source that it may send events for; empty for any."""
    tier: str = ""
    """Empty for a key that has its tenant's."""


class KeyRevoked(Payload, frozen=True, kw_only=True):
    """An API key stopped working. The entry's subject is the key's id."""

    name: str


class TierChanged(Payload, frozen=True, kw_only=True):
    """Somebody may ask for more or less from now on. The entry's subject is the key's or the tenant's id."""

    of: str
    """`key` or `tenant`."""
    name: str
    before: str
    """Empty for a key that had its tenant's."""
    after: str
    """Empty for a key that has its tenant's now."""


def _audited(name: str, payload: type[Payload], summary: str) -> EntryKind:
    return EntryKind(name, "audit", name.replace(".", ":"), payload, summary, audited=True)


ENTRY_KINDS = (
    _audited(SESSION_OPENED, SessionOpened, "Somebody logged in."),
    _audited(SESSION_CLOSED, SessionClosed, "A session ended."),
    _audited(LOGIN_FAILED, LoginFailed, "A login, a first set-up or a change of the own password was refused."),
    _audited(TENANT_CREATED, TenantCreated, "A tenant was created."),
    _audited(USER_CREATED, UserCreated, "A user was created."),
    _audited(USER_DISABLED, UserDisabled, "A user was disabled and the user's sessions ended."),
    _audited(USER_ENABLED, UserEnabled, "A user that was disabled may log in again."),
    _audited(ROLE_CHANGED, RoleChanged, "A user was given another role and the user's sessions ended."),
    _audited(PASSWORD_CHANGED, PasswordChanged, "A user has another password and the user's sessions ended."),
    _audited(KEY_CREATED, KeyCreated, "An API key was created."),
    _audited(KEY_REVOKED, KeyRevoked, "An API key was revoked."),
    _audited(TIER_CHANGED, TierChanged, "An API key or a tenant was given another tier."),
)
