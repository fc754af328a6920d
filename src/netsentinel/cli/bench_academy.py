"""How fast the academy is on this machine: walks over a graph of a stated size, on a database of its own."""

import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from netsentinel.academy.graph import (
    Change,
    Concept,
    ConceptKind,
    Direction,
    Edge,
    EdgeKey,
    EdgeState,
    GraphGround,
    Relation,
    id_of,
)
from netsentinel.bootstrap.academy import open_graph
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT

_BAND: Final = 50
"""A concept requires some of so many before it, as lessons do: most of the graph is in reach of the last one."""
_ASKED: Final = 500
_SEED: Final = 8


async def measure_graph(folder: Path, nodes: int, edges: int) -> dict[str, Any]:
    """Figures of a graph with so many concepts and prerequisites, in a new SQLite database in a folder.

    Closures and paths are asked of the store as the service does: through a reader of the database, with the look at
    whether the index is up to date. `_cpu` figures are processor time, for machines that do other things meanwhile.
    """
    settings = Settings(data_dir=folder, _env_file=None)  # pyright: ignore[reportCallIssue] - pydantic-settings' own
    rng = random.Random(_SEED)  # noqa: S311 - the same graph every time
    change = _band(nodes, edges, rng)
    async with open_graph(settings) as ground:
        started = time.perf_counter()
        await ground.store.upsert(DEFAULT_TENANT, change)
        stored = time.perf_counter() - started
    async with open_graph(settings) as ground:
        ids = [one.id for one in change.concepts]
        began, cpu = time.perf_counter(), time.process_time()
        await ground.store.path(DEFAULT_TENANT, ids[0], ids[0], is_directed=True)  # reads the graph, and no more
        loaded, loaded_cpu = time.perf_counter() - began, time.process_time() - cpu
        began = time.perf_counter()
        reached = len(await ground.store.closure(DEFAULT_TENANT, ids[-1], Direction.PREREQUISITES))
        first = time.perf_counter() - began
        closure = await _times(lambda: _closure(ground, rng.choice(ids)))
        path = await _times(lambda: _path(ground, *rng.sample(ids, 2), is_directed=True))
        any_path = await _times(lambda: _path(ground, *rng.sample(ids, 2), is_directed=False))
    return {
        "nodes": nodes,
        "edges": len(change.edges),
        "largest_closure": reached,
        "store_s": round(stored, 3),
        "load_s": round(loaded, 3),
        "load_cpu_s": round(loaded_cpu, 3),
        "first_closure_s": round(first, 3),
        "closure_ms_p50": closure[0],
        "closure_ms_p95": closure[1],
        "closure_cpu_ms_p95": closure[2],
        "path_ms_p50": path[0],
        "path_ms_p95": path[1],
        "path_cpu_ms_p95": path[2],
        "undirected_path_ms_p50": any_path[0],
        "undirected_path_ms_p95": any_path[1],
        "undirected_path_cpu_ms_p95": any_path[2],
    }


async def _closure(ground: GraphGround, concept: str) -> None:
    await ground.store.closure(DEFAULT_TENANT, concept, Direction.PREREQUISITES)


async def _path(ground: GraphGround, one: str, other: str, *, is_directed: bool) -> None:
    await ground.store.path(DEFAULT_TENANT, one, other, is_directed=is_directed)


async def _times(ask: Callable[[], Awaitable[None]]) -> tuple[float, float, float]:
    """(median, 95th percentile, 95th percentile of processor time), in milliseconds."""
    taken: list[float] = []
    cpu: list[float] = []
    for _ in range(_ASKED):
        began, began_cpu = time.perf_counter(), time.process_time()
        await ask()
        cpu.append(time.process_time() - began_cpu)
        taken.append(time.perf_counter() - began)
    taken.sort()
    cpu.sort()
    late = round(0.95 * _ASKED) - 1
    return tuple(round(1_000 * value, 3) for value in (taken[_ASKED // 2], taken[late], cpu[late]))  # type: ignore[return-value] # three


def _band(nodes: int, edges: int, rng: random.Random) -> Change:
    names = [f"concept {number}" for number in range(nodes)]
    ids = [id_of(name) for name in names]
    concepts = tuple(
        Concept(
            id=concept_id,
            key=name,
            name=name,
            kind=ConceptKind.CONCEPT,
            text="",
            names=(name,),
            origins=1,
            version=1,
        )
        for concept_id, name in zip(ids, names, strict=True)
    )
    keys: set[EdgeKey] = set()
    most = sum(min(_BAND, number) for number in range(nodes))
    while len(keys) < min(edges, most):
        number = rng.randrange(1, nodes)
        keys.add(EdgeKey(ids[number], Relation.REQUIRES, ids[max(0, number - rng.randint(1, _BAND))]))
    return Change(
        version=1,
        concepts=concepts,
        edges=tuple(
            Edge(key=key, state=EdgeState.LIVE, rank=1, weight=0.5, evidence=1, version=1) for key in sorted(keys)
        ),
    )
