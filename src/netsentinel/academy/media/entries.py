"""What media announce in the journal. Their texts stay out of it."""

from netsentinel.academy.media.model import MediumState, Stage
from netsentinel.academy.reader.kinds import MediumKind
from netsentinel.kernel.entries import EntryKind, Payload

MEDIUM_CHANGED = "medium.changed"
MEDIUM_STAGE = "medium.stage"


class MediumChanged(Payload, frozen=True, kw_only=True):
    """Somebody added, replaced or deleted a medium. The entry's subject is its id."""

    id: str
    name: str
    change: str
    """`added`, `replaced` or `deleted`."""
    state: MediumState
    medium_kind: MediumKind
    size: int
    """Bytes."""


class MediumStage(Payload, frozen=True, kw_only=True):
    """A reading of a medium went on. The entry's subject is the medium's id."""

    id: str
    name: str
    state: MediumState
    stage: Stage
    """The step that begins, or that the reading ended with."""
    medium_kind: MediumKind
    detail: str = ""
    words: int = 0
    concepts: int = 0
    prerequisites: int = 0
    task_id: str = ""


ENTRY_KINDS = (
    EntryKind(MEDIUM_CHANGED, "media", "medium:changed", MediumChanged, "A medium was added, replaced or deleted."),
    EntryKind(
        MEDIUM_STAGE,
        "media",
        "medium:stage",
        MediumStage,
        "A medium is in the next step of being read; `state` says when it is ready, failed or quarantined.",
    ),
)
