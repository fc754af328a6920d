"""The graph in Neo4j: the same walks over Cypher, and a version that moves in the transaction of each change."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from types import TracebackType
from typing import Any, Final, LiteralString, Self, TypeVar, cast

from neo4j.exceptions import DriverError, Neo4jError

from neo4j import AsyncGraphDatabase, AsyncManagedTransaction, AsyncSession
from netsentinel.academy.graph.matching import best, place_of, searchable, words_of
from netsentinel.academy.graph.model import (
    Change,
    Concept,
    ConceptKind,
    Direction,
    Edge,
    EdgeKey,
    EdgeState,
    Relation,
    Subgraph,
)
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import TenantId

T = TypeVar("T")

_BATCH: Final = 2_000
_MOST_FOUND: Final = 2_000
_CONNECT_S: Final = 5.0

_SCHEMA: Final = (
    "CREATE CONSTRAINT netsentinel_concept IF NOT EXISTS FOR (c:Concept) REQUIRE (c.tenant, c.id) IS UNIQUE",
    "CREATE CONSTRAINT netsentinel_head IF NOT EXISTS FOR (h:GraphHead) REQUIRE h.tenant IS UNIQUE",
)
_LOCK: Final = (
    "MERGE (h:GraphHead {tenant: $tenant}) ON CREATE SET h.version = 0 SET h.locked = true RETURN h.version AS version"
)
_CONCEPT: Final = (
    "c.id AS id, c.key AS key, c.name AS name, c.kind AS kind, c.text AS text, c.names AS names,"
    " c.origins AS origins, c.version AS version"
)
_EDGE: Final = (
    "startNode(e).id AS source, type(e) AS relation, endNode(e).id AS target, e.state AS state, e.rank AS rank,"
    " e.weight AS weight, e.evidence AS evidence, e.version AS version"
)


@dataclass(frozen=True, slots=True)
class Neo4jPlace:
    """Where the server is, and as whom to talk to it."""

    url: str
    """`bolt://host:7687` or `neo4j://...`."""
    user: str = ""
    password: str = ""


class Neo4jGraph:
    """A `GraphStore` on a Neo4j server. A change older than what is there is left alone as a whole."""

    def __init__(self, place: Neo4jPlace) -> None:
        auth = (place.user, place.password) if place.user else None
        # Whoever fills it tries again by itself, so the driver need not.
        self._driver = AsyncGraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType] - untyped settings
            place.url,
            auth=auth,
            connection_timeout=_CONNECT_S,
            max_transaction_retry_time=0,
            notifications_min_severity="OFF",
        )
        self._is_prepared = False

    async def __aenter__(self) -> Self:
        """Nothing is asked of the server yet: it may be away when NetSentinel starts."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._driver.close()

    # Filling.

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        """Take what is different, all of it or nothing.

        Raises:
            UnavailableError: the server does not answer; nothing of the change was kept, or all of it.
        """

        async def put(tx: AsyncManagedTransaction) -> None:
            (head,) = await _rows(tx, _LOCK, tenant=tenant)
            if head["version"] < change.version:
                await _put(tx, tenant, change)

        await self._prepare()
        await self._write(put)

    async def version(self, tenant: TenantId) -> int:
        """The version that the tenant's graph is at here; 0 for none. Errors as for `upsert`."""
        rows = await self._read("MATCH (h:GraphHead {tenant: $tenant}) RETURN h.version AS version", tenant=tenant)
        return int(rows[0]["version"]) if rows else 0

    async def clear(self, tenant: TenantId) -> None:
        """Forget the tenant's graph. Errors as for `upsert`."""

        async def drop(tx: AsyncManagedTransaction) -> None:
            await _rows(tx, "MATCH (c:Concept {tenant: $tenant}) DETACH DELETE c", tenant=tenant)
            await _rows(tx, "MATCH (h:GraphHead {tenant: $tenant}) DELETE h", tenant=tenant)

        await self._write(drop)

    # Walking.

    async def find(self, tenant: TenantId, ids: Collection[str]) -> list[Concept]:
        """The concepts of these ids that there are, by name."""
        cypher = f"MATCH (c:Concept {{tenant: $tenant}}) WHERE c.id IN $ids RETURN {_CONCEPT}"
        return sorted(map(_concept, await self._read(cypher, tenant=tenant, ids=list(ids))), key=place_of)

    async def search(self, tenant: TenantId, text: str, *, kind: ConceptKind | None, limit: int) -> list[Concept]:
        """Concepts with every word of the text in one of their names: whole names, then beginnings, then parts."""
        words = words_of(text)
        if not words:
            return []
        cypher = (
            "MATCH (c:Concept {tenant: $tenant}) WHERE all(word IN $words WHERE c.searched CONTAINS word)"
            f" AND ($kind IS NULL OR c.kind = $kind) RETURN {_CONCEPT} ORDER BY size(c.name), c.id LIMIT {_MOST_FOUND}"
        )
        rows = await self._read(cypher, tenant=tenant, words=words, kind=kind and kind.value)
        return best(map(_concept, rows), text, kind, limit)

    async def neighbours(self, tenant: TenantId, concept_id: str) -> list[Edge]:
        """Every edge to and from a concept, held and denied ones included, by key."""
        cypher = f"MATCH (c:Concept {{tenant: $tenant, id: $id}})-[e]-() RETURN {_EDGE}"
        return sorted(map(_edge, await self._read(cypher, tenant=tenant, id=concept_id)), key=lambda edge: edge.key)

    async def closure(self, tenant: TenantId, concept_id: str, direction: Direction) -> Sequence[str]:
        """Ids of all that a concept requires, directly or not, or of all that require it; prerequisites come first."""
        arrow = "-[e:REQUIRES]->" if direction is Direction.PREREQUISITES else "<-[e:REQUIRES]-"
        sorter: TopologicalSorter[str] = TopologicalSorter()
        seen, frontier = {concept_id}, [concept_id]
        while frontier:
            steps = await self._steps(tenant, frontier, arrow)
            for one, other in steps:
                sorter.add(*((one, other) if direction is Direction.PREREQUISITES else (other, one)))
            frontier = sorted({other for _, other in steps} - seen)
            seen |= set(frontier)
        return [one for one in sorter.static_order() if one != concept_id]

    async def path(self, tenant: TenantId, source: str, target: str, *, is_directed: bool) -> Sequence[str] | None:
        """Ids on a shortest path, both ends included; None when there is none."""
        known = {one.id: one for one in await self.find(tenant, {source, target})}
        if len(known) < len({source, target}):
            return None
        came_from, frontier = {source: ""}, [source]
        while frontier and target not in came_from:
            steps = await self._steps(tenant, frontier, "-[e:REQUIRES]->" if is_directed else "-[e]-")
            fresh = {other: one for one, other in steps if other not in came_from}
            came_from |= fresh
            media = set[str]() if is_directed else await self._media(tenant, fresh)
            frontier = sorted(fresh.keys() - media)
        if target not in came_from:
            return None
        way = [target]
        while came_from[way[-1]]:
            way.append(came_from[way[-1]])
        return way[::-1]

    async def subgraph(self, tenant: TenantId, around: str | None, *, depth: int, limit: int) -> Subgraph:
        """The concepts within so many edges of one, nearest first; around None: the best connected ones."""
        distance = await self._near(tenant, around, depth)
        degrees = await self._degrees(tenant, distance)
        if distance is None:
            distance = dict.fromkeys(degrees, 0)
        ranked = sorted(degrees, key=lambda one: (distance[one], -degrees[one], one))
        found = {one.id: one for one in await self.find(tenant, ranked[:limit])}
        cypher = (
            "MATCH (a:Concept {tenant: $tenant})-[e {state: 'live'}]->(b:Concept {tenant: $tenant})"
            f" WHERE a.id IN $ids AND b.id IN $ids RETURN {_EDGE}"
        )
        edges = map(_edge, await self._read(cypher, tenant=tenant, ids=list(found)))
        return Subgraph(
            tuple(found[one] for one in ranked[:limit] if one in found),
            tuple(sorted(edges, key=lambda edge: edge.key)),
            len(ranked) <= limit,
        )

    async def _near(self, tenant: TenantId, around: str | None, depth: int) -> dict[str, int] | None:
        """Id -> how many edges away; None for everything."""
        if around is None:
            return None
        distance = dict.fromkeys((one.id for one in await self.find(tenant, {around})), 0)
        frontier = list(distance)
        for step in range(1, depth + 1):
            fresh = {other for _, other in await self._steps(tenant, frontier, "-[e]-")} - distance.keys()
            distance |= dict.fromkeys(fresh, step)
            frontier = sorted(fresh)
        return distance

    async def _degrees(self, tenant: TenantId, ids: Iterable[str] | None) -> dict[str, int]:
        cypher = (
            "MATCH (c:Concept {tenant: $tenant}) WHERE $ids IS NULL OR c.id IN $ids"
            " OPTIONAL MATCH (c)-[{state: 'live'}]-(o:Concept) RETURN c.id AS id, count(DISTINCT o) AS degree"
        )
        rows = await self._read(cypher, tenant=tenant, ids=None if ids is None else list(ids))
        return {row["id"]: row["degree"] for row in rows}

    async def _media(self, tenant: TenantId, ids: Iterable[str]) -> set[str]:
        return {one.id for one in await self.find(tenant, list(ids)) if one.kind is ConceptKind.MEDIUM}

    async def _steps(self, tenant: TenantId, frontier: Collection[str], arrow: str) -> list[tuple[str, str]]:
        """Along live edges from these: (where from, where to)."""
        cypher = (
            f"MATCH (a:Concept {{tenant: $tenant}}){arrow}(b:Concept)"
            " WHERE a.id IN $ids AND e.state = 'live' RETURN DISTINCT a.id AS one, b.id AS other ORDER BY one, other"
        )
        return [(row["one"], row["other"]) for row in await self._read(cypher, tenant=tenant, ids=list(frontier))]

    # Talking to the server.

    def _session(self) -> AsyncSession:
        return self._driver.session()  # pyright: ignore[reportUnknownMemberType] - untyped settings

    async def _prepare(self) -> None:
        if self._is_prepared:
            return

        async def make() -> None:
            async with self._session() as session:
                for statement in _SCHEMA:
                    await (await session.run(cast("LiteralString", statement))).consume()

        await _answered(make())
        self._is_prepared = True

    async def _write(self, work: Callable[[AsyncManagedTransaction], Awaitable[None]]) -> None:
        async def write() -> None:
            async with self._session() as session:
                await session.execute_write(work)

        await _answered(write())

    async def _read(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        async def read() -> list[dict[str, Any]]:
            async with self._session() as session:
                return await session.execute_read(_rows, cypher, **parameters)

        return await _answered(read())


async def _answered(asked: Awaitable[T]) -> T:
    """What the server answers.

    Raises:
        UnavailableError: it does not answer, or refuses.
    """
    try:
        return await asked
    except (DriverError, Neo4jError, OSError) as error:
        raise UnavailableError(f"Neo4j does not answer: {type(error).__name__}.", retry_after=1) from error


async def _rows(tx: AsyncManagedTransaction, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
    return await (await tx.run(cast("LiteralString", cypher), parameters)).data()


async def _put(tx: AsyncManagedTransaction, tenant: TenantId, change: Change) -> None:
    for relation, keys in _by_relation(change.gone_edges, lambda key: key.relation):
        cypher = (
            "UNWIND $rows AS row MATCH (:Concept {tenant: $tenant, id: row[0]})"
            f"-[e:{relation}]->(:Concept {{tenant: $tenant, id: row[1]}}) DELETE e"
        )
        await _rows(tx, cypher, tenant=tenant, rows=[[key.source, key.target] for key in keys])
    for some in _batches(change.gone_concepts):
        cypher = "UNWIND $rows AS id MATCH (c:Concept {tenant: $tenant, id: id}) DETACH DELETE c"
        await _rows(tx, cypher, tenant=tenant, rows=some)
    for concepts in _batches(change.concepts):
        cypher = "UNWIND $rows AS row MERGE (c:Concept {tenant: $tenant, id: row.id}) SET c += row"
        await _rows(tx, cypher, tenant=tenant, rows=[_properties(one) for one in concepts])
    for relation, edges in _by_relation(change.edges, lambda edge: edge.key.relation):
        cypher = (
            "UNWIND $rows AS row MATCH (a:Concept {tenant: $tenant, id: row.source}),"
            f" (b:Concept {{tenant: $tenant, id: row.target}}) MERGE (a)-[e:{relation}]->(b) SET e += row.said"
        )
        await _rows(tx, cypher, tenant=tenant, rows=[_edge_properties(one) for one in edges])
    cypher = "MATCH (h:GraphHead {tenant: $tenant}) SET h.version = $version"
    await _rows(tx, cypher, tenant=tenant, version=change.version)


def _batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), _BATCH):
        yield things[start : start + _BATCH]


