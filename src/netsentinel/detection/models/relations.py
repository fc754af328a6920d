"""What the values of a row say of each other: each against a line through the others, and pairs that are never seen."""

from typing import Any, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.lines import Lines
from netsentinel.detection.models.pairs import Pairs, varied
from netsentinel.detection.models.parts import Arrays, ints, under
from netsentinel.detection.models.table import Floats, Ints, Singles

MOST_COLUMNS = 64
"""Columns that are looked at: of more, those whose values differ most."""

_LINES, _PAIRS = "lines.", "pairs."


class Relations:
    """Both opinions on the same columns, `MOST_COLUMNS` at most. Can go on learning, and forgets by halves.

    Args:
        width: numbers of a point.
        columns: those of them that are looked at, ascending.
        lines: of these columns.
        pairs: of these columns.
    """

    def __init__(self, width: int, columns: Ints, lines: Lines, pairs: Pairs) -> None:
        self._width = width
        self._columns = columns
        self._lines = lines
        self._pairs = pairs

    @classmethod
    def of(cls, points: Singles) -> Self:
        """How the columns of these rows go together."""
        columns = varied(points, MOST_COLUMNS)
        part = points[:, columns]
        made = cls(points.shape[1], columns, Lines.empty(len(columns)), Pairs.of(part))
        made.learn(points)
        return made

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        part = self._part(points)
        self._lines.learn(part)
        self._pairs.learn(part)

    def scores(self, points: Singles) -> Floats:
        """How far values are off their lines, and how rare their pairs are. Shape (rows, 2)."""
        part = self._part(points)
        return np.stack([self._lines.scores(part), self._pairs.scores(part)], axis=1)

    def blame(self, points: Singles) -> Floats:
        """What each number of a point adds to both, in nats; nothing where it is as usual. Shape of the points."""
        part, found = self._part(points), np.zeros(points.shape)
        found[:, self._columns] = self._lines.surprises(part) + self._pairs.excesses(part)
        return found

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """What `restored` needs."""
        found = {_LINES + name: array for name, array in self._lines.arrays().items()}
        found |= {_PAIRS + name: array for name, array in self._pairs.arrays().items()}
        return {"columns": self._columns, **found}

    @classmethod
    def restored(cls, arrays: Arrays, width: int) -> Self:
        """What gave these arrays, for points of so many numbers.

        Raises:
            ModelFileError: they do not fit together.
        """
        size = min(width, MOST_COLUMNS)
        columns = ints(arrays, "columns", size, least=0, most=width - 1)
        if (np.diff(columns) <= 0).any():
            raise ModelFileError("The model file relates a column to itself.")
        return cls(
            width,
            columns,
            Lines.restored(under(_LINES, arrays), size),
            Pairs.restored(under(_PAIRS, arrays), size),
        )

    def _part(self, points: Singles) -> Singles:
        """The columns that are looked at; usually they are all."""
        return points if len(self._columns) == self._width else points[:, self._columns]
