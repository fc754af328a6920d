"""In-memory fakes of the graph's ports; they pass the same contract suites as the real stores."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from graphlib import TopologicalSorter
from typing import TypeVar

from netsentinel.academy.graph.matching import best, place_of
from netsentinel.academy.graph.model import (
    Change,
    Concept,
    ConceptKind,
    ConceptStatement,
    Direction,
    Edge,
    EdgeKey,
    EdgeState,
    EdgeStatement,
    GraphStats,
    Operation,
    Origin,
    Relation,
    Statements,
    Subgraph,
)
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx

T = TypeVar("T", Concept, Edge)


class MemoryLedger:
    """Statements in dictionaries."""

    def __init__(self) -> None:
        self._concepts: dict[tuple[TenantId, Origin, str], ConceptStatement] = {}
        self._edges: dict[tuple[TenantId, Origin, str, str, str, str], EdgeStatement] = {}

    def origin(self, tx: ReadTx, tenant: TenantId, origin: Origin) -> Statements:
        """Everything that an origin states."""
        return Statements(
            tuple(one for (owner, *_), one in self._concepts.items() if owner == tenant and one.origin == origin),
            tuple(one for (owner, *_), one in self._edges.items() if owner == tenant and one.origin == origin),
        )

    def put(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Keep statements."""
        for concept in statements.concepts:
            self._concepts[tenant, concept.origin, concept.claim.key] = concept
        for edge in statements.edges:
            self._edges[_place(tenant, edge)] = edge

    def drop(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Forget statements."""
        for concept in statements.concepts:
            self._concepts.pop((tenant, concept.origin, concept.claim.key), None)
        for edge in statements.edges:
            self._edges.pop(_place(tenant, edge), None)

    def of_concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[ConceptStatement]:
        """What is said of these concepts."""
        return [one for (owner, *_), one in self._concepts.items() if owner == tenant and one.concept_id in ids]

    def touching(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[EdgeStatement]:
        """What is said of edges from and to these concepts."""
        return [
            one
            for (owner, *_), one in self._edges.items()
            if owner == tenant and (one.key.source in ids or one.key.target in ids)
        ]

    def of_edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> list[EdgeStatement]:
        """What is said of these edges, by origin and position."""
        found = [one for (owner, *_), one in self._edges.items() if owner == tenant and one.key in keys]
        return sorted(found, key=lambda one: (str(one.origin), one.claim.position))

    def origins(self, tx: ReadTx, tenant: TenantId) -> list[Origin]:
        """Everybody who states something."""
        everything = {key[:2] for key in self._concepts} | {key[:2] for key in self._edges}
        return sorted(origin for owner, origin in everything if owner == tenant)


def _place(tenant: TenantId, edge: EdgeStatement) -> tuple[TenantId, Origin, str, str, str, str]:
    claim = edge.claim
    return tenant, edge.origin, claim.source, claim.relation, claim.target, claim.position


class MemoryOperations:
    """Operations in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[TenantId, int], Operation] = {}

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Operation]:
        """The tenant's operations by number."""
        return [one for (owner, _), one in sorted(self._kept.items()) if owner == tenant]

    def note(self, tx: Tx, tenant: TenantId, operation: Operation) -> None:
        """Keep an operation."""
        self._kept[tenant, operation.number] = operation


