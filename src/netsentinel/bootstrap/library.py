"""The library alone, for the command line: media and the graph that they feed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from netsentinel.academy.graph import Concepts, Graph
from netsentinel.academy.graph.attack import AttackReference
from netsentinel.academy.media import BlobFolder, Media, MediaGround, Vocabulary
from netsentinel.academy.media.store_sql import SqlMedia
from netsentinel.bootstrap.academy import make_reviews, open_graph
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import TenantId


@asynccontextmanager
async def open_library(settings: Settings, tenant: TenantId) -> AsyncGenerator[Media]:
    """Media, with a graph that knows ATT&CK for this tenant; a server may run on the same database meanwhile."""
    async with open_graph(settings) as ground:
        graph = Graph(ground)
        await AttackReference(ground.db, graph).ensure(tenant)
        blobs, vocabulary = BlobFolder(settings.data_dir / "media"), Vocabulary(ground.db, ground.rows)
        reviews = make_reviews(ground, Concepts(ground, graph))
        yield Media(MediaGround(ground.db, SqlMedia(), blobs, graph, vocabulary, reviews, ground.clock))
