from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netsentinel.alerts import Alert, AlertFilter
from netsentinel.detection.errors import MissingExtraError, TrainingDataError
from netsentinel.detection.models import extra
from netsentinel.events.lake.model import EventFilter, StoredEvent
from netsentinel.kernel.errors import InvalidFilterError, NotAllowedError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Permission, TenantId
from netsentinel.models import ModelFilter, Stage
from netsentinel.models.bench import Tell
from netsentinel.models.errors import InvalidTrainingError, TrainingFailedError
from netsentinel.models.model import ADAPTING
from netsentinel.models.orders import MODEL_FILE, PLOT_FILE, Evaluate, Made, Measured, Order, RowsOf, SplitBy, Train
from netsentinel.models.report import Curves
from netsentinel.models.training import ATTEMPTS, KINDS, Evaluating, ModelActions, RowsWanted, Training, Workshop
from netsentinel.tasks.model import Effect, Task, TaskState
from tests.unit.alerts.factories import alert
from tests.unit.models.shelf import ANA, SCORES, Shelf, T, memory_shelf
from tests.unit.models.test_card import report
from tests.unit.models.test_gathering import stored

pytestmark = pytest.mark.anyio
CURVES = Curves(roc=(), precision_recall=(), calibration=(), benign=(), bad=())


@dataclass
class Bench:
    """Does as ordered, in no time."""

    orders: list[Order] = field(default_factory=list)
    fails: bool = False

    async def run(self, order: Order, tell: Tell) -> Made | Measured:
        self.orders.append(order)
        if self.fails:
            raise TrainingFailedError("killed")
        tell(50, "training", "", None)
        if isinstance(order, Evaluate):
            return Measured(threshold=0.5, scores=SCORES, curves=CURVES, data_hash="ee")
        (Path(order.folder) / MODEL_FILE).write_bytes(b"the model")
        (Path(order.folder) / PLOT_FILE).write_bytes(b"\x89PNG")
        return Made(schema="abc", features=3, threshold=0.7, servable=True, data_hash="dd", rows=70, report=report())


@dataclass
class Events:
    count: int = 60
    scans: int = 0

    async def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        self.scans += 1
        yield [stored(number) for number in range(self.count)]


@dataclass
class Alerts:
    async def every(self, tenant: TenantId, where: AlertFilter) -> AsyncIterator[Sequence[Alert]]:
        yield [alert(1)]


@dataclass
class Reporter:
    task: Task
    effects: list[Effect] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        self.stages.append(stage)

    def commit(self, effect: Effect) -> None:
        self.effects.append(effect)


@dataclass
class Site:
    shelf: Shelf
    bench: Bench
    events: Events
    actions: ModelActions
    folder: Path

    def reporter(self) -> Any:
        now = self.shelf.clock.now()
        task = Task(
            id="tsk_1",
            tenant=T,
            action="models.train",
            state=TaskState.RUNNING,
            input=msgspec.Raw(b"{}"),
            principal=ANA.id,
            created_at=now,
            updated_at=now,
        )
        return Reporter(task)

    async def train(self, wanted: Training) -> Any:
        reporter = self.reporter()
        result = await self.actions.train(wanted, reporter)
        before = (await self.shelf.registry.page(T, ModelFilter(), limit=9)).items
        for effect in reporter.effects:
            await self.shelf.db.write(effect)
        return result, before, reporter.stages


def refused(tenant: TenantId, path: str) -> Path:
    if "secret" in path:
        raise NotAllowedError("Sources of this tenant may not read it.")
    return Path(path)


@pytest.fixture
def site(clock: FakeClock, tmp_path: Path) -> Site:
    shelf, bench, events = memory_shelf(clock), Bench(), Events()
    workshop = Workshop(
        bench=bench,
        events=events,
        alerts=Alerts(),
        files=shelf.stores.files,
        folder=tmp_path / "trainings",
        key=b"k" * 32,
        allowed=refused,
        principals=lambda _tx, _tenant, name: ANA if name == ANA.id else None,
    )
    return Site(shelf, bench, events, ModelActions(shelf.registry, workshop, clock), tmp_path / "trainings")


async def test_a_training_on_stored_events_is_kept_with_the_end_of_its_task(site: Site) -> None:
    champion = await site.shelf.champion()
    result, before, stages = await site.train(Training(note="nightly", where=("src_ip=10.0.0.1",)))
    assert [one.id for one in before] == [champion.id], "nothing is kept before the commit"
    assert (result.line, result.size, stages[0], stages[-1]) == ("flows", 9, "gathering", "kept")
    (order,) = site.bench.orders
    assert isinstance(order, Train)
    assert (order.rows.is_events, [span.entity for span in order.rows.spans]) == (True, ["203.0.113.66"])
    model = (await site.shelf.registry.page(T, ModelFilter(task_id="tsk_1"), limit=1)).items[0]
    assert (model.number, model.stage, model.trained_by_name, model.note) == (2, Stage.TRAINED, "ana", "nightly")
    assert (model.provenance.parent, model.provenance.data_hash) == (champion.id, "dd")
    assert model.provenance.data == "Stored events (src_ip=10.0.0.1), at most 200,000"
    detail = await site.shelf.registry.detail(T, model.id)
    assert "# flows: flow-classifier" in msgspec.json.decode(detail.report)["card"]
    assert await site.shelf.stores.files.read(model.artefact.sha256) == b"the model"
    assert not (site.folder / "tsk_1").exists()


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (Training(), "flows"),
        (Training(rows_of=RowsOf.WINDOWS), "windows"),
        (Training(path="/srv/KDDTrain+.txt"), "kddtrain"),
        (Training(path="/srv/KDDTrain+.txt", line="mine"), "mine"),
    ],
)
async def test_models_of_a_table_are_a_line_of_its_own(site: Site, wanted: Training, line: str) -> None:
    assert wanted.own_line == line


