"""People's word on edges, inside a transaction: what they vouch for and deny, and that neither goes in circles."""

from dataclasses import replace

from netsentinel.academy.graph.acyclic import held_back
from netsentinel.academy.graph.derivation import Derivation
from netsentinel.academy.graph.errors import PrerequisiteCycleError
from netsentinel.academy.graph.model import (
    PEOPLE,
    Claims,
    Concept,
    Edge,
    EdgeClaim,
    EdgeKey,
    EdgeState,
    Held,
    OriginKind,
    Relation,
    Stated,
    Statements,
)
from netsentinel.academy.graph.resolution import Resolution
from netsentinel.academy.graph.service import Graph, GraphGround, announce
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class Judging:
    """What `Concepts` and the review queue say of edges."""

    def __init__(self, ground: GraphGround, graph: Graph) -> None:
        self._ground = ground
        self._graph = graph
        self._derivation = Derivation(ground.ledger, ground.rows)

    def confirm(self, tx: Tx, principal: Principal, key: EdgeKey, sentence: str = "", position: str = "") -> Stated:
        """Vouch for an edge.

        Args:
            tx: the transaction.
            principal: who does.
            key: the edge.
            sentence: why.
            position: `ANSWER` when it was asked in the review queue.

        Raises:
            NotFoundError: the tenant has no such concepts.
            PrerequisiteCycleError: it would close a cycle of what people and references say.
            InvalidClaimError: it leads from a concept to itself.
        """
        self._ground.rows.lock(tx, principal.tenant)
        if key.relation is Relation.REQUIRES:
            self._check_edge(tx, principal.tenant, key)
        claim = EdgeClaim(
            source=key.source, target=key.target, relation=key.relation, sentence=sentence, position=position
        )
        return self._say(tx, principal, claim)

    def deny(self, tx: Tx, principal: Principal, key: EdgeKey, sentence: str = "", position: str = "") -> Stated:
        """Say that an edge is not so. Arguments as for `confirm`.

        Raises:
            NotFoundError: the tenant has no such concepts.
        """
        claim = EdgeClaim(
            source=key.source,
            target=key.target,
            relation=key.relation,
            sentence=sentence,
            position=position,
            is_denied=True,
        )
        return self._say(tx, principal, claim)

    def _say(self, tx: Tx, principal: Principal, claim: EdgeClaim) -> Stated:
        # By ids: a key may stand for another concept where people speak than where a medium does, after a split.
        for end in (claim.source, claim.target):
            known_concept(self._ground, tx, principal.tenant, end)
        return self._graph.state_in(tx, principal, PEOPLE, Claims((), (claim,)), replaces=False)

    def retract(self, tx: Tx, principal: Principal, key: EdgeKey, position: str | None = None) -> None:
        """Take back what people said of an edge: all of it, or what they said at a position."""
        tenant, ground = principal.tenant, self._ground
        number = ground.rows.lock(tx, tenant) + 1
        resolution = Resolution(ground.operations.all(tx, tenant))
        meant = EdgeKey(resolution.followed(key.source), key.relation, resolution.followed(key.target))
        said = tuple(
            one
            for one in ground.ledger.of_edges(tx, tenant, {meant})
            if one.origin == PEOPLE and (position is None or _is_at(one.claim, key, position))
        )
        ground.ledger.drop(tx, tenant, Statements((), said))
        derived = self._derivation.follow(tx, tenant, number, resolution, Statements((), said))
        announce(tx, principal, str(PEOPLE), derived)

    def check_merge(self, tx: ReadTx, tenant: TenantId, gone: str, kept: str) -> None:
        """Whether two concepts can be one.

        Raises:
            PrerequisiteCycleError: one requires the other by way of a third, as people or references say.
        """

        def moved(end: str) -> str:
            return kept if end == gone else end

        joined = {
            key: replace(edge, key=key)
            for edge in self._firm(tx, tenant)
            if (key := EdgeKey(moved(edge.key.source), edge.key.relation, moved(edge.key.target))).source != key.target
        }
        held = next(iter(held_back(joined.values()).values()), None)
        if held is not None:
            raise self._cycle(tx, tenant, held)

    def _check_edge(self, tx: ReadTx, tenant: TenantId, key: EdgeKey) -> None:
        last = Edge(key=key, state=EdgeState.LIVE, rank=0, weight=0.0, evidence=0, version=0)
        firm = [edge for edge in self._firm(tx, tenant) if edge.key != key]
        held = held_back([*firm, last]).get(key)
        if held is not None:
            raise self._cycle(tx, tenant, held)

    def _firm(self, tx: ReadTx, tenant: TenantId) -> list[Edge]:
        """The live prerequisites that do not yield to people."""
        rank = OriginKind.REFERENCE.rank
        edges = self._ground.rows.prerequisites(tx, tenant)
        return [edge for edge in edges if edge.rank >= rank and edge.state is EdgeState.LIVE]

    def _cycle(self, tx: ReadTx, tenant: TenantId, held: Held) -> PrerequisiteCycleError:
        names = self._ground.rows.concepts(tx, tenant, set(held.cycle))
        cycle = [names[one].name if one in names else one for one in held.cycle]
        return PrerequisiteCycleError(
            f"{' requires '.join(repr(name) for name in cycle)}: deny one of these first.",
            cycle=cycle,
            concepts=list(held.cycle),
        )


def _is_at(claim: EdgeClaim, key: EdgeKey, position: str) -> bool:
    """Whether this was said there of just these ends; others may have been merged into the same edge."""
    return (claim.source, claim.target, claim.position) == (key.source, key.target, position)


def known_concept(ground: GraphGround, tx: ReadTx, tenant: TenantId, concept_id: str) -> Concept:
    """The concept of this id.

    Raises:
        NotFoundError: the tenant has none.
    """
    found = ground.rows.concepts(tx, tenant, {concept_id}).get(concept_id)
    if found is None:
        raise NotFoundError(f"There is no concept {concept_id[:120]}.")
    return found
