"""Making a model: rows, split, search, fit, measurement, report; and measuring one that was made before."""

from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import msgspec
import numpy as np

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.artefact import MAX_FILE, load, save
from netsentinel.detection.models.distribution import feature_counts, score_counts
from netsentinel.detection.models.flows import FLOWS
from netsentinel.detection.models.histories import HISTORIES
from netsentinel.detection.models.ports import Labels, Model
from netsentinel.detection.models.registry import LABELLED, MODELS
from netsentinel.detection.models.table import Floats, Table
from netsentinel.detection.models.windows import WINDOWS
from netsentinel.kernel.errors import NotFoundError, TooLargeError
from netsentinel.models.orders import MODEL_FILE, PLOT_FILE, TRIALS_FILE, Evaluate, Made, Measured, Train
from netsentinel.models.report import FeatureWeight, Reference, Report, Split, Trial
from netsentinel.models.workshop.data import Known, known
from netsentinel.models.workshop.measuring import curves_of, scores_of
from netsentinel.models.workshop.plotting import plot
from netsentinel.models.workshop.searching import build, search
from netsentinel.models.workshop.splits import Sides, split

Tell = Callable[[float, str, str, Any], None]

_EXPLAINED = 500
"""Rows that the weights of features are taken from."""
_TOP = 20
_OF_SEARCH = 50.0
_SERVABLE = frozenset({FLOWS.version, WINDOWS.version, HISTORIES.version})


def make(order: Train, tell: Tell) -> Made:
    """Train a model as ordered; its file and its plot are in the order's folder when this returns.

    Raises:
        NotFoundError: there is no such model, or no such file.
        InvalidInputError: the rows cannot be learnt from.
        TooLargeError: the model became larger than a model file may be.
    """
    folder = Path(order.folder)
    if order.kind not in MODELS:
        raise NotFoundError(f"There is no model {order.kind!r}. There are {', '.join(MODELS)}.")
    tell(2, "reading", "", None)
    data = known(order.rows)
    tell(10, "splitting", f"{len(data.table):,} rows, {int(data.labels.bad.sum()):,} of them bad", data.sources)
    sides = split(data.table, order.split, order.test_share, order.seed, times=data.times, hosts=data.hosts)
    table, labels = data.table.take(sides.train), data.labels.take(sides.train)
    parameters, trials = _searched(order, table, labels, folder / TRIALS_FILE, tell)
    tell(_OF_SEARCH + 10, "training", f"{order.kind} on {len(table):,} rows", parameters)
    model, began = build(order.kind, order.seed, parameters), process_time()
    model.fit(table, labels)
    took = process_time() - began
    tell(_OF_SEARCH + 35, "measuring", f"on {int(sides.test.sum()):,} other rows", None)
    content = save(model, order.key)
    if len(content) > MAX_FILE:
        raise TooLargeError(f"The model became {len(content):,} bytes large; {MAX_FILE:,} are allowed.", limit=MAX_FILE)
    # What is measured is what will be loaded: the file, not the object that made it.
    report = msgspec.structs.replace(
        _report(load(content, order.key), data, sides, order), parameters=parameters, trials=trials, fit_seconds=took
    )
    (folder / MODEL_FILE).write_bytes(content)
    (folder / PLOT_FILE).write_bytes(plot(report.curves, f"{order.kind}  {len(table)} ROWS"))
    return Made(
        schema=model.schema.version,
        features=len(model.schema.features),
        threshold=model.threshold(order.budget),
        servable=model.schema.version in _SERVABLE,
        data_hash=data.fingerprint(),
        rows=len(table) if order.kind in LABELLED else int((~labels.bad).sum()),
        report=report,
    )


def measure(order: Evaluate, tell: Tell) -> Measured:
    """Measure a model on other rows, with the threshold that it was given.

    Raises:
        ModelFileError: its file cannot be used.
        InvalidInputError: the rows cannot be read, or have other columns.
    """
    tell(5, "reading", "", None)
    model = load(Path(order.model).read_bytes(), order.key)
    data = known(order.rows, like=model.schema)
    tell(40, "measuring", f"on {len(data.table):,} rows", data.sources)
    probabilities, threshold = model.score(data.table), model.threshold(order.budget)
    return Measured(
        threshold=threshold,
        scores=scores_of(data.labels.bad, probabilities, threshold, order.budget),
        curves=curves_of(data.labels.bad, probabilities),
        data_hash=data.fingerprint(),
    )


def _searched(
    order: Train, table: Table, labels: Labels, kept: Path, tell: Tell
) -> tuple[dict[str, Any], tuple[Trial, ...]]:
    if order.kind in LABELLED and not 0 < int(labels.bad.sum()) < len(table):
        bad = int(labels.bad.sum())
        raise TrainingDataError(
            f"{order.kind} learns from labels, and {bad} of {len(table)} rows are bad; both kinds are needed."
        )

    def told(number: int, trial: Trial) -> None:
        said = f"trial {number}: recall {trial.recall:.1%} at {order.budget:.2%}"
        tell(min(10 + 2 * number, _OF_SEARCH), "searching", said, trial)

    return search(
        order.kind, table, labels, seed=order.seed, budget=order.budget, seconds=order.search_s, kept=kept, tell=told
    )


def _report(model: Model, data: Known, sides: Sides, order: Train) -> Report:
    test, bad = data.table.take(sides.test), data.labels.bad[sides.test]
    threshold, began = model.threshold(order.budget), process_time()
    probabilities = model.score(test)
    took = max(process_time() - began, 1e-9)
    counts = feature_counts(data.table.take(sides.train))
    train_bad = int(data.labels.bad[sides.train].sum())
    return Report(
        scores=scores_of(bad, probabilities, threshold, order.budget),
        curves=curves_of(bad, probabilities),
        split=Split(
            how=order.split.value,
            train=int(sides.train.sum()),
            test=len(test),
            duplicates=sides.duplicates,
            train_bad=train_bad,
            test_bad=int(bad.sum()),
        ),
        reference=Reference(
            scores=tuple(score_counts(probabilities).tolist()),
            features={name: tuple(row) for name, row in zip(test.schema.numbers, counts.tolist(), strict=True)},
            flagged=float((probabilities > threshold).mean()),
        ),
        parameters={},
        trials=(),
        features=_weights(model, test, probabilities),
        columns=tuple(one.name for one in data.table.schema.features),
        left_out=data.left_out,
        labels=data.sources,
        fit_seconds=0.0,
        rows_per_second=len(test) / took,
    )


def _weights(model: Model, table: Table, probabilities: Floats) -> tuple[FeatureWeight, ...]:
    """How much each feature moved the scores of the most suspicious rows."""
    rows = np.argsort(-probabilities, kind="stable")[:_EXPLAINED].astype(np.int64)
    moved: dict[str, float] = {}
    for said in model.explain(table.take(rows), _TOP):
        for one in said:
            moved[one.feature] = moved.get(one.feature, 0.0) + abs(one.weight)
    whole = sum(moved.values()) or 1.0
    strongest = sorted(moved.items(), key=lambda one: (-one[1], one[0]))[:_TOP]
    return tuple(FeatureWeight(name, weight / whole) for name, weight in strongest)
