"""What other features do with the graph: state what a medium says, withdraw it, and walk what it comes to."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from netsentinel.academy.graph.claims import check_room, checked, difference
from netsentinel.academy.graph.derivation import Derivation, Derived
from netsentinel.academy.graph.entries import GRAPH_CHANGED, GraphChanged
from netsentinel.academy.graph.keys import is_id, key_of
from netsentinel.academy.graph.matching import place_of
from netsentinel.academy.graph.model import (
    PEOPLE,
    Claims,
    Concept,
    ConceptKind,
    ConceptPage,
    ConceptStatement,
    Direction,
    Edge,
    EdgeKey,
    EdgeStatement,
    GraphStats,
    Origin,
    Stated,
    Statements,
    Subgraph,
)
from netsentinel.academy.graph.ports import GraphCounts, GraphRows, GraphStore, Ledger, OperationLog
from netsentinel.academy.graph.resolution import Resolution
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

_PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class GraphGround:
    """What the graph stands on."""

    db: Database
    ledger: Ledger
    operations: OperationLog
    rows: GraphRows
    counts: GraphCounts
    store: GraphStore
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is worked out anew in one transaction."""

    origin: Origin | None = None
    """Everything that it states."""
    ids: tuple[str, ...] = ()
    keys: tuple[EdgeKey, ...] = ()


