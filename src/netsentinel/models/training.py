"""Training and evaluating as tasks: rows are gathered here, a process of its own works, the registry keeps it."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from netsentinel.alerts.model import Alert, AlertFilter
from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.extra import require_packages
from netsentinel.events.lake.actions import EventsWanted, check_filter
from netsentinel.events.lake.model import EventFilter, StoredEvent
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, Clock
from netsentinel.kernel.errors import NetSentinelError, NotAllowedError
from netsentinel.kernel.types import Permission, Principal, TenantId, system_principal
from netsentinel.models.bench import TrainingBench
from netsentinel.models.card import card
from netsentinel.models.errors import InvalidTrainingError
from netsentinel.models.gathering import GATHERED, gather, spans_of
from netsentinel.models.model import Artefact, ModelFilter, ModelVersion, Provenance, Scores, Stage, Trained
from netsentinel.models.orders import (
    MODEL_FILE,
    PLOT_FILE,
    Evaluate,
    Made,
    Measured,
    Rows,
    RowsOf,
    SplitBy,
    Train,
)
from netsentinel.models.ports import ModelFiles
from netsentinel.models.report import Evaluation
from netsentinel.models.service import ModelRegistry
from netsentinel.models.tables import PREFIX, line_named
from netsentinel.recovery import RetryPolicy
from netsentinel.storage import ReadTx, Tx
from netsentinel.storage.private_file import private_folder
from netsentinel.tasks import Action, Reporter, Task, action

MODELS_TRAIN: Final = "models.train"
MODELS_EVALUATE: Final = "models.evaluate"

KINDS: Final = (
    "flow-classifier",
    "guarded-classifier",
    "novelty",
    "nearest",
    "isolation-forest",
    "autoencoder",
    "behaviour",
    "feature-maps",
)
"""Those of `detection.models.registry`, which needs numerical libraries to be asked; a test compares them."""
ATTEMPTS: Final = 5
"""Of one training, as long as its process breaks off."""
MOST_EVENTS: Final = 1_000_000
_TIMEOUT: Final = 6 * HOUR
_EVENTS_FILE: Final = "events.jsonl"
LEAST_EVENTS: Final = 50
_STALE: Final = 2 * DAY
"""What a training left in its folder is kept so long for its next attempt."""
_NEEDED_OF_EVENTS: Final = (Permission.EVENTS_READ, Permission.ALERTS_READ)
_NEEDED_OF_TABLES: Final = (Permission.SOURCES_WRITE,)
"""Rows come to whom they could come without a training as well: a model tells of what it learnt from."""

_WHAT: Final = {
    RowsOf.FLOWS: "Stored events",
    RowsOf.WINDOWS: "Windows of entities of stored events",
    RowsOf.HISTORIES: "Histories of entities of stored events",
}

_Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
_Column = Annotated[str, Meta(max_length=200)]
_Label = Annotated[str, Meta(max_length=200)]
_Path = Annotated[str, Meta(max_length=4_096)]


class RowsWanted(EventsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows to learn from or to measure on: stored events that a filter finds, or a table on the server."""

    path: _Path = ""
    """A CSV, Parquet or NSL-KDD file, or a log of flows with labels: `table:NAME`, or its name alone, for one that was
    uploaded, or the absolute path of one in a folder that sources may read; empty for stored events."""
    label: _Column = "label"
    """Of a table: the column that says what a row is."""
    benign: _Label | Annotated[tuple[_Label, ...], Meta(max_length=50)] | None = None
    """Its values for benign rows, in which `*` stands for any characters; otherwise 0, normal, benign, background,
    false, legitimate and -."""
    drop: Annotated[tuple[_Column, ...], Meta(max_length=500)] = ()
    """Columns that are no features."""
    time_column: _Column = ""
    """Of a table, for a split by time: numbers, or times."""
    host_column: _Column = ""
    """Of a table, for a split by host."""
    rows_of: RowsOf = RowsOf.FLOWS
    """Of stored events: a row for each flow, or for what each entity did in five minutes, by itself or with the seven
    windows before. What a model is measured on follows from the model."""
    most: Annotated[int, Meta(ge=LEAST_EVENTS, le=MOST_EVENTS)] = 200_000
    """Stored events to take at most: the newest."""

    @property
    def said(self) -> str:
        """For people."""
        if self.path:
            return f"The table {self.path.rpartition('/')[2].removeprefix(PREFIX)}"
        parts = ", ".join([*self.where, *(text for text in (self.q, self.regex) if text)])
        what = _WHAT[self.rows_of]
        return f"{what}{f' ({parts})' if parts else ''}, at most {self.most:,}"


