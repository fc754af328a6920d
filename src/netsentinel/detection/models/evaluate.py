"""Trains models on some rows and measures them on others."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.metrics import log_loss, pr_auc, recall_at_fpr, roc_auc
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.read import Data, read
from netsentinel.detection.models.registry import LABELLED, MODELS, available
from netsentinel.detection.models.table import Floats, Table
from netsentinel.kernel.errors import NotFoundError

BUDGETS = (0.001, 0.01)
"""Shares of benign rows that may be called bad, at which recall is told."""

_ENOUGH_SECONDS = 0.5
_MOST_ROUNDS = 5


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How one model did."""

    model: str
    seed: int
    supervision: str
    """`labels`, or `benign rows` when it learnt from those alone."""
    rows_train: int
    rows_test: int
    features: int
    schema: str
    roc_auc: float
    pr_auc: float
    log_loss: float
    recall_at_fpr: dict[str, float]
    """Budget -> recall at the threshold that spends it on the benign rows of the test."""
    fpr_target: float
    threshold: float
    """Set from the training for `fpr_target`."""
    realised_fpr: float
    """What `threshold` really costs on the benign rows of the test."""
    realised_recall: float
    fit_s: float
    fit_cpu_s: float
    rows_per_s: float
    rows_per_cpu_s: float


def read_pair(
    train: Path, test: Path, label: str, *, benign: tuple[str, ...] = (), drop: tuple[str, ...] = ()
) -> tuple[Data, Data]:
    """Both files, the second with the columns of the first.

    Raises:
        TrainingDataError: a file has no such label; the second lacks columns, or one of the two classes.
    """
    first = read(train, label, benign=benign, drop=drop)
    second = read(test, label, benign=benign, drop=drop, like=first.table.schema)
    bad = int(second.labels.bad.sum())
    if not 0 < bad < len(second.table):
        raise TrainingDataError(
            f"{test.name} has {bad} bad and {len(second.table) - bad} benign rows; both are needed."
        )
    return first, second


def chosen(names: Sequence[str], *, unsupervised: bool) -> list[str]:
    """The models to measure: those named, otherwise all that fit and whose packages are installed.

    Raises:
        NotFoundError: there is no model of that name.
        TrainingDataError: a model that needs labels was named, and none may be used.
    """
    for name in names:
        if name not in MODELS:
            raise NotFoundError(f"There is no model {name!r}. There are {', '.join(MODELS)}.")
        if unsupervised and name in LABELLED:
            raise TrainingDataError(f"{name} learns from labels; leave --unsupervised out.")
    fitting = [name for name in available() if not (unsupervised and name in LABELLED)]
    return list(names) or fitting


def evaluate(name: str, train: tuple[Table, Labels], test: tuple[Table, Labels], *, seed: int, target: float) -> Report:
    """Train one model and measure it. A model without labels is shown the benign rows of the training only."""
    table, labels = train
    model = MODELS[name](seed)
    wall, cpu = perf_counter(), process_time()
    model.fit(table, labels)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    scores, rate, cpu_rate = _timed(model.score, test[0])
    bad = test[1].bad
    threshold = model.threshold(target)
    return Report(
        model=name,
        seed=seed,
        supervision="labels" if name in LABELLED else "benign rows",
        rows_train=len(table) if name in LABELLED else int((~labels.bad).sum()),
        rows_test=len(bad),
        features=len(table.schema.features),
        schema=table.schema.version,
        roc_auc=roc_auc(bad, scores),
        pr_auc=pr_auc(bad, scores),
        log_loss=log_loss(bad, scores),
        recall_at_fpr={str(budget): recall_at_fpr(bad, scores, budget) for budget in BUDGETS},
        fpr_target=target,
        threshold=threshold,
        realised_fpr=float((scores[~bad] > threshold).mean()),
        realised_recall=float((scores[bad] > threshold).mean()),
        fit_s=wall,
        fit_cpu_s=cpu,
        rows_per_s=rate,
        rows_per_cpu_s=cpu_rate,
    )


def _timed(score: Any, table: Table) -> tuple[Floats, float, float]:
    """Scores, rows a second and rows a second of processor time; the best of some rounds."""
    scores: Floats = score(table)
    best = best_cpu = float("inf")
    spent = 0.0
    for _ in range(_MOST_ROUNDS):
        wall, cpu = perf_counter(), process_time()
        scores = score(table)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        best, best_cpu, spent = min(best, wall), min(best_cpu, cpu), spent + wall
        if spent > _ENOUGH_SECONDS:
            break
    return scores, len(table) / best, len(table) / max(best_cpu, 1e-9)
