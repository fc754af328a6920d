"""What the graph is made of: what origins state and people decide, and the concepts and edges that it comes to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from netsentinel.kernel.types import Micros


class ConceptKind(StrEnum):
    """What a concept is."""

    CONCEPT = "concept"
    TACTIC = "tactic"
    TECHNIQUE = "technique"
    MITIGATION = "mitigation"
    WEAKNESS = "weakness"
    MEDIUM = "medium"
    LESSON = "lesson"
    RULE = "rule"


class Relation(StrEnum):
    """What an edge says of its source."""

    REQUIRES = "requires"
    """The target must be understood first. These edges never form a cycle."""
    PART_OF = "part_of"
    RELATED = "related"
    MENTIONS = "mentions"
    """A medium speaks of the target."""
    EXPLAINS = "explains"
    """A lesson teaches the target."""
    MITIGATES = "mitigates"
    DETECTS = "detects"


class OriginKind(StrEnum):
    """Who states things about the graph."""

    PEOPLE = "people"
    REFERENCE = "reference"
    """A published table, for example `reference:attack`."""
    MEDIUM = "medium"
    COURSE = "course"
    """What a teacher published."""

    @property
    def rank(self) -> int:
        """How firm a statement is: where prerequisites contradict each other, the lower rank yields."""
        return {
            OriginKind.PEOPLE: 3,
            OriginKind.REFERENCE: 2,
            OriginKind.COURSE: 2,
            OriginKind.MEDIUM: 1,
        }[self]


class Origin(NamedTuple):
    """Where statements come from: all that one origin states is replaced or withdrawn together."""

    kind: OriginKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """The origin of that spelling.

        Raises:
            ValueError: there is no such kind.
        """
        kind, _, origin_id = text.partition(":")
        return cls(OriginKind(kind), origin_id)


PEOPLE: Final = Origin(OriginKind.PEOPLE)
"""What the tenant's people stated by hand. Who did so stands beside each statement."""

ANSWER: Final = "review"
"""The position of people's answer to a suggestion: it counts beside what suggests a prerequisite, never alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptClaim:
    """An origin says that there is such a concept."""

    name: str
    key: str = ""
    """A name that never changes, for things that have one, for example `T1566` or `medium:med_...`; else what
    `key_of(name)` gives."""
    kind: ConceptKind = ConceptKind.CONCEPT
    text: str = ""
    """What it is, in a sentence."""
    weight: float = 1.0
    """How sure the origin is, above 0, at most 1."""
    position: str = ""
    """Where in the medium, for example `page 3`, `slide 12`, `00:12:31.500` or `#heading`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeClaim:
    """An origin says that two concepts are related. `source` and `target` are names, keys or ids."""

    source: str
    target: str
    relation: Relation = Relation.REQUIRES
    weight: float = 1.0
    """How sure the origin is, above 0, at most 1."""
    position: str = ""
    """Where in the medium; the same edge may be stated at several."""
    sentence: str = ""
    """The evidence, as it stands there."""
    is_denied: bool = False
    """Whether this says that it is not so. A denial by people outweighs every claim."""
    features: tuple[tuple[str, float], ...] = ()
    """What a suggestion was judged by, by name; answers to it teach with these."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything that an origin states."""

    concepts: tuple[ConceptClaim, ...] = ()
    edges: tuple[EdgeClaim, ...] = ()


class EdgeKey(NamedTuple):
    """Which edge: ids of concepts, and the relation between them."""

    source: str
    relation: Relation
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptStatement:
    """A concept claim as it is kept."""

    origin: Origin
    concept_id: str
    """Which concept the key stands for, given what people decided."""
    claim: ConceptClaim
    """With its key filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStatement:
    """An edge claim as it is kept: the evidence of an edge."""

    origin: Origin
    key: EdgeKey
    claim: EdgeClaim
    """Its source and target are keys."""
    by: str
    """Id of the principal."""
    at: Micros

    @property
    def is_answer(self) -> bool:
        """Whether this answers a suggestion of a prerequisite, and so means nothing when nothing suggests it."""
        return self.origin == PEOPLE and self.claim.position == ANSWER and self.key.relation is Relation.REQUIRES


@dataclass(frozen=True, slots=True)
class Statements:
    """Claims as they are kept."""

    concepts: tuple[ConceptStatement, ...] = ()
    edges: tuple[EdgeStatement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.concepts or self.edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A concept, as everything that is said of it comes to."""

    id: str
    key: str
    name: str
    kind: ConceptKind
    text: str
    names: tuple[str, ...]
    """Every name that it is known by, `name` included, sorted."""
    origins: int
    """How many origins state it."""
    version: int
    """Of the tenant's graph, when this was last different."""


