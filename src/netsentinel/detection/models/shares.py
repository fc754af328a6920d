"""Shares that trees would need many cuts for: of two counts of a window, how much of both is the first?"""

from collections.abc import Sequence
from typing import Self

import numpy as np

from netsentinel.detection.models.table import Floats, Schema

MOST = 64
"""Pairs at most, the first ones; a schema of hundreds of counts would have tens of thousands."""


class Shares:
    """Connections to a service against those from its caller, and the like: `a / (|a| + |b|)` for pairs of columns.

    Args:
        pairs: places of the two numbers among those of the schema.
    """

    def __init__(self, pairs: Sequence[tuple[int, int]] = ()) -> None:
        self.pairs = tuple(pairs)
        self._first = np.array([first for first, _ in self.pairs], dtype=np.int64)
        self._second = np.array([second for _, second in self.pairs], dtype=np.int64)

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """All pairs of numbers that are counted in the same unit over the same window."""
        numbers = schema.features[: len(schema.numbers)]
        found = [
            (first, second)
            for second, other in enumerate(numbers)
            for first, one in enumerate(numbers[:second])
            if one.unit and one.window and (one.unit, one.window) == (other.unit, other.window)
        ]
        return cls(found[:MOST])

    def columns(self, numbers: Floats) -> Floats:
        """Shape (rows, pairs); NaN where a number is not stated, or both are zero."""
        first, second = numbers[:, self._first], numbers[:, self._second]
        both = np.abs(first) + np.abs(second)
        return np.divide(first, both, out=np.full(both.shape, np.nan), where=both > 0)

    def folded(self, weights: Floats, width: int) -> Floats:
        """Weights of numbers, shares and categories as weights of the schema's: half a share's goes to either number.

        Args:
            weights: shape (rows, numbers + pairs + categories).
            width: numbers of the schema.
        """
        end = width + len(self.pairs)
        found = np.concatenate([weights[:, :width], weights[:, end:]], axis=1)
        for place, pair in enumerate(self.pairs):
            for one in pair:
                found[:, one] += weights[:, width + place] / 2
        return found
