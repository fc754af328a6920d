"""The shared vocabulary: aliases, permissions, roles and the principal who acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NewType

TenantId = NewType("TenantId", str)
"""The isolation boundary that every stored row carries."""

Micros = int
"""Integer microseconds since 1970-01-01 UTC: the one unit of time in storage, frames and code."""

Json = Any
"""A decoded JSON value."""

JsonObject = Mapping[str, Any]
"""A decoded JSON object."""

MetricSample = tuple[str, str, str, float]
"""A figure for `/metrics`: kind (`counter` or `gauge`), name, help, value."""

DEFAULT_TENANT = TenantId("default")

MIB: Final = 1024 * 1024
"""Bytes of a mebibyte."""


class Level(StrEnum):
    """Severity, in Sigma's words."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (informational) to 4 (critical), for ordering and `>=` filters."""
        return list(Level).index(self)


class Permission(StrEnum):
    """What a principal may do. Every route and frame declares one of these."""

    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    THREATS_READ = "threats:read"
    EVENTS_READ = "events:read"
    EVENTS_HUNT = "events:hunt"
    EVENTS_WRITE = "events:write"
    SOURCES_READ = "sources:read"
    SOURCES_WRITE = "sources:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    MODELS_READ = "models:read"
    MODELS_WRITE = "models:write"
    MODELS_PROMOTE = "models:promote"
    ENTRIES_READ = "entries:read"
    LIVE_CONNECT = "live:connect"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    METRICS_READ = "metrics:read"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    RECOVERY_READ = "recovery:read"
    RECOVERY_WRITE = "recovery:write"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    GRAPH_READ = "graph:read"
    GRAPH_WRITE = "graph:write"
    COURSES_LEARN = "courses:learn"
    """Take courses and practise, each person for themselves."""
    COURSES_TEACH = "courses:teach"
    """Write, publish and assign courses and questions, and see how far everybody is."""
    MEDIA_READ = "media:read"
    MEDIA_WRITE = "media:write"
    USERS_MANAGE = "users:manage"
    KEYS_MANAGE = "keys:manage"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """A named set of permissions; `ROLE_PERMISSIONS` says which."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Tier(StrEnum):
    """How many requests an API key may make; the settings `limits_*` say the figures."""

    STANDARD = "standard"
    PREMIUM = "premium"
    UNLIMITED = "unlimited"

    @property
    def rank(self) -> int:
        """0 (standard) to 2 (unlimited): who has more."""
        return list(Tier).index(self)


_VIEWER = frozenset(
    {
        Permission.ALERTS_READ,
        Permission.THREATS_READ,
        Permission.EVENTS_READ,
        Permission.SOURCES_READ,
        Permission.RULES_READ,
        Permission.MODELS_READ,
        Permission.ENTRIES_READ,
        Permission.LIVE_CONNECT,
        Permission.TASKS_READ,
        Permission.RECOVERY_READ,
        Permission.SCHEDULES_READ,
        Permission.WEBHOOKS_READ,
        Permission.GRAPH_READ,
        Permission.COURSES_LEARN,
        Permission.MEDIA_READ,
    }
)
_ANALYST = _VIEWER | {
    Permission.ALERTS_WRITE,
    Permission.EVENTS_HUNT,
    Permission.EVENTS_WRITE,
    Permission.SOURCES_WRITE,
    Permission.RULES_WRITE,
    Permission.MODELS_WRITE,
    Permission.CONNECTIONS_READ,
    Permission.METRICS_READ,
    Permission.TASKS_WRITE,
    Permission.RECOVERY_WRITE,
    Permission.SCHEDULES_WRITE,
    Permission.WEBHOOKS_WRITE,
    Permission.GRAPH_WRITE,
    Permission.COURSES_TEACH,
    Permission.MEDIA_WRITE,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a user, an API key or the system itself, always inside one tenant."""

    id: str
    kind: str
    """`user`, `key` or `system`."""
    tenant: TenantId
    role: Role
    name: str
    permissions: frozenset[Permission]
    source: str = ""
    """The only source that this principal may send events for; empty when there is no such bound."""
    tier: Tier = Tier.STANDARD
    """How much it may ask for: a key's own tier, else its tenant's."""

    def may(self, permission: Permission) -> bool:
        """Whether this principal holds the permission."""
        return permission in self.permissions


def system_principal(tenant: TenantId = DEFAULT_TENANT) -> Principal:
    """The principal behind everything NetSentinel does by itself."""
    return Principal("system", "system", tenant, Role.ADMIN, "NetSentinel", frozenset(Permission), tier=Tier.UNLIMITED)
