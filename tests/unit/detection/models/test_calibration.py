import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail, logistic, platt


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


@pytest.mark.parametrize("knots", [np.zeros(0), np.arange(513.0)[::-1], np.zeros((2, 513))])
def test_knots_that_are_none_are_refused(knots: np.ndarray) -> None:
    with pytest.raises(ModelFileError):
        Tail.restored(knots, 10)
