"""What media announce in the journal. Their texts stay out of it."""

from netsentinel.academy.media.model import MediumState
from netsentinel.kernel.entries import EntryKind, Payload

MEDIUM_CHANGED = "medium.changed"


class MediumChanged(Payload, frozen=True, kw_only=True):
    """Somebody added, replaced or deleted a medium. The entry's subject is its id."""

    id: str
    name: str
    change: str
    """`added`, `replaced` or `deleted`."""
    state: MediumState
    concepts: int
    prerequisites: int


ENTRY_KINDS = (
    EntryKind(MEDIUM_CHANGED, "graph", "medium:changed", MediumChanged, "A medium was added, replaced or deleted."),
)
