"""Rows as pictures: each feature is a line of a map, each window a column, brighter or darker than usual."""

from typing import Any, Self

import msgspec
import numpy as np

from netsentinel.detection.errors import ModelFileError, TrainingDataError
from netsentinel.detection.models.behaviour import ENTITY
from netsentinel.detection.models.histories import DEPTH, HISTORIES
from netsentinel.detection.models.parts import Inner, Place, Width, settings_of
from netsentinel.detection.models.rarity import Rarity
from netsentinel.detection.models.segments import Scales
from netsentinel.detection.models.table import Floats, Ints, Schema, Singles, Table

SIDE = 32
"""Pixels of a map's side."""

_KNEE = 3.0
"""Robust standard deviations from usual at which a pixel has three quarters of its full brightness."""


class _Settings(msgspec.Struct, frozen=True):
    rarity: Inner
    middles: tuple[Place, ...]
    widths: tuple[Width, ...]


class Maps:
    """Learns what is usual from benign rows; then draws any rows as square maps of one channel, from -1 to 1.

    Zero is the median. Rows of `HISTORIES` have a line a feature and a column a window, the latest on the right; others
    have no course, and their features fill a square. How rare a category's value is counts as a number; which entity it
    is does not, since a picture of a name says nothing.
    """

    def __init__(self, rarity: Rarity, scales: Scales, cells: Ints) -> None:
        self._rarity = rarity
        self._scales = scales
        self._cells = cells
        """Shape (lines, columns): which number of a row stands there, or -1."""

    @classmethod
    def of(cls, table: Table) -> Self:
        """What is usual in these rows.

        Raises:
            TrainingDataError: more features than a map has pixels.
        """
        rarity = Rarity.of(table, left_out=(ENTITY,))
        if rarity.width > SIDE * SIDE:
            raise TrainingDataError(f"{rarity.width} features are too many for a map; {SIDE * SIDE} are allowed.")
        return cls(rarity, Scales.of(rarity.rows(table)), _cells(table.schema, rarity.width))

    @property
    def width(self) -> int:
        """Numbers that a map is drawn from."""
        return self._rarity.width

    def points(self, table: Table) -> Singles:
        """Rows as brightness of their numbers. Shape (rows, width)."""
        return np.tanh(self._scales.points(self._rarity.rows(table)) / np.float32(_KNEE))

    def draw(self, points: Singles) -> Singles:
        """Shape (rows, 1, `SIDE`, `SIDE`). What no number reaches is as usual."""
        lines, columns = self._cells.shape
        padded = np.concatenate([points, np.zeros((len(points), 1), dtype=np.float32)], axis=1)
        cells = padded[:, self._cells]
        large = cells.repeat(SIDE // lines, axis=1).repeat(SIDE // columns, axis=2)
        found = np.zeros((len(points), 1, SIDE, SIDE), dtype=np.float32)
        found[:, 0, : large.shape[1], : large.shape[2]] = large
        return found

    def by_feature(self, schema: Schema, weights: Floats) -> Floats:
        """Weights of a row's numbers as weights of the schema's features."""
        return self._rarity.by_feature(schema, weights)

    def usual(self, schema: Schema) -> list[float | str]:
        """What is usual of each feature, in its own unit."""
        return self._rarity.usual(schema, self._scales.middles)

    def settings(self) -> dict[str, Any]:
        """What `restored` needs, as JSON."""
        return {
            "rarity": self._rarity.settings(),
            "middles": self._scales.middles.tolist(),
            "widths": self._scales.widths.tolist(),
        }

    @classmethod
    def restored(cls, settings: dict[str, Any], schema: Schema) -> Self:
        """What gave these settings.

        Raises:
            ModelFileError: they do not fit the schema.
        """
        said = settings_of(settings, _Settings)
        rarity = Rarity.restored(said.rarity, schema)
        if not len(said.middles) == len(said.widths) == rarity.width <= SIDE**2:
            raise ModelFileError("The model file has maps of other features than it names.")
        return cls(rarity, Scales(np.array(said.middles), np.array(said.widths)), _cells(schema, rarity.width))


def _cells(schema: Schema, width: int) -> Ints:
    """Where each number of a row stands on the map."""
    if schema.version == HISTORIES.version:
        numbers = len(schema.numbers)
        course = np.arange(numbers).reshape(DEPTH, -1).T[:, ::-1]
        still = np.arange(numbers, width)[:, None].repeat(DEPTH, axis=1)
        return np.concatenate([course, still])
    side = int(np.ceil(np.sqrt(width)))
    lines = -(-width // side)
    cells = np.full(lines * side, -1, dtype=np.int64)
    cells[:width] = np.arange(width)
    return cells.reshape(lines, side)
