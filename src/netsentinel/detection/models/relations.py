"""What the values of a row say of each other: each against a line through the others, and pairs that are never seen."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from netsentinel.detection.models.lines import Lines
from netsentinel.detection.models.pairs import Pairs
from netsentinel.detection.models.table import Floats, Singles

_LINES, _PAIRS = "lines.", "pairs."


class Relations:
    """Both opinions on the same columns, `pairs.MOST_COLUMNS` at most. Can go on learning, and forgets by halves."""

    def __init__(self, lines: Lines, pairs: Pairs) -> None:
        self._lines = lines
        self._pairs = pairs

    @classmethod
    def of(cls, points: Singles) -> Self:
        """How the columns of these rows go together."""
        pairs = Pairs.of(points)
        made = cls(Lines.empty(pairs.columns), pairs)
        made.learn(points)
        return made

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        self._lines.learn(points)
        self._pairs.learn(points)

    def scores(self, points: Singles) -> Floats:
        """How far values are off their lines, and how rare their pairs are. Shape (rows, 2)."""
        return np.stack([self._lines.scores(points), self._pairs.scores(points)], axis=1)

    def blame(self, points: Singles) -> Floats:
        """What each number of a point adds to both, in nats; nothing where it is as usual. Shape of the points."""
        found = np.zeros(points.shape)
        found[:, self._lines.columns] = self._lines.surprises(points)
        found[:, self._pairs.columns] += self._pairs.excesses(points)
        return found

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """What `restored` needs."""
        found = {_LINES + name: array for name, array in self._lines.arrays().items()}
        return found | {_PAIRS + name: array for name, array in self._pairs.arrays().items()}

    @classmethod
    def restored(cls, arrays: Mapping[str, Any], width: int) -> Self:
        """What gave these arrays, for points of so many numbers.

        Raises:
            ModelFileError: they do not fit together.
        """
        lines, pairs = (
            {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            for prefix in (_LINES, _PAIRS)
        )
        return cls(Lines.restored(lines, width), Pairs.restored(pairs, width))
