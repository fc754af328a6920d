"""A graph on each kind of stores, and short words for what tests state."""

from dataclasses import dataclass, replace
from functools import partial

from netsentinel.academy.graph import (
    Claims,
    ConceptClaim,
    ConceptKind,
    Concepts,
    EdgeClaim,
    EdgeKey,
    Graph,
    GraphGround,
    Origin,
    OriginKind,
    Relation,
    Stated,
    id_of,
    key_of,
)
from netsentinel.academy.graph.ports import GraphStore
from netsentinel.academy.graph.store_sql import SqlCounts, SqlGraph, SqlLedger, SqlOperations, SqlRows
from netsentinel.academy.graph.testing import MemoryCounts, MemoryGraph, MemoryLedger, MemoryOperations, MemoryRows
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Principal, Role, TenantId
from netsentinel.storage import Database
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.testing import MemoryDatabase, MemoryTx

T = DEFAULT_TENANT
OTHER = TenantId("other")
ANA = Principal("usr_ana", "user", T, Role.ANALYST, "ana", frozenset(Permission))
STRANGER = replace(ANA, id="usr_eve", tenant=OTHER)


@dataclass(frozen=True)
class Site:
    """A graph, and what it stands on."""

    graph: Graph
    ground: GraphGround

    async def says(self, medium: str, *concepts: str, requires: tuple[tuple[str, str], ...] = ()) -> Stated:
        """Have a medium state concepts, and pairs of which the first requires the second."""
        return await self.graph.state(ANA, origin(medium), claims(*concepts, requires=requires))

    async def vouch(self, *pairs: tuple[str, str]) -> None:
        """Have a person confirm that the first of each pair requires the second."""
        for source, target in pairs:
            await Concepts(self.ground, self.graph).confirm(ANA, edge(source, target))

    async def names(self, ids: "list[str] | tuple[str, ...]") -> list[str]:
        """The names of concepts, in the order of their ids."""
        found = {one.id: one.name for one in await self.graph.find(T, ids)}
        return [found[one] for one in ids]

    async def everything(self, tenant: TenantId = T) -> "tuple[set[object], set[object]]":
        """The whole graph but for its versions: what two graphs are compared by."""
        change = await self.ground.db.read(lambda tx: self.ground.rows.since(tx, tenant, 0))
        return (
            {replace(one, version=0) for one in change.concepts},
            {replace(one, version=0) for one in change.edges},
        )


def memory_site(clock: FakeClock) -> Site:
    rows, ledger = MemoryRows(), MemoryLedger()
    counts = MemoryCounts(rows, ledger)
    store = MemoryGraph(rows, MemoryTx)
    return _site(GraphGround(MemoryDatabase(), ledger, MemoryOperations(), rows, counts, store, clock))


def sql_site(db: Database, dialect: Dialect, clock: FakeClock) -> Site:
    rows, ledger = SqlRows(dialect), SqlLedger()
    return _site(GraphGround(db, ledger, SqlOperations(), rows, SqlCounts(ledger), SqlGraph(db, rows), clock))


def _site(ground: GraphGround) -> Site:
    return Site(Graph(ground), ground)


def store_of(site: Site) -> GraphStore:
    return site.ground.store


def origin(medium: str) -> Origin:
    return Origin(OriginKind.MEDIUM, medium)


def edge(source: str, target: str, relation: Relation = Relation.REQUIRES) -> EdgeKey:
    """The key of an edge between two names."""
    return EdgeKey(id_of(key_of(source)), relation, id_of(key_of(target)))


def claims(
    *concepts: str, requires: tuple[tuple[str, str], ...] = (), weight: float = 0.5, kind: ConceptKind | None = None
) -> Claims:
    """Concepts of these names, and pairs of which the first requires the second; the ends are stated too."""
    names = dict.fromkeys([*concepts, *(end for pair in requires for end in pair)])
    concept = partial(ConceptClaim, kind=kind or ConceptKind.CONCEPT)
    return Claims(
        tuple(concept(name=name) for name in names),
        tuple(
            EdgeClaim(source=source, target=target, weight=weight, position="p1", sentence=f"{source} needs {target}.")
            for source, target in requires
        ),
    )
