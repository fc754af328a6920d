"""Who may come in: tenants, users, sessions, API keys, tickets, and what admits them."""

from dataclasses import dataclass, field

from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import ROLE_PERMISSIONS, Micros, Permission, Principal, Role, TenantId, Tier

NEVER: Micros = 0
"""As an expiry: none. As a moment: it has not happened."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An isolation boundary: what belongs to one tenant is invisible to every other."""

    id: TenantId
    name: str
    created_at: Micros
    tier: Tier = Tier.STANDARD
    """Of its keys that have none of their own."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who logs in with a name and a password. Names are unique in a tenant, whatever their case."""

    id: str
    tenant: TenantId
    name: str
    role: Role
    created_at: Micros
    last_login_at: Micros = NEVER
    disabled_at: Micros = NEVER

    @property
    def is_disabled(self) -> bool:
        """Whether this user may no longer log in."""
        return self.disabled_at != NEVER

    def principal(self) -> Principal:
        """This user as somebody who acts."""
        return Principal(self.id, "user", self.tenant, self.role, self.name, ROLE_PERMISSIONS[self.role])


@dataclass(frozen=True, slots=True)
class Account:
    """A user with the hash of the password; only the login sees it."""

    user: User
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is logged in. The token itself is nowhere, only its SHA-256 is stored."""

    id: str
    tenant: TenantId
    user_id: str
    address: str
    user_agent: str
    created_at: Micros
    last_seen_at: Micros
    """Up to a minute old: not every request is written down."""
    expires_at: Micros
    """The end in any case, however busy the session is."""


@dataclass(frozen=True, slots=True)
class UserSession:
    """A session with its user, as one look-up finds them."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a program shows instead of logging in. It has either a role or, narrower, its own set of permissions."""

    id: str
    tenant: TenantId
    name: str
    hint: str
    """The first characters of the key, enough for people to recognise it."""
    role: Role | None
    scopes: frozenset[Permission]
    """What the key may do when it has no role, for example only `events:write` for a sensor."""
    created_by: str
    created_at: Micros
    expires_at: Micros = NEVER
    last_used_at: Micros = NEVER
    """Up to a minute old: not every use is written down."""
    revoked_at: Micros = NEVER
    source: str = ""
    """The only source that it may send events for; empty for a key that is bound to none."""
    tier: Tier | None = None
    """How much it may ask for; None for as much as its tenant."""
    tenant_tier: Tier = Tier.STANDARD
    """The tenant's at the moment of reading."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything this key may do."""
        return self.scopes if self.role is None else ROLE_PERMISSIONS[self.role]

    def is_valid(self, now: Micros) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at == NEVER and (self.expires_at == NEVER or now < self.expires_at)

    def principal(self) -> Principal:
        """This key as somebody who acts. A key without a role counts as a viewer; its permissions are what matters."""
        role = self.role or Role.VIEWER
        tier = self.tier or self.tenant_tier
        return Principal(self.id, "key", self.tenant, role, self.name, self.permissions, self.source, tier)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh API key. This is the only moment at which its text exists: show it once."""

    key: ApiKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Admission:
    """A principal together with what admitted it, so that the admission can be checked again later."""

    principal: Principal
    ref: str
    """Names the session or key, never a secret: give it to `IdentityService.still_valid`."""
    expires_at: Micros
    """The latest end of this admission; `NEVER` when it has none."""


@dataclass(frozen=True, slots=True)
class LoginResult:
    """A session that has just begun."""

    principal: Principal
    session: Session
    token: str = field(repr=False)
    """Goes into the cookie and nowhere else."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket's row says: whose admission it repeats, and until when."""

    tenant: TenantId
    ref: str
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A one-time ticket for opening a WebSocket without a cookie."""

    text: str = field(repr=False)
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class IdentityLimits:
    """Every figure of this feature that an operator can set."""

    session_idle: Micros = 30 * MINUTE
    session_max: Micros = 12 * HOUR
    login_attempts_per_minute: int = 10
    password_min_length: int = 15
    top_tier: Tier = Tier.PREMIUM
    """The highest tier that somebody other than the system may give."""

    @classmethod
    def of(cls, settings: Settings) -> "IdentityLimits":
        """The limits that the settings ask for."""
        return cls(
            session_idle=settings.session_idle_minutes * MINUTE,
            session_max=settings.session_max_hours * HOUR,
            login_attempts_per_minute=settings.login_attempts_per_minute,
            password_min_length=settings.password_min_length,
            top_tier=settings.limits_top_tier,
        )
