"""Which claims are possible, and how many: what an origin may state, and what is different from what it stated."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.keys import is_id, key_of
from netsentinel.academy.graph.model import Claims, ConceptClaim, EdgeClaim, Statements

MAX_NAME: Final = 200
MAX_TEXT: Final = 2_000
MAX_POSITION: Final = 200
MOST_CLAIMS: Final = 200_000
"""Of one origin, at once."""
MOST_BY_HAND: Final = 20_000
"""Of one origin that is told one thing after another, as people are."""


def check_room(old: Statements, put: Statements) -> None:
    """Whether an origin may state this beside what it states already.

    Raises:
        InvalidClaimError: it would state more than `MOST_BY_HAND` things.
    """
    concepts = {one.claim.key for one in old.concepts}
    edges = {_place(one.claim) for one in old.edges}
    before = len(concepts) + len(edges)
    concepts.update(one.claim.key for one in put.concepts)
    edges.update(_place(one.claim) for one in put.edges)
    if before < len(concepts) + len(edges) > MOST_BY_HAND:
        raise InvalidClaimError(f"At most {MOST_BY_HAND:,} concepts and edges are stated by hand.")


def difference(old: Statements, wanted: Statements, *, replaces: bool) -> tuple[Statements, Statements]:
    """(statements that are new or different, those that are no longer made)."""
    concepts = {one.claim.key: one for one in old.concepts}
    edges = {_place(one.claim): one for one in old.edges}
    put = Statements(
        tuple(one for one in wanted.concepts if concepts.get(one.claim.key) != one),
        tuple(
            one
            for one in wanted.edges
            if (before := edges.get(_place(one.claim))) is None or (before.claim, before.key) != (one.claim, one.key)
        ),
    )
    if not replaces:
        return put, Statements()
    for one in wanted.concepts:
        concepts.pop(one.claim.key, None)
    for claim in wanted.edges:
        edges.pop(_place(claim.claim), None)
    return put, Statements(tuple(concepts.values()), tuple(edges.values()))


def _place(claim: EdgeClaim) -> tuple[str, str, str, str]:
    return claim.source, claim.relation, claim.target, claim.position


def checked(claims: Claims) -> Claims:
    """The claims with keys instead of names, each thing once per position: the surest claim of it.

    Raises:
        InvalidClaimError: one is not possible.
    """
    if len(claims.concepts) + len(claims.edges) > MOST_CLAIMS:
        raise InvalidClaimError(f"An origin states at most {MOST_CLAIMS:,} things.")
    concepts = _surest((_concept(one) for one in claims.concepts), lambda one: (one.key,))
    edges = _surest((_edge(one) for one in claims.edges), _place)
    return Claims(tuple(concepts), tuple(edges))


C = TypeVar("C", ConceptClaim, EdgeClaim)


def _surest(claims: Iterable[C], place: Callable[[C], tuple[str, ...]]) -> list[C]:
    found: dict[tuple[str, ...], C] = {}
    for claim in claims:
        other = found.get(place(claim))
        if other is None or claim.weight > other.weight:
            found[place(claim)] = claim
    return list(found.values())


def _concept(claim: ConceptClaim) -> ConceptClaim:
    name = " ".join(claim.name.split())
    key = key_of(claim.key or name)
    if not name or not key or len(name) > MAX_NAME or is_id(key):
        raise InvalidClaimError(f"A concept's name has between 1 and {MAX_NAME} characters: {claim.name[:60]!r}.")
    _check_weight(claim.weight, name)
    return replace(claim, name=name, key=key, text=claim.text[:MAX_TEXT], position=claim.position[:MAX_POSITION])


def _edge(claim: EdgeClaim) -> EdgeClaim:
    source, target = key_of(claim.source), key_of(claim.target)
    if not source or not target:
        raise InvalidClaimError("An edge names the concepts at both its ends.")
    if source == target:
        raise InvalidClaimError(f"An edge goes from one concept to another, not from {claim.source[:60]!r} to itself.")
    _check_weight(claim.weight, f"{source} {claim.relation} {target}")
    return replace(
        claim,
        source=source,
        target=target,
        sentence=claim.sentence[:MAX_TEXT],
        position=claim.position[:MAX_POSITION],
    )


def _check_weight(weight: float, what: str) -> None:
    if not 0 < weight <= 1:
        raise InvalidClaimError(f"A weight is above 0 and at most 1: {what[:120]!r}.")
