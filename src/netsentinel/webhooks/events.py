"""Which entries an endpoint is told of: kinds, and patterns of kinds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from netsentinel.kernel.entries import EntryKind, EntryRegistry
from netsentinel.kernel.types import Permission, Principal
from netsentinel.webhooks.entries import TEST_KIND
from netsentinel.webhooks.errors import InvalidWebhookError
from netsentinel.webhooks.model import Endpoint, Subscription

MOST_EVENTS: Final = 50


def matches(pattern: str, kind: str) -> bool:
    """Whether a pattern names a kind: `*` all, `alert.*` those that begin with `alert.`, anything else itself."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return kind.startswith(pattern[:-1])
    return pattern == kind


class EventKinds:
    """The kinds that endpoints can be told of.

    Args:
        registry: every kind.
        readers: the permission that reading a topic takes. What is of no topic here is told to nobody.
    """

    def __init__(self, registry: EntryRegistry, readers: Mapping[str, Permission]) -> None:
        self._registry = registry
        self._readers = readers
        self._expanded = lru_cache(maxsize=512)(self._expand)

    def all(self, permissions: Collection[str]) -> list[EntryKind]:
        """Every kind that these permissions let one read, by name."""
        found = [kind for kind in self._registry if self.is_readable(permissions, kind.name)]
        return sorted(found, key=lambda kind: kind.name)

    def readable(self, principal: Principal) -> tuple[str, ...]:
        """The names of what deliveries may tell this principal of: all those, and tests."""
        return (TEST_KIND, *(kind.name for kind in self.all(principal.permissions)))

    def granted(self, principal: Principal) -> frozenset[str]:
        """Those permissions of a principal that decide what the endpoints it states are told of."""
        return frozenset(one.value for one in self._readers.values() if principal.may(one))

    def checked(self, principal: Principal, patterns: Iterable[str]) -> tuple[str, ...]:
        """The patterns without repetitions.

        Raises:
            InvalidWebhookError: there is none, there are too many, or one names nothing that this principal may read.
        """
        stated = tuple(dict.fromkeys(patterns))
        if not 1 <= len(stated) <= MOST_EVENTS:
            raise InvalidWebhookError(f"State from 1 to {MOST_EVENTS} events, or * for all.")
        readable = [kind.name for kind in self.all(principal.permissions)]
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
        """Whether whoever stated an endpoint last may read what is of this kind."""
        return self.is_readable(endpoint.granted, kind)

    def is_readable(self, permissions: Collection[str], kind: str) -> bool:
        """Whether these permissions let one read messages of a kind: tests always, and nothing that nobody knows."""
        return kind == TEST_KIND or self.permission_of(kind) in permissions

    def permission_of(self, kind: str) -> str:
        """What reading messages of a kind takes; empty when nobody may."""
        found = self._readers.get(self._registry[kind].topic) if kind in self._registry else None
        return found.value if found else ""

    def named(self, patterns: Collection[str]) -> tuple[str, ...]:
        """Every kind that one of the patterns names."""
        return self._expanded(tuple(sorted(patterns)))

    def _expand(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(kind.name for kind in self._registry if any(matches(one, kind.name) for one in patterns))


def subscriptions_after(
    old: Endpoint, events: tuple[str, ...], newest: int, *, goes_on: bool
) -> tuple[Subscription, ...]:
    """What an endpoint is told of after its events were stated anew.

    A pattern that stays goes on where it was; a new one begins now; one that is given up still counts for entries that
    were there before, and may be on their way.
    """
    if not goes_on:
        return tuple(Subscription(pattern=one, from_seq=newest) for one in events)
    before = {one.pattern: one for one in old.subscriptions if not one.upto_seq}
    kept = tuple(before.get(one) or Subscription(pattern=one, from_seq=newest) for one in events)
    ending = tuple(replace(one, upto_seq=newest) for name, one in before.items() if name not in events and newest)
    ended = tuple(one for one in old.subscriptions if one.upto_seq)
    return kept + (ending + ended)[:MOST_EVENTS]
