"""Models as programs see them, and what programs state about them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.v2.task_views import TaskItem
from netsentinel.kernel.types import Micros
from netsentinel.models import ModelChange, ModelDetail, ModelVersion, Scores
from netsentinel.models.model import ADAPTING
from netsentinel.models.orders import RowsOf, SplitBy

_MAX_TIME = 2**62
_MAX_NAME = 200
_Label = Annotated[str, Field(max_length=_MAX_NAME)]


class ModelQuery(BaseModel):
    """Which models, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    line: str = Field("", max_length=40, description="Only those of this line.")
    stage: str = Field(
        "",
        max_length=200,
        description="One or more of trained, shadow, canary, promoted, replaced, rolled_back, retired.",
    )
    kind: str = Field("", max_length=64, description="Only this kind, for example `flow-classifier`.")
    limit: int = Field(50, ge=1, le=200, description="Models a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class RowsText(BaseModel):
    """Rows: stored events that a filter finds, or a table on the server."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        "",
        max_length=4_096,
        description="CSV, Parquet or NSL-KDD file, or a log of flows with labels: `table:NAME` of an uploaded one (its"
        " name alone will do), or a path that sources may read; empty for stored events.",
    )
    label: str = Field("label", max_length=_MAX_NAME, description="Of a table: the column that says what a row is.")
    benign: _Label | Annotated[list[_Label], Field(max_length=50)] | None = Field(
        None,
        description="Its values for benign rows, in which `*` stands for any characters: `flow=From-Normal*`. Otherwise"
        " 0, normal, benign, background, false, legitimate and -, in any case.",
    )
    drop: list[str] = Field(default_factory=list, max_length=500, description="Columns that are no features.")
    time_column: str = Field("", max_length=_MAX_NAME, description="Of a table, for a split by time.")
    host_column: str = Field("", max_length=_MAX_NAME, description="Of a table, for a split by host.")
    where: list[str] = Field(
        default_factory=list, max_length=20, description="Of stored events: `column=value` or `column!=value`."
    )
    q: str = Field("", max_length=1_000, description="Text that stored events contain.")
    since: int = Field(0, ge=0, le=_MAX_TIME, description="Stored events at or after this time.")
    until: int = Field(0, ge=0, le=_MAX_TIME, description="Stored events before this time; 0 for no end.")
    rows_of: RowsOf = Field(
        RowsOf.FLOWS,
        description="Of stored events: a row a flow, a row for what an entity did in five minutes (`windows`), or one"
        " that tells of its seven windows before, too (`histories`).",
    )
    most: int = Field(200_000, ge=50, le=1_000_000, description="Stored events to take at most: the newest.")


class TrainingText(RowsText):
    """What to train."""

    line: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")] | None = Field(
        None, description="Models of one line replace each other; the table's name, or what `rows_of` says, by default."
    )
    kind: str = Field("flow-classifier", min_length=1, max_length=64, description="Which model.")
    split: SplitBy = Field(SplitBy.HASH, description="How rows to measure on are told apart.")
    test_share: float = Field(0.3, ge=0.05, le=0.9, description="About how many of the rows to measure on.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Of everything random.")
    fpr: float = Field(0.001, ge=0.00001, le=0.5, description="Share of benign rows that the threshold may cost.")
    search_seconds: int = Field(0, ge=0, le=3_600, description="How long to look for better parameters.")
    note: str = Field("", max_length=1_000, description="For people.")


class EvaluationText(RowsText):
    """What to measure a model on."""

    fpr: float | None = Field(None, ge=0.00001, le=0.5, description="The model's own budget when left out.")


class DeployAs(StrEnum):
    """What a model is let do."""

    SHADOW = "shadow"
    CANARY = "canary"


class DeployText(BaseModel):
    """How a model is to judge."""

    model_config = ConfigDict(extra="forbid")

    stage: DeployAs = Field(description="`shadow` only counts; `canary` decides for a share of the entities.")
    share: float = Field(0.1, gt=0, le=1, description="Of a canary: the share of entities that it decides for.")
    adapts: bool | None = Field(
        None,
        description="Whether it goes on learning from what it finds usual, which `behaviour` and `autoencoder` can; as"
        " before when left out.",
    )
    note: str = Field("", max_length=1_000, description="Why.")


class WhyText(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=1_000, description="Why, for whoever reads the history.")


class CompareQuery(BaseModel):
    """Which models to compare."""

    model_config = ConfigDict(extra="forbid")

    ids: str = Field(min_length=1, max_length=1_000, description="Ids of 2 to 10 models, separated by commas.")


class SinceQuery(BaseModel):
    """From when on."""

    model_config = ConfigDict(extra="forbid")

    since: int = Field(
        0, ge=0, le=_MAX_TIME, description="Microseconds since 1970 UTC, at most 31 days back; 0 for the last day."
    )


class HistoryQuery(BaseModel):
    """Of which line, and how much."""

    model_config = ConfigDict(extra="forbid")

    line: str = Field("", max_length=40, description="Only that of this line.")
    limit: int = Field(100, ge=1, le=200, description="Changes at most, the newest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPromotion:
    """Somebody wants a model promoted; another user has to agree."""

    by: str
    by_name: str
    at: Micros
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelItem:
    """A trained model. Times are microseconds since 1970 UTC."""

    id: str
    name: str
    """Line and number, for people."""
    line: str
    number: int
    kind: str
    stage: str
    alias: str
    """`champion`, `challenger` or `shadow` while it judges; empty otherwise."""
    share: float
    """Of the entities, while it is a canary."""
    adapts: bool
    """Whether it goes on learning while it judges."""
    can_adapt: bool
    """Whether models of its kind can."""
    servable: bool
    """Whether it can judge events."""
    scores: Scores
    threshold: float
    schema: str
    features: int
    sha256: str
    """Of its signed file."""
    size: int
    data: str
    data_hash: str
    rows: int
    split: str
    seed: int
    parent: str
    """Id of the champion when it was trained; empty for none."""
    note: str
    trained_at: Micros
    trained_by: str
    trained_by_name: str
    task_id: str
    changed_at: Micros
    request: AskedPromotion | None
    version: int


@dataclass(frozen=True, slots=True)
class ModelItems:
    """One page of models, newest first."""

    items: tuple[ModelItem, ...]
    next: str | None
    """Cursor of the next page; null on the last."""
    missing: str = ""
    """What has to be installed before models can be trained and judge here; empty when nothing has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    """One thing that happened to a model."""

    seq: int
    model_id: str
    line: str
    at: Micros
    principal: str
    principal_name: str
    change: str
    """`trained`, `shadowed`, `canaried`, `asked`, `promoted`, `replaced`, `rolled_back` or `retired`."""
    before: str
    after: str
    share: float
    note: str


@dataclass(frozen=True, slots=True)
class ChangeItems:
    """What happened to models, newest first."""

    items: tuple[ChangeItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A model with what explains it."""

    model: ModelItem
    report: Any
    """Curves, split, reference distributions, trials, weights of features, and the card in Markdown."""
    history: tuple[ChangeItem, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class ModelViews:
    """Models side by side."""

    items: tuple[ModelView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingView:
    """A training or an evaluation, and how far it is."""

    task: TaskItem
    input: Any
    result: Any
    """Of a training that succeeded: line, kind, file and figures; of an evaluation: figures and curves."""
    model: ModelItem | None
    """The model that it made."""


def item_of(model: ModelVersion) -> ModelItem:
    """The model for a list."""
    artefact, provenance, request = model.artefact, model.provenance, model.request
    return ModelItem(
        id=model.id,
        name=model.name,
        line=model.line,
        number=model.number,
        kind=artefact.kind,
        stage=model.stage.value,
        alias=model.alias.value if model.alias else "",
        share=model.share,
        adapts=model.adapts,
        can_adapt=artefact.kind in ADAPTING,
        servable=artefact.servable,
        scores=model.scores,
        threshold=artefact.threshold,
        schema=artefact.schema,
        features=artefact.features,
        sha256=artefact.sha256,
        size=artefact.size,
        data=provenance.data,
        data_hash=provenance.data_hash,
        rows=provenance.rows,
        split=provenance.split,
        seed=provenance.seed,
        parent=provenance.parent,
        note=model.note,
        trained_at=model.trained_at,
        trained_by=model.trained_by,
        trained_by_name=model.trained_by_name,
        task_id=model.task_id,
        changed_at=model.changed_at,
        request=AskedPromotion(by=request.by, by_name=request.by_name, at=request.at, note=request.note)
        if request
        else None,
        version=model.version,
    )


def change_of(change: ModelChange) -> ChangeItem:
    """The change for a list."""
    return ChangeItem(
        seq=change.seq,
        model_id=change.model_id,
        line=change.line,
        at=change.at,
        principal=change.principal,
        principal_name=change.principal_name,
        change=change.change.value,
        before=change.before.value if change.before else "",
        after=change.after.value,
        share=change.share,
        note=change.note,
    )


def view_of(detail: ModelDetail) -> ModelView:
    """The model with what explains it."""
    return ModelView(
        model=item_of(detail.model),
        report=detail.report,
        history=tuple(map(change_of, detail.history)),
    )
