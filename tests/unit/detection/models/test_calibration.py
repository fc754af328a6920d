import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Surprise, Tail, logistic, platt, probabilities


def test_platt_finds_the_curve_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    margins = random.normal(0, 3, 50_000)
    bad = random.random(50_000) < logistic(0.7 * margins - 1.5)
    slope, shift = platt(margins, bad)
    assert slope == pytest.approx(0.7, abs=0.03)
    assert shift == pytest.approx(-1.5, abs=0.06)


def test_platt_stays_finite_when_the_classes_never_overlap() -> None:
    margins = np.concatenate([np.full(50, -900.0), np.full(50, 900.0)])
    slope, shift = platt(margins, margins > 0)
    found = logistic(slope * margins + shift)
    assert np.isfinite(found).all()
    assert found[0] < 0.1
    assert found[-1] > 0.9


def test_platt_finds_the_curve_from_far_away() -> None:
    random = np.random.default_rng(0)
    bad = random.random(20_000) < 0.5
    sums = np.where(bad, random.normal(22, 4, 20_000), random.exponential(1.5, 20_000))
    slope, shift = platt(sums, bad)
    assert 0.3 < slope < 5
    assert 5 < -shift / slope < 12


def test_what_is_nearly_certain_keeps_its_order() -> None:
    odds = np.array([-1e4, -50, -10, -3, 0, 3, 10, 10.001, 50, 60, 1e3, 1e4])
    found = probabilities(odds)
    assert (np.diff(found) > 0).all()
    assert found[2:7] == pytest.approx(logistic(odds[2:7]))
    assert 0 < found[0] < found[-1] < 1


def test_a_tail_says_the_share_below_and_goes_on_beyond() -> None:
    tail = Tail.of(np.arange(1000.0))
    found = tail.probabilities(np.array([0.0, 499.5, 999.0, 2_000.0, 1e6, 1e12]))
    assert found[1] == pytest.approx(0.5, abs=0.01)
    assert (np.diff(found) > 0).all()
    assert found[-1] < 1


def test_a_tails_threshold_costs_its_budget() -> None:
    distances = np.random.default_rng(0).gamma(2, 1, 20_000)
    tail = Tail.of(distances[:10_000])
    cost = (tail.probabilities(distances[10_000:]) > tail.threshold(0.01)).mean()
    assert cost == pytest.approx(0.01, abs=0.004)


@pytest.mark.parametrize(
    "knots", [np.zeros(0), np.arange(513.0)[::-1], np.zeros((2, 513)), np.full(513, np.nan), np.arange(-9.0, 504.0)]
)
def test_knots_that_are_none_are_refused(knots: np.ndarray) -> None:
    with pytest.raises(ModelFileError):
        Tail.restored({"knots": knots}, 10)


def test_a_surprise_is_the_share_that_scores_as_high_and_goes_on_beyond() -> None:
    surprise = Surprise(np.sort(np.random.default_rng(0).exponential(1.0, 20_000)))
    asked = np.array([-1.0, 0.0, np.log(2), np.log(1_000), 20.0, 40.0])
    found = surprise.of(asked)
    assert found[:2] == pytest.approx([0, 0], abs=1e-3)
    assert found[2] == pytest.approx(np.log(2), abs=0.03)
    assert found[3] == pytest.approx(np.log(1_000), abs=0.3)
    assert found[4:] == pytest.approx([20, 40], rel=0.1)


def test_few_equal_scores_surprise_finitely() -> None:
    found = Surprise(np.zeros(3)).of(np.array([-1.0, 0.0, 1.0]))
    assert np.isfinite(found).all()
    assert found[0] <= found[1] < found[2]
