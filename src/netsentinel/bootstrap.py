"""The only file that names concrete classes: it builds the program from settings, and opens and closes it in order."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import structlog

from netsentinel import alerts, analytics, events, identity, recovery, scheduler, tasks, webhooks
from netsentinel.alerts import AlertGrouping, AlertService, AlertStores, Processor
from netsentinel.alerts.actions import AlertActions
from netsentinel.alerts.operations import alert_operations
from netsentinel.alerts.reports import Reports
from netsentinel.alerts.scoring import half_life_of
from netsentinel.alerts.store_sql import SqlAlerts, SqlEvidence, SqlThreats
from netsentinel.alerts.suppression import SuppressionGate, Suppressions, SuppressionStores
from netsentinel.alerts.suppression.store_sql import SqlHiddenFindings, SqlSuppressions
from netsentinel.alerts.triage import Decisions, Figures, Relations, Surroundings, TenantUsers, Triage
from netsentinel.alerts.triage.store_sql import SqlActivity, SqlFigures
from netsentinel.analytics import Analytics, Pusher, Sources
from netsentinel.analytics.store_sql import SqlPace
from netsentinel.api.app import Application, create_app
from netsentinel.api.health import readiness_of
from netsentinel.api.metrics import Metrics
from netsentinel.api.services import Services
from netsentinel.detection import entries as rule_entries
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.pool import ProcessPool
from netsentinel.detection.rulebook import (
    Installed,
    PackFolder,
    PackKind,
    ProcessBench,
    RuleBench,
    RuleKeeping,
    RuleLibrary,
    RuleService,
    RuleStores,
)
from netsentinel.detection.rulebook.backtest import RuleActions
from netsentinel.detection.rulebook.store_sql import SqlHits, SqlPacks, SqlRules
from netsentinel.events import FORMATS, IntakeService, Limits, SetAsideBatches, SourceInventory, SourceMeter
from netsentinel.events.configured import (
    ConfiguredSources,
    Household,
    IntakeSink,
    Origin,
    SourceConfig,
    SourceSupervisor,
    read_sources,
)
from netsentinel.events.configured.store_sql import SqlSourceConfigs
from netsentinel.events.lake import ASIDE, EventLake, HuntLimits
from netsentinel.events.lake.actions import EventActions
from netsentinel.events.lake.store_duckdb import DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.events.sources import KINDS, Fence, Place
from netsentinel.events.store_sql import SqlInbox, SqlSetAside, SqlSources
from netsentinel.idempotency import Idempotency, IdempotencyLimits
from netsentinel.idempotency.store_sql import SqlRequests
from netsentinel.identity import IdentityLimits, IdentityService
from netsentinel.identity.passwords import Argon2Hashing
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.kernel.clock import HOUR, MINUTE, Clock, SystemClock
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.errors import SettingsError, UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MetricSample, TenantId
from netsentinel.limits import LimitPlan, RequestLimits
from netsentinel.limits.store_sql import SqlUsage
from netsentinel.outbound import Outbound, Reach
from netsentinel.recovery import BreakerBoard, Breakers
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler import EventTrigger, Firing, Outcomes, Schedules, ScheduleStores, Scheduling, Timer
from netsentinel.scheduler.operations import schedule_operations
from netsentinel.scheduler.store_sql import SqlRuns, SqlSchedules
from netsentinel.storage import Database, Journal, JournalWriter, SqliteDatabase
from netsentinel.storage.dialect import POSTGRES, SQLITE, Dialect
from netsentinel.storage.private_file import only_one, private_folder, private_key, write_private
from netsentinel.streamer import Hub, HubLimits, TaskQueue
from netsentinel.streamer.topics import TOPICS
from netsentinel.tasks import Action, ActionRegistry, Engine, Hints, TaskFiles, TaskService
from netsentinel.tasks.batch import Batch
from netsentinel.tasks.operations import task_operations
from netsentinel.tasks.ports import TaskStore
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from netsentinel.webhooks import Hooks, WebhookRules, WebhookStores, assemble
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory
from netsentinel.wiring.everyday import Everyday
from netsentinel.wiring.reactions import Handlers
from netsentinel.wiring.replays import Replays
from netsentinel.wiring.runner import ReactionRunner
from netsentinel.wiring.upkeep import Histories, Upkeep, ensure_schedules

_log = structlog.get_logger("netsentinel")

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OUR_LICENCE = "Apache License 2.0"
_TEND_EVERY_S = 30.0
_SECOND = "Another server runs on the folder {}. Stop it, or state another --data-dir."


def entry_registry() -> EntryRegistry:
    """Every kind of entry that any feature announces."""
    return EntryRegistry(
        (
            *identity.ENTRY_KINDS,
            *alerts.ENTRY_KINDS,
            *recovery.ENTRY_KINDS,
            *tasks.ENTRY_KINDS,
            *scheduler.ENTRY_KINDS,
            *webhooks.ENTRY_KINDS,
            *analytics.ENTRY_KINDS,
            *events.ENTRY_KINDS,
            *rule_entries.ENTRY_KINDS,
        )
    )


def audit_key(settings: Settings) -> bytes:
    """The key of the audit chain: as set, or from a file that is made on first use, readable by the owner only."""
    stated = settings.audit_key.get_secret_value()
    if stated:
        return stated.encode()
    return private_key(settings.data_dir / "audit.key").encode()


def open_database(settings: Settings, journal: JournalWriter) -> Database:
    """The database that the settings name; entering it opens it."""
    url = settings.database_url
    if not url:
        return SqliteDatabase(settings.database_path, journal)
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "NETSENTINEL_DATABASE_URL takes postgresql://user:password@host/name, or nothing for SQLite."
        )
    try:
        # The driver is an extra: only installations that use PostgreSQL have it.
        postgres = import_module("netsentinel.storage.postgres")
    except ModuleNotFoundError as error:
        raise SettingsError("PostgreSQL needs its driver: pip install 'netsentinel[postgres]'") from error
    database: Database = postgres.PostgresDatabase(url, journal)
    return database


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything else stands on."""

    clock: Clock
    registry: EntryRegistry
    db: Database
    journal: Journal
    identity: IdentityService
    limits: RequestLimits
    idempotency: Idempotency


