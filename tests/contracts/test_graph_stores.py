"""One suite for walks over the graph on every kind of store; the one in memory is also what the others are held to."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from netsentinel.academy.graph import (
    Change,
    Concept,
    ConceptKind,
    Direction,
    Edge,
    EdgeKey,
    EdgeState,
    Relation,
    id_of,
    key_of,
)
from netsentinel.academy.graph.ports import GraphStore
from netsentinel.academy.graph.store_sql import SqlGraph  # noqa: F401 - the suite is theirs, by way of the site
from netsentinel.academy.graph.testing import MemoryGraph  # noqa: F401 - the same
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.neo4j import Neo4jServer
from tests.unit.academy.graph.site import OTHER, T, memory_site, sql_site

pytestmark = pytest.mark.anyio


@pytest.fixture
async def neo4j_store(neo4j_server: Neo4jServer) -> AsyncIterator[GraphStore]:
    from netsentinel.academy.graph.neo4j_graph import Neo4jGraph, Neo4jPlace

    async with Neo4jGraph(Neo4jPlace(neo4j_server.url)) as graph:
        for tenant in (T, OTHER):
            await graph.clear(tenant)
        yield graph


@pytest.fixture(params=["memory", "sqlite", "postgresql", "neo4j"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> GraphStore:
    if request.param == "memory":
        return memory_site(clock).ground.store
    if request.param == "neo4j":
        return request.getfixturevalue("neo4j_store")
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_site(database, SQLITE if request.param == "sqlite" else POSTGRES, clock).ground.store


def concept(name: str, version: int = 1, kind: ConceptKind = ConceptKind.CONCEPT, also: Sequence[str] = ()) -> Concept:
    return Concept(
        id=id_of(key_of(name)),
        key=key_of(name),
        name=name,
        kind=kind,
        text=f"About {name}.",
        names=tuple(sorted({name, *also})),
        origins=1,
        version=version,
    )


def edge(
    source: str,
    target: str,
    version: int = 1,
    relation: Relation = Relation.REQUIRES,
    state: EdgeState = EdgeState.LIVE,
) -> Edge:
    key = EdgeKey(id_of(key_of(source)), relation, id_of(key_of(target)))
    return Edge(key=key, state=state, rank=1, weight=0.5, evidence=2, version=version)


def chain(*names: str, version: int = 1) -> Change:
    """Each requires the one that follows."""
    return Change(
        version=version,
        concepts=tuple(concept(name, version) for name in names),
        edges=tuple(edge(one, other, version) for one, other in pairwise(names)),
    )


def ids(*names: str) -> list[str]:
    return [id_of(key_of(name)) for name in names]


async def test_concepts_come_back_as_they_were_put(store: GraphStore) -> None:
    put = concept("TCP Handshake", kind=ConceptKind.TECHNIQUE, also=("three-way handshake",))
    await store.upsert(T, Change(version=1, concepts=(put,)))
    assert await store.find(T, [put.id, "cpt_none"]) == [put]
    assert await store.find(OTHER, [put.id]) == []
    assert await store.find(T, []) == []


async def test_edges_come_back_as_they_were_put(store: GraphStore) -> None:
    edges = (
        edge("a", "b"),
        edge("b", "a", relation=Relation.RELATED),
        edge("a", "c", state=EdgeState.HELD),
        edge("c", "a", relation=Relation.PART_OF, state=EdgeState.DENIED),
        edge("b", "c"),
    )
    await store.upsert(T, Change(version=1, concepts=tuple(map(concept, "abc")), edges=edges))
    assert await store.neighbours(T, id_of("a")) == sorted(edges[:4], key=lambda one: one.key)
    assert await store.neighbours(OTHER, id_of("a")) == []


async def test_a_closure_goes_all_the_way_and_only_along_live_prerequisites(store: GraphStore) -> None:
    await store.upsert(T, chain("a", "b", "c", "d"))
    more = (edge("x", "c", 2), edge("d", "y", 2, state=EdgeState.HELD), edge("d", "z", 2, Relation.RELATED))
    await store.upsert(T, Change(version=2, concepts=tuple(concept(name, 2) for name in "xyz"), edges=more))
    assert list(await store.closure(T, id_of("a"), Direction.PREREQUISITES)) == ids("d", "c", "b")
    assert list(await store.closure(T, id_of("d"), Direction.PREREQUISITES)) == []
    dependents = list(await store.closure(T, id_of("d"), Direction.DEPENDENTS))
    assert set(dependents) == set(ids("a", "b", "c", "x"))
    assert dependents.index(id_of("c")) < dependents.index(id_of("b")) < dependents.index(id_of("a"))
    assert list(await store.closure(T, "cpt_none", Direction.DEPENDENTS)) == []
    assert list(await store.closure(OTHER, id_of("a"), Direction.PREREQUISITES)) == []


async def test_a_path_is_a_shortest_one(store: GraphStore) -> None:
    await store.upsert(T, chain("a", "b", "c", "d"))
    await store.upsert(T, Change(version=2, edges=(edge("a", "c", 2),)))
    assert list(await store.path(T, *ids("a", "d"), is_directed=True) or ()) == ids("a", "c", "d")
    assert await store.path(T, *ids("d", "a"), is_directed=True) is None
    assert list(await store.path(T, *ids("d", "a"), is_directed=False) or ()) == ids("d", "c", "a")
    assert list(await store.path(T, *ids("a", "a"), is_directed=True) or ()) == ids("a")
    assert await store.path(T, id_of("a"), "cpt_none", is_directed=False) is None
    assert await store.path(OTHER, *ids("a", "d"), is_directed=True) is None


async def test_no_path_leads_through_a_medium_but_may_begin_or_end_there(store: GraphStore) -> None:
    medium = concept("lecture", kind=ConceptKind.MEDIUM)
    said = tuple(edge("lecture", name, relation=Relation.MENTIONS) for name in "ab")
    related = (edge("a", "m", relation=Relation.RELATED), edge("m", "b", relation=Relation.RELATED))
    await store.upsert(T, Change(version=1, concepts=(medium, *map(concept, "abm")), edges=(*said, *related)))
    assert list(await store.path(T, *ids("a", "b"), is_directed=False) or ()) == ids("a", "m", "b")
    assert list(await store.path(T, *ids("lecture", "b"), is_directed=False) or ()) == ids("lecture", "b")
    assert list(await store.path(T, *ids("b", "lecture"), is_directed=False) or ()) == ids("b", "lecture")


async def test_a_search_finds_whole_names_first_then_beginnings_then_parts(store: GraphStore) -> None:
    names = ("scan", "scan of ports", "port-scan", "scanner", "a 100% scan_ner", "unrelated")
    await store.upsert(T, Change(version=1, concepts=tuple(map(concept, names))))
    also = concept("T1046", 2, ConceptKind.TECHNIQUE, also=("Network service scan",))
    await store.upsert(T, Change(version=2, concepts=(also,)))

    async def found(text: str, kind: ConceptKind | None = None, limit: int = 10) -> list[str]:
        return [one.name for one in await store.search(T, text, kind=kind, limit=limit)]

    assert await found("Scan") == ["scan", "scanner", "scan of ports", "T1046", "port-scan", "a 100% scan_ner"]
    assert await found("scan", limit=2) == ["scan", "scanner"]
    assert await found("ports scan") == ["scan of ports"]
    assert await found("scan", ConceptKind.TECHNIQUE) == ["T1046"]
    assert await found("0%") == ["a 100% scan_ner"]
    assert await found("scan 7_0") == []
    assert await found("") == []
    assert await found("%") == ["a 100% scan_ner"]
    assert await store.search(OTHER, "scan", kind=None, limit=10) == []


async def test_a_subgraph_is_what_is_near_or_what_is_best_connected(store: GraphStore) -> None:
    await store.upsert(T, chain("a", "b", "c", "d"))
    spokes = (edge("c", "s1", 2, Relation.RELATED), edge("s2", "c", 2, Relation.PART_OF))
    hidden = edge("a", "d", 2, state=EdgeState.HELD)
    concepts = tuple(concept(name, 2) for name in ("s1", "s2"))
    await store.upsert(T, Change(version=2, concepts=concepts, edges=(*spokes, hidden)))
    near = await store.subgraph(T, id_of("b"), depth=1, limit=10)
    assert [one.name for one in near.concepts] == ["b", "c", "a"]
    assert [one.key for one in near.edges] == sorted(one.key for one in (edge("a", "b"), edge("b", "c")))
    assert near.is_whole
    some = await store.subgraph(T, id_of("b"), depth=5, limit=3)
    assert ([one.name for one in some.concepts], some.is_whole) == (["b", "c", "a"], False)
    whole = await store.subgraph(T, None, depth=1, limit=100)
    assert [one.name for one in whole.concepts[:2]] == ["c", "b"]
    assert (len(whole.concepts), len(whole.edges)) == (6, 5)
    assert (await store.subgraph(T, "cpt_none", depth=1, limit=5)).concepts == ()


async def test_what_is_gone_is_gone_and_may_come_back(store: GraphStore) -> None:
    await store.upsert(T, chain("a", "b", "c"))
    gone = edge("b", "c").key
    await store.upsert(T, Change(version=2, gone_concepts=(id_of("c"),), gone_edges=(gone,)))
    assert list(await store.closure(T, id_of("a"), Direction.PREREQUISITES)) == ids("b")
    assert await store.find(T, ids("c")) == []
    assert await store.search(T, "c", kind=None, limit=5) == []
    assert await store.path(T, *ids("a", "c"), is_directed=False) is None
    await store.upsert(T, Change(version=3, concepts=(concept("c", 3),), edges=(edge("b", "c", 3),)))
    assert list(await store.closure(T, id_of("a"), Direction.PREREQUISITES)) == ids("c", "b")


async def test_a_change_that_comes_again_or_late_does_no_harm(store: GraphStore) -> None:
    first, second = chain("a", "b", version=1), Change(version=2, edges=(edge("a", "b", 2, state=EdgeState.HELD),))
    for change in (first, second, first, second, first):
        await store.upsert(T, change)
    (found,) = await store.neighbours(T, id_of("a"))
    assert (found.state, found.version) == (EdgeState.HELD, 2)
    await store.upsert(T, Change(version=3, gone_edges=(found.key,), gone_concepts=(id_of("b"),)))
    await store.upsert(T, first)
    assert await store.find(T, ids("b")) == []


def random_change(rng: random.Random, version: int, names: Sequence[str], there: dict[EdgeKey, Edge]) -> Change:
    """Some concepts and edges that come or change, and some that go; prerequisites lead from later names to earlier."""
    edges: dict[EdgeKey, Edge] = {}
    for _ in range(6):
        low, high = sorted(rng.sample(range(len(names)), 2))
        one = edge(
            names[high],
            names[low],
            version,
            rng.choice(list(Relation)[:3]),
            rng.choice([EdgeState.LIVE] * 4 + [EdgeState.HELD]),
        )
        edges[one.key] = one
    gone = tuple(rng.sample(sorted(there.keys() - edges.keys()), min(2, len(there.keys() - edges.keys()))))
    for key in gone:
        there.pop(key)
    there |= edges
    return Change(version=version, edges=tuple(edges.values()), gone_edges=gone)


async def test_it_answers_as_the_plainest_store_does(store: GraphStore, clock: FakeClock) -> None:
    rng = random.Random(20)  # noqa: S311 - a seed, so that a failure comes again
    plain = memory_site(clock).ground.store
    names = [f"n{number:02}" for number in range(30)]
    kinds = [ConceptKind.CONCEPT] * 5 + [ConceptKind.MEDIUM]
    everyone = [replace(concept(name), kind=rng.choice(kinds)) for name in names]
    there: dict[EdgeKey, Edge] = {}
    for both in (store, plain):
        await both.upsert(T, Change(version=1, concepts=tuple(everyone)))
    for version in range(2, 32):
        change = random_change(rng, version, names, there)
        for both in (store, plain):
            await both.upsert(T, change)
        one, other = (item.id for item in rng.sample(everyone, 2))
        for direction in Direction:
            mine = list(await store.closure(T, one, direction))
            assert set(mine) == set(await plain.closure(T, one, direction))
            assert all(
                mine.index(key.source) > mine.index(key.target) for key in requires(there) if {*key[::2]} <= set(mine)
            )
        for is_directed in (True, False):
            mine_path, plain_path = [await both.path(T, one, other, is_directed=is_directed) for both in (store, plain)]
            assert (mine_path is None) == (plain_path is None)
            assert len(mine_path or ()) == len(plain_path or ())
        for around, depth, limit in ((one, 2, 100), (one, 3, 7), (None, 0, 12)):
            assert await store.subgraph(T, around, depth=depth, limit=limit) == await plain.subgraph(
                T, around, depth=depth, limit=limit
            )
        assert await store.neighbours(T, one) == await plain.neighbours(T, one)


def requires(there: dict[EdgeKey, Edge]) -> list[EdgeKey]:
    return [key for key, one in there.items() if key.relation is Relation.REQUIRES and one.state is EdgeState.LIVE]
