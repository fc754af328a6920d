"""Which concepts stand beside one in the graph: what could be taken for it, and is not it."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from netsentinel.academy.extraction import may_be_one
from netsentinel.academy.graph import Concept, ConceptKind, EdgeKey, Relation, Subgraph, key_of
from netsentinel.academy.practice.cloze import mentions

DEPTH: Final = 2
"""How many edges away: a sibling shares one neighbour."""
NEAREST: Final = 200
_NO_NAMES: Final = frozenset({ConceptKind.MEDIUM, ConceptKind.LESSON, ConceptKind.RULE, ConceptKind.TACTIC})
_KIN: Final = frozenset({Relation.PART_OF, Relation.RELATED})
_TIES: Final = ((Relation.REQUIRES, "to"), (Relation.PART_OF, "to"), (Relation.MENTIONS, "from"))
"""What siblings share, the closest first: a prerequisite, a whole, a medium that speaks of both."""

Tie = tuple[Relation, str, str]


def distractors(concept: Concept, part: Subgraph, text: str, count: int, seed: int) -> list[str]:
    """Names of siblings that are wrong: never a name of the concept, of a part or whole of it, or one in the text.

    Args:
        concept: what is right.
        part: the graph around it.
        text: what is asked, in which no choice may stand.
        count: how many at most; fewer when there are no more.
        seed: which of equally close ones; the same seed picks the same.
    """
    found = [concept.name]
    for other in _ranked(concept, part, seed):
        taken = {key_of(name) for name in found}
        if not taken.isdisjoint(key_of(name) for name in other.names) or mentions(text, other.names):
            continue
        if not may_be_one(concept.names, other.names):
            found.append(other.name)
        if len(found) > count:
            break
    return found[1:]


def _ranked(concept: Concept, part: Subgraph, seed: int) -> Iterator[Concept]:
    """The closest first, those of the same kind before others."""
    ties = _ties([edge.key for edge in part.edges])
    own = ties.get(concept.id, set())
    kin = {end for relation, _, end in own if relation in _KIN}

    def rank(other: Concept) -> tuple[bool, int, bytes]:
        shared = {(relation, way) for relation, way, _ in ties.get(other.id, set()) & own}
        closest = min((at for at, tie in enumerate(_TIES) if tie in shared), default=len(_TIES))
        drawn = blake2b(f"{seed}:{concept.id}:{other.id}".encode(), digest_size=8).digest()
        return other.kind is not concept.kind, closest, drawn

    others = [one for one in part.concepts if one.id not in {concept.id, *kin} and one.kind not in _NO_NAMES]
    yield from sorted(others, key=rank)


def _ties(keys: list[EdgeKey]) -> dict[str, set[Tie]]:
    ties: dict[str, set[Tie]] = {}
    for key in keys:
        ties.setdefault(key.source, set()).add((key.relation, "to", key.target))
        ties.setdefault(key.target, set()).add((key.relation, "from", key.source))
    return ties
