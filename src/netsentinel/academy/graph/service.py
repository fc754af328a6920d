"""What other features do with the graph: state what a medium says, withdraw it, and walk what it comes to."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from netsentinel.academy.graph.derivation import Derivation, Derived
from netsentinel.academy.graph.entries import GRAPH_CHANGED, GraphChanged
from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.keys import is_id, key_of
from netsentinel.academy.graph.matching import place_of
from netsentinel.academy.graph.model import (
    PEOPLE,
    Claims,
    Concept,
    ConceptClaim,
    ConceptKind,
    ConceptPage,
    ConceptStatement,
    Direction,
    Edge,
    EdgeClaim,
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

MAX_NAME: Final = 200
MAX_TEXT: Final = 2_000
MAX_POSITION: Final = 200
MOST_CLAIMS: Final = 200_000
"""Of one origin."""
_PAGE: Final = 2_000

T = TypeVar("T")


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
            InvalidClaimError: a claim is not possible; the sentence names it.
        """
        checked = _checked(claims)
        return await self._ground.db.write(lambda tx: self.state_in(tx, principal, origin, checked, replaces=replaces))

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
        tenant, ground = principal.tenant, self._ground
        version = ground.rows.lock(tx, tenant)
        resolution = Resolution(ground.operations.all(tx, tenant))
        wanted = self._statements(_checked(claims), origin, principal, resolution)
        old = ground.ledger.origin(tx, tenant, origin)
        put, dropped = _difference(old, wanted, replaces=replaces)
        ids = {one.claim.key: one.concept_id for one in wanted.concepts}
        if not put and not dropped:
            return Stated(version=version, ids=ids)
        ground.ledger.drop(tx, tenant, dropped)
        ground.ledger.put(tx, tenant, put)
        touched = Statements((*put.concepts, *dropped.concepts), (*put.edges, *dropped.edges))
        derived = self._derivation.follow(tx, tenant, version + 1, resolution, touched)
        announce(tx, principal, str(origin), derived)
        return stated(version, ids, derived)

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


def _difference(old: Statements, wanted: Statements, *, replaces: bool) -> tuple[Statements, Statements]:
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


def _checked(claims: Claims) -> Claims:
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
    _check_weight(claim.weight, f"{claim.source} {claim.relation} {claim.target}")
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
