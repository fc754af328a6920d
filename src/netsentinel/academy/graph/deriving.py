"""What statements come to: the concept or the edge that follows from everything that is said of it."""

from collections.abc import Collection, Iterable, Mapping

from netsentinel.academy.graph.keys import id_of
from netsentinel.academy.graph.model import (
    Concept,
    ConceptStatement,
    Edge,
    EdgeKey,
    EdgeState,
    EdgeStatement,
    OriginKind,
)
from netsentinel.academy.graph.resolution import Resolution


def concept_from(
    concept_id: str, statements: Collection[ConceptStatement], resolution: Resolution, version: int
) -> Concept | None:
    """The concept that is meant by these statements; None when nobody states it, or people removed it."""
    if not statements or resolution.is_removed(concept_id):
        return None
    best = max(statements, key=lambda one: _standing(one, concept_id))
    named = resolution.name_of(concept_id)
    name = best.claim.name if named is None else named
    aliases = resolution.aliases_of(concept_id)
    return Concept(
        id=concept_id,
        key=best.claim.key,
        name=name,
        kind=best.claim.kind,
        text=best.claim.text or max((one.claim.text for one in statements), key=lambda text: (len(text), text)),
        names=tuple(sorted({name, *aliases, *(one.claim.name for one in statements)})),
        origins=len({one.origin for one in statements}),
        version=version,
    )


def _standing(one: ConceptStatement, concept_id: str) -> tuple[bool, int, float, str, str, str, str]:
    """Whose name a concept has: its own before that of one merged into it, then the firmest and surest origin's."""
    claim = one.claim
    is_own = id_of(claim.key) == concept_id
    return is_own, one.origin.kind.rank, claim.weight, claim.name, claim.text, claim.kind, str(one.origin)


def edge_from(key: EdgeKey, statements: Iterable[EdgeStatement], version: int) -> Edge | None:
    """The edge that these statements are about, before cycles are looked at; None when nobody states it."""
    if key.source == key.target:
        return None
    claims: list[EdgeStatement] = []
    is_denied = False
    for one in statements:
        if one.claim.is_denied:
            is_denied = is_denied or one.origin.kind is OriginKind.PEOPLE
        else:
            claims.append(one)
    if all(one.is_answer for one in claims):
        return None
    return Edge(
        key=key,
        state=EdgeState.DENIED if is_denied else EdgeState.LIVE,
        rank=max(one.origin.kind.rank for one in claims),
        weight=max(one.claim.weight for one in claims),
        evidence=len(claims),
        version=version,
    )


def edges_from(
    keys: Iterable[EdgeKey], statements: Iterable[EdgeStatement], known: Mapping[str, Concept], version: int
) -> dict[EdgeKey, Edge | None]:
    """Key -> the edge; None for one that nobody states, or that has an end which is no concept."""
    found: dict[EdgeKey, list[EdgeStatement]] = {key: [] for key in keys}
    for one in statements:
        if one.key in found:
            found[one.key].append(one)
    return {
        key: edge_from(key, said, version) if key.source in known and key.target in known else None
        for key, said in found.items()
    }


def is_same(one: Concept | Edge | None, other: Concept | Edge | None) -> bool:
    """Whether two are the same but for the version at which they became so."""
    if one is None or other is None:
        return one is other
    return all(
        getattr(one, name) == getattr(other, name) for name in one.__dataclass_fields__ if name != "version"
    ) and type(one) is type(other)