class MemoryRows:
    """Concepts and edges in dictionaries."""

    def __init__(self) -> None:
        self.versions: dict[TenantId, int] = {}
        self.kept_concepts: dict[tuple[TenantId, str], Concept] = {}
        self.kept_edges: dict[tuple[TenantId, EdgeKey], Edge] = {}
        self._gone_concepts: dict[tuple[TenantId, str], int] = {}
        self._gone_edges: dict[tuple[TenantId, EdgeKey], int] = {}

    def lock(self, tx: Tx, tenant: TenantId) -> int:
        """The version that the tenant's graph is at; nobody else is here."""
        return self.versions.get(tenant, 0)

    def put(self, tx: Tx, tenant: TenantId, change: Change) -> None:
        """Take a change, and remember what is gone."""
        version = change.version
        for concept in change.concepts:
            if self._at(tenant, concept.id) <= concept.version:
                self.kept_concepts[tenant, concept.id] = concept
                self._gone_concepts.pop((tenant, concept.id), None)
        for edge in change.edges:
            if self._edge_at(tenant, edge.key) <= edge.version:
                self.kept_edges[tenant, edge.key] = edge
                self._gone_edges.pop((tenant, edge.key), None)
        for concept_id in change.gone_concepts:
            if self._at(tenant, concept_id) <= version:
                self.kept_concepts.pop((tenant, concept_id), None)
                self._gone_concepts[tenant, concept_id] = version
        for key in change.gone_edges:
            if self._edge_at(tenant, key) <= version:
                self.kept_edges.pop((tenant, key), None)
                self._gone_edges[tenant, key] = version
        self.versions[tenant] = max(version, self.versions.get(tenant, 0))

    def _at(self, tenant: TenantId, concept_id: str) -> int:
        kept = self.kept_concepts.get((tenant, concept_id))
        return kept.version if kept else self._gone_concepts.get((tenant, concept_id), 0)

    def _edge_at(self, tenant: TenantId, key: EdgeKey) -> int:
        kept = self.kept_edges.get((tenant, key))
        return kept.version if kept else self._gone_edges.get((tenant, key), 0)

    def concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> dict[str, Concept]:
        """Id -> concept."""
        return {one: self.kept_concepts[tenant, one] for one in ids if (tenant, one) in self.kept_concepts}

    def edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> dict[EdgeKey, Edge]:
        """Key -> edge in whichever state."""
        return {key: self.kept_edges[tenant, key] for key in keys if (tenant, key) in self.kept_edges}

    def prerequisites(self, tx: ReadTx, tenant: TenantId, sources: Collection[str] | None = None) -> list[Edge]:
        """Every edge of the relation `requires` that is live or held; only from these concepts where given."""
        return [
            edge
            for (owner, key), edge in self.kept_edges.items()
            if owner == tenant and key.relation is Relation.REQUIRES and edge.state is not EdgeState.DENIED
            if sources is None or key.source in sources
        ]

    def since(self, tx: ReadTx, tenant: TenantId, version: int) -> Change:
        """What is different from the graph at that version."""
        return Change(
            version=self.versions.get(tenant, 0),
            concepts=tuple(self._newer(self.kept_concepts.items(), tenant, version)),
            edges=tuple(self._newer(self.kept_edges.items(), tenant, version)),
            gone_concepts=tuple(one for (of, one), at in self._gone_concepts.items() if of == tenant and at > version),
            gone_edges=tuple(key for (of, key), at in self._gone_edges.items() if of == tenant and at > version),
        )

    @staticmethod
    def _newer(items: Iterable[tuple[tuple[TenantId, object], T]], tenant: TenantId, version: int) -> list[T]:
        return [one for (owner, _), one in items if owner == tenant and one.version > version]

    def page(
        self, tx: ReadTx, tenant: TenantId, *, kind: ConceptKind | None, after: tuple[str, str] | None, limit: int
    ) -> list[Concept]:
        """Concepts by name and id."""
        found = [one for (owner, _), one in self.kept_concepts.items() if owner == tenant and kind in (None, one.kind)]
        found.sort(key=place_of)
        return [one for one in found if after is None or place_of(one) > after][:limit]


class MemoryCounts:
    """Counts what the fakes hold."""

    def __init__(self, rows: MemoryRows, ledger: MemoryLedger) -> None:
        self._rows = rows
        self._ledger = ledger

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has a graph."""
        return sorted(self._rows.versions)

    def stats(self, tx: ReadTx, tenant: TenantId) -> GraphStats:
        """How large a tenant's graph is."""
        edges = [edge for (owner, _), edge in self._rows.kept_edges.items() if owner == tenant]
        states = Counter(edge.state for edge in edges)
        return GraphStats(
            version=self._rows.versions.get(tenant, 0),
            concepts=dict(Counter(one.kind.value for (of, _), one in self._rows.kept_concepts.items() if of == tenant)),
            edges=dict(Counter(edge.key.relation.value for edge in edges if edge.state is EdgeState.LIVE)),
            held=states[EdgeState.HELD],
            denied=states[EdgeState.DENIED],
            origins=dict(Counter(one.kind.value for one in self._ledger.origins(tx, tenant))),
        )