class Graph:
    """A tenant's knowledge graph."""

    def __init__(self, ground: GraphGround) -> None:
        self._ground = ground
        self._derivation = Derivation(ground.ledger, ground.rows)

    # Stating.

    async def state(self, principal: Principal, origin: Origin, claims: Claims, *, replaces: bool = True) -> Stated:
        """Have an origin state all of this: afterwards it states these claims, and with `replaces` nothing else.

        Everything in it is one transaction. Stating the same twice changes nothing.

        Args:
            principal: who has it stated.
            origin: where the claims are from, for example `Origin(OriginKind.MEDIUM, medium.id)`.
            claims: at most 200,000. The ends of edges are names or keys; an edge begins to count when something states
                both its ends, whichever origin that is.
            replaces: whether what the origin stated before and does not state now is forgotten.

        Raises:
            InvalidClaimError: a claim is not possible, or too many are; the sentence names it.
        """
        possible = await asyncio.to_thread(checked, claims)
        return await self._ground.db.write(lambda tx: self._put(tx, principal, origin, possible, replaces=replaces))

    async def withdraw(self, principal: Principal, origin: Origin) -> Stated:
        """Forget everything that an origin stated; the graph is then what it would be without it."""
        return await self._ground.db.write(lambda tx: self.state_in(tx, principal, origin, Claims()))

    def state_in(
        self, tx: Tx, principal: Principal, origin: Origin, claims: Claims, *, replaces: bool = True
    ) -> Stated:
        """`state` in the caller's transaction.

        Raises:
            InvalidClaimError: as for `state`.
        """
        return self._put(tx, principal, origin, checked(claims), replaces=replaces)

    def _put(self, tx: Tx, principal: Principal, origin: Origin, claims: Claims, *, replaces: bool) -> Stated:
        tenant, ground = principal.tenant, self._ground
        version = ground.rows.lock(tx, tenant)
        resolution = Resolution(ground.operations.all(tx, tenant))
        wanted = self._statements(claims, origin, principal, resolution)
        old = ground.ledger.origin(tx, tenant, origin)
        put, dropped = difference(old, wanted, replaces=replaces)
        if not replaces:
            check_room(old, put)
        ids = {one.claim.key: one.concept_id for one in wanted.concepts}
        if not put and not dropped:
            return Stated(version=version, ids=ids)
        ground.ledger.drop(tx, tenant, dropped)
        ground.ledger.put(tx, tenant, put)
        touched = Statements((*put.concepts, *dropped.concepts), (*put.edges, *dropped.edges))
        derived = self._derivation.follow(tx, tenant, version + 1, resolution, touched)
        announce(tx, principal, str(origin), derived)
        return stated(version, ids, derived)

    async def said_by(self, tenant: TenantId, origin: Origin) -> Statements:
        """Everything that an origin states."""
        return await self._ground.db.read(lambda tx: self._ground.ledger.origin(tx, tenant, origin))

    def is_stated_in(self, tx: ReadTx, tenant: TenantId, origin: Origin) -> bool:
        """Whether an origin states anything."""
        return origin in self._ground.ledger.origins(tx, tenant)

    async def rebuild(self, principal: Principal) -> Stated:
        """Work everything out anew from what is stated and decided; what is different then had been damaged.

        Done in several transactions, so that others write meanwhile.
        """
        tenant, ground = principal.tenant, self._ground
        rows = await ground.db.read(lambda tx: ground.rows.since(tx, tenant, 0))
        done: list[Stated] = []
        for origin in await ground.db.read(lambda tx: ground.ledger.origins(tx, tenant)):
            part = Part(origin=origin)
            done.append(await ground.db.write(partial(self._renew, principal=principal, part=part)))
        ids, keys = [one.id for one in rows.concepts], [one.key for one in rows.edges]
        for start in range(0, max(len(ids), len(keys)), _PAGE):
            part = Part(ids=tuple(ids[start : start + _PAGE]), keys=tuple(keys[start : start + _PAGE]))
            done.append(await ground.db.write(partial(self._renew, principal=principal, part=part)))
        return Stated(
            version=max((one.version for one in done), default=rows.version),
            concepts=sum(one.concepts for one in done),
            edges=sum(one.edges for one in done),
            gone_concepts=sum(one.gone_concepts for one in done),
            gone_edges=sum(one.gone_edges for one in done),
            held=tuple(held for one in done for held in one.held),
        )

    def _renew(self, tx: Tx, principal: Principal, part: "Part") -> Stated:
        tenant, ground = principal.tenant, self._ground
        version = ground.rows.lock(tx, tenant)
        resolution = Resolution(ground.operations.all(tx, tenant))
        said = Statements() if part.origin is None else ground.ledger.origin(tx, tenant, part.origin)
        old, new = resolution.renewed(said)
        ground.ledger.put(tx, tenant, new)
        touched = Statements((*said.concepts, *old.concepts, *new.concepts), (*said.edges, *old.edges, *new.edges))
        derived = self._derivation.follow(tx, tenant, version + 1, resolution, touched, part.ids, part.keys)
        announce(tx, principal, str(part.origin or PEOPLE), derived)
        return stated(version, {}, derived)

    def _statements(self, claims: Claims, origin: Origin, principal: Principal, resolution: Resolution) -> Statements:
        now = self._ground.clock.now()
        concepts = tuple(
            ConceptStatement(origin=origin, concept_id=resolution.concept_of(claim.key, origin), claim=claim)
            for claim in claims.concepts
        )
        edges = tuple(
            EdgeStatement(
                origin=origin,
                key=EdgeKey(
                    resolution.concept_of(claim.source, origin),
                    claim.relation,
                    resolution.concept_of(claim.target, origin),
                ),
                claim=claim,
                by=principal.id,
                at=now,
            )
            for claim in claims.edges
        )
        return Statements(concepts, edges)

    # Looking.

    async def known(self, tenant: TenantId) -> list[Concept]:
        """Every concept, with the names it is known by: what text can be searched for."""
        found: list[Concept] = []
        after: tuple[str, str] | None = None
        while True:
            page = await self._page(tenant, None, after, _PAGE)
            found += page
            if len(page) < _PAGE:
                return found
            after = place_of(page[-1])

    async def page(
        self, tenant: TenantId, *, kind: ConceptKind | None = None, limit: int, cursor: str | None = None
    ) -> ConceptPage:
        """Concepts by name.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after: tuple[str, str] | None = None
        if cursor:
            name, concept_id = decode_cursor(cursor, str, str)
            after = (str(name), str(concept_id))
        found = await self._page(tenant, kind, after, limit + 1)
        items = tuple(found[:limit])
        return ConceptPage(items=items, next=encode_cursor(place_of(items[-1])) if len(found) > limit else None)

    async def _page(
        self, tenant: TenantId, kind: ConceptKind | None, after: tuple[str, str] | None, limit: int
    ) -> list[Concept]:
        return await self._ground.db.read(
            lambda tx: self._ground.rows.page(tx, tenant, kind=kind, after=after, limit=limit)
        )

    async def search(
        self, tenant: TenantId, text: str, *, kind: ConceptKind | None = None, limit: int = 20
    ) -> list[Concept]:
        """Concepts with every word of the text in one of their names, the best first."""
        return await self._ground.store.search(tenant, text, kind=kind, limit=limit)

    async def concept(self, tenant: TenantId, id_or_name: str) -> Concept:
        """A concept by its id, its key, or the name that its id follows from; one that was merged leads to the other.

        Raises:
            NotFoundError: the tenant has no such concept.
        """
        return await self._ground.db.read(lambda tx: self.concept_in(tx, tenant, id_or_name))

    async def called(self, tenant: TenantId, id_or_name: str) -> Concept:
        """What a person means: as `concept`, or else a concept by any name that no other has, which is a search.

        Raises:
            NotFoundError: the tenant has no such concept, or several of that name.
        """
        try:
            return await self.concept(tenant, id_or_name)
        except NotFoundError:
            if is_id(id_or_name):
                raise
            found = await self.search(tenant, id_or_name)
            called = [one for one in found if key_of(id_or_name) in map(key_of, one.names)]
            if not called:
                raise
        if len(called) > 1:
            raise NotFoundError(f"Several are called {id_or_name[:120]}: {', '.join(one.key for one in called)}.")
        return called[0]

    def concept_in(self, tx: ReadTx, tenant: TenantId, id_or_name: str) -> Concept:
        """`concept` in the caller's transaction.

        Raises:
            NotFoundError: the tenant has no such concept.
        """
        resolution = Resolution(self._ground.operations.all(tx, tenant))
        concept_id = resolution.meant(key_of(id_or_name), "")
        concept = self._ground.rows.concepts(tx, tenant, {concept_id}).get(concept_id)
        if concept is None:
            raise NotFoundError(f"There is no concept {id_or_name[:120]}.")
        return concept

    async def keys_of(self, tenant: TenantId, names: Collection[str]) -> dict[str, str]:
        """Key, or name that it follows from -> key of the concept that it stands for now; its own while there is none.

        Other names of a concept with a stable key (`Phishing` of `T1566`) stand for a concept of their own here.
        """

        def read(tx: ReadTx) -> dict[str, str]:
            resolution = Resolution(self._ground.operations.all(tx, tenant))
            ids = {name: resolution.meant(key_of(name), "") for name in names}
            there = self._ground.rows.concepts(tx, tenant, set(ids.values()))
            return {name: there[at].key if at in there else key_of(name) for name, at in ids.items()}

        return await self._ground.db.read(read)

    def merged_in(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> dict[str, str]:
        """Id -> the concept that it was merged into, of those of these that were; in the caller's transaction."""
        resolution = Resolution(self._ground.operations.all(tx, tenant))
        return {one: kept for one in ids if (kept := resolution.followed(one)) != one}

    async def find(self, tenant: TenantId, ids: Collection[str]) -> list[Concept]:
        """The concepts of these ids that there are, by name."""
        return await self._ground.store.find(tenant, ids)

    async def neighbours(self, tenant: TenantId, concept_id: str) -> list[Edge]:
        """Every edge to and from a concept, held and denied ones included."""
        return await self._ground.store.neighbours(tenant, concept_id)

    async def closure(
        self, tenant: TenantId, concept_id: str, direction: Direction = Direction.PREREQUISITES
    ) -> list[str]:
        """Ids of all that must be understood before a concept, in an order to learn them in; or of all that need it."""
        return list(await self._ground.store.closure(tenant, concept_id, direction))

    async def vouched(self, tenant: TenantId, concept_ids: Collection[str]) -> list[str]:
        """Ids of all that must be understood before these, to learn in this order, as far as somebody vouches for it.

        People, references and published courses do. What only media suggest counts here once a person confirmed it.
        """
        reached = set[str]().union(*(await self.vouched_steps(tenant, concept_ids)).values())
        order: dict[str, None] = {}
        for concept in concept_ids if reached else ():
            order |= dict.fromkeys(await self.closure(tenant, concept))
        return [one for one in order if one in reached]

    async def vouched_steps(self, tenant: TenantId, concept_ids: Collection[str]) -> dict[str, set[str]]:
        """Id of a concept -> of what must be understood right before it, as with `vouched`; of these and all before."""

        def read(tx: ReadTx) -> dict[str, set[str]]:
            steps: dict[str, set[str]] = {}
            layer = set(concept_ids)
            while layer:
                steps |= {one: set[str]() for one in layer}
                for edge in self._ground.rows.prerequisites(tx, tenant, layer):
                    if edge.is_vouched:
                        steps[edge.key.source].add(edge.key.target)
                layer = {target for one in layer for target in steps[one]} - steps.keys()
            return steps

        return await self._ground.db.read(read)

    async def path(self, tenant: TenantId, source: str, target: str, *, is_directed: bool = True) -> list[str]:
        """Ids on a shortest path between two concepts, both included; none when there is none."""
        found = await self._ground.store.path(tenant, source, target, is_directed=is_directed)
        return list(found or ())

    async def subgraph(self, tenant: TenantId, around: str | None, *, depth: int, limit: int) -> Subgraph:
        """The concepts within so many edges of one, or the best connected ones, with the live edges among them."""
        return await self._ground.store.subgraph(tenant, around, depth=depth, limit=limit)

    async def evidence(self, tenant: TenantId, key: EdgeKey) -> list[EdgeStatement]:
        """Everything that is said of an edge: by whom, where, in which sentence."""
        return await self._ground.db.read(lambda tx: self._ground.ledger.of_edges(tx, tenant, {key}))

    async def said_of(self, tenant: TenantId, concept_id: str) -> Statements:
        """Everything that is said of a concept and of the edges from and to it, by whom, where."""

        def read(tx: ReadTx) -> Statements:
            ledger, ids = self._ground.ledger, {concept_id}
            return Statements(tuple(ledger.of_concepts(tx, tenant, ids)), tuple(ledger.touching(tx, tenant, ids)))

        return await self._ground.db.read(read)

    async def stats(self, tenant: TenantId) -> GraphStats:
        """How large the graph is."""
        return await self._ground.db.read(lambda tx: self._ground.counts.stats(tx, tenant))


def announce(tx: Tx, principal: Principal, subject: str, derived: Derived) -> None:
    """Tell the journal that a graph is different, if it is."""
    change = derived.change
    if change:
        told = GraphChanged(
            version=change.version,
            origin=subject,
            concepts=len(change.concepts),
            edges=len(change.edges),
            gone_concepts=len(change.gone_concepts),
            gone_edges=len(change.gone_edges),
            held=len(derived.held),
        )
        tx.append(NewEntry(GRAPH_CHANGED, principal.tenant, principal.id, subject, told))


def stated(version: int, ids: dict[str, str], derived: Derived) -> Stated:
    """What is told of a change to whoever brought it about."""
    change = derived.change
    return Stated(
        version=change.version if change else version,
        ids=ids,
        concepts=len(change.concepts),
        edges=len(change.edges),
        gone_concepts=len(change.gone_concepts),
        gone_edges=len(change.gone_edges),
        held=derived.held,
    )
