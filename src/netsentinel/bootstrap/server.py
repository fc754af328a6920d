"""The server: every part made and joined, opened in order and closed in reverse."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from netsentinel.academy.media import HearingActions
from netsentinel.academy.practice.refit import ensure_nightly
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
from netsentinel.analytics import Pusher
from netsentinel.analytics.store_sql import SqlPace
from netsentinel.api.app import Application, create_app
from netsentinel.api.health import readiness_of
from netsentinel.api.metrics import Metrics
from netsentinel.api.services import Services
from netsentinel.bootstrap.academy import Academy, open_academy
from netsentinel.bootstrap.briefing import make_briefings
from netsentinel.bootstrap.ground import Ground, open_ground
from netsentinel.bootstrap.models import Models, make_models
from netsentinel.bootstrap.senses import Rules, fence_around, household, open_lake, open_rules, tend_lake
from netsentinel.bootstrap.work import Work, open_work
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.pool import ProcessPool
from netsentinel.detection.rulebook import (
    RuleKeeping,
)
from netsentinel.detection.rulebook.backtest import RuleActions
from netsentinel.events import FORMATS, IntakeService, Limits, SetAsideBatches, SourceInventory, SourceMeter
from netsentinel.events.configured import (
    ConfiguredSources,
    SourceSupervisor,
)
from netsentinel.events.configured.store_sql import SqlSourceConfigs
from netsentinel.events.lake import ASIDE, EventLake, HuntLimits
from netsentinel.events.lake.actions import EventActions
from netsentinel.events.lake.store_duckdb import DuckLake
from netsentinel.events.store_sql import SqlInbox, SqlSetAside, SqlSources
from netsentinel.identity import IdentityService
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE, UNFINISHED_FILE
from netsentinel.kernel.disk import check_room
from netsentinel.kernel.errors import SettingsError, UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB, MetricSample
from netsentinel.scheduler.operations import schedule_operations
from netsentinel.storage.private_file import only_one, write_private
from netsentinel.streamer import Hub, HubLimits, TaskQueue
from netsentinel.tasks import Action
from netsentinel.tasks.batch import Batch
from netsentinel.tasks.operations import task_operations
from netsentinel.tasks.worker import Worker
from netsentinel.wiring.everyday import Everyday
from netsentinel.wiring.reactions import Handlers
from netsentinel.wiring.replays import Replays
from netsentinel.wiring.runner import ReactionRunner
from netsentinel.wiring.upkeep import Histories, Upkeep, ensure_schedules

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


_UNFINISHED = "{} is a backup that was ended before it was complete. Restore another one, or make it anew."
_SECOND = "Another server runs on the folder {}. Stop it, or state another --data-dir."


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
    _check(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.data_dir / "server.lock", _SECOND.format(settings.data_dir)))
        ground = await stack.enter_async_context(open_ground(settings))
        lake = await open_lake(stack, settings, ground)
        rules = await open_rules(stack, settings, ground)
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
        work = await open_work(settings, ground)
        academy = await open_academy(stack, settings, ground, work.tasks, demo=demo)
        histories = Histories(
            work.tasks,
            work.plan.schedules,
            work.board,
            work.files,
            work.hooks.service,
            ground.limits,
            ground.idempotency,
            academy.media.uploads,
            academy.media.strays,
        )
        await ground.limits.load()
        work.actions.add(*Upkeep(settings, ground.journal, lake, histories).actions())
        await ensure_schedules(work.plan.schedules)
        services, runner, metrics, supervisor, pusher, models = _services(
            settings, ground, pool, lake, rules, work, academy, demo=demo
        )
        services.hub.on_answer(metrics.observe_live_request)
        ground.limits.on_refusal(metrics.observe_refusal)
        work.actions.add(
            *_actions(services, rules),
            *models.actions.actions(),
            *academy.refit.actions(),
            *academy.media.actions.actions(),
            *HearingActions(academy.media.hearing).actions(),
        )
        await ensure_nightly(work.plan.schedules)
        metrics.read_models(models.monitor.samples)
        await models.tables.tidy()
        await models.keeping.begin()
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
                models.keeping.run(),
                *((supervisor.run(),) if settings.sources_run else ()),
                ground.limits.run(),
                work.breakers.run(),
                work.worker.run(),
                work.plan.timer.run(),
                work.plan.on_events.run(),
                pusher.run(),
                *((academy.projection.run(),) if academy.projection else ()),
                tend_lake(settings, lake),
            ),
            notes=await _notes(ground.identity, url),
        )


def _check(settings: Settings) -> None:
    """Refuse what no server may begin with."""
    check_exposure(settings)
    if (settings.data_dir / UNFINISHED_FILE).exists():
        raise UnavailableError(_UNFINISHED.format(settings.data_dir))


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
    ground: Ground,
    pool: ProcessPool,
    lake: DuckLake,
    rules: Rules,
    work: Work,
    academy: Academy,
    *,
    demo: bool,
) -> tuple[Services, ReactionRunner, Metrics, SourceSupervisor, Pusher, Models]:
    db, clock, window = ground.db, ground.clock, settings.alert_window_minutes * MINUTE
    inbox, sources, meter, configs = SqlInbox(), SqlSources(), SourceMeter(clock), SqlSourceConfigs()
    stores = AlertStores(SqlAlerts(), SqlEvidence(), SqlThreats(), SqlActivity())
    suppressions = SuppressionStores(SqlSuppressions(), SqlHiddenFindings())
    alert_service = AlertService(db, stores, clock, half_life_of(settings.threat_half_life_hours))
    grouping = AlertGrouping(stores.alerts, stores.evidence, window, SuppressionGate(suppressions))
    processor = Processor(db, inbox, sources, pool, grouping, clock, lake, rules.stores.hits, SqlSetAside())
    queue, limits = TaskQueue(work.tasks, clock), HubLimits.from_settings(settings)
    hub = Hub(ground.journal, ground.registry, clock, ground.identity, queue, limits)
    pusher = Pusher(db, work.analytics, SqlPace(), hub, clock)
    handlers = _handlers(work, academy, alert_service, hub, pusher)
    runner = ReactionRunner(ground.journal, handlers, hub, clock)
    metrics = Metrics(lambda: _samples(processor, hub, runner, work.worker))
    work.hooks.sender.on_attempt(metrics.observe_webhook)
    intake = _intake(settings, ground, inbox, meter)
    work.actions.add(Replays(intake, lambda tenant: fence_around(settings, tenant), processor.wake).action())
    house = household(settings, intake, processor, clock)
    triage, supervisor = _triage(ground, stores, lake), SourceSupervisor(db, configs, house, clock)
    hiding = Suppressions(db, suppressions, stores.alerts, stores.evidence, clock)
    events = EventLake(lake, lake, clock, HuntLimits(seconds=settings.hunt_seconds))
    models, library = make_models(settings, ground, pool, alert_service, grouping, events), rules.library
    services = Services(
        settings=settings,
        clock=clock,
        registry=ground.registry,
        journal=ground.journal,
        identity=ground.identity,
        logins=ground.identity.logins,
        keys=ground.identity.keys,
        users=ground.identity.users,
        limits=ground.limits,
        idempotency=ground.idempotency,
        intake=intake,
        inventory=SourceInventory(db, sources),
        sources=ConfiguredSources(db, (configs, sources), supervisor, house, meter, clock),
        set_aside=SetAsideBatches(db, inbox, SqlSetAside()),
        lake=events,
        alerts=alert_service,
        triage=triage,
        suppressions=hiding,
        rules=rules.service,
        library=library,
        models=models.registry,
        model_monitor=models.monitor,
        model_tables=models.tables,
        processor=processor,
        tasks=work.tasks,
        batch=_batch(ground, work, triage, hiding),
        breakers=work.board,
        schedules=work.plan.schedules,
        webhooks=work.hooks.service,
        graph=academy.graph,
        concepts=academy.concepts,
        reviews=academy.reviews,
        briefings=make_briefings(ground, academy, alert_service),
        school=academy.school,
        projection=academy.projection,
        practice=academy.practice,
        media=academy.media.media,
        uploads=academy.media.uploads,
        hearing=academy.media.hearing,
        files=work.files,
        analytics=work.analytics,
        hub=hub,
        readiness=readiness_of(settings, db, inbox.backlog, processor.last_finished, clock, models.keeping, library),
        metrics=metrics.exposition,
        demo=demo,
    )
    return services, runner, metrics, supervisor, pusher, models


def _handlers(work: Work, academy: Academy, alerts: AlertService, hub: Hub, pusher: Pusher) -> Handlers:
    """What the features offer to do about entries."""
    return Handlers(
        score_threat=alerts.on_alert_entry,
        close_sockets=hub.on_revocation,
        renew_breaker=work.breakers.on_entry,
        end_run=work.plan.outcomes.on_task_ended,
        tell_webhooks=work.hooks.following.on_entry,
        webhook_kinds=work.hooks.following.wanted,
        end_delivery=work.hooks.following.on_task_ended,
        plan_ahead=work.plan.timer.on_entry,
        push_metrics=pusher.on_entry,
        answer_request=hub.on_task_end,
        seed_graph=academy.attack.on_user,
        project_graph=academy.on_graph,
        end_reading=academy.media.actions.on_task_ended,
    )


def _actions(services: Services, rules: Rules) -> tuple[Action[Any, Any], ...]:
    """What can be asked for, as a task, of the features."""
    reports = Reports(services.alerts, services.lake)
    return (
        *Everyday(services.readiness.report).actions(),
        *AlertActions(services.alerts, reports, services.files).actions(),
        *EventActions(services.lake).actions(),
        *RuleActions(rules.service, rules.bench, services.lake).actions(),
    )


def _batch(ground: Ground, work: Work, triage: Triage, suppressions: Suppressions) -> Batch:
    """What can be done many times in one request, of every feature; also as an action."""
    operations = (
        *task_operations(work.tasks),
        *schedule_operations(work.plan.schedules),
        *alert_operations(triage.decisions, suppressions),
    )
    batch = Batch(ground.db, work.engine, work.tasks, ground.identity.acting, operations)
    work.actions.add(batch.action())
    return batch


def _intake(settings: Settings, ground: Ground, inbox: SqlInbox, meter: SourceMeter) -> IntakeService:
    limits = Limits.of(settings)
    room = partial(check_room, settings.data_dir, settings.disk_reserve_mib * MIB)
    return IntakeService(ground.db, inbox, ground.clock, limits, formats=FORMATS, meter=meter, check_disk=room)


def _triage(ground: Ground, stores: AlertStores, lake: DuckLake) -> Triage:
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