@asynccontextmanager
async def _open_ground(settings: Settings) -> AsyncGenerator[_Ground]:
    private_folder(settings.data_dir)
    clock = SystemClock()
    registry = entry_registry()
    key = audit_key(settings)
    async with open_database(settings, JournalWriter(registry, clock, key)) as db:
        service = IdentityService(db, SqlIdentity(), clock, IdentityLimits.of(settings), Argon2Hashing.for_machine())
        limits = RequestLimits(db, SqlUsage(), clock, LimitPlan.of(settings), keep_days=settings.usage_keep_days)
        idempotency = Idempotency(db, SqlRequests(), clock, IdempotencyLimits.of(settings))
        yield _Ground(clock, registry, db, Journal(db, registry, key), service, limits, idempotency)


@asynccontextmanager
async def open_identity(settings: Settings) -> AsyncGenerator[IdentityService]:
    """Users and keys alone, for the command line; a server may run on the same database meanwhile."""
    async with _open_ground(settings) as ground:
        yield ground.identity


@dataclass(frozen=True, slots=True)
class Running:
    """An opened server: what to serve, what to run beside it, and what to tell the person who started it."""

    services: Services
    app: Application
    background: tuple[Coroutine[Any, Any, None], ...]
    notes: tuple[str, ...]


@asynccontextmanager
async def open_server(settings: Settings, url: str, *, demo: bool = False) -> AsyncGenerator[Running]:
    """Open everything a server needs, in order; close it in reverse.

    Args:
        settings: the server's settings.
        url: how browsers reach it.
        demo: whether it tells the demo's story.
    """
    check_exposure(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.data_dir / "server.lock", _SECOND.format(settings.data_dir)))
        ground = await stack.enter_async_context(_open_ground(settings))
        lake = await _open_lake(stack, settings, ground)
        rules = await _open_rules(stack, settings, ground)
        revision, selection = await rules.library.selection()
        pool = await stack.enter_async_context(
            ProcessPool(
                (bundled_rules(), *settings.rules),
                max_line=settings.intake_max_line_kib * 1024,
                cache=settings.data_dir / "cache",
                spool=settings.lake_path / ASIDE,
                selection=selection,
            )
        )
        keeping = RuleKeeping(ground.db, rules.library, pool, rules.stores.hits, revision)
        work = await _open_work(settings, ground)
        histories = Histories(work.tasks, work.plan.schedules, work.board, work.files, work.hooks.service)
        await ground.limits.load()
        await ground.idempotency.forget_old()
        work.actions.add(*Upkeep(settings, ground.journal, lake, histories).actions())
        await ensure_schedules(work.plan.schedules)
        services, runner, metrics, supervisor, pusher = _services(settings, ground, pool, lake, rules, work, demo=demo)
        services.hub.on_answer(metrics.observe_live_request)
        ground.limits.on_refusal(metrics.observe_refusal)
        work.actions.add(*_actions(services, rules))
        await _leave_traces(stack, settings, ground.identity, url)
        await supervisor.apply()
        yield Running(
            services=services,
            app=create_app(settings, services, metrics),
            background=(
                services.processor.run(),
                services.hub.run(),
                runner.run(),
                keeping.run(),
                *((supervisor.run(),) if settings.sources_run else ()),
                ground.limits.run(),
                work.breakers.run(),
                work.worker.run(),
                work.plan.timer.run(),
                work.plan.on_events.run(),
                pusher.run(),
                _tend(settings, lake),
            ),
            notes=await _notes(ground.identity, url),
        )


