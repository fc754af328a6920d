"""What is projected equals the tables, whatever is cut off in between: onto memory, and onto a real Neo4j."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from netsentinel.academy.graph import Change, Claims, ConceptClaim, Concepts, EdgeClaim, Relation, id_of
from netsentinel.academy.graph.projection import Projection
from netsentinel.kernel.errors import NetSentinelError, UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.storage import SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from tests.neo4j import Line, Neo4jServer
from tests.unit.academy.graph.site import ANA, OTHER, STRANGER, Site, T, claims, memory_site, origin, sql_site

pytestmark = pytest.mark.anyio


@dataclass
class Kept:
    """A store in memory that can be away, and that knows how far it is."""

    site: Site
    is_away: bool = False
    cleared: list[TenantId] = field(default_factory=list)

    async def version(self, tenant: TenantId) -> int:
        if self.is_away:
            raise UnavailableError("away")
        return self.site.ground.rows.lock(None, tenant)  # type: ignore[arg-type] # in memory nothing is locked

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        await self.site.ground.store.upsert(tenant, change)

    async def clear(self, tenant: TenantId) -> None:
        self.cleared.append(tenant)
        self.site = memory_site(FakeClock())


async def operate(site: Site, concepts: Concepts, rng: random.Random) -> None:
    """One thing that a medium or a person does; what is not possible is refused."""
    names = [f"n{number}" for number in range(60)]
    one, other = rng.sample(names, 2)
    medium = origin(f"m{rng.randrange(12)}")
    match rng.randrange(12):
        case 0:
            await site.graph.withdraw(ANA, medium)
        case 1:
            await concepts.merge(ANA, id_of(one), id_of(other))
        case 2 | 5 | 6:
            done = [each.number for each in await concepts.history(T) if not each.undone_by]
            await concepts.undo(ANA, rng.choice(done or [0]))
        case 3:
            await concepts.rename(ANA, id_of(one), f"{one} {rng.randrange(5)}")
        case 4:
            await concepts.remove(ANA, id_of(one))
        case _:
            pairs = [rng.sample(names, 2) for _ in range(rng.randrange(6))]
            relation = rng.choice([Relation.REQUIRES, Relation.REQUIRES, Relation.RELATED])
            edges = [EdgeClaim(source=a, target=b, relation=relation, weight=rng.choice([0.2, 0.8])) for a, b in pairs]
            said = [ConceptClaim(name=name) for name in rng.sample(names, 8)]
            await site.graph.state(ANA, medium, Claims(tuple(said), tuple(edges)), replaces=rng.random() < 0.7)


async def operate_often(site: Site, rng: random.Random, times: int) -> None:
    concepts = Concepts(site.ground, site.graph)
    for _ in range(times):
        try:
            await operate(site, concepts, rng)
        except NetSentinelError:
            continue  # not possible at the moment, which is an operation as well


async def test_a_store_that_was_away_has_everything_when_it_is_back(clock: FakeClock) -> None:
    site, kept = memory_site(clock), Kept(memory_site(clock))
    projection = Projection(site.ground.db, site.ground.rows, site.ground.counts, kept)
    rng = random.Random(7)  # noqa: S311 - a seed, so that a failure comes again
    for turn in range(20):
        await operate_often(site, rng, 10)
        kept.is_away = turn % 3 == 1
        assert await projection.turn() is not kept.is_away
    kept.is_away = False
    assert await projection.turn()
    assert await kept.site.everything() == await site.everything()


async def test_every_tenant_is_projected_and_rebuilt_alone(clock: FakeClock) -> None:
    site, kept = memory_site(clock), Kept(memory_site(clock))
    projection = Projection(site.ground.db, site.ground.rows, site.ground.counts, kept)
    await site.says("m1", "a")
    await site.graph.state(STRANGER, origin("m1"), claims("b"))
    await projection.turn()
    assert await kept.site.everything(OTHER) == await site.everything(OTHER)
    assert await projection.rebuild(T) == 1
    assert kept.cleared == [T]
    assert await kept.site.everything() == await site.everything()


@pytest.fixture
async def tables(sqlite_database: SqliteDatabase, clock: FakeClock) -> Site:
    return sql_site(sqlite_database, SQLITE, clock)


@pytest.fixture
async def line(neo4j_server: Neo4jServer) -> AsyncIterator[Line]:
    async with Line(neo4j_server.port) as line:
        yield line


@pytest.mark.program("neo4j")
async def test_neo4j_equals_the_tables_after_a_thousand_operations_with_the_line_cut_in_between(
    tables: Site, line: Line
) -> None:
    from netsentinel.academy.graph.neo4j_graph import Neo4jGraph, Neo4jPlace

    rng = random.Random(11)  # noqa: S311 - a seed, so that a failure comes again
    cuts = 0
    async with Neo4jGraph(Neo4jPlace(f"bolt://127.0.0.1:{line.port}")) as neo4j:
        await neo4j.clear(T)
        projection = Projection(tables.ground.db, tables.ground.rows, tables.ground.counts, neo4j)
        for _ in range(20):
            await operate_often(tables, rng, 50)
            catching_up = asyncio.create_task(projection.turn())
            if rng.random() < 0.5:
                await asyncio.sleep(rng.random() * 0.05)
                line.cut()
                cuts += not await catching_up
                line.mend()
            else:
                assert await catching_up
        assert cuts > 0
        assert await projection.turn()
        whole = await tables.graph.subgraph(T, None, depth=1, limit=10_000)
        assert len(whole.concepts) > 10
        assert len(whole.edges) > 10
        assert await neo4j.subgraph(T, None, depth=1, limit=10_000) == whole
        for concept in whole.concepts:
            assert await neo4j.neighbours(T, concept.id) == await tables.graph.neighbours(T, concept.id)
        assert await neo4j.version(T) == (await tables.graph.stats(T)).version
        before = await neo4j.subgraph(T, None, depth=1, limit=10_000)
        await projection.rebuild(T)
        assert await neo4j.subgraph(T, None, depth=1, limit=10_000) == before


@pytest.mark.long
@pytest.mark.program("neo4j")
async def test_neo4j_equals_the_tables_after_its_server_was_killed_and_started_again(
    tables: Site, neo4j_server: Neo4jServer
) -> None:
    from netsentinel.academy.graph.neo4j_graph import Neo4jGraph, Neo4jPlace

    rng = random.Random(13)  # noqa: S311 - a seed, so that a failure comes again
    async with Neo4jGraph(Neo4jPlace(neo4j_server.url)) as neo4j:
        await neo4j.clear(T)
        projection = Projection(tables.ground.db, tables.ground.rows, tables.ground.counts, neo4j)
        for turn in range(6):
            await operate_often(tables, rng, 50)
            if turn in (1, 3):
                catching_up = asyncio.create_task(projection.turn())
                await asyncio.sleep(rng.random() * 0.05)
                await asyncio.to_thread(neo4j_server.kill)
                await catching_up
                await operate_often(tables, rng, 50)
                assert not await projection.turn()
                await asyncio.to_thread(neo4j_server.start)
            while not await projection.turn():
                await asyncio.sleep(0.2)
        whole = await tables.graph.subgraph(T, None, depth=1, limit=10_000)
        assert len(whole.edges) > 10
        assert await neo4j.subgraph(T, None, depth=1, limit=10_000) == whole
        assert await neo4j.version(T) == (await tables.graph.stats(T)).version