class Training(RowsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to train."""

    line: _Name | None = None
    """Models of one line take each other's place; `own_line` says which where it is left out."""
    kind: Annotated[str, Meta(max_length=64)] = "flow-classifier"
    """Which model, for example `flow-classifier` (needs labels) or `isolation-forest` (needs none)."""
    split: SplitBy = SplitBy.HASH
    test_share: Annotated[float, Meta(ge=0.05, le=0.9)] = 0.3
    """About how many of the rows to measure on."""
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    fpr: Annotated[float, Meta(ge=0.00001, le=0.5)] = 0.001
    """Share of benign rows that the threshold may cost."""
    search_seconds: Annotated[int, Meta(ge=0, le=3_600)] = 0
    """How long to look for better parameters; 0 for the model's own."""
    note: Annotated[str, Meta(max_length=1_000)] = ""

    @property
    def own_line(self) -> str:
        """The line as stated, else the table's name, else what a row of stored events is."""
        return self.line or (line_named(self.path) if self.path else self.rows_of.value)


class Evaluating(RowsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to measure, and on what."""

    model: Annotated[str, Meta(max_length=100)]
    """Id of the model."""
    fpr: Annotated[float, Meta(ge=0.00001, le=0.5)] | None = None
    """Share of benign rows that the threshold may cost; the model's own budget when left out."""


class TrainedModel(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a training."""

    line: str
    kind: str
    sha256: str
    size: int
    scores: Scores


class StoredEvents(Protocol):
    """Stored events; `EventLake` is one."""

    def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces."""
        ...


class KnownAlerts(Protocol):
    """Alerts, from which labels come; `AlertService` is one."""

    def every(self, tenant: TenantId, where: AlertFilter) -> AsyncIterator[Sequence[Alert]]:
        """All alerts, in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """What trainings work with."""

    bench: TrainingBench
    events: StoredEvents
    alerts: KnownAlerts
    files: ModelFiles
    folder: Path
    """A folder for each training while it runs."""
    key: bytes
    """What models are signed with."""
    allowed: Callable[[TenantId, str], Path]
    """The file of a path, when the tenant may read it."""
    principals: Callable[[ReadTx, TenantId, str], Principal | None]
    """Who has this id, as long as it may act."""
    must_have_extra: Callable[[str], None] = require_packages
    """Refuses where the packages that trainings need are not installed."""

    def acting(self, tx: ReadTx, task: Task) -> Principal:
        """Whoever asked for a training; by its id alone when it may not act any more."""
        found = self.principals(tx, task.tenant, task.principal)
        return found or replace(system_principal(task.tenant), id=task.principal, kind="gone", name=task.principal)


class ModelActions:
    """The actions about models.

    An attempt that was broken off is gone on with: rows that were gathered and parameters that were tried are in the
    training's folder. The model's row, its entry and the end of the task are one commit.
    """

    def __init__(self, registry: ModelRegistry, workshop: Workshop, clock: Clock) -> None:
        self._registry = registry
        self._shop = workshop
        self._clock = clock

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""

        def made(name: str, process: Any) -> Action[Any, Any]:
            return action(
                name,
                permission=Permission.MODELS_WRITE,
                timeout=_TIMEOUT,
                concurrency=1,
                retry=RetryPolicy(max_attempts=ATTEMPTS),
                keeps_failures=False,
                validate=self._check,
                estimated_duration=lambda _: 2 * MINUTE,
            )(process)

        return (made(MODELS_TRAIN, self.train), made(MODELS_EVALUATE, self.evaluate))

    async def train(self, wanted: Training, reporter: Reporter) -> TrainedModel:
        """Train a model on a table or on stored events, measure it on other rows, and keep it."""
        _must_be_known(wanted.kind)
        async with self._folder(reporter.task) as folder:
            return await self._train(wanted, reporter, folder)

    async def evaluate(self, wanted: Evaluating, reporter: Reporter) -> Evaluation:
        """Measure a model on a table or on stored events that it did not learn from."""
        async with self._folder(reporter.task) as folder:
            return await self._evaluate(wanted, reporter, folder)

    @asynccontextmanager
    async def _folder(self, task: Task) -> AsyncGenerator[Path, None]:
        """The folder of a task. It stays for the next attempt, where there is one, and goes otherwise."""
        folder = self._shop.folder / task.id
        await asyncio.to_thread(self._sweep)
        keeps = False
        try:
            yield folder
        except asyncio.CancelledError:
            keeps = True  # paused, or the server stops: the next attempt goes on; what never does is swept
            raise
        except NetSentinelError as error:
            keeps = error.retryable and task.attempt < ATTEMPTS
            raise
        finally:
            if not keeps:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what trainings left that were stopped and not gone on with for long."""
        before_s = (self._clock.now() - _STALE) / 1_000_000
        for folder in self._shop.folder.glob("*"):
            if folder.stat().st_mtime < before_s:
                shutil.rmtree(folder, ignore_errors=True)

    async def _train(self, wanted: Training, reporter: Reporter, folder: Path) -> TrainedModel:
        task = reporter.task
        rows = await self._gather(wanted, reporter, folder)
        order = Train(
            folder=str(folder),
            key=self._shop.key,
            kind=wanted.kind,
            rows=rows,
            split=wanted.split,
            test_share=wanted.test_share,
            seed=wanted.seed,
            budget=wanted.fpr,
            search_s=float(wanted.search_seconds),
        )
        made = await self._shop.bench.run(order, _scaled(reporter))
        if not isinstance(made, Made):
            raise InvalidTrainingError("The process that trains answered another question.")
        content, plot = await asyncio.to_thread(_left, folder)
        trained = await self._trained(task.tenant, wanted, made, content, plot)

        def keep(tx: Tx) -> None:
            self._registry.add(tx, self._shop.acting(tx, task), trained, task.id)

        reporter.commit(keep)
        reporter.progress(100, "kept", f"in the line {trained.line}, measured on {trained.scores.rows:,} other rows")
        return TrainedModel(
            line=trained.line,
            kind=wanted.kind,
            sha256=trained.artefact.sha256,
            size=trained.artefact.size,
            scores=trained.scores,
        )

    async def _evaluate(self, wanted: Evaluating, reporter: Reporter, folder: Path) -> Evaluation:
        task = reporter.task
        model = await self._registry.get(task.tenant, wanted.model)
        await self._shop.files.read(model.artefact.sha256)
        rows = await self._gather(wanted, reporter, folder)
        order = Evaluate(
            model=str(self._shop.files.path(model.artefact.sha256)),
            key=self._shop.key,
            rows=rows,
            budget=model.scores.fpr_target if wanted.fpr is None else wanted.fpr,
        )
        measured = await self._shop.bench.run(order, _scaled(reporter))
        if not isinstance(measured, Measured):
            raise InvalidTrainingError("The process that measures answered another question.")
        reporter.progress(100, "measured", f"on {measured.scores.rows:,} rows")
        return Evaluation(
            model=model.id,
            data=wanted.said,
            data_hash=measured.data_hash,
            at=self._clock.now(),
            threshold=measured.threshold,
            scores=measured.scores,
            curves=measured.curves,
        )

    def _check(self, wanted: RowsWanted, principal: Principal) -> None:
        """Refuse what cannot be done, before a task is made of it."""
        self._shop.must_have_extra(wanted.kind if isinstance(wanted, Training) else "")
        check_filter(wanted, principal)
        needed = _NEEDED_OF_TABLES if wanted.path else _NEEDED_OF_EVENTS
        for permission in needed:
            if not principal.may(permission):
                raise NotAllowedError(f"These rows need the permission {permission}.", permission=permission.value)
        if isinstance(wanted, Training):
            _must_be_known(wanted.kind)
        if wanted.path:
            self._shop.allowed(principal.tenant, wanted.path)
        if isinstance(wanted, Training) and wanted.path:
            if wanted.split is SplitBy.TIME and not wanted.time_column:
                raise InvalidTrainingError("State time_column to split a table by time.", field="time_column")
            if wanted.split is SplitBy.HOST and not wanted.host_column:
                raise InvalidTrainingError("State host_column to split a table by host.", field="host_column")

    async def _gather(self, wanted: RowsWanted, reporter: Reporter, folder: Path) -> Rows:
        """Where the rows are; stored events are written into the folder first."""
        tenant = reporter.task.tenant
        await asyncio.to_thread(private_folder, folder)
        if wanted.path:
            return Rows(
                path=str(self._shop.allowed(tenant, wanted.path)),
                label=wanted.label,
                benign=(wanted.benign,) if isinstance(wanted.benign, str) else wanted.benign or (),
                drop=wanted.drop,
                time_column=wanted.time_column,
                host_column=wanted.host_column,
            )
        path = folder / _EVENTS_FILE
        if not await asyncio.to_thread(path.exists):
            taken = await gather(self._shop.events.scan(tenant, wanted.as_filter()), path, wanted.most, reporter)
            if taken < LEAST_EVENTS:
                raise TrainingDataError(f"{taken} stored events were found; at least {LEAST_EVENTS} are needed.")
        spans = await spans_of(self._shop.alerts.every(tenant, AlertFilter()))
        return Rows(path=str(path), is_events=True, rows_of=wanted.rows_of, spans=tuple(spans))

    async def _trained(self, tenant: TenantId, wanted: Training, made: Made, content: bytes, plot: bytes) -> Trained:
        """Everything that the registry keeps; the file is kept when this returns."""
        artefact = Artefact(
            sha256=await self._shop.files.keep(content),
            size=len(content),
            kind=wanted.kind,
            schema=made.schema,
            features=made.features,
            threshold=made.threshold,
            servable=made.servable,
        )
        line = wanted.own_line
        champion = await self._champion(tenant, line)
        provenance = Provenance(
            data=wanted.said,
            data_hash=made.data_hash,
            rows=made.rows,
            seed=wanted.seed,
            split=wanted.split.value,
            parent=champion.id if champion else "",
        )
        report = msgspec.structs.replace(made.report, card=card(line, artefact, provenance, made.report))
        return Trained(
            line=line,
            artefact=artefact,
            provenance=provenance,
            scores=report.scores,
            report=msgspec.json.encode(report),
            plot=plot,
            note=wanted.note,
        )

    async def _champion(self, tenant: TenantId, line: str) -> ModelVersion | None:
        page = await self._registry.page(tenant, ModelFilter(line=line, stages=(Stage.PROMOTED,)), limit=1)
        return next(iter(page.items), None)


def _must_be_known(kind: str) -> None:
    if kind not in KINDS:
        raise InvalidTrainingError(f"There is no model {kind[:100]!r}. There are {', '.join(KINDS)}.", field="kind")


def _scaled(reporter: Reporter) -> Callable[[float, str, str, Any], None]:
    """Progress of the process, after that of gathering."""

    def tell(percent: float, stage: str, message: str, data: Any) -> None:
        reporter.progress(GATHERED + percent * (100 - GATHERED) / 100, stage, message, data)

    return tell


def _left(folder: Path) -> tuple[bytes, bytes]:
    """What the process left in the folder: the model's file and its plot."""
    return (folder / MODEL_FILE).read_bytes(), (folder / PLOT_FILE).read_bytes()