def check_exposure(settings: Settings) -> None:
    """Refuse to listen beyond this machine without TLS in front.

    Raises:
        SettingsError: `host` is no loopback address and `public_url` is not https.
    """
    if settings.host in _LOOPBACK or settings.public_url.startswith("https://"):
        return
    raise SettingsError(
        f"Listening on {settings.host} would send passwords in clear text. Put a TLS proxy in front and set"
        " NETSENTINEL_PUBLIC_URL=https://..., or listen on 127.0.0.1."
    )


def _services(
    settings: Settings,
    ground: _Ground,
    pool: ProcessPool,
    lake: DuckLake,
    rules: "_Rules",
    work: "_Work",
    *,
    demo: bool,
) -> tuple[Services, ReactionRunner, Metrics, SourceSupervisor, Pusher]:
    db, clock = ground.db, ground.clock
    inbox, sources = SqlInbox(), SqlSources()
    stores = AlertStores(SqlAlerts(), SqlEvidence(), SqlThreats(), SqlActivity())
    suppressions = SuppressionStores(SqlSuppressions(), SqlHiddenFindings())
    alert_service = AlertService(db, stores, clock, half_life_of(settings.threat_half_life_hours))
    gate = SuppressionGate(suppressions)
    grouping = AlertGrouping(stores.alerts, stores.evidence, settings.alert_window_minutes * MINUTE, gate)
    processor = Processor(db, inbox, sources, pool, grouping, clock, lake, rules.stores.hits, SqlSetAside())
    queue, limits = TaskQueue(work.tasks, clock), HubLimits.from_settings(settings)
    hub = Hub(ground.journal, ground.registry, clock, ground.identity, queue, limits)
    pusher = Pusher(db, work.analytics, SqlPace(), hub, clock)
    handlers = Handlers(
        score_threat=alert_service.on_alert_entry,
        close_sockets=hub.on_revocation,
        renew_breaker=work.breakers.on_entry,
        end_run=work.plan.outcomes.on_task_ended,
        tell_webhooks=work.hooks.following.on_entry,
        webhook_kinds=work.hooks.following.wanted,
        end_delivery=work.hooks.following.on_task_ended,
        plan_ahead=work.plan.timer.on_entry,
        push_metrics=pusher.on_entry,
        answer_request=hub.on_task_end,
    )
    runner = ReactionRunner(ground.journal, handlers, hub, clock)
    metrics = Metrics(lambda: _samples(processor, hub, runner, work.worker))
    work.hooks.sender.on_attempt(metrics.observe_webhook)
    meter = SourceMeter(clock)
    intake = IntakeService(db, inbox, clock, Limits.of(settings), formats=FORMATS, meter=meter)
    work.actions.add(Replays(intake, lambda tenant: fence_around(settings, tenant), processor.wake).action())
    house = household(settings, intake, processor, clock)
    configs = SqlSourceConfigs()
    supervisor = SourceSupervisor(db, configs, house, clock)
    triage = _triage(ground, stores, lake)
    hiding = Suppressions(db, suppressions, stores.alerts, stores.evidence, clock)
    batch = _batch(ground, work, triage, hiding)
    work.actions.add(batch.action())
    services = Services(
        settings=settings,
        clock=clock,
        registry=ground.registry,
        journal=ground.journal,
        identity=ground.identity,
        keys=ground.identity.keys,
        users=ground.identity.users,
        limits=ground.limits,
        idempotency=ground.idempotency,
        intake=intake,
        inventory=SourceInventory(db, sources),
        sources=ConfiguredSources(db, (configs, sources), supervisor, house, meter, clock),
        set_aside=SetAsideBatches(db, inbox, SqlSetAside()),
        lake=EventLake(lake, lake, clock, HuntLimits(seconds=settings.hunt_seconds)),
        alerts=alert_service,
        triage=triage,
        suppressions=hiding,
        rules=rules.service,
        library=rules.library,
        processor=processor,
        tasks=work.tasks,
        batch=batch,
        breakers=work.board,
        schedules=work.plan.schedules,
        webhooks=work.hooks.service,
        files=work.files,
        analytics=work.analytics,
        hub=hub,
        readiness=readiness_of(settings, db, inbox.backlog, clock),
        metrics=metrics.exposition,
        demo=demo,
    )
    return services, runner, metrics, supervisor, pusher


