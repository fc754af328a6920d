"""Measuring a model: the figures that a model is judged by, and the curves behind them."""

import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.metrics import pr_auc, recall_at_fpr, roc_auc
from netsentinel.detection.models.table import Flags, Floats
from netsentinel.models.model import Scores
from netsentinel.models.report import CalibrationBin, Curves, Point

POINTS = 200
"""Most points of a curve."""
SCORE_BINS = 50
TENTHS = 10
_LEAST_FPR = 1e-5


def scores_of(bad: Flags, probabilities: Floats, threshold: float, budget: float) -> Scores:
    """The figures.

    Args:
        bad: one flag a row, both kinds present.
        probabilities: one a row.
        threshold: above it a row is called bad.
        budget: share of benign rows that the threshold may cost.

    Raises:
        TrainingDataError: no row is benign.
    """
    good = ~bad
    if not good.any():
        raise TrainingDataError("No row to measure on is benign.")
    known = bool(bad.any())
    bins = calibration(bad, probabilities)
    off = sum(abs(one.predicted - one.observed) * one.rows for one in bins)
    return Scores(
        rows=len(bad),
        bad=int(bad.sum()),
        roc_auc=roc_auc(bad, probabilities) if known else None,
        pr_auc=pr_auc(bad, probabilities) if known else None,
        recall_at_01=recall_at_fpr(bad, probabilities, 0.001) if known else None,
        recall_at_1=recall_at_fpr(bad, probabilities, 0.01) if known else None,
        fpr_target=budget,
        realised_fpr=float((probabilities[good] > threshold).mean()),
        realised_recall=float((probabilities[bad] > threshold).mean()) if known else None,
        brier=float(((probabilities - bad) ** 2).mean()) if known else None,
        calibration_error=off / len(bad) if known else None,
    )


def curves_of(bad: Flags, probabilities: Floats) -> Curves:
    """The curves; at most `POINTS` points each, and none where no row is known to be bad."""
    if not bad.any():
        return Curves(roc=(), precision_recall=(), calibration=(), benign=binned(probabilities), bad=())
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(bad[order])
    false = np.cumsum(~bad[order])
    ends = np.flatnonzero(np.append(np.diff(probabilities[order]) != 0, True))
    recall, fpr = hits[ends] / hits[-1], false[ends] / false[-1]
    precision = hits[ends] / (hits[ends] + false[ends])
    wanted = np.concatenate([[0.0], np.geomspace(_LEAST_FPR, 1, POINTS - 1)])
    at = np.clip(np.searchsorted(fpr, wanted, side="right") - 1, -1, None)
    roc = [Point(float(x), float(recall[i]) if i >= 0 else 0.0) for x, i in zip(wanted, at, strict=True)]
    steps = np.unique(np.linspace(0, len(ends) - 1, min(POINTS, len(ends))).astype(int))
    return Curves(
        roc=tuple(roc),
        precision_recall=tuple(Point(float(recall[i]), float(precision[i])) for i in steps),
        calibration=calibration(bad, probabilities),
        benign=binned(probabilities[~bad]),
        bad=binned(probabilities[bad]),
    )


def calibration(bad: Flags, probabilities: Floats) -> tuple[CalibrationBin, ...]:
    """Tenths of 0 to 1 that have rows: what was said, and what was so."""
    places = np.minimum((probabilities * TENTHS).astype(int), TENTHS - 1)
    found: list[CalibrationBin] = []
    for tenth in range(TENTHS):
        here = places == tenth
        if here.any():
            found.append(CalibrationBin(float(probabilities[here].mean()), float(bad[here].mean()), int(here.sum())))
    return tuple(found)


def binned(probabilities: Floats) -> tuple[int, ...]:
    """Rows in each of `SCORE_BINS` equal parts of 0 to 1."""
    places: npt.NDArray[np.int64] = np.minimum((probabilities * SCORE_BINS).astype(np.int64), SCORE_BINS - 1)
    return tuple(int(count) for count in np.bincount(places, minlength=SCORE_BINS))
