"""The whole round: a model drifts, an alert says so, the schedule on it begins a training, and a version is kept."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netsentinel.alerts import AlertGrouping
from netsentinel.alerts.model import AlertFilter
from netsentinel.alerts.store_sql import SqlAlerts, SqlEvidence
from netsentinel.alerts.suppression import SuppressionGate, SuppressionStores
from netsentinel.alerts.suppression.store_sql import SqlHiddenFindings, SqlSuppressions
from netsentinel.detection.models import ModelTally, Role
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.models import ModelFilter, ModelVersion, Stage
from netsentinel.models.entries import MODEL_DRIFT
from netsentinel.models.monitor import ModelMonitor, WatchLimits
from netsentinel.models.store_sql import SqlWindows
from netsentinel.models.training import ModelActions, Workshop
from netsentinel.scheduler import EventTrigger, Firing, ScheduleDraft, Schedules, ScheduleStores, Scheduling, Trigger
from netsentinel.scheduler.model import TriggerKind
from netsentinel.scheduler.store_sql import SqlRuns, SqlSchedules
from netsentinel.storage import Journal, ReadTx, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import ActionRegistry, Engine, Hints, TaskService
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from tests.unit.models.shelf import ANA, T, sql_shelf
from tests.unit.models.test_monitor import LOUD, REPORT, USUAL
from tests.unit.models.test_training import Alerts, Bench, Events

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


def ana(_tx: ReadTx, _tenant: TenantId, name: str) -> Principal | None:
    return ANA if name == ANA.id else None


class Round:
    """Registry, watch, schedules and a worker on one database; only learning itself takes no time."""

    def __init__(
        self, db: SqliteDatabase, clock: FakeClock, registry: EntryRegistry, audit_key: bytes, folder: Path
    ) -> None:
        self.db, self.clock, self.shelf, self.bench = db, clock, sql_shelf(db, clock), Bench()
        workshop = Workshop(
            bench=self.bench,
            events=Events(),
            alerts=Alerts(),
            files=self.shelf.stores.files,
            folder=folder,
            key=b"k" * 32,
            allowed=lambda _tenant, path: Path(path),
            principals=ana,
        )
        actions = ModelActions(self.shelf.registry, workshop, clock).actions()
        stores, hints = sql_stores(SQLITE), Hints()
        engine = Engine(stores, ActionRegistry(actions), clock)
        tasks = TaskService(db, engine, hints)
        self.worker = Worker(db, engine, hints, WorkerLimits())
        own = SqlSchedules(SQLITE)
        schedules = ScheduleStores(own, own, SqlRuns())
        firing = Firing(
            schedules, tasks, stores.tasks, clock, lambda _tx, _tenant, name: ANA if name == ANA.id else None
        )
        self.schedules = Schedules(Scheduling(db, schedules, firing, tasks, clock, registry))
        self.journal = Journal(db, registry, audit_key)
        self.trigger = EventTrigger(db, self.journal, schedules, firing, self.schedules)
        suppressions = SqlSuppressions()
        gate = SuppressionGate(SuppressionStores(suppressions, SqlHiddenFindings()))
        self.alerts = SqlAlerts()
        grouping = AlertGrouping(self.alerts, SqlEvidence(), HOUR, gate)
        limits = WatchLimits(psi=0.25, rows=1_000, factor=10.0)
        self.monitor = ModelMonitor(db, self.shelf.registry, SqlWindows(SQLITE), Alerts(), grouping, clock, limits)

    async def judged(self, model: ModelVersion, scores: Sequence[int]) -> None:
        """The detection process tells what a model did in half a minute."""
        self.clock.advance(MINUTE // 2)
        tally = ModelTally(
            tenant=T, name=model.line, version=str(model.number), role=Role.CHAMPION, judged=1_000, above=10,
            findings=1, nanoseconds=5_000_000, scores=tuple(scores), features={"size": (500, 500)}, entities=(1, 2, 3),
        )  # fmt: skip
        await self.monitor.take([tally])

    async def versions(self) -> list[ModelVersion]:
        return list((await self.shelf.registry.page(T, ModelFilter(), limit=9)).items)

    async def entries(self, kind: str) -> list[Any]:
        return await self.journal.read(0, 100, kinds=[kind])


async def test_drift_raises_an_alert_and_the_schedule_on_it_trains_the_next_version(
    sqlite_database: SqliteDatabase, clock: FakeClock, entry_registry: EntryRegistry, audit_key: bytes, tmp_path: Path
) -> None:
    here = Round(sqlite_database, clock, entry_registry, audit_key, tmp_path / "trainings")
    champion = await here.shelf.champion(report=REPORT)
    retrain = ScheduleDraft(
        name="retrain",
        action="models.train",
        input=msgspec.Raw(b'{"line": "flows", "note": "it drifted"}'),
        trigger=Trigger(kind=TriggerKind.EVENT, on=MODEL_DRIFT, where={"line": "flows", "what": "score"}),
    )
    schedule = await here.schedules.create(ANA, retrain)
    await here.trigger.catch_up()
    run = asyncio.create_task(here.worker.run())
    try:
        await here.judged(champion, USUAL)
        await here.trigger.catch_up()
        assert [one.id for one in await here.versions()] == [champion.id], "nothing drifted"
        await here.judged(champion, LOUD)
        await here.judged(champion, LOUD)
        await here.trigger.catch_up()
        async with asyncio.timeout(30):
            while len(await here.versions()) == 1:
                await asyncio.sleep(0.01)
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run
    raised = await sqlite_database.read(lambda tx: here.alerts.page(tx, T, AlertFilter(), 10, None))
    assert {one.rule_id for one in raised} == {"model-drift.score"}
    newest = max(await here.versions(), key=lambda one: one.number)
    assert (newest.number, newest.stage, newest.note) == (champion.number + 1, Stage.TRAINED, "it drifted")
    assert (newest.trained_by_name, newest.provenance.parent) == ("ana", champion.id)
    (drift,) = [entry for entry in await here.entries(MODEL_DRIFT) if entry.payload["what"] == "score"]
    (fired,) = (await here.schedules.runs(T, schedule_id=schedule.id, limit=9)).items
    assert fired.event_seq == drift.seq
    assert newest in (await here.shelf.registry.page(T, ModelFilter(task_id=fired.task_id), limit=9)).items
    assert len(here.bench.orders) == 1
