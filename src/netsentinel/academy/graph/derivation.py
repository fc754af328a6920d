"""Keeps the concepts and edges in step with the statements, inside the transaction that changes these."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from netsentinel.academy.graph.acyclic import held_back
from netsentinel.academy.graph.deriving import concept_from, edges_from, is_same
from netsentinel.academy.graph.model import (
    Change,
    Concept,
    ConceptStatement,
    Edge,
    EdgeKey,
    EdgeState,
    Held,
    Relation,
    Statements,
)
from netsentinel.academy.graph.ports import GraphRows, Ledger
from netsentinel.academy.graph.resolution import Resolution
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import Tx


@dataclass(frozen=True, slots=True)
class Derived:
    """What changed statements came to."""

    change: Change
    held: tuple[Held, ...] = ()
    """Edges that stopped counting."""


class Derivation:
    """What follows from statements.

    The graph is a function of what is stated and decided at the moment, and not of how that came to be. So an origin
    that withdraws leaves exactly the graph that would be there without it.
    """

    def __init__(self, ledger: Ledger, rows: GraphRows) -> None:
        self._ledger = ledger
        self._rows = rows

    def follow(
        self,
        tx: Tx,
        tenant: TenantId,
        version: int,
        resolution: Resolution,
        touched: Statements,
        ids: Collection[str] = (),
        keys: Collection[EdgeKey] = (),
    ) -> Derived:
        """Bring the rows up to date.

        Args:
            tx: the transaction in which the statements were changed.
            tenant: whose graph.
            version: what it is at with this.
            resolution: what people decided.
            touched: statements that came, went or changed.
            ids: further concepts that may be different.
            keys: further edges that may be.

        Raises:
            InvalidClaimError: too many prerequisites would contradict each other.
        """
        concept_ids = {one.concept_id for one in touched.concepts} | set(ids)
        old = self._rows.concepts(tx, tenant, concept_ids)
        new = self._concepts(tx, tenant, concept_ids, resolution, version)
        changed = tuple(one for key, one in new.items() if not is_same(old.get(key), one))
        gone = tuple(sorted(old.keys() - new.keys()))
        appeared = new.keys() - old.keys()
        concerned = {*keys, *(one.key for one in touched.edges)}
        concerned |= {one.key for one in self._ledger.touching(tx, tenant, {*gone, *appeared})}
        before, after = self._edges(tx, tenant, concerned, new, gone, version)
        held = self._settle(tx, tenant, before, after, version)
        change = Change(
            version=version,
            concepts=changed,
            edges=tuple(one for key, one in after.items() if one is not None and not is_same(before.get(key), one)),
            gone_concepts=gone,
            gone_edges=tuple(sorted(key for key in before if after[key] is None)),
        )
        if change:
            self._rows.put(tx, tenant, change)
        return Derived(change, held)

    def _concepts(
        self, tx: Tx, tenant: TenantId, ids: Collection[str], resolution: Resolution, version: int
    ) -> dict[str, Concept]:
        said = {concept_id: list[ConceptStatement]() for concept_id in ids}
        for one in self._ledger.of_concepts(tx, tenant, ids):
            said[one.concept_id].append(one)
        found = (concept_from(key, statements, resolution, version) for key, statements in said.items())
        return {one.id: one for one in found if one is not None}

    def _edges(
        self,
        tx: Tx,
        tenant: TenantId,
        keys: set[EdgeKey],
        fresh: dict[str, Concept],
        gone: Iterable[str],
        version: int,
    ) -> tuple[dict[EdgeKey, Edge], dict[EdgeKey, Edge | None]]:
        """(the edges as they were, as they are without a look at cycles)."""
        ends = {end for key in keys for end in (key.source, key.target)} - fresh.keys() - set(gone)
        known = self._rows.concepts(tx, tenant, ends) | fresh
        before = self._rows.edges(tx, tenant, keys)
        after = edges_from(keys, self._ledger.of_edges(tx, tenant, keys), known, version)
        return before, after

    def _settle(
        self,
        tx: Tx,
        tenant: TenantId,
        before: dict[EdgeKey, Edge],
        after: dict[EdgeKey, Edge | None],
        version: int,
    ) -> tuple[Held, ...]:
        """Hold back what would close a cycle, and let go what no longer would; the edges that stopped counting."""
        if not any(key.relation is Relation.REQUIRES for key in after):
            return ()
        kept = {edge.key: edge for edge in self._rows.prerequisites(tx, tenant)}
        candidates = {key: edge for key, edge in kept.items() if key not in after}
        candidates |= {
            key: edge
            for key, edge in after.items()
            if edge is not None and key.relation is Relation.REQUIRES and edge.state is not EdgeState.DENIED
        }
        held = held_back(candidates.values(), {key for key, one in kept.items() if one.state is EdgeState.HELD})
        for key, edge in candidates.items():
            state = EdgeState.HELD if key in held else EdgeState.LIVE
            if edge.state is state:
                continue
            after[key] = replace(edge, state=state, version=version)
            if key in kept:
                before.setdefault(key, kept[key])
        return tuple(
            one for key, one in sorted(held.items()) if key not in kept or kept[key].state is not EdgeState.HELD
        )
