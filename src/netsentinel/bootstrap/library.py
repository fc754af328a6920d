"""The library alone, in this process: media and the graph that they feed, without a server."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from netsentinel.academy.graph import Concepts, Graph
from netsentinel.academy.graph.attack import AttackReference
from netsentinel.academy.media import Media
from netsentinel.bootstrap.academy import make_reviews, open_graph
from netsentinel.bootstrap.media import make_library
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import TenantId


@asynccontextmanager
async def open_library(settings: Settings, tenant: TenantId) -> AsyncGenerator[Media]:
    """Media, with a graph that knows ATT&CK for this tenant; a server may run on the same database meanwhile."""
    async with open_graph(settings) as ground, AsyncExitStack() as stack:
        graph = Graph(ground)
        await AttackReference(ground.db, graph).ensure(tenant)
        reviews = make_reviews(ground, Concepts(ground, graph))
        yield make_library(stack, settings, ground, graph, reviews).media