class MemoryGraph:
    """Walks `MemoryRows` in the plainest way."""

    def __init__(self, rows: MemoryRows, tx: Callable[[], Tx]) -> None:
        self._rows = rows
        self._tx = tx

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        """Take what is different."""
        self._rows.put(self._tx(), tenant, change)

    async def find(self, tenant: TenantId, ids: Collection[str]) -> list[Concept]:
        """The concepts of these ids that there are, by name."""
        return sorted(self._rows.concepts(self._tx(), tenant, ids).values(), key=place_of)

    async def search(self, tenant: TenantId, text: str, *, kind: ConceptKind | None, limit: int) -> list[Concept]:
        """Concepts with every word of the text in one of their names."""
        return best(self._concepts(tenant).values(), text, kind, limit)

    async def neighbours(self, tenant: TenantId, concept_id: str) -> list[Edge]:
        """Every edge to and from a concept, by key."""
        found = [edge for (owner, key), edge in self._rows.kept_edges.items() if owner == tenant and concept_id in key]
        return sorted(found, key=lambda edge: edge.key)

    async def closure(self, tenant: TenantId, concept_id: str, direction: Direction) -> Sequence[str]:
        """All that a concept requires, or that require it; prerequisites come first."""
        ahead = self._ahead(tenant)
        along = ahead if direction is Direction.PREREQUISITES else _turned(ahead)
        seen: set[str] = set()
        waiting = [concept_id]
        while waiting:
            fresh = along.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return [one for one in TopologicalSorter(ahead).static_order() if one in seen]

    async def path(self, tenant: TenantId, source: str, target: str, *, is_directed: bool) -> Sequence[str] | None:
        """Ids on a shortest path."""
        concepts = self._concepts(tenant)
        if source not in concepts or target not in concepts:
            return None
        along = self._ahead(tenant) if is_directed else self._around(tenant)
        came_from = {source: ""}
        waiting = deque([source])
        while waiting and target not in came_from:
            node = waiting.popleft()
            if not is_directed and node != source and concepts[node].kind is ConceptKind.MEDIUM:
                continue
            for following in along.get(node, set()) - came_from.keys():
                came_from[following] = node
                waiting.append(following)
        if target not in came_from:
            return None
        way = [target]
        while came_from[way[-1]]:
            way.append(came_from[way[-1]])
        return way[::-1]

    async def subgraph(self, tenant: TenantId, around: str | None, *, depth: int, limit: int) -> Subgraph:
        """The concepts within so many edges of one, or the best connected ones."""
        concepts, along = self._concepts(tenant), self._around(tenant)
        if around is None:
            ranked = sorted(concepts, key=lambda one: (-len(along.get(one, ())), one))
        else:
            distance = {around: 0} if around in concepts else {}
            for step in range(1, depth + 1):
                edge = [node for node, far in distance.items() if far == step - 1]
                for node in edge:
                    distance |= {one: step for one in along.get(node, set()) if one not in distance}
            ranked = sorted(distance, key=lambda one: (distance[one], -len(along.get(one, ())), one))
        chosen = set(ranked[:limit])
        edges = [edge for edge in self._live(tenant) if edge.key.source in chosen and edge.key.target in chosen]
        return Subgraph(
            tuple(concepts[one] for one in ranked[:limit]),
            tuple(sorted(edges, key=lambda edge: edge.key)),
            len(ranked) <= limit,
        )

    def _concepts(self, tenant: TenantId) -> dict[str, Concept]:
        return {key: one for (owner, key), one in self._rows.kept_concepts.items() if owner == tenant}

    def _live(self, tenant: TenantId) -> list[Edge]:
        return [
            one for (owner, _), one in self._rows.kept_edges.items() if owner == tenant and one.state is EdgeState.LIVE
        ]

    def _ahead(self, tenant: TenantId) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for edge in self._live(tenant):
            if edge.key.relation is Relation.REQUIRES:
                found.setdefault(edge.key.source, set()).add(edge.key.target)
        return found

    def _around(self, tenant: TenantId) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for edge in self._live(tenant):
            found.setdefault(edge.key.source, set()).add(edge.key.target)
            found.setdefault(edge.key.target, set()).add(edge.key.source)
        return found


def _turned(ahead: dict[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for source, targets in ahead.items():
        for target in targets:
            found.setdefault(target, set()).add(source)
    return found
