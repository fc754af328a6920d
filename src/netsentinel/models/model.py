"""Models as people see them: what each was trained on, how well it does, where it stands, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from netsentinel.kernel.types import Micros, TenantId

PREFIX: Final = "mdl"
"""Of a model's id."""

NEVER: Final = 0

ADAPTING: Final = frozenset({"autoencoder", "behaviour"})
"""Kinds of models that can go on learning; a test compares them with those of `detection.models.registry`."""


class Stage(StrEnum):
    """Where a model stands in its life."""

    TRAINED = "trained"
    """It is kept and judges nothing."""
    SHADOW = "shadow"
    """It judges everything, and its judgements are only counted."""
    CANARY = "canary"
    """It decides for a share of the entities."""
    PROMOTED = "promoted"
    """It decides for all other entities."""
    REPLACED = "replaced"
    """It was promoted until another one was."""
    ROLLED_BACK = "rolled_back"
    """It was taken out because of what it did."""
    RETIRED = "retired"
    """It never judges again. Its file and its history stay."""


class Alias(StrEnum):
    """What a model that judges is called in its line."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    SHADOW = "shadow"


ALIASES: Final = {
    Stage.PROMOTED: Alias.CHAMPION,
    Stage.CANARY: Alias.CHALLENGER,
    Stage.SHADOW: Alias.SHADOW,
}
"""Each alias belongs to one model of a line at most."""


class Change(StrEnum):
    """What can happen to a model."""

    TRAINED = "trained"
    SHADOWED = "shadowed"
    CANARIED = "canaried"
    ASKED = "asked"
    """Somebody wants it promoted, and a second person has to agree."""
    PROMOTED = "promoted"
    REPLACED = "replaced"
    ROLLED_BACK = "rolled_back"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How a model did on rows that it did not learn from."""

    rows: int
    """Rows it was measured on."""
    bad: int
    """How many of them are bad, as far as is known."""
    roc_auc: float | None
    """None, like the figures below it, where no row is known to be bad."""
    pr_auc: float | None
    recall_at_01: float | None
    """Share of the bad rows above the threshold that costs 0.1 % of the benign ones."""
    recall_at_1: float | None
    """The same for 1 %."""
    fpr_target: float
    """Share of benign rows that the model's threshold may cost."""
    realised_fpr: float
    """What it did cost."""
    realised_recall: float | None
    brier: float | None
    """Mean squared error of the probabilities (Brier, 1950)."""
    calibration_error: float | None
    """Expected calibration error over ten equal bins (Naeini and others, 2015)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """The signed file of a model. It never changes."""

    sha256: str
    size: int
    """Bytes."""
    kind: str
    """Which model it is of, for example `flow-classifier`."""
    schema: str
    """Version of the schema of its rows."""
    features: int
    """How many columns it looks at."""
    threshold: float
    """Probability above which it calls a row bad."""
    servable: bool
    """Whether its rows are those that the detection process works out from events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a model was made from."""

    data: str
    """Where the rows came from, for people."""
    data_hash: str
    """SHA-256 of the rows with their labels."""
    rows: int
    """Rows it learnt from."""
    seed: int
    split: str
    """How rows to learn from and rows to measure on were told apart."""
    parent: str = ""
    """Id of the champion at that time; empty when there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody wants a model promoted; a second person has to agree."""

    by: str
    by_name: str
    at: Micros
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A trained model."""

    id: str
    tenant: TenantId
    line: str
    """Models of one line take each other's place, for example `flows`."""
    number: int
    """Counts the models of a line, from 1."""
    artefact: Artefact
    provenance: Provenance
    scores: Scores
    stage: Stage
    share: float = 0.0
    """Share of the entities that it decides for while it is a canary, above 0 and at most 1."""
    adapts: bool = False
    """Whether it goes on learning from what it finds usual, while it judges."""
    note: str = ""
    trained_at: Micros
    trained_by: str
    trained_by_name: str
    task_id: str
    changed_at: Micros
    """When its stage changed last."""
    request: Request | None = None
    version: int = 1
    """Grows with every change."""

    @property
    def alias(self) -> Alias | None:
        """What it is called while it judges."""
        return ALIASES.get(self.stage)

    @property
    def name(self) -> str:
        """For people, for example `flows 3`."""
        return f"{self.line} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """One thing that happened to a model. Changes are only ever added."""

    seq: int
    """Counts the changes of all models."""
    tenant: TenantId
    model_id: str
    line: str
    at: Micros
    principal: str
    principal_name: str
    change: Change
    before: Stage | None
    """None for a model that was just trained."""
    after: Stage
    share: float = 0.0
    note: str = ""
    """Why, as whoever did it said; or what the guard saw."""


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """Which models; empty means all."""

    line: str = ""
    stages: tuple[Stage, ...] = ()
    kind: str = ""
    task_id: str = ""
    """Of the training that made it."""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of models, newest first."""

    items: tuple[ModelVersion, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training leaves: everything that the registry keeps of it."""

    line: str
    artefact: Artefact
    provenance: Provenance
    scores: Scores
    report: bytes
    """JSON of `report.Report`: curves, card, parameters, reference distributions."""
    plot: bytes
    """PNG of the curves."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """A model with what explains it."""

    model: ModelVersion
    report: Any
    """The report as JSON."""
    history: tuple[ModelChange, ...]
    """What happened to it, oldest first."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Every model that judges, of all tenants, with the number that says whether anything changed."""

    revision: int
    models: tuple[ModelVersion, ...]
