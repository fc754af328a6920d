"""What a medium states about the graph, made of what was found in its text."""

from collections.abc import Mapping
from typing import Final

from netsentinel.academy.extraction import Extraction, Found, FoundConcept, weaknesses
from netsentinel.academy.graph import Claims, ConceptClaim, ConceptKind, EdgeClaim, Relation, key_of
from netsentinel.academy.media.model import Medium

_MOST_NAME: Final = 200
_MOST_MENTIONS: Final = 3
_LEAST_WEIGHT: Final = 0.01


def claims_of(medium: Medium, found: Extraction, kinds: Mapping[str, ConceptKind]) -> Claims:
    """The claims of a medium: itself, its concepts, that it mentions them, and the prerequisites that it suggests.

    Args:
        medium: whose claims they are.
        found: what is in its text.
        kinds: key of each concept of the graph -> its kind.
    """
    own = f"medium:{medium.id}"
    ends = {one.key: one.key if one.found is Found.KNOWN else key_of(one.name) for one in found.concepts}
    concepts = [ConceptClaim(name=medium.title[:_MOST_NAME], key=own, kind=ConceptKind.MEDIUM)]
    edges: list[EdgeClaim] = []
    for one in found.concepts:
        end = ends[one.key]
        if not end:
            continue
        concepts.append(_concept(one, end, kinds))
        edges += [
            EdgeClaim(
                source=own,
                target=end,
                relation=Relation.MENTIONS,
                weight=max(_LEAST_WEIGHT, one.weight),
                position=str(mention.position),
                sentence=mention.sentence,
            )
            for mention in one.mentions[:_MOST_MENTIONS]
        ]
    for edge in found.prerequisites:
        source, target = ends.get(edge.concept, ""), ends.get(edge.prerequisite, "")
        if source and target and source != target:
            edges.append(
                EdgeClaim(
                    source=source,
                    target=target,
                    weight=edge.weight,
                    position=str(edge.evidence.position),
                    sentence=edge.evidence.sentence,
                    features=edge.features,
                )
            )
    return Claims(tuple(concepts), tuple(edges))


def _concept(one: FoundConcept, key: str, kinds: Mapping[str, ConceptKind]) -> ConceptClaim:
    weakness = weaknesses().get(key)
    return ConceptClaim(
        name=one.name[:_MOST_NAME],
        key=key,
        kind=ConceptKind.WEAKNESS if weakness else kinds.get(key, ConceptKind.CONCEPT),
        text=one.definition or (weakness.text if weakness else ""),
        weight=max(_LEAST_WEIGHT, one.weight),
        position=str(one.mentions[0].position) if one.mentions else "",
    )
