"""What a model file holds, taken out part by part: of the kind, shape and size that models have, or refused.

A file may be wrong even when its signature is right. So each part states what it may be, and nothing that overflows
or divides by zero gets as far as a score.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.table import Floats, Ints, Singles

Arrays = Mapping[str, npt.NDArray[np.generic]]

LARGEST = 1e100
"""Numbers of any model are smaller, and finite when two of them are multiplied."""

MOST_ROWS = 1e15
"""More than can be counted one by one."""

Seed = Annotated[int, Meta(ge=0)]
Rows = Annotated[int, Meta(ge=1, le=int(MOST_ROWS))]
Number = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]

FARTHEST, NARROWEST = 1e4, 1e-9
"""Beyond and below any place and width of numbers that are logarithms, shares or standard deviations."""

Place = Annotated[float, Meta(ge=-FARTHEST, le=FARTHEST)]
"""Where the middle of such numbers lies."""
Width = Annotated[float, Meta(ge=NARROWEST, le=FARTHEST)]
"""How far they spread."""
Slope = Annotated[float, Meta(gt=0, le=LARGEST)]
Words = tuple[tuple[str, ...], ...]
"""The values that are told apart of each category."""
Inner = dict[str, Any]
"""Settings of a part, which looks at them itself."""


class TailSettings(msgspec.Struct, frozen=True):
    """Of a model that judges points, and knows how unusual its distances are."""

    seed: Seed
    rows: Rows
    points: Inner


_Settings = TypeVar("_Settings")


def settings_of(said: Any, kind: type[_Settings]) -> _Settings:
    """The settings of a model file.

    Raises:
        ModelFileError: they are not of this kind.
    """
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        raise ModelFileError(f"The settings of the model file do not fit: {error}.") from error


def floats(arrays: Arrays, name: str, *shape: int | None, least: float = -LARGEST, most: float = LARGEST) -> Floats:
    """An array of floats.

    Args:
        arrays: of a model file.
        name: of the array.
        shape: it has to have; None for any length, even none.
        least: no number of it is smaller.
        most: no number of it is greater.

    Raises:
        ModelFileError: there is none, or it is another.
    """
    return _checked(arrays, name, "f", shape, least, most).astype(np.float64, copy=False)


def ascending(arrays: Arrays, name: str) -> Floats:
    """Floats in their order, one at least. As `floats`."""
    found = floats(arrays, name, None)
    if not len(found) or (np.diff(found) < 0).any():
        raise ModelFileError(f"In the model file {name!r} is not in its order.")
    return found


def singles(arrays: Arrays, name: str, *shape: int | None, least: float, most: float) -> Singles:
    """An array of floats, half as precise. As `floats`."""
    return _checked(arrays, name, "f", shape, least, most).astype(np.float32, copy=False)


def ints(arrays: Arrays, name: str, *shape: int | None, least: int, most: int) -> Ints:
    """An array of whole numbers. As `floats`."""
    return _checked(arrays, name, "i", shape, least, most).astype(np.int64, copy=False)


def texts(arrays: Arrays, name: str) -> list[str]:
    """A row of texts, each different.

    Raises:
        ModelFileError: there is none, or two are the same.
    """
    found: list[str] = _shaped(arrays, name, "U", (None,)).tolist()
    if len(set(found)) != len(found):
        raise ModelFileError(f"In {name!r} of the model file something stands twice.")
    return found


def under(prefix: str, arrays: Arrays) -> dict[str, npt.NDArray[np.generic]]:
    """Those arrays whose names begin so, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _shaped(arrays: Arrays, name: str, kind: str, shape: tuple[int | None, ...]) -> npt.NDArray[Any]:
    if name not in arrays:
        raise ModelFileError(f"The model file lacks {name!r}: it is damaged, or of an earlier version. Train it anew.")
    found = np.asarray(arrays[name])
    fits = len(found.shape) == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, found.shape, strict=True)
    )
    if found.dtype.kind != kind or not fits:
        raise ModelFileError(f"In the model file {name!r} has a shape or kind that does not fit the rest.")
    return found


def _checked(
    arrays: Arrays, name: str, kind: str, shape: tuple[int | None, ...], least: float, most: float
) -> npt.NDArray[Any]:
    found = _shaped(arrays, name, kind, shape)
    # As Python's numbers: held against one of numpy's 32 bits, a bound beyond these would be infinite, and so no bound.
    if found.size and not least <= found.min().item() <= found.max().item() <= most:
        raise ModelFileError(f"In the model file {name!r} holds numbers that no model has.")
    return found
