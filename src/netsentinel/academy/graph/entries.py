"""What the graph announces in the journal. Texts of media stay out of it."""

from netsentinel.academy.graph.model import OperationKind
from netsentinel.kernel.entries import EntryKind, Payload

GRAPH_CHANGED = "graph.changed"
CONCEPT_EDITED = "concept.edited"


class GraphChanged(Payload, frozen=True, kw_only=True):
    """Concepts or edges are different. The entry's subject is who stated it, for example `medium:med_...`."""

    version: int
    """Of the tenant's graph."""
    origin: str
    concepts: int
    """How many are new or different."""
    edges: int
    gone_concepts: int
    gone_edges: int
    held: int
    """How many edges stopped counting, because they would close a cycle of prerequisites."""


class ConceptEdited(Payload, frozen=True, kw_only=True):
    """Somebody decided something about a concept. The entry's subject is its id."""

    operation: OperationKind
    number: int
    """Of the operation."""
    name: str
    """The concept's, before."""
    other: str
    """Id of the concept that it was merged into or split from; empty for none."""
    is_undone: bool
    """Whether the decision was taken back."""


ENTRY_KINDS = (
    EntryKind(GRAPH_CHANGED, "graph", "graph:changed", GraphChanged, "Concepts or edges of the graph are different."),
    EntryKind(
        CONCEPT_EDITED,
        "graph",
        "concept:edited",
        ConceptEdited,
        "Somebody renamed, merged, split, aliased, removed or restored a concept, or took that back.",
    ),
)
