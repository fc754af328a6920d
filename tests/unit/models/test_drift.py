import numpy as np
import pytest

from netsentinel.models.drift import adwin, psi, psi_of_features


def test_the_index_is_none_of_the_sizes_affair_and_an_empty_part_has_a_small_share() -> None:
    assert psi((10, 0, 40, 50), (10, 0, 40, 50)) == 0
    assert psi((1, 1), (1_000, 1_000)) == pytest.approx(0)
    assert psi((100, 0), (0, 100)) == pytest.approx(2 * 0.9999 * np.log(10_000))


def test_features_are_ordered_by_how_far_they_moved() -> None:
    expected = {"still": (50, 50), "moved": (90, 10), "gone": (1, 1), "odd": (1, 2, 3)}
    found = psi_of_features(expected, {"still": (51, 49), "moved": (10, 90), "odd": (1, 2)})
    assert list(found) == ["moved", "still"]
    assert found["moved"] > 1
    assert found["still"] < 0.01


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_series_has_no_change(seed: int) -> None:
    noise = np.random.default_rng(seed)
    assert adwin([0.2 + noise.uniform(-0.1, 0.1) for _ in range(500)]) is None
    assert adwin([0.5] * 1_000) is None
    assert adwin([]) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_change_is_found_near_its_place(seed: int) -> None:
    noise = np.random.default_rng(seed)
    values = [0.1 + noise.uniform(-0.05, 0.05) for _ in range(200)]
    values += [0.4 + noise.uniform(-0.05, 0.05) for _ in range(100)]
    cut = adwin(values)
    assert cut is not None
    assert 150 <= cut.at <= 215
    assert cut.after > cut.before


def test_of_several_changes_the_newest_counts() -> None:
    cut = adwin([0.1] * 100 + [0.5] * 100 + [0.9] * 100)
    assert cut is not None
    assert cut.after > 0.85