def fence_around(settings: Settings, tenant: TenantId, *, is_open: bool = False) -> Fence:
    """What the sources of a tenant may open."""
    return Fence(
        folders=settings.folders_of_sources(tenant),
        closed=(settings.data_dir.absolute(),),
        addresses=settings.source_addresses,
        ports=settings.ports_of_sources,
        is_open=is_open,
    )


def household(settings: Settings, intake: IntakeService, processor: Processor, clock: Clock) -> Household:
    """What configured sources run with here: the operator's own ones are not fenced in.

    Raises:
        SettingsError: the file with the operator's sources is not valid.
    """

    def around(config: SourceConfig) -> Place:
        fence = fence_around(settings, config.tenant, is_open=config.origin is Origin.FILE)
        return Place(
            tenant=config.tenant,
            source=config.name,
            format=config.format,
            sink=IntakeSink(intake, config.tenant, processor.wake),
            clock=clock,
            state=settings.data_dir.absolute() / "sources" / config.tenant / config.name.replace(":", "%3A"),
            fence=fence,
            max_line=settings.intake_max_line_kib * 1024,
            certificate=settings.source_certificate,
            private_key=settings.source_private_key,
        )

    file = settings.sources_file or settings.data_dir / "sources.toml"
    return Household(KINDS, around, read_sources(file, clock.now(), KINDS, FORMATS))


def _actions(services: Services, rules: "_Rules") -> tuple[Action[Any, Any], ...]:
    """What can be asked for, as a task, of the features."""
    reports = Reports(services.alerts, services.lake)
    return (
        *Everyday(services.readiness.report).actions(),
        *AlertActions(services.alerts, reports, services.files).actions(),
        *EventActions(services.lake).actions(),
        *RuleActions(rules.service, rules.bench, services.lake).actions(),
    )


