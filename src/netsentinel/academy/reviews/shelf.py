"""What waits for an answer, in memory: taken from the graph, which alone says what is suggested."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction.likeness import proposals
from netsentinel.academy.graph import (
    Change,
    Concept,
    ConceptKind,
    Edge,
    EdgeKey,
    EdgeState,
    EdgeStatement,
    OriginKind,
    Relation,
)
from netsentinel.academy.reviews.model import ReviewKind, Suggested

Features = tuple[tuple[str, float], ...]

_MOST_ASKED: Final = 300
"""New concepts that others are looked for at once; the rest come with the next question."""
_NOT_LINKED: Final = frozenset({ConceptKind.MEDIUM, ConceptKind.LESSON, ConceptKind.RULE})


@dataclass
class Shelf:
    """One tenant's suggestions, and the names of its concepts."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    version: int = 0
    """Of the graph when it was read."""
    concepts: dict[str, Concept] = field(default_factory=dict[str, Concept])
    pairs: dict[str, tuple[Suggested, Features]] = field(default_factory=dict[str, tuple[Suggested, Features]])
    """Id -> a suggested prerequisite that nobody judged, with what it was judged by."""
    held: set[EdgeKey] = field(default_factory=set[EdgeKey])
    links: dict[str, tuple[Suggested, float]] = field(default_factory=dict[str, tuple[Suggested, float]])
    """Id -> two concepts with names that are alike, and how much."""
    stated: set[EdgeKey] = field(default_factory=set[EdgeKey])
    """Prerequisites that something states or suggests, denied ones too."""
    related: set[frozenset[str]] = field(default_factory=set[frozenset[str]])
    _looked_up: set[str] = field(default_factory=set[str])

    def wanted(self, change: Change) -> list[EdgeKey]:
        """The edges in a change of which the evidence is needed."""
        return [edge.key for edge in change.edges if _waits(edge)]

    def take(self, change: Change, evidence: Iterable[EdgeStatement]) -> None:
        """Take what is different in the graph, with the evidence of the edges that are `wanted`."""
        surest: dict[EdgeKey, EdgeStatement] = {}
        for one in evidence:
            if one.origin.kind is not OriginKind.PEOPLE and not one.claim.is_denied:
                before = surest.get(one.key)
                if before is None or before.claim.weight < one.claim.weight:
                    surest[one.key] = one
        for concept_id in change.gone_concepts:
            self._lose(concept_id)
        for concept in change.concepts:
            self.concepts[concept.id] = concept
        for key in change.gone_edges:
            self._forget(key)
        for edge in change.edges:
            self._forget(edge.key)
            self._keep(edge, surest)
        self.version = max(self.version, change.version)

    def found(self, review_id: str) -> Suggested | None:
        """The suggestion of this id, if it waits."""
        pair = self.pairs.get(review_id)
        if pair is not None:
            return pair[0]
        while review_id not in self.links and self.look_up():
            pass
        link = self.open_links().get(review_id)
        return link[0] if link is not None else None

    def look_up(self) -> bool:
        """Find concepts that may be one with those that are new; whether there are more to look up."""
        with self.lock:
            return self._look_up()

    def _look_up(self) -> bool:
        waiting = sorted(
            one.id
            for one in self.concepts.values()
            if one.kind is ConceptKind.CONCEPT and one.id not in self._looked_up
        )
        asked = waiting[:_MOST_ASKED]
        if asked:
            names = {one.id: one.names for one in self.concepts.values() if one.kind not in _NOT_LINKED}
            for proposal in proposals(names, asked):
                suggested = Suggested(kind=ReviewKind.LINK, source=proposal.one, target=proposal.other)
                self.links[suggested.id] = (suggested, proposal.likeness)
            self._looked_up.update(asked)
        return len(waiting) > len(asked)

    def open_links(self) -> dict[str, tuple[Suggested, float]]:
        """Links between concepts that there are, and that nothing joins yet."""
        return {
            key: (one, likeness)
            for key, (one, likeness) in self.links.items()
            if frozenset((one.source, one.target)) not in self.related
            and one.source in self.concepts
            and one.target in self.concepts
        }

    def _keep(self, edge: Edge, surest: dict[EdgeKey, EdgeStatement]) -> None:
        key = edge.key
        if key.relation is Relation.RELATED:
            self.related.add(frozenset((key.source, key.target)))
        if key.relation is not Relation.REQUIRES:
            return
        self.stated.add(key)
        if _waits(edge) and key in surest:
            suggested = Suggested(kind=ReviewKind.PREREQUISITE, source=key.source, target=key.target)
            self.pairs[suggested.id] = (suggested, surest[key].claim.features)
            if edge.state is EdgeState.HELD:
                self.held.add(key)

    def _forget(self, key: EdgeKey) -> None:
        if key.relation is Relation.RELATED:
            self.related.discard(frozenset((key.source, key.target)))
        if key.relation is Relation.REQUIRES:
            self.stated.discard(key)
            self.held.discard(key)
            self.pairs.pop(Suggested(kind=ReviewKind.PREREQUISITE, source=key.source, target=key.target).id, None)

    def _lose(self, concept_id: str) -> None:
        self.concepts.pop(concept_id, None)
        self._looked_up.discard(concept_id)
        gone = [key for key, (one, _) in self.links.items() if concept_id in (one.source, one.target)]
        for key in gone:
            del self.links[key]


def _waits(edge: Edge) -> bool:
    """Whether only media say so, and nobody denied it."""
    return (
        edge.key.relation is Relation.REQUIRES
        and edge.rank == OriginKind.MEDIUM.rank
        and edge.state is not EdgeState.DENIED
    )
