"""What the server and the process that trains say to each other: one JSON document a line, in base-install types."""

from enum import StrEnum
from typing import Any

import msgspec

from netsentinel.kernel.types import Micros
from netsentinel.models.model import Scores
from netsentinel.models.report import Curves, Report


class SplitBy(StrEnum):
    """How rows to learn from and rows to measure on are told apart, so that nothing leaks."""

    HASH = "hash"
    """By what they hold: equal rows are on one side."""
    TIME = "time"
    """What came later is measured on."""
    HOST = "host"
    """Hosts of one side are not on the other."""


class RowsOf(StrEnum):
    """What a row of stored events is."""

    FLOWS = "flows"
    """One network flow (`detection.models.flows`)."""
    WINDOWS = "windows"
    """What an address, a service, a user or a host did in five minutes (`detection.models.windows`)."""
    HISTORIES = "histories"
    """The same with its seven windows before (`detection.models.histories`)."""


class LabelSource(StrEnum):
    """Who says that an entity did harm."""

    RULE = "rule"
    """A rule or a detector that is no model raised an alert about it."""
    VERDICT = "verdict"
    """A person decided."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an entity for a while."""

    entity: str
    since: Micros
    until: Micros
    bad: bool
    source: LabelSource
    kind: str = ""
    """Which rule said it; kinds of attack count alike, however often they come."""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows are."""

    path: str
    """A table (CSV, Parquet, NSL-KDD), or stored events as lines of JSON."""
    is_events: bool = False
    rows_of: RowsOf = RowsOf.FLOWS
    """Of stored events."""
    label: str = "label"
    benign: tuple[str, ...] = ()
    """Labels of benign rows, whole or with `*`; those that data sets use when empty."""
    drop: tuple[str, ...] = ()
    time_column: str = ""
    host_column: str = ""
    spans: tuple[Span, ...] = ()
    """Labels of stored events. What people decided counts more than what rules say."""


class Train(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Train a model, measure it, write `model.nsm` and `plot.png` into the folder."""

    folder: str
    key: bytes
    kind: str
    rows: Rows
    split: SplitBy
    test_share: float
    seed: int
    budget: float
    search_s: float


class Evaluate(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Measure the model of a file on other rows."""

    model: str
    """Path of its file."""
    key: bytes
    rows: Rows
    budget: float


class Told(msgspec.Struct, frozen=True, tag=True):
    """How far it is."""

    percent: float
    stage: str
    message: str = ""
    data: Any = None


class Made(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The model is written."""

    schema: str
    features: int
    threshold: float
    servable: bool
    """Whether events give such rows."""
    data_hash: str
    rows: int
    report: Report


class Measured(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The model is measured."""

    threshold: float
    """What the budget of false positives comes to, by the rows that calibrated the model."""
    scores: Scores
    curves: Curves
    data_hash: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It cannot be done; `code` is that of an error of ours."""

    code: str
    detail: str


Order = Train | Evaluate
Word = Told | Made | Measured | Refused

order_decoder: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
word_decoder: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Word)

MODEL_FILE = "model.nsm"
PLOT_FILE = "plot.png"
TRIALS_FILE = "trials.json"