def _batch(ground: _Ground, work: "_Work", triage: Triage, suppressions: Suppressions) -> Batch:
    """What can be done many times in one request, of every feature."""
    operations = (
        *task_operations(work.tasks),
        *schedule_operations(work.plan.schedules),
        *alert_operations(triage.decisions, suppressions),
    )
    return Batch(ground.db, work.engine, work.tasks, ground.identity.acting, operations)


def _triage(ground: _Ground, stores: AlertStores, lake: DuckLake) -> Triage:
    db, clock = ground.db, ground.clock
    people = TenantUsers(ground.identity.users)
    return Triage(
        decisions=Decisions(db, stores.alerts, stores.activity, people, clock),
        related=Relations(db, stores.alerts),
        nearby=Surroundings(db, stores.alerts, stores.evidence, lake),
        figures=Figures(db, SqlFigures(), clock),
    )


def _samples(processor: Processor, hub: Hub, runner: ReactionRunner, worker: Worker) -> Iterable[MetricSample]:
    yield from processor.stats.samples()
    yield from hub.samples()
    yield from runner.samples()
    yield from worker.samples()


async def _leave_traces(stack: AsyncExitStack, settings: Settings, service: IdentityService, url: str) -> None:
    """The files by which commands on this machine find the server and may talk to it."""
    await service.ensure_local_key(settings.data_dir / LOCAL_KEY_FILE)
    address = settings.data_dir / LOCAL_SERVER_FILE
    await asyncio.to_thread(write_private, address, url)
    stack.callback(address.unlink, missing_ok=True)


async def _notes(service: IdentityService, url: str) -> tuple[str, ...]:
    token = await service.ensure_setup_token()
    if token is None:
        return (f"NetSentinel listens at {url}",)
    return (
        f"NetSentinel listens at {url}",
        "Make the first administrator with this link; it works once:",
        f"  {url}/setup#token={token}",
    )


async def _open_lake(stack: AsyncExitStack, settings: Settings, ground: _Ground) -> DuckLake:
    """The lake, without what a crash left in its folder. Its processes are started when they are needed."""

    async def workers(at_once: int) -> LakeWorkers:
        made = LakeWorkers(settings.lake_path, memory_mib=settings.lake_memory_mib, at_once=at_once)
        return await stack.enter_async_context(made)

    processes = LakeProcesses(writing=await workers(1), searching=await workers(2), hunting=await workers(1))
    lake = DuckLake(ground.db, SqlLakeFiles(), settings.lake_path, processes, ground.clock)
    removed = await lake.tidy()
    if removed:
        _log.info("lake_tidied", files=removed)
    return lake


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rulebook's parts."""

    stores: RuleStores
    bench: RuleBench
    library: RuleLibrary
    service: RuleService


async def _open_rules(stack: AsyncExitStack, settings: Settings, ground: _Ground) -> _Rules:
    """The rulebook, knowing what the installation's folders hold now."""
    bench = await stack.enter_async_context(ProcessBench(settings.data_dir / "cache"))
    stores, folder = RuleStores(SqlRules(), SqlPacks(), SqlHits()), PackFolder(settings.data_dir / "rules")
    library = RuleLibrary(ground.db, stores, bench, folder, ground.clock)
    bundled = Installed(bundled_rules(), "NetSentinel", PackKind.BUNDLED, _OUR_LICENCE)
    named = (Installed(path, path.stem or str(path), PackKind.CONFIGURED) for path in settings.rules)
    removed = await library.open((bundled, *named))
    if removed:
        _log.info("rules_tidied", files=removed)
    return _Rules(stores, bench, library, RuleService(ground.db, stores, bench, folder, ground.clock))