def _by_relation(things: Sequence[T], relation_of: Callable[[T], Relation]) -> Iterator[tuple[str, Sequence[T]]]:
    """(type of the relationship in Neo4j, some of the things of that relation)."""
    for relation in Relation:
        for some in _batches([one for one in things if relation_of(one) is relation]):
            yield relation.name, some


def _properties(one: Concept) -> dict[str, Any]:
    return {
        "id": one.id,
        "key": one.key,
        "name": one.name,
        "kind": one.kind.value,
        "text": one.text,
        "names": list(one.names),
        "origins": one.origins,
        "version": one.version,
        "searched": searchable(one),
    }


def _edge_properties(one: Edge) -> dict[str, Any]:
    said = {
        "state": one.state.value,
        "rank": one.rank,
        "weight": one.weight,
        "evidence": one.evidence,
        "version": one.version,
    }
    return {"source": one.key.source, "target": one.key.target, "said": said}


def _concept(row: Mapping[str, Any]) -> Concept:
    return Concept(
        id=row["id"],
        key=row["key"],
        name=row["name"],
        kind=ConceptKind(row["kind"]),
        text=row["text"],
        names=tuple(row["names"]),
        origins=row["origins"],
        version=row["version"],
    )


def _edge(row: Mapping[str, Any]) -> Edge:
    return Edge(
        key=EdgeKey(row["source"], Relation[row["relation"]], row["target"]),
        state=EdgeState(row["state"]),
        rank=row["rank"],
        weight=row["weight"],
        evidence=row["evidence"],
        version=row["version"],
    )
