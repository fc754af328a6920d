"""The concepts and edges that everything comes to, in SQL."""

from collections import Counter
from collections.abc import Collection
from typing import Final

from netsentinel.academy.graph.matching import place_of, searchable
from netsentinel.academy.graph.model import (
    Change,
    Concept,
    ConceptKind,
    Edge,
    EdgeKey,
    EdgeState,
    GraphStats,
    Relation,
)
from netsentinel.academy.graph.ports import Ledger
from netsentinel.academy.graph.store_sql.portions import marks, portions
from netsentinel.kernel.types import TenantId
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json, decode_texts

_GONE: Final = "gone"
_HEAD: Final = "SELECT version FROM graph_heads WHERE tenant = ?"
_CONCEPT: Final = "id, key, name, kind, text, names, origins, version"
CONCEPTS: Final = f"SELECT {_CONCEPT} FROM graph_concepts WHERE tenant = ? AND is_gone = 0"  # noqa: S608 - constants only
_PUT_CONCEPT: Final = (
    f"INSERT INTO graph_concepts (tenant, {_CONCEPT}, sorted_as, searched, is_gone) VALUES ({', '.join('?' * 11)}, 0)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, id) DO UPDATE SET key = excluded.key, name = excluded.name, kind = excluded.kind,"
    " text = excluded.text, names = excluded.names, origins = excluded.origins, version = excluded.version,"
    " sorted_as = excluded.sorted_as, searched = excluded.searched, is_gone = 0"
    " WHERE graph_concepts.version <= excluded.version"
)
_LOSE_CONCEPT: Final = (
    "UPDATE graph_concepts SET is_gone = 1, version = ? WHERE tenant = ? AND id = ? AND is_gone = 0 AND version <= ?"
)
_EDGE: Final = "source, relation, target, state, strength, weight, evidence, version"
EDGES: Final = f"SELECT {_EDGE} FROM graph_edges WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_EDGE: Final = (
    f"INSERT INTO graph_edges (tenant, {_EDGE}) VALUES ({', '.join('?' * 9)})"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, source, relation, target) DO UPDATE SET state = excluded.state,"
    " strength = excluded.strength, weight = excluded.weight, evidence = excluded.evidence, version = excluded.version"
    " WHERE graph_edges.version <= excluded.version"
)
_LOSE_EDGE: Final = (
    "UPDATE graph_edges SET state = 'gone', version = ? WHERE tenant = ? AND source = ? AND relation = ?"
    " AND target = ? AND state <> 'gone' AND version <= ?"
)


