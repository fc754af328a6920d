import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.models.cuts import Cuts

ODD = [0.0, -0.0, 5e-324, 1.0000000180025095e-35, 1e-30, -1.0, 1e300, np.inf, -np.inf]
NUMBERS = st.one_of(
    st.floats(allow_nan=False),
    st.floats(0, 1e6),
    st.integers(0, 300).map(float),
    st.integers(0, 300).map(lambda one: one + 0.5),
    st.sampled_from(ODD),
)


def around(cuts: list[float]) -> list[float]:
    """The cuts themselves, and the numbers just before and after each."""
    with np.errstate(over="ignore"):
        return [near for cut in cuts for near in (np.nextafter(cut, -np.inf), cut, np.nextafter(cut, np.inf))]


@given(st.sets(NUMBERS, min_size=1, max_size=80), st.lists(NUMBERS, max_size=40))
def test_as_many_cuts_are_below_as_a_search_by_halves_finds(cuts: set[float], numbers: list[float]) -> None:
    ordered = np.array(sorted(cuts))
    column = np.array([*numbers, *around(sorted(cuts)), *ODD])
    assert Cuts(ordered).below(column).tolist() == np.searchsorted(ordered, column).tolist()


@pytest.mark.parametrize(
    "cuts",
    [
        [0.5, 1.5, 2.5, 3.5],
        [1.0000000180025095e-35, 0.5, 7.5, 300.5, 4e9],
        [1e-200, 1e-100, 1.0, 1e100, 1e200],
        [1.0, 1.0 + 2**-52, 2.0, 3.0],
        [-3.0, -2.0, -1.0, 0.0, 1.0],
        [0.5],
    ],
    ids=str,
)
def test_cuts_of_any_distance_are_told_apart(cuts: list[float]) -> None:
    column = np.array([*around(cuts), *ODD])
    assert Cuts(np.array(cuts)).below(column).tolist() == np.searchsorted(cuts, column).tolist()


def test_what_is_no_number_gives_some_number_of_cuts() -> None:
    for cuts in ([0.5, 1.5, 2.5, 3.5], [0.5], [-3.0, -2.0, -1.0, 1.0]):
        found = Cuts(np.array(cuts)).below(np.array([np.nan, -np.nan, 1.0]))
        assert ((found >= 0) & (found <= len(cuts))).all()
