"""Durable tasks with what asks for them: breakers, schedules, webhooks, figures, and the worker."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from netsentinel import webhooks
from netsentinel.analytics import Analytics, Sources
from netsentinel.bootstrap.ground import Ground, open_ground
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.settings import Settings
from netsentinel.outbound import Outbound, Reach
from netsentinel.recovery import BreakerBoard, Breakers
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler import EventTrigger, Firing, Outcomes, Schedules, ScheduleStores, Scheduling, Timer
from netsentinel.scheduler.store_sql import SqlRuns, SqlSchedules
from netsentinel.storage.dialect import POSTGRES, SQLITE, Dialect
from netsentinel.storage.private_file import private_key
from netsentinel.streamer.topics import TOPICS
from netsentinel.tasks import Action, ActionRegistry, Engine, Hints, TaskFiles, TaskService
from netsentinel.tasks.ports import TaskStore
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from netsentinel.webhooks import Hooks, WebhookRules, WebhookStores, assemble
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory


@dataclass(frozen=True, slots=True)
class Plan:
    """Schedules, and what fires them."""

    schedules: Schedules
    timer: Timer
    on_events: EventTrigger
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Work:
    """Durable tasks: what can be done, who asks for it, and who does it."""

    actions: ActionRegistry
    engine: Engine
    tasks: TaskService
    files: TaskFiles
    breakers: Breakers
    board: BreakerBoard
    plan: Plan
    hooks: Hooks
    analytics: Analytics
    worker: Worker


async def open_work(settings: Settings, ground: Ground) -> Work:
    """Tasks with their breakers. One server runs on an SQLite file, so there what others left is taken at once."""
    actions, hints, dialect = ActionRegistry(), Hints(), POSTGRES if settings.database_url else SQLITE
    kept = SqlBreakers()
    breakers = Breakers(ground.db, kept, ground.clock, policies={"webhook": webhooks.BREAKER})
    await breakers.load()
    stores = sql_stores(dialect)
    engine = Engine(stores, actions, ground.clock, breakers)
    limits = WorkerLimits(
        concurrency=settings.tasks_concurrency,
        calls=settings.tasks_calls,
        threads=settings.tasks_threads,
        processes=settings.tasks_processes,
        process_memory_mib=settings.tasks_process_memory_mib,
        drain_s=float(settings.tasks_drain_seconds),
    )
    service = TaskService(ground.db, engine, hints)
    board, plan = BreakerBoard(ground.db, kept, ground.clock, breakers), _plan(ground, service, stores.tasks, dialect)
    sources = Sources(ground.db, stores.figures, stores.timeline, board, plan.schedules)
    return Work(
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


def _plan(ground: Ground, service: TaskService, task_store: TaskStore, dialect: Dialect) -> Plan:
    db, clock = ground.db, ground.clock
    kept = SqlSchedules(dialect)
    stores = ScheduleStores(schedules=kept, due=kept, runs=SqlRuns())
    firing = Firing(stores, service, task_store, clock, ground.identity.acting)
    schedules = Schedules(Scheduling(db, stores, firing, service, clock, ground.registry))
    on_events = EventTrigger(db, ground.journal, stores, firing, schedules)
    return Plan(schedules, Timer(schedules, clock), on_events, Outcomes(stores))


def _hooks(settings: Settings, ground: Ground, service: TaskService, dialect: Dialect) -> Hooks:
    stores = WebhookStores(SqlEndpoints(dialect), SqlDeliveries(dialect), SqlHistory())
    caller = Outbound(Reach.of(settings.outbound_networks, settings.ports_of_calls))
    rules = WebhookRules(
        key=(settings.webhooks_key.get_secret_value() or private_key(settings.data_dir / "webhooks.key")).encode(),
        readers={name: topic.permission for name, topic in TOPICS.items()},
        timeout_s=settings.webhooks_timeout_seconds,
        disable_after=settings.webhooks_disable_after_hours * HOUR,
    )
    return assemble(ground.db, ground.journal, ground.registry, service, ground.clock, stores, caller, rules)


@asynccontextmanager
async def open_tasks(settings: Settings, *actions: Action[Any, Any]) -> AsyncGenerator[TaskService]:
    """The task engine alone with these actions, as it works in the server: journal, breakers and a worker."""
    async with open_ground(settings) as ground:
        work = await open_work(settings, ground)
        work.actions.add(*actions)
        background = [asyncio.create_task(work.breakers.run()), asyncio.create_task(work.worker.run())]
        try:
            yield work.tasks
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
