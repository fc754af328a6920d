"""Between which cuts numbers lie, by a table over the bits of floats.

A search by halves goes either way at each step, which no processor foresees where numbers come in no order.
"""

from typing import Any

import numpy as np

from netsentinel.detection.models.table import Floats, Ints

_MANTISSA = 52
_MOST_CELLS = 8_192
_NEAR_ZERO = 1e-30
"""LightGBM tells zero from more by a cut below this one; up to the next there are a hundred powers of two."""
_FEW = 3
"""So many are compared with one by one."""


class Cuts:
    """Ascending cuts, each once.

    Floats that are not negative stand in the order of their bits. The first of these, up to some place, number a cell;
    no cell has more than one cut. Where that takes too many cells, numbers are searched for by halves after all.

    Args:
        cuts: not NaN.
    """

    def __init__(self, cuts: Floats) -> None:
        near = int(np.searchsorted(cuts, _NEAR_ZERO))
        few = near if near <= _FEW < len(cuts) else 0
        self._few: list[float] = cuts.tolist() if len(cuts) <= _FEW else cuts[:few].tolist()
        self._cuts = cuts[len(self._few) :]
        self._cells = _Cells.of(self._cuts) if len(self._cuts) and self._cuts[0] > _NEAR_ZERO else None

    def below(self, column: Floats) -> Ints:
        """How many cuts are less than each number; for NaN any number of them. The column is contiguous."""
        if self._cells is not None:
            found = self._cells.below(column)
        elif len(self._cuts):
            found = np.searchsorted(self._cuts, column)
        else:
            found = np.zeros(len(column), dtype=np.int64)
        for cut in self._few:
            found += column > cut
        return found


class _Cells:
    """Of each cell the cuts before it, and the one inside; the last has none, and stands for all beyond."""

    def __init__(self, shift: int, first: int, before: Ints, inside: Floats) -> None:
        self._shift, self._first = shift, first
        self._before, self._inside = before, inside

    @classmethod
    def of(cls, cuts: Floats) -> "_Cells | None":
        """The fewest cells that part these positive cuts; None when there would be too many."""
        bits: Any = np.ascontiguousarray(cuts).view(np.int64)
        for shift in range(_MANTISSA, 0, -1):
            keys = bits >> shift
            size = int(keys[-1] - keys[0]) + 2
            if size > _MOST_CELLS:
                return None
            places = keys - keys[0]
            if (places[1:] > places[:-1]).all():
                inside = np.full(size, np.inf)
                inside[places] = cuts
                return cls(shift, int(keys[0]), np.searchsorted(places, np.arange(size)), inside)
        return None

    def below(self, column: Floats) -> Ints:
        """How many cuts are less than each number."""
        places = column.view(np.int64) >> self._shift
        places -= self._first
        # What lies before all cells, as negative numbers do, belongs to the first; what lies beyond to the last.
        found = self._before.take(places, mode="clip")
        found += column > self._inside.take(places, mode="clip")
        return found
