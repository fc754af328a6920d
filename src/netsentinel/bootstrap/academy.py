"""The academy: the knowledge graph on the database that is open."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from netsentinel.academy.graph import Concepts, Graph, GraphGround
from netsentinel.academy.graph.attack import AttackReference
from netsentinel.academy.graph.store_sql import SqlCounts, SqlGraph, SqlLedger, SqlOperations, SqlRows
from netsentinel.bootstrap.ground import Ground, open_ground
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.dialect import POSTGRES, SQLITE


@dataclass(frozen=True, slots=True)
class Academy:
    """What teaches."""

    graph: Graph
    concepts: Concepts
    attack: AttackReference


def _ground(settings: Settings, ground: Ground) -> GraphGround:
    rows, ledger = SqlRows(POSTGRES if settings.database_url else SQLITE), SqlLedger()
    store = SqlGraph(ground.db, rows)
    return GraphGround(ground.db, ledger, SqlOperations(), rows, SqlCounts(ledger), store, ground.clock)


@asynccontextmanager
async def open_graph(settings: Settings) -> AsyncGenerator[GraphGround]:
    """The graph alone, for the command line."""
    async with open_ground(settings) as ground:
        yield _ground(settings, ground)


async def open_academy(settings: Settings, ground: Ground) -> Academy:
    """The academy's services; the default tenant's graph knows ATT&CK from the start."""
    stands_on = _ground(settings, ground)
    graph = Graph(stands_on)
    attack = AttackReference(ground.db, graph)
    await attack.ensure(DEFAULT_TENANT)
    return Academy(graph, Concepts(stands_on, graph), attack)
