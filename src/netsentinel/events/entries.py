"""What the events feature announces in the journal: who configured which source. All of it is audited."""

from typing import Any

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros

SOURCE_CREATED = "source.created"
SOURCE_CHANGED = "source.changed"
SOURCE_REMOVED = "source.removed"
EVENTS_GIVEN_UP = "events.given-up"


class SourceConfigured(Payload, frozen=True, kw_only=True):
    """How a source is configured from now on. The entry's subject is its name."""

    kind: str
    format: str
    enabled: bool
    options: dict[str, Any]


class SourceRemoved(Payload, frozen=True, kw_only=True):
    """A source is configured no more; what it brought stays. The entry's subject is its name."""

    kind: str


class EventsGivenUp(Payload, frozen=True, kw_only=True):
    """A file of stored events was missing or damaged, and is searched no more. The entry's subject is its path."""

    events: int
    """How many were lost."""
    since: Micros
    until: Micros
    """The times of the first and the last of them."""
    reason: str


def _audited(name: str, payload: type[Payload], summary: str) -> EntryKind:
    return EntryKind(name, "audit", name.replace(".", ":"), payload, summary, audited=True)


ENTRY_KINDS = (
    _audited(SOURCE_CREATED, SourceConfigured, "A source was configured."),
    _audited(SOURCE_CHANGED, SourceConfigured, "A source was configured otherwise, enabled or disabled."),
    _audited(SOURCE_REMOVED, SourceRemoved, "A source's configuration was removed."),
    _audited(EVENTS_GIVEN_UP, EventsGivenUp, "A damaged file of stored events was given up."),
)