async def test_the_next_attempt_goes_on_with_the_rows_that_were_gathered(site: Site) -> None:
    site.bench.fails = True
    with pytest.raises(TrainingFailedError):
        await site.train(Training())
    assert (await site.shelf.registry.page(T, ModelFilter(), limit=9)).items == ()
    site.bench.fails = False
    await site.train(Training())
    assert site.events.scans == 1
    assert len((await site.shelf.registry.page(T, ModelFilter(), limit=9)).items) == 1


async def test_what_failed_for_good_leaves_nothing_on_the_disk(site: Site) -> None:
    site.events.count = 49
    with pytest.raises(TrainingDataError):
        await site.train(Training())
    assert list(site.folder.iterdir()) == []
    site.events.count, site.bench.fails = 60, True
    with pytest.raises(TrainingFailedError):
        await site.train(Training())
    assert [one.name for one in site.folder.iterdir()] == ["tsk_1"], "the next attempt goes on"
    last = site.reporter()
    last.task = replace(last.task, attempt=ATTEMPTS)
    with pytest.raises(TrainingFailedError):
        await site.actions.train(Training(), last)
    assert list(site.folder.iterdir()) == []


async def test_a_kind_that_there_is_not_is_refused_before_rows_are_gathered(site: Site) -> None:
    train, _ = site.actions.actions()
    with pytest.raises(InvalidTrainingError):
        train.validate(Training(kind="oracle"), ANA)
    with pytest.raises(InvalidTrainingError):
        await site.train(Training(kind="oracle"))
    assert site.events.scans == 0


async def test_without_the_extra_a_training_is_refused_before_there_is_a_task(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, evaluate = site.actions.actions()
    monkeypatch.setattr(extra, "PACKAGES", ("a_package_that_nobody_has",))
    for action, wanted in ((train, Training()), (evaluate, Evaluating(model="mdl_1"))):
        with pytest.raises(MissingExtraError, match=r"pip install 'netsentinel\[ml\]'"):
            action.validate(wanted, ANA)


async def test_without_its_extra_a_model_is_refused_before_there_is_a_task(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, _ = site.actions.actions()
    monkeypatch.setattr(extra, "MORE", {"feature-maps": ("a_package_that_nobody_has",)})
    with pytest.raises(MissingExtraError, match=r"feature-maps needs .*pip install 'netsentinel\[anomalib\]'"):
        train.validate(Training(kind="feature-maps"), ANA)
    train.validate(Training(kind="nearest"), ANA)


def test_the_kinds_are_those_that_there_are() -> None:
    registry = pytest.importorskip("netsentinel.detection.models.registry")
    ports = pytest.importorskip("netsentinel.detection.models.ports")
    assert set(KINDS) == set(registry.MODELS)
    assert {name for name, make in registry.MODELS.items() if isinstance(make(0), ports.Learns)} == ADAPTING


@pytest.mark.parametrize(
    ("wanted", "lacks"),
    [
        (Training(), Permission.EVENTS_READ),
        (Training(), Permission.ALERTS_READ),
        (Evaluating(model="mdl_1"), Permission.EVENTS_READ),
        (Training(path="/srv/a.csv"), Permission.SOURCES_WRITE),
        (Evaluating(model="mdl_1", path="/srv/a.csv"), Permission.SOURCES_WRITE),
    ],
)
async def test_rows_come_to_whom_they_could_come_without_a_training(
    site: Site, wanted: RowsWanted, lacks: Permission
) -> None:
    train, _ = site.actions.actions()
    train.validate(wanted, ANA)
    with pytest.raises(NotAllowedError, match=lacks.value):
        train.validate(wanted, replace(ANA, permissions=ANA.permissions - {lacks}))


async def test_too_few_events_are_refused_without_a_process(site: Site) -> None:
    site.events.count = 49
    with pytest.raises(TrainingDataError):
        await site.train(Training())
    assert site.bench.orders == []


async def test_a_model_is_measured_on_a_table(site: Site) -> None:
    model = await site.shelf.add()
    said = await site.actions.evaluate(Evaluating(model=model.id, path="/srv/rows.csv"), site.reporter())
    assert (said.model, said.data, said.data_hash, said.scores) == (model.id, "The table rows.csv", "ee", SCORES)
    (order,) = site.bench.orders
    assert isinstance(order, Evaluate)
    assert (order.budget, order.rows.path) == (SCORES.fpr_target, "/srv/rows.csv")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Training(path="/srv/secret.csv"), NotAllowedError),
        (Training(path="/srv/a.csv", split=SplitBy.TIME), InvalidTrainingError),
        (Training(path="/srv/a.csv", split=SplitBy.HOST), InvalidTrainingError),
        (Training(where=("nonsense",)), InvalidFilterError),
    ],
)
async def test_what_does_not_go_together_is_refused_before_there_is_a_task(
    site: Site, wanted: RowsWanted, error: type[Exception]
) -> None:
    train, _ = site.actions.actions()
    with pytest.raises(error):
        train.validate(wanted, ANA)
    train.validate(Training(split=SplitBy.TIME), ANA)
    train.validate(Training(path="/srv/a.csv", split=SplitBy.HOST, host_column="h"), ANA)


async def test_whoever_is_gone_is_named_by_the_id(site: Site) -> None:
    reporter = site.reporter()
    reporter.task = replace(reporter.task, principal="usr_gone")
    await site.actions.train(Training(), reporter)
    for effect in reporter.effects:
        await site.shelf.db.write(effect)
    model = (await site.shelf.registry.page(T, ModelFilter(), limit=1)).items[0]
    assert (model.trained_by, model.trained_by_name) == ("usr_gone", "usr_gone")
