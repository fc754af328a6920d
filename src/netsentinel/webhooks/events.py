"""Which entries an endpoint is told of: kinds, and patterns of kinds."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from netsentinel.kernel.entries import EntryKind, EntryRegistry
from netsentinel.kernel.types import Permission, Principal
from netsentinel.webhooks.errors import InvalidWebhookError
from netsentinel.webhooks.model import Endpoint

AUDIT_TOPIC: Final = "audit"
MOST_EVENTS: Final = 50


def matches(pattern: str, kind: str) -> bool:
    """Whether a pattern names a kind: `*` all, `alert.*` those that begin with `alert.`, anything else itself."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return kind.startswith(pattern[:-1])
    return pattern == kind


class EventKinds:
    """The kinds that endpoints can be told of."""

    def __init__(self, registry: EntryRegistry) -> None:
        self._registry = registry
        self._expanded = lru_cache(maxsize=512)(self._expand)

    def all(self, *, sees_audit: bool) -> list[EntryKind]:
        """Every kind by name; those of the audit log for who may read it."""
        found = [kind for kind in self._registry if sees_audit or kind.topic != AUDIT_TOPIC]
        return sorted(found, key=lambda kind: kind.name)

    def checked(self, principal: Principal, patterns: Iterable[str]) -> tuple[str, ...]:
        """The patterns without repetitions.

        Raises:
            InvalidWebhookError: there is none, there are too many, or one names nothing that this principal may read.
        """
        stated = tuple(dict.fromkeys(patterns))
        if not 1 <= len(stated) <= MOST_EVENTS:
            raise InvalidWebhookError(f"State from 1 to {MOST_EVENTS} events, or * for all.")
        readable = [kind.name for kind in self.all(sees_audit=principal.may(Permission.AUDIT_READ))]
        for pattern in stated:
            if not any(matches(pattern, kind) for kind in readable):
                raise InvalidWebhookError(
                    f"{pattern[:100]!r} names no event that you may read; GET /api/v2/webhooks/events lists them all."
                )
        return stated

    def wants(self, endpoint: Endpoint, kind: str, seq: int) -> bool:
        """Whether an endpoint is to be told of an entry."""
        return self.may_see(endpoint, kind) and any(
            one.from_seq < seq and (not one.upto_seq or seq <= one.upto_seq) and matches(one.pattern, kind)
            for one in endpoint.subscriptions
        )

    def may_see(self, endpoint: Endpoint, kind: str) -> bool:
        """Whether a kind is not kept from an endpoint."""
        return endpoint.sees_audit or not self.is_audit(kind)

    def is_audit(self, kind: str) -> bool:
        """Whether only those who may read the audit log may see messages of this kind."""
        return kind in self._registry and self._registry[kind].topic == AUDIT_TOPIC

    def named(self, patterns: Collection[str]) -> tuple[str, ...]:
        """Every kind that one of the patterns names."""
        return self._expanded(tuple(sorted(patterns)))

    def _expand(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(kind.name for kind in self._registry if any(matches(one, kind.name) for one in patterns))