async def _tend(settings: Settings, lake: DuckLake) -> None:
    """Keep the lake within its retention and its number of files, for ever."""
    while True:
        await asyncio.sleep(_TEND_EVERY_S)
        try:
            await lake.tend(settings.lake_days)
        except UnavailableError as error:
            _log.warning("lake_untended", detail=error.detail)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Schedules, and what fires them."""

    schedules: Schedules
    timer: Timer
    on_events: EventTrigger
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class _Work:
    """Durable tasks: what can be done, who asks for it, and who does it."""

    actions: ActionRegistry
    engine: Engine
    tasks: TaskService
    files: TaskFiles
    breakers: Breakers
    board: BreakerBoard
    plan: _Plan
    hooks: Hooks
    analytics: Analytics
    worker: Worker


async def _open_work(settings: Settings, ground: _Ground) -> _Work:
    """Tasks with their breakers. One server runs on an SQLite file, so there what others left is taken at once."""
    actions, hints, dialect = ActionRegistry(), Hints(), POSTGRES if settings.database_url else SQLITE
    kept = SqlBreakers()
    breakers = Breakers(ground.db, kept, ground.clock, policies={"webhook": webhooks.BREAKER})
    await breakers.load()
    stores = sql_stores(dialect)
    engine = Engine(stores, actions, ground.clock, breakers)
    limits = WorkerLimits(
        concurrency=settings.tasks_concurrency,
        threads=settings.tasks_threads,
        processes=settings.tasks_processes,
        process_memory_mib=settings.tasks_process_memory_mib,
        drain_s=float(settings.tasks_drain_seconds),
    )
    service = TaskService(ground.db, engine, hints)
    board, plan = BreakerBoard(ground.db, kept, ground.clock, breakers), _plan(ground, service, stores.tasks, dialect)
    sources = Sources(ground.db, stores.figures, stores.timeline, board, plan.schedules)
    return _Work(
        actions=actions,
        engine=engine,
        tasks=service,
        files=TaskFiles(settings.data_dir / "results"),
        breakers=breakers,
        board=board,
        plan=plan,
        hooks=_hooks(settings, ground, service, dialect),
        analytics=Analytics(sources, ground.clock),
        worker=Worker(ground.db, engine, hints, limits, gate=breakers, is_alone=not settings.database_url),
    )


def _plan(ground: _Ground, service: TaskService, task_store: TaskStore, dialect: Dialect) -> _Plan:
    db, clock = ground.db, ground.clock
    kept = SqlSchedules(dialect)
    stores = ScheduleStores(schedules=kept, due=kept, runs=SqlRuns())
    firing = Firing(stores, service, task_store, clock, ground.identity.acting)
    schedules = Schedules(Scheduling(db, stores, firing, service, clock, ground.registry))
    on_events = EventTrigger(db, ground.journal, stores, firing, schedules)
    return _Plan(schedules, Timer(schedules, clock), on_events, Outcomes(stores))


def _hooks(settings: Settings, ground: _Ground, service: TaskService, dialect: Dialect) -> Hooks:
    stores = WebhookStores(SqlEndpoints(dialect), SqlDeliveries(dialect), SqlHistory())
    caller = Outbound(Reach.of(settings.outbound_networks, settings.ports_of_calls))
    rules = WebhookRules(
        key=(settings.webhooks_key.get_secret_value() or private_key(settings.data_dir / "webhooks.key")).encode(),
        readers={name: topic.permission for name, topic in TOPICS.items()},
        timeout_s=settings.webhooks_timeout_seconds,
        stop_after=settings.webhooks_disable_after_hours * HOUR,
    )
    return assemble(ground.db, ground.journal, ground.registry, service, ground.clock, stores, caller, rules)


@asynccontextmanager
async def open_tasks(settings: Settings, *actions: Action[Any, Any]) -> AsyncGenerator[TaskService]:
    """The task engine alone with these actions, as it works in the server: journal, breakers and a worker."""
    async with _open_ground(settings) as ground:
        work = await _open_work(settings, ground)
        work.actions.add(*actions)
        background = [asyncio.create_task(work.breakers.run()), asyncio.create_task(work.worker.run())]
        try:
            yield work.tasks
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
