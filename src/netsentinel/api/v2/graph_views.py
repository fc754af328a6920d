"""How the graph looks from outside: edges with the concept at their other end, evidence, orders to learn in."""

from collections.abc import Mapping
from dataclasses import dataclass

from netsentinel.academy.graph import (
    Concept,
    ConceptKind,
    Edge,
    EdgeState,
    EdgeStatement,
    Operation,
    Relation,
    Subgraph,
)
from netsentinel.kernel.types import Micros


@dataclass(frozen=True, slots=True)
class PathView:
    """A path, both ends included."""

    concepts: list[Concept]


@dataclass(frozen=True, slots=True)
class History:
    """Decisions, newest first."""

    items: list[Operation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One claim about an edge."""

    origin: str
    """For example `medium:med_...`, `reference:attack` or `people`."""
    position: str
    sentence: str
    weight: float
    is_denied: bool
    by: str
    at: Micros


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """What is said of an edge."""

    items: list[Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An edge, seen from one of its ends."""

    relation: Relation
    outgoing: bool
    """Whether it leads from the concept to the other one."""
    id: str
    """Of the other concept."""
    name: str
    kind: ConceptKind
    state: EdgeState
    weight: float
    evidence: int
    """How many claims there are."""
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class ConceptDetail:
    """A concept with its edges."""

    concept: Concept
    edges: list[Neighbour]


@dataclass(frozen=True, slots=True)
class LearningOrder:
    """Concepts in an order in which prerequisites come first."""

    items: list[Concept]
    total: int
    """How many there are, those beyond `limit` included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphMap:
    """The best connected part of a graph in columns: what a drawing of 10,000 concepts needs, and no more."""

    version: int
    """Of the graph."""
    is_whole: bool
    ids: list[str]
    """Of the concepts, the best connected first; the columns that follow are in the same order."""
    names: list[str]
    kinds: list[ConceptKind]
    sources: list[int]
    """Place of each edge's source in `ids`; the columns that follow are in the same order."""
    targets: list[int]
    relations: list[Relation]


def map_view(version: int, part: Subgraph) -> GraphMap:
    """A part of a graph in columns."""
    places = {one.id: place for place, one in enumerate(part.concepts)}
    keys = [one.key for one in part.edges]
    return GraphMap(
        version=version,
        is_whole=part.is_whole,
        ids=list(places),
        names=[one.name for one in part.concepts],
        kinds=[one.kind for one in part.concepts],
        sources=[places[key.source] for key in keys],
        targets=[places[key.target] for key in keys],
        relations=[key.relation for key in keys],
    )


def evidence_view(one: EdgeStatement) -> Evidence:
    """A claim as it is shown."""
    claim = one.claim
    return Evidence(
        origin=str(one.origin),
        position=claim.position,
        sentence=claim.sentence,
        weight=claim.weight,
        is_denied=claim.is_denied,
        by=one.by,
        at=one.at,
    )


def neighbour_view(concept_id: str, edge: Edge, found: Mapping[str, Concept]) -> Neighbour:
    """An edge seen from a concept."""
    outgoing = edge.key.source == concept_id
    other = found[edge.key.target if outgoing else edge.key.source]
    return Neighbour(
        relation=edge.key.relation,
        outgoing=outgoing,
        id=other.id,
        name=other.name,
        kind=other.kind,
        state=edge.state,
        weight=edge.weight,
        evidence=edge.evidence,
        is_confirmed=edge.is_confirmed,
    )
