import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import LARGEST, ascending, floats, singles


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_numbers_without_end_are_refused_in_either_precision(kind: type[np.floating], odd: float) -> None:
    """Held against a float of 32 bits, a bound beyond these would be infinite itself."""
    arrays = {"x": np.array([1, odd], dtype=kind)}
    for taken in (floats, ascending):
        with pytest.raises(ModelFileError):
            taken(arrays, "x", *((None,) if taken is floats else ()))


def test_bounds_are_part_of_what_they_bound() -> None:
    arrays = {"x": np.array([-2.0, 3.0])}
    assert floats(arrays, "x", 2, least=-2, most=3).tolist() == [-2, 3]
    assert singles(arrays, "x", None, least=-2, most=3).dtype == np.float32
    for least, most in ((-1.9, 3), (-2, 2.9)):
        with pytest.raises(ModelFileError, match="no model has"):
            floats(arrays, "x", 2, least=least, most=most)
    assert floats({"x": np.array([LARGEST])}, "x", 1).tolist() == [LARGEST]
