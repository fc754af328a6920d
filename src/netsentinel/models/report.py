"""What a training or an evaluation tells: curves to draw, reference distributions, the search, and the model's card."""

from typing import Any

import msgspec

from netsentinel.kernel.types import Micros
from netsentinel.models.model import Scores


class Point(msgspec.Struct, frozen=True):
    """A point of a curve; both from 0 to 1."""

    x: float
    y: float


class CalibrationBin(msgspec.Struct, frozen=True):
    """Rows whose probabilities lie in one tenth of 0 to 1."""

    predicted: float
    """Mean probability."""
    observed: float
    """Share of them that is bad."""
    rows: int


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages draw."""

    roc: tuple[Point, ...]
    """x: false-positive rate, y: recall."""
    precision_recall: tuple[Point, ...]
    """x: recall, y: precision."""
    calibration: tuple[CalibrationBin, ...]
    benign: tuple[int, ...]
    """Benign rows in each of 50 equal parts of the probability."""
    bad: tuple[int, ...]
    """Bad rows, the same."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One try of the search for parameters."""

    parameters: dict[str, Any]
    recall: float
    """At the budget of false positives, on rows held back from the rows to learn from."""
    pr_auc: float
    seconds: float


class FeatureWeight(msgspec.Struct, frozen=True):
    """How much a feature moved the scores of rows that the model was measured on."""

    feature: str
    weight: float
    """Share of all movement, 0 to 1."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What the model saw and said when it was made: monitoring compares with it."""

    scores: tuple[int, ...]
    """Rows that it was measured on, in 50 equal parts of the probability."""
    features: dict[str, tuple[int, ...]]
    """Rows on the side that it learnt from, counted as the detection process does; last come those that state none."""
    flagged: float
    """Share of all rows measured on that lies above the threshold."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows the model learnt from, and which it was measured on."""

    how: str
    """`hash`, `time` or `host`."""
    train: int
    test: int
    duplicates: int
    """Rows left out of the measurement because an equal one was learnt from."""
    train_bad: int
    test_bad: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of how a model was made and how it does."""

    scores: Scores
    curves: Curves
    split: Split
    reference: Reference
    parameters: dict[str, Any]
    """Those that were chosen; empty for the model's own."""
    trials: tuple[Trial, ...]
    features: tuple[FeatureWeight, ...]
    """The strongest first."""
    columns: tuple[str, ...]
    """Every feature, in order."""
    left_out: tuple[str, ...]
    """Columns of the data that are no features."""
    labels: dict[str, int]
    """Where the labels came from, with how many rows each gave."""
    fit_seconds: float
    """Processor time."""
    rows_per_second: float
    """Rows scored a second of processor time."""
    card: str = ""
    """The model's card in Markdown."""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """How a model does on other rows."""

    model: str
    """Its id."""
    data: str
    data_hash: str
    at: Micros
    threshold: float
    """Above it a row counted as bad."""
    scores: Scores
    curves: Curves
