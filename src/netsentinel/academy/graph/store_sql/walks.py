"""Walks over the graph in SQL: concepts and evidence from the tables, closures and paths from an index in memory."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Final

from netsentinel.academy.graph.index import GraphIndex
from netsentinel.academy.graph.matching import best, place_of, words_of
from netsentinel.academy.graph.model import Change, Concept, ConceptKind, Direction, Edge, EdgeState, Subgraph
from netsentinel.academy.graph.store_sql.portions import marks, portions
from netsentinel.academy.graph.store_sql.rows import CONCEPTS, EDGES, SqlRows, concept_of, edge_of
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import Database, ReadTx, SqlValue, Tx
from netsentinel.storage.quick import leave_loop

_MOST_TENANTS: Final = 32
"""The indexes of so many tenants are kept in memory; those not asked for longest go first."""
_MOST_FOUND: Final = 2_000
"""Concepts that contain the words of a search, of which the best are chosen."""
_MANY: Final = 2_000
"""For the edges among more concepts than this, all edges are read."""

_NODES: Final = "SELECT id, kind, FALSE FROM graph_concepts WHERE tenant = ? AND is_gone = 0"
_EDGES: Final = (
    "SELECT source, relation, string_agg(target, ' '), TRUE FROM graph_edges"
    " WHERE tenant = ? AND state = 'live' GROUP BY source, relation"
)
"""All of a graph. Edges come in as few rows as can be: a row costs more than what is in it."""
_NEWER_NODES: Final = "SELECT id, kind, is_gone FROM graph_concepts WHERE tenant = ? AND version > ?"
_NEWER_EDGES: Final = (
    "SELECT source, relation, target, state = 'live' FROM graph_edges WHERE tenant = ? AND version > ?"
)


class SqlGraph:
    """A `GraphStore` on the tables. Each index takes what is newer than it before it answers, so it is never behind."""

    def __init__(self, db: Database, rows: SqlRows) -> None:
        self._db = db
        self._rows = rows
        self._indexes: OrderedDict[TenantId, tuple[GraphIndex, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        """Take what is different, all of it or nothing; what is there at a newer version stays."""

        def put(tx: Tx) -> None:
            self._rows.lock(tx, tenant)
            self._rows.put(tx, tenant, change)

        await self._db.write(put)

    async def find(self, tenant: TenantId, ids: Collection[str]) -> list[Concept]:
        """The concepts of these ids that there are, by name."""
        found = await self._db.read(lambda tx: self._rows.concepts(tx, tenant, ids))
        return sorted(found.values(), key=place_of)

    async def search(self, tenant: TenantId, text: str, *, kind: ConceptKind | None, limit: int) -> list[Concept]:
        """Concepts with every word of the text in one of their names: whole names, then beginnings, then parts."""
        words = words_of(text)
        if not words:
            return []

        def read(tx: ReadTx) -> list[Concept]:
            sql, params = f"{CONCEPTS}{' AND searched LIKE ? ESCAPE ?' * len(words)}", list[SqlValue]([tenant])
            for word in words:
                params += [f"%{_escaped(word)}%", "!"]
            if kind is not None:
                sql += " AND kind = ?"
                params.append(kind)
            rows = tx.rows(f"{sql} ORDER BY LENGTH(name), id LIMIT ?", (*params, _MOST_FOUND))
            return best(map(concept_of, rows), text, kind, limit)

        return await self._db.read(read)

    async def neighbours(self, tenant: TenantId, concept_id: str) -> list[Edge]:
        """Every edge to and from a concept, held and denied ones included, by key."""

        def read(tx: ReadTx) -> list[Edge]:
            sql = f"{EDGES} AND state <> 'gone' AND (source = ? OR target = ?)"
            return [edge_of(row) for row in tx.rows(sql, (tenant, concept_id, concept_id))]

        return sorted(await self._db.read(read), key=lambda edge: edge.key)

    async def closure(self, tenant: TenantId, concept_id: str, direction: Direction) -> Sequence[str]:
        """Ids of all that a concept requires, directly or not, or of all that require it; prerequisites come first."""
        return await self._db.read(lambda tx: self._index(tx, tenant).closure(concept_id, direction))

    async def path(self, tenant: TenantId, source: str, target: str, *, is_directed: bool) -> Sequence[str] | None:
        """Ids on a shortest path, both ends included; None when there is none."""
        return await self._db.read(lambda tx: self._index(tx, tenant).path(source, target, is_directed=is_directed))

    async def subgraph(self, tenant: TenantId, around: str | None, *, depth: int, limit: int) -> Subgraph:
        """The concepts within so many edges of one, nearest first; around None: the best connected ones."""

        def read(tx: ReadTx) -> Subgraph:
            ranked = self._index(tx, tenant).nearest(around, depth)
            chosen = ranked[:limit]
            found = self._rows.concepts(tx, tenant, chosen)
            concepts = tuple(found[one] for one in chosen if one in found)
            return Subgraph(concepts, tuple(self._among(tx, tenant, found.keys())), len(ranked) <= limit)

        return await self._db.read(read)

    @staticmethod
    def _among(tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[Edge]:
        """The live edges between concepts, by key."""
        live = f"{EDGES} AND state = '{EdgeState.LIVE}'"
        if len(ids) > _MANY:
            rows = tx.rows(live, (tenant,))
        else:
            rows = [
                row
                for some in portions(ids)
                for row in tx.rows(f"{live} AND source IN ({marks(len(some))})", (tenant, *some))
            ]
        return sorted((edge_of(row) for row in rows if row[0] in ids and row[2] in ids), key=lambda edge: edge.key)

    def _index(self, tx: ReadTx, tenant: TenantId) -> GraphIndex:
        """The tenant's index, with everything that this transaction sees."""
        with self._lock:
            index, refreshing = self._indexes.setdefault(tenant, (GraphIndex(), threading.Lock()))
            self._indexes.move_to_end(tenant)
            if len(self._indexes) > _MOST_TENANTS:
                self._indexes.popitem(last=False)
        row = tx.row("SELECT version FROM graph_heads WHERE tenant = ?", (tenant,))
        head = int(row[0]) if row else 0
        if head > index.version:
            leave_loop()  # whatever is asked of it next is worked out anew, too
            with refreshing:
                self._refresh(tx, tenant, index, head)
        return index

    @staticmethod
    def _refresh(tx: ReadTx, tenant: TenantId, index: GraphIndex, head: int) -> None:
        if head <= index.version:
            return
        if index.version:
            params: tuple[SqlValue, ...] = (tenant, index.version)
            nodes, edges = tx.rows(_NEWER_NODES, params), tx.rows(_NEWER_EDGES, params)
        else:
            nodes, edges = tx.rows(_NODES, (tenant,)), tx.rows(_EDGES, (tenant,))
        index.take(head, nodes, edges)


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
