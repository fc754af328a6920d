"""The academy: the knowledge graph on the database that is open."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

from netsentinel.academy.courses import School
from netsentinel.academy.graph import Concepts, Graph, GraphGround
from netsentinel.academy.graph.attack import AttackReference
from netsentinel.academy.graph.projection import Projected, Projection
from netsentinel.academy.graph.store_sql import SqlCounts, SqlGraph, SqlLedger, SqlOperations, SqlRows
from netsentinel.academy.practice import PracticeDesk, Refit
from netsentinel.academy.reviews import ReviewGround, Reviews
from netsentinel.academy.reviews.store_sql import SqlAnswers
from netsentinel.bootstrap.courses import ensure_bundled, make_courses
from netsentinel.bootstrap.ground import Ground, open_ground
from netsentinel.bootstrap.media import MediaParts, make_media
from netsentinel.bootstrap.practice import ensure_questions, make_practice
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import SettingsError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.tasks import TaskService


@dataclass(frozen=True, slots=True)
class Academy:
    """What teaches."""

    graph: Graph
    concepts: Concepts
    reviews: Reviews
    school: School
    attack: AttackReference
    practice: PracticeDesk
    refit: Refit
    projection: Projection | None
    """What keeps Neo4j up to date, where it is used."""
    media: MediaParts

    def on_graph(self, entry: Entry) -> None:
        """The live reaction to a changed graph."""
        if self.projection is not None:
            self.projection.on_entry(entry)


def _ground(settings: Settings, ground: Ground) -> GraphGround:
    rows, ledger = SqlRows(POSTGRES if settings.database_url else SQLITE), SqlLedger()
    store = SqlGraph(ground.db, rows)
    return GraphGround(ground.db, ledger, SqlOperations(), rows, SqlCounts(ledger), store, ground.clock)


@asynccontextmanager
async def open_graph(settings: Settings) -> AsyncGenerator[GraphGround]:
    """The graph alone, for the command line."""
    async with open_ground(settings) as ground:
        yield _ground(settings, ground)


async def open_academy(
    stack: AsyncExitStack, settings: Settings, ground: Ground, tasks: TaskService, *, demo: bool
) -> Academy:
    """The academy's services; the default tenant's graph knows ATT&CK from the start, and the demo has courses."""
    stands_on = _ground(settings, ground)
    graph = Graph(stands_on)
    attack = AttackReference(ground.db, graph)
    await attack.ensure(DEFAULT_TENANT)
    projection = await _projection(stack, settings, stands_on)
    concepts = Concepts(stands_on, graph)
    reviews = make_reviews(stands_on, concepts)
    practice, refit = make_practice(settings, ground, graph)
    media = make_media(stack, settings, stands_on, graph, reviews, tasks)
    school = make_courses(ground, graph, media.media, practice.standing)
    if demo:
        await ensure_bundled(school.courses)
        await ensure_questions(practice.questions)
    return Academy(graph, concepts, reviews, school, attack, practice, refit, projection, media)


def make_reviews(ground: GraphGround, concepts: Concepts) -> Reviews:
    """The review queue of a graph."""
    return Reviews(ReviewGround(ground, concepts, SqlAnswers()))


async def _projection(stack: AsyncExitStack, settings: Settings, ground: GraphGround) -> Projection | None:
    if not settings.neo4j_url:
        return None
    try:
        # The driver is an extra: only installations that use Neo4j have it.
        neo4j = import_module("netsentinel.academy.graph.neo4j_graph")
    except ModuleNotFoundError as error:
        raise SettingsError("Neo4j needs its driver: pip install 'netsentinel[neo4j]'") from error
    place = neo4j.Neo4jPlace(settings.neo4j_url, settings.neo4j_user, settings.neo4j_password.get_secret_value())
    store: Projected = await stack.enter_async_context(neo4j.Neo4jGraph(place))
    return Projection(ground.db, ground.rows, ground.counts, store)
