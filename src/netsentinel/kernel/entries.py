"""The kinds of journal entries: one registry that gives each its topic, wire names and payload type.

Features declare their kinds in their own `entries.py`; this module only holds the mechanism. The registry is what
WebSocket events, webhooks, documentation and specifications are generated from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from netsentinel.kernel.types import Micros, TenantId

MAX_CAUSE_DEPTH = 8
"""A chain of causes longer than this is cut: what an entry causes never goes round in circles."""


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The base of payloads that have no dataclass of their own; a frozen dataclass of the domain serves as well."""


@dataclass(frozen=True, slots=True)
class EntryKind:
    """What one kind of entry is called everywhere."""

    name: str
    """In the journal and in webhooks, for example `alert.raised`."""
    topic: str
    """The live topic that carries it, for example `alerts`."""
    live_name: str
    """On the WebSocket, for example `alert:raised`."""
    payload: type[object]
    """A frozen dataclass or a `Payload`: its JSON is what the journal, the WebSocket and webhooks carry."""
    summary: str
    """One sentence for the reference."""
    audited: bool = False
    """Whether entries of this kind are chained for the audit."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry about to be appended, in the transaction of the change that it tells of."""

    kind: str
    tenant: TenantId
    principal: str
    """Id of the principal who acts."""
    subject: str
    """Id of the thing that changed."""
    payload: object
    """An instance of the kind's payload type."""
    cause: tuple[int, ...] = ()
    """`seq` of the entries that led here, oldest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal."""

    seq: int
    tenant: TenantId
    kind: str
    at: Micros
    principal: str
    subject: str
    payload: dict[str, Any]
    cause: tuple[int, ...]
    audited: bool


class EntryRegistry:
    """All kinds of entries, by name."""

    def __init__(self, kinds: Iterable[EntryKind] = ()) -> None:
        self._kinds: dict[str, EntryKind] = {}
        self.add(*kinds)

    def add(self, *kinds: EntryKind) -> None:
        """Register kinds.

        Raises:
            ValueError: a name is taken.
        """
        for kind in kinds:
            if kind.name in self._kinds:
                message = f"the entry kind {kind.name} is registered twice"
                raise ValueError(message)
            self._kinds[kind.name] = kind

    def __getitem__(self, name: str) -> EntryKind:
        return self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[EntryKind]:
        return iter(self._kinds.values())

    def topics(self) -> list[str]:
        """Every live topic, sorted."""
        return sorted({kind.topic for kind in self})
