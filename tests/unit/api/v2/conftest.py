"""The real app over SQLite, without a detection process; it counts the statements that a request costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from netsentinel.academy.briefing import Briefing, Briefings, Coverage
from netsentinel.academy.briefing.testing import FixedMastery
from netsentinel.academy.courses import CourseGround, Courses, CourseStores, Learning, School, Teaching
from netsentinel.academy.courses.shifts import Shifts
from netsentinel.academy.courses.store_sql import SqlAssignments, SqlCohorts, SqlCourses, SqlLearners, SqlVersions
from netsentinel.academy.courses.testing import MemoryPeople, MemorySections
from netsentinel.academy.graph import Concepts, Graph, GraphGround
from netsentinel.academy.graph.store_sql import SqlCounts, SqlGraph, SqlLedger, SqlOperations, SqlRows
from netsentinel.academy.media import (
    Arrivals,
    BlobFolder,
    Hearing,
    HearingActions,
    HearingGround,
    Media,
    MediaActions,
    MediaGround,
    Reading,
    ReadingGround,
    Shelf,
    UploadGround,
    UploadLimits,
    Uploads,
    Vocabulary,
    submitter,
)
from netsentinel.academy.media.store_sql import SqlMedia, SqlMediumCounts, SqlUploads
from netsentinel.academy.media.testing import OpenEar, OpenRoom
from netsentinel.academy.reader.testing import ScriptedTranscriber
from netsentinel.academy.reviews import ReviewGround, Reviews
from netsentinel.academy.reviews.store_sql import SqlAnswers
from netsentinel.alerts import AlertGrouping, AlertService, AlertStores
from netsentinel.alerts.operations import alert_operations
from netsentinel.alerts.store_sql import SqlAlerts, SqlEvidence, SqlThreats
from netsentinel.alerts.suppression import SuppressionGate, Suppressions, SuppressionStores
from netsentinel.alerts.suppression.store_sql import SqlHiddenFindings, SqlSuppressions
from netsentinel.alerts.triage import Decisions, Figures, Relations, Surroundings, TenantUsers, Triage
from netsentinel.alerts.triage.store_sql import SqlActivity, SqlFigures
from netsentinel.analytics import Analytics, Sources
from netsentinel.api.health import Readiness
from netsentinel.detection.rulebook import PackFolder, RuleLibrary, RuleService, RuleStores
from netsentinel.detection.rulebook.store_sql import SqlHits, SqlPacks, SqlRules
from netsentinel.detection.rulebook.testing import LocalBench
from netsentinel.events import FORMATS, IntakeService, SetAsideBatches, SourceInventory, SourceMeter
from netsentinel.events.configured import (
    ConfiguredSources,
    Household,
    IntakeSink,
    SourceConfig,
    SourceSupervisor,
)
from netsentinel.events.configured.store_sql import SqlSourceConfigs
from netsentinel.events.lake import EventLake
from netsentinel.events.sources import KINDS, Fence, Place
from netsentinel.events.store_sql import SqlInbox, SqlSetAside, SqlSources
from netsentinel.events.testing import MemoryEventStore
from netsentinel.idempotency import Idempotency
from netsentinel.idempotency.store_sql import SqlRequests
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import MIB, Permission, Role, Tier, system_principal
from netsentinel.limits import RequestLimits
from netsentinel.limits.store_sql import SqlUsage
from netsentinel.models import ModelRegistry, ModelStores
from netsentinel.models.monitor import ModelMonitor
from netsentinel.models.store_sql import SqlChanges, SqlModels, SqlWindows
from netsentinel.models.tables import TableFolder
from netsentinel.models.testing import MemoryFiles
from netsentinel.outbound import Answer
from netsentinel.recovery import BreakerBoard, Breakers
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler import EventTrigger, Firing, Outcomes, Schedules, ScheduleStores, Scheduling
from netsentinel.scheduler.operations import schedule_operations
from netsentinel.scheduler.store_sql import SqlRuns, SqlSchedules
from netsentinel.storage import Journal, ReadTx, SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.streamer import Hub
from netsentinel.streamer.testing import FakeAuth, MemoryQueue
from netsentinel.streamer.topics import TOPICS
from netsentinel.tasks import ActionRegistry, Engine, Hints, Reporter, TaskFiles, TaskService, action
from netsentinel.tasks.batch import Batch
from netsentinel.tasks.operations import task_operations
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.webhooks import WebhookRules, WebhookStores, assemble
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory
from netsentinel.webhooks.testing import FakeCaller
from tests.application import SETTINGS, application, document
from tests.documented import Documented
from tests.identity import House
from tests.unit.academy.practice.site import practice_desk
from tests.unit.api.conftest import MARK


@dataclass(frozen=True)
class Greeting:
    name: str
    times: int = 1


@action("test.greet", permission=Permission.ALERTS_READ)
async def greet(greeting: Greeting, _reporter: Reporter) -> str:
    """Greet somebody."""
    return f"hello {greeting.name}" * greeting.times


@action("test.confide", permission=Permission.AUDIT_READ)
async def confide(greeting: Greeting, _reporter: Reporter) -> str:
    """Say something that is not for everybody."""
    return greeting.name


@cache
def documented() -> Documented:
    """What the API says it answers."""
    return Documented(document())


class CountingTx:
    """Counts reads on their way to a transaction."""

    def __init__(self, tx: ReadTx) -> None:
        self._tx = tx
        self.statements = 0

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.statements += 1
        return self._tx.rows(sql, params)

    def row(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        self.statements += 1
        return self._tx.row(sql, params)


@dataclass
class Desk:
    """A server over SQLite with a key of every role."""

    database: SqliteDatabase
    journal: Journal
    registry: EntryRegistry
    clock: FakeClock
    folder: Path
    statements: int = 0
    woken: int = 0
    keys: dict[Role, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Sessions of people, by name."""
    tier: Tier | None = Tier.UNLIMITED
    """Of the keys that are made for the roles."""

    def __post_init__(self) -> None:
        self.house = House(clock=self.clock)
        self.limits = RequestLimits(self, SqlUsage(), self.clock)  # type: ignore[arg-type] - counts, then passes on
        self.stores = AlertStores(SqlAlerts(), SqlEvidence(), SqlThreats(), SqlActivity())
        self.inbox, self.sources, self.configs = SqlInbox(), SqlSources(), SqlSourceConfigs()
        self.aside = SqlSetAside()
        self.alerts = AlertService(self, self.stores, self.clock, 6 * HOUR)  # type: ignore[arg-type] - counts, then passes on
        self.events = MemoryEventStore(self.database, self.clock)
        self.hiding = SuppressionStores(SqlSuppressions(), SqlHiddenFindings())
        self.rule_stores = RuleStores(SqlRules(), SqlPacks(), SqlHits())
        parts = (self.rule_stores, LocalBench(), PackFolder(self.folder / "rules"), self.clock)
        self.library = RuleLibrary(self, *parts)  # type: ignore[arg-type] - the same
        self.engine = Engine(sql_stores(SQLITE), ActionRegistry([greet, confide]), self.clock)
        self.files = TaskFiles(self.folder / "results")
        self.tasks = TaskService(self, self.engine, Hints())  # type: ignore[arg-type] - the same
        self.breakers = Breakers(self.database, SqlBreakers(), self.clock)
        self.board = BreakerBoard(self, SqlBreakers(), self.clock, self.breakers)  # type: ignore[arg-type] - the same
        self._add_schedules()
        self._add_webhooks()
        rows, ledger = SqlRows(SQLITE), SqlLedger()
        walks = SqlGraph(self, rows)  # type: ignore[arg-type] - the same
        counts = SqlCounts(ledger)
        ground = GraphGround(self, ledger, SqlOperations(), rows, counts, walks, self.clock)  # type: ignore[arg-type] - the same
        self.graph = Graph(ground)
        self.concepts = Concepts(ground, self.graph)
        self.mastery = FixedMastery()
        self.reviews = Reviews(ReviewGround(ground, self.concepts, SqlAnswers()))
        self._add_media(ground)
        self.people = MemoryPeople()
        course_stores = CourseStores(SqlCourses(), SqlVersions(), SqlLearners(), SqlCohorts(), SqlAssignments())
        asked = (self.mastery, MemorySections(), self.people)
        course_ground = CourseGround(self, course_stores, self.graph, *asked, self.clock)  # type: ignore[arg-type] - the same
        courses = Courses(course_ground)
        self._add_models()
        self.meter = SourceMeter(self.clock)
        self.intake = IntakeService(self.database, self.inbox, self.clock, formats=FORMATS, meter=self.meter)
        house = Household(KINDS, self._around)
        self.supervisor = SourceSupervisor(self.database, self.configs, house, self.clock)
        self.configured = ConfiguredSources(
            self,  # type: ignore[arg-type] - the same
            (self.configs, self.sources),
            self.supervisor,
            house,
            self.meter,
            self.clock,
        )
        triage = self._triage()
        hiding = Suppressions(self, self.hiding, self.stores.alerts, self.stores.evidence, self.clock)
        operations = (
            *task_operations(self.tasks),
            *schedule_operations(self.schedules),
            *alert_operations(triage.decisions, hiding),
        )
        self.batch = Batch(self, self.engine, self.tasks, self.house.service.acting, operations)  # type: ignore[arg-type] - the same
        self.tasks.actions.add(self.batch.action())
        services = SimpleNamespace(
            settings=SETTINGS,
            clock=self.clock,
            identity=self.house.service,
            registry=self.registry,
            journal=self.journal,
            alerts=self.alerts,
            triage=triage,
            suppressions=hiding,
            rules=RuleService(self, *parts),  # type: ignore[arg-type] - the same
            library=self.library,
            models=self.models,
            model_monitor=self.monitor,
            model_tables=self.tables,
            inventory=SourceInventory(self, self.sources),  # type: ignore[arg-type] - the same
            sources=self.configured,
            keys=self.house.service.keys,
            users=self.house.service.users,
            limits=self.limits,
            idempotency=Idempotency(self.database, SqlRequests(), self.clock),
            tasks=self.tasks,
            batch=self.batch,
            breakers=self.board,
            schedules=self.schedules,
            webhooks=self.hooks.service,
            graph=self.graph,
            concepts=self.concepts,
            briefings=Briefings(
                Briefing(self.graph, self.alerts, self.mastery),
                Coverage(
                    self.graph,
                    self.alerts,
                    self.mastery,
                    TenantUsers(self.house.service.users),
                    Shifts(Teaching(course_ground, courses), self.clock),
                    self.clock,
                ),
            ),
            reviews=self.reviews,
            school=School(courses, Learning(course_ground), Teaching(course_ground, courses)),
            projection=None,
            practice=practice_desk(self, self.graph, self.clock, self.alerts),  # type: ignore[arg-type] - the same
            media=self.media,
            uploads=self.uploads,
            hearing=self.hearing,
            files=self.files,
            hub=Hub(self.journal, self.registry, self.clock, FakeAuth(), MemoryQueue()),
            analytics=self.analytics,
            set_aside=SetAsideBatches(self, self.inbox, self.aside),  # type: ignore[arg-type] - the same
            lake=EventLake(self.events, self.events, self.clock),
            intake=self.intake,
            processor=SimpleNamespace(wake=self._wake),
            readiness=Readiness({}),
            metrics=lambda: b"ns_events_total 1.0\n",
            demo=False,
        )
        self.app = application(SETTINGS, services)

    def _add_schedules(self) -> None:
        kept = SqlSchedules(SQLITE)
        stores = ScheduleStores(kept, kept, SqlRuns())
        firing = Firing(stores, self.tasks, self.engine.stores.tasks, self.clock, self.house.service.acting)
        ground = Scheduling(self, stores, firing, self.tasks, self.clock, self.registry)  # type: ignore[arg-type] - the same
        self.schedules, self.outcomes = Schedules(ground), Outcomes(stores)
        self.event_trigger = EventTrigger(self.database, self.journal, stores, firing, self.schedules)
        kept_tasks = self.engine.stores
        sources = Sources(self, kept_tasks.figures, kept_tasks.timeline, self.board, self.schedules)  # type: ignore[arg-type] - the same
        self.analytics = Analytics(sources, self.clock)

    def _add_webhooks(self) -> None:
        self.caller = FakeCaller(Answer(200, (("x-by", "the other side"),), b"taken", is_cut=False, took=0.01))
        stores = WebhookStores(SqlEndpoints(SQLITE), SqlDeliveries(SQLITE), SqlHistory())
        rules = WebhookRules(readers={name: topic.permission for name, topic in TOPICS.items()}, key=b"of the tests")
        ground = (self, self.journal, self.registry, self.tasks, self.clock)
        self.hooks = assemble(*ground, stores, self.caller, rules)  # type: ignore[arg-type] - the same

    def _add_media(self, ground: GraphGround) -> None:
        db, clock, store, counts = ground.db, self.clock, SqlMedia(), SqlMediumCounts()
        shelf = Shelf(db, BlobFolder(self.folder / "media"), counts)
        self.reading = Reading(
            ReadingGround(db, store, shelf, self.graph, Vocabulary(db, ground.rows), self.reviews, clock, OpenRoom())
        )
        self.media = Media(MediaGround(db, store, store, counts, shelf, self.graph, self.reading, clock))
        self.tasks.actions.add(*MediaActions(db, store, self.reading, 2).actions())
        arrivals = Arrivals(db, store, shelf, clock, submitter(self.tasks.submit_in))
        limits = UploadLimits.of(SETTINGS)
        uploads = UploadGround(db, SqlUploads(), counts, arrivals, self.folder / "uploads", clock, limits)
        self.uploads = Uploads(uploads)
        self.ear = OpenEar(ScriptedTranscriber())
        self.hearing = Hearing(HearingGround(self.media, shelf, uploads, self.ear))
        self.tasks.actions.add(*HearingActions(self.hearing).actions())

    async def read_media(self, medium_id: str) -> None:
        """Have a medium read, as its task would."""
        principal = system_principal()
        await self.reading.run(principal, await self.media.get(principal.tenant, medium_id), lambda *_: None)

    def _add_models(self) -> None:
        self.model_stores = ModelStores(SqlModels(), SqlChanges(), MemoryFiles())
        self.models = ModelRegistry(self, self.model_stores, self.clock)  # type: ignore[arg-type] - the same
        self.windows = SqlWindows(SQLITE)
        grouping = AlertGrouping(self.stores.alerts, self.stores.evidence, HOUR, SuppressionGate(self.hiding))
        self.tables = TableFolder(self.folder / "tables", MIB)
        self.monitor = ModelMonitor(self.database, self.models, self.windows, self.alerts, grouping, self.clock)

    def _triage(self) -> Triage:
        people = TenantUsers(self.house.service.users)
        return Triage(
            Decisions(self, self.stores.alerts, self.stores.activity, people, self.clock),
            Relations(self, self.stores.alerts),
            Surroundings(self, self.stores.alerts, self.stores.evidence, self.events),
            Figures(self, SqlFigures(), self.clock),
        )

    def _around(self, config: SourceConfig) -> Place:
        return Place(
            tenant=config.tenant,
            source=config.name,
            format=config.format,
            sink=IntakeSink(self.intake, config.tenant, self._wake),
            clock=self.clock,
            state=self.folder / "state" / config.name,
            fence=Fence(folders=(self.folder / "incoming",)),
            max_line=1_000_000,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def read(self, fn: Callable[[ReadTx], Any]) -> Any:
        def counted(tx: ReadTx) -> Any:
            counting = CountingTx(tx)
            found = fn(counting)
            self.statements += counting.statements  # what was broken off is made anew, and counts once
            return found

        return await self.database.read(counted)

    async def write(self, fn: Callable[[Tx], Any]) -> Any:
        return await self.database.write(fn)

    def on_commit(self, listener: Callable[[], None]) -> None:
        self.database.on_commit(listener)

    async def get(self, path: str, role: Role = Role.VIEWER) -> httpx2.Response:
        return await self.call("GET", path, role)

    async def call(self, method: str, path: str, role: Role = Role.ANALYST, **options: Any) -> httpx2.Response:
        if role not in self.keys:
            made = await self.house.service.keys.create(system_principal(), f"{role} key", role=role, tier=self.tier)
            self.keys[role] = made.text
        return await self._send(method, path, {"Authorization": f"Bearer {self.keys[role]}"}, **options)

    async def act(self, method: str, path: str, name: str = "ann", **options: Any) -> httpx2.Response:
        """What a person's browser asks for; who is not there yet is made an administrator."""
        if name not in self.tokens:
            self.tokens[name] = (await self.house.login(name)).token
        return await self._send(method, path, {**MARK, "Cookie": f"ns_session={self.tokens[name]}"}, **options)

    async def _send(self, method: str, path: str, shown: dict[str, str], **options: Any) -> httpx2.Response:
        headers = {**shown, **options.pop("headers", {})}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8740") as http:
            self.statements = 0
            answer = await http.request(method, path, headers=headers, **options)
        version = answer.headers.get("x-api-version", "2")
        documented().check(method, answer.request.url.path, answer.status_code, version)
        return answer


@pytest.fixture
async def desk(
    sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes, clock: FakeClock, tmp_path: Path
) -> Desk:
    journal = Journal(sqlite_database, entry_registry, audit_key)
    return Desk(sqlite_database, journal, entry_registry, clock, tmp_path)