class SqlRows:
    """Concepts and edges in SQL. What is gone stays as a row that says so, for readers who look what is newer."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock = dialect.lock_rows

    def lock(self, tx: Tx, tenant: TenantId) -> int:
        """The version that the tenant's graph is at; nobody else changes it before this transaction ends."""
        tx.run("INSERT INTO graph_heads (tenant, version) VALUES (?, 0) ON CONFLICT (tenant) DO NOTHING", (tenant,))
        row = tx.row(f"{_HEAD} {self._lock}", (tenant,))
        return int(row[0]) if row else 0

    def put(self, tx: Tx, tenant: TenantId, change: Change) -> None:
        """Take a change, and remember what is gone."""
        version = change.version
        tx.many(_PUT_CONCEPT, [(tenant, *_concept_values(one)) for one in change.concepts])
        tx.many(_PUT_EDGE, [(tenant, *_edge_values(one)) for one in change.edges])
        tx.many(_LOSE_CONCEPT, [(version, tenant, one, version) for one in change.gone_concepts])
        tx.many(_LOSE_EDGE, [(version, tenant, *key, version) for key in change.gone_edges])
        tx.run(
            "INSERT INTO graph_heads (tenant, version) VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET"
            " version = excluded.version WHERE graph_heads.version < excluded.version",
            (tenant, version),
        )

    def concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> dict[str, Concept]:
        """Id -> concept, of those that there are."""
        found: dict[str, Concept] = {}
        for some in portions(ids):
            rows = tx.rows(f"{CONCEPTS} AND id IN ({marks(len(some))})", (tenant, *some))
            found |= {row[0]: concept_of(row) for row in rows}
        return found

    def edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> dict[EdgeKey, Edge]:
        """Key -> edge in whichever state, of those that there are."""
        found: dict[EdgeKey, Edge] = {}
        for some in portions(keys):
            triples = ", ".join(["(?, ?, ?)"] * len(some))
            sql = f"{EDGES} AND state <> 'gone' AND (source, relation, target) IN (VALUES {triples})"
            edges = map(edge_of, tx.rows(sql, (tenant, *(part for key in some for part in key))))
            found |= {edge.key: edge for edge in edges}
        return found

    def prerequisites(self, tx: ReadTx, tenant: TenantId, sources: Collection[str] | None = None) -> list[Edge]:
        """Every edge of the relation `requires` that is live or held; only from these concepts where given."""
        sql = f"{EDGES} AND relation = ? AND state IN ('live', 'held')"
        if sources is None:
            return [edge_of(row) for row in tx.rows(sql, (tenant, Relation.REQUIRES))]
        return [
            edge_of(row)
            for some in portions(sources)
            for row in tx.rows(f"{sql} AND source IN ({marks(len(some))})", (tenant, Relation.REQUIRES, *some))
        ]

    def since(self, tx: ReadTx, tenant: TenantId, version: int) -> Change:
        """What is different from the graph at that version; everything for 0."""
        head = tx.row(_HEAD, (tenant,))
        concepts = tx.rows(
            f"SELECT {_CONCEPT}, is_gone FROM graph_concepts WHERE tenant = ? AND version > ? ORDER BY id",  # noqa: S608 - constants only
            (tenant, version),
        )
        edges = tx.rows(f"{EDGES} AND version > ? ORDER BY source, relation, target", (tenant, version))
        return Change(
            version=int(head[0]) if head else 0,
            concepts=tuple(concept_of(row) for row in concepts if not row[8]),
            edges=tuple(edge_of(row) for row in edges if row[3] != _GONE),
            gone_concepts=tuple(row[0] for row in concepts if row[8]),
            gone_edges=tuple(EdgeKey(row[0], Relation(row[1]), row[2]) for row in edges if row[3] == _GONE),
        )

    def page(
        self, tx: ReadTx, tenant: TenantId, *, kind: ConceptKind | None, after: tuple[str, str] | None, limit: int
    ) -> list[Concept]:
        """Concepts by name and id, beginning after those of `after`."""
        sql, params = CONCEPTS, list[SqlValue]([tenant])
        if kind is not None:
            sql += " AND kind = ?"
            params.append(kind)
        if after is not None:
            sql += " AND (sorted_as, id) > (?, ?)"
            params += after
        return [concept_of(row) for row in tx.rows(f"{sql} ORDER BY sorted_as, id LIMIT ?", (*params, limit))]


class SqlCounts:
    """Counts what is in the tables."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has a graph; for the system itself."""
        return [TenantId(tenant) for (tenant,) in tx.rows("SELECT tenant FROM graph_heads ORDER BY tenant")]

    def stats(self, tx: ReadTx, tenant: TenantId) -> GraphStats:
        """How large a tenant's graph is."""
        head = tx.row(_HEAD, (tenant,))
        kinds = tx.rows(
            "SELECT kind, COUNT(*) FROM graph_concepts WHERE tenant = ? AND is_gone = 0 GROUP BY kind", (tenant,)
        )
        edges = tx.rows(
            "SELECT relation, state, COUNT(*) FROM graph_edges WHERE tenant = ? GROUP BY relation, state", (tenant,)
        )
        states = {state: sum(count for _, other, count in edges if other == state) for state in EdgeState}
        return GraphStats(
            version=int(head[0]) if head else 0,
            concepts=dict(kinds),
            edges={relation: count for relation, state, count in edges if state == EdgeState.LIVE},
            held=states[EdgeState.HELD],
            denied=states[EdgeState.DENIED],
            origins=dict(Counter(one.kind.value for one in self._ledger.origins(tx, tenant))),
        )


def concept_of(row: Row) -> Concept:
    """The concept in a row of the columns id, key, name, kind, text, names, origins, version."""
    return Concept(
        id=row[0],
        key=row[1],
        name=row[2],
        kind=ConceptKind(row[3]),
        text=row[4],
        names=decode_texts(row[5]),
        origins=row[6],
        version=row[7],
    )


def _concept_values(one: Concept) -> tuple[SqlValue, ...]:
    names = as_json(one.names)
    return (
        *(one.id, one.key, one.name, one.kind, one.text, names, one.origins, one.version),
        place_of(one)[0],
        searchable(one),
    )


def edge_of(row: Row) -> Edge:
    """The edge in a row of the columns source, relation, target, state, strength, weight, evidence, version."""
    return Edge(
        key=EdgeKey(row[0], Relation(row[1]), row[2]),
        state=EdgeState(row[3]),
        rank=row[4],
        weight=row[5],
        evidence=row[6],
        version=row[7],
    )


def _edge_values(one: Edge) -> tuple[SqlValue, ...]:
    return (*one.key, one.state, one.rank, one.weight, one.evidence, one.version)
