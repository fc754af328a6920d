import numpy as np
import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.models.workshop.measuring import POINTS, binned, calibration, curves_of, scores_of

BAD = np.asarray([False] * 8 + [True] * 2)
SAID = np.asarray([0.05, 0.1, 0.1, 0.2, 0.3, 0.3, 0.4, 0.95, 0.6, 0.9])


def test_figures_are_those_of_hand() -> None:
    scores = scores_of(BAD, SAID, 0.5, 0.1)
    assert (scores.rows, scores.bad) == (10, 2)
    assert scores.roc_auc == pytest.approx(14 / 16)
    assert (scores.realised_fpr, scores.realised_recall) == (1 / 8, 1.0)
    assert scores.brier == pytest.approx(((SAID - BAD) ** 2).mean())
    assert scores.recall_at_1 == 0.0


def test_without_bad_rows_nothing_is_claimed_of_finding_them() -> None:
    scores = scores_of(np.zeros(10, dtype=bool), SAID, 0.5, 0.1)
    assert (scores.roc_auc, scores.realised_recall, scores.brier) == (None, None, None)
    assert scores.realised_fpr == pytest.approx(0.3)
    curves = curves_of(np.zeros(10, dtype=bool), SAID)
    assert (curves.roc, sum(curves.benign)) == ((), 10)
    with pytest.raises(TrainingDataError):
        scores_of(np.ones(10, dtype=bool), SAID, 0.5, 0.1)


def test_curves_rise_and_stay_short() -> None:
    random = np.random.default_rng(0)
    bad = random.random(20_000) < 0.2
    said = np.clip(random.normal(0.3 + 0.4 * bad, 0.15), 0, 1)
    curves = curves_of(bad, said)
    ups = [point.y for point in curves.roc]
    assert ups == sorted(ups)
    assert (len(curves.roc), curves.roc[0].x, curves.roc[-1].y) == (POINTS, 0.0, 1.0)
    assert len(curves.precision_recall) <= POINTS
    assert sum(curves.benign) + sum(curves.bad) == 20_000


def test_calibration_compares_what_was_said_with_what_was_so() -> None:
    said = np.asarray([0.05, 0.05, 0.95, 1.0])
    bins = calibration(np.asarray([False, False, True, False]), said)
    assert [(one.rows, one.observed) for one in bins] == [(2, 0.0), (2, 0.5)]
    assert binned(np.asarray([0.0, 0.019, 0.02, 1.0]))[:2] == (2, 1)