class EdgeState(StrEnum):
    """Whether an edge counts."""

    LIVE = "live"
    HELD = "held"
    """It would close a cycle of prerequisites, and is the weakest there."""
    DENIED = "denied"
    """Somebody said that it is not so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge, as everything that is said of it comes to."""

    key: EdgeKey
    state: EdgeState
    rank: int
    """Of the firmest origin: 3 people, 2 a reference, 1 a medium."""
    weight: float
    """Of the surest claim."""
    evidence: int
    """How many claims there are."""
    version: int
    """Of the tenant's graph, when this was last different."""

    @property
    def is_vouched(self) -> bool:
        """Whether it counts, and not by what media suggest alone."""
        return self.state is EdgeState.LIVE and self.rank > OriginKind.MEDIUM.rank

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody vouches for it."""
        return self.rank == OriginKind.PEOPLE.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different in a tenant's graph. Taking it twice comes to the same."""

    version: int
    """The graph is at this version with it."""
    concepts: tuple[Concept, ...] = ()
    edges: tuple[Edge, ...] = ()
    gone_concepts: tuple[str, ...] = ()
    gone_edges: tuple[EdgeKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.concepts or self.edges or self.gone_concepts or self.gone_edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An edge that does not count, because it would close a cycle of firmer ones."""

    key: EdgeKey
    cycle: tuple[str, ...]
    """Ids from the edge's source, by the edge, back to its source; empty beyond the firmest hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What stating or withdrawing came to."""

    version: int
    """Of the tenant's graph; what it was when nothing is different."""
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """Key of each stated concept -> id of the concept that it stands for."""
    concepts: int = 0
    """How many concepts are new or different."""
    edges: int = 0
    gone_concepts: int = 0
    gone_edges: int = 0
    held: tuple[Held, ...] = ()
    """Edges that stopped counting with this."""


class OperationKind(StrEnum):
    """What people decide about concepts."""

    RENAME = "rename"
    ALIAS = "alias"
    MERGE = "merge"
    SPLIT = "split"
    REMOVE = "remove"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A decision about concepts. It changes how statements are read, never the statements, so it can be undone."""

    number: int
    """The version of the graph that it made."""
    kind: OperationKind
    concept: str
    """Id of the concept that it is about."""
    other: str = ""
    """Id of the concept that it was merged into, or that was split off."""
    name: str = ""
    keys: tuple[str, ...] = ()
    """Names that go to `other`, or that `concept` is known by from now on."""
    origins: tuple[str, ...] = ()
    """Only what these state goes to `other`; all of them when empty."""
    by: str
    at: Micros
    undone_by: str = ""
    undone_at: Micros = 0


class Direction(StrEnum):
    """Which way a closure goes."""

    PREREQUISITES = "prerequisites"
    """What must be understood first."""
    DEPENDENTS = "dependents"
    """What this is needed for."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A part of the graph that can be drawn."""

    concepts: tuple[Concept, ...] = ()
    edges: tuple[Edge, ...] = ()
    """Live edges among the concepts."""
    is_whole: bool = True
    """Whether nothing was left out for want of room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptPage:
    """Concepts by name, and where the next page begins."""

    items: tuple[Concept, ...]
    next: str | None

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphStats:
    """How large a tenant's graph is."""

    version: int
    concepts: dict[str, int]
    """Kind -> how many."""
    edges: dict[str, int]
    """Relation -> how many live ones."""
    held: int
    denied: int
    origins: dict[str, int]
    """Kind of origin -> how many state something."""
