import numpy as np
import pytest

from netsentinel.detection.models.deployment import FEATURE_BINS, SCORE_BINS
from netsentinel.detection.models.distribution import binned, feature_counts, score_counts
from netsentinel.detection.models.flows import FLOWS, FlowFeatures
from netsentinel.models.drift import psi
from tests.unit.detection.models.deployed import scan, usual


def test_parts_are_powers_of_two() -> None:
    values = np.array([0.0, 2.0**-20, 2.0**-16, 1.0, 1.5, 2.0, -2.0, 1e300, np.nan])
    assert binned(values).tolist() == [0, 0, 1, 17, 17, 18, 18, FEATURE_BINS - 1, FEATURE_BINS]
    assert binned(np.array([np.inf, -np.inf, -np.nan])).tolist() == [FEATURE_BINS - 1, FEATURE_BINS - 1, FEATURE_BINS]


def test_every_row_is_counted_once_for_each_number() -> None:
    counts = feature_counts(FlowFeatures().rows(usual(100)))
    assert counts.shape == (len(FLOWS.numbers), FEATURE_BINS + 1)
    assert (counts.sum(axis=1) == 100).all()
    assert counts[FLOWS.numbers.index("gap"), FEATURE_BINS] > 0, "first calls state no gap"


def test_scores_are_counted_in_equal_parts() -> None:
    counts = score_counts(np.array([0.0, 0.019, 0.02, 0.999, 1.0]))
    assert (len(counts), counts[0], counts[1], counts[-1]) == (SCORE_BINS, 2, 1, 2)


def test_the_index_is_nothing_for_the_same_and_much_for_another() -> None:
    place = FLOWS.numbers.index("source_ports")
    one, same, other = (feature_counts(FlowFeatures().rows(rows))[place].tolist() for rows in (
        usual(400), usual(400, seed=2), scan(400)
    ))  # fmt: skip
    assert psi(one, one) == 0
    assert psi(one, same) < 0.1
    assert psi(one, other) > 0.25
    assert psi([50, 50], [80, 20]) == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4))
