"""What rows of one kind usually look like: robust scales, quantile sketches, half-space trees and a memory, in numpy.

Each takes points (rows as numbers of comparable size) and gives raw scores; `behaviour.py` calibrates and combines.
"""

from typing import Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import FARTHEST, MOST_ROWS, NARROWEST, Arrays, floats, ints, singles
from netsentinel.detection.models.table import Floats, Ints, Singles

CLIP = 12.0
"""Farthest from the median, in robust standard deviations."""

_BINS = 96
_EDGE = 6.0
"""Sketches cover so many robust standard deviations on both sides; what is beyond lies in the last part."""

_MAD = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""

TREES = 16
DEPTH = 6
_LEAVES = 2**DEPTH
_BLOCK = 1_024
_HALF_LIFE = 8_192.0
"""Rows after which what was counted counts half."""

MEMORY = 256
"""Rows that the memory holds; the oldest goes first (MemStream: Bhatia et al., WWW 2022, holds 256 for KDD99)."""


class Scales:
    """Robust place and width of each column: median, and 1.4826 times the median absolute deviation."""

    def __init__(self, middles: Floats, widths: Floats) -> None:
        self.middles = middles
        self.widths = widths

    @classmethod
    def of(cls, rows: Floats) -> Self:
        """The scales of these rows; a column that hardly varies has at least a tenth as its width."""
        middles = np.median(rows, axis=0)
        widths = np.maximum(_MAD * np.median(np.abs(rows - middles), axis=0), 0.5 * rows.std(axis=0))
        return cls(middles, np.maximum(widths, 0.1))

    @classmethod
    def restored(cls, arrays: Arrays, width: int, *, spreads: str = "widths") -> Self:
        """The scales of these arrays.

        Args:
            arrays: of a model file.
            width: columns.
            spreads: what the file calls the widths.

        Raises:
            ModelFileError: there are none, or those of other columns.
        """
        middles = floats(arrays, "middles", width, least=-FARTHEST, most=FARTHEST)
        return cls(middles, floats(arrays, spreads, width, least=NARROWEST, most=FARTHEST))

    def points(self, rows: Floats) -> Singles:
        """Rows in robust standard deviations from the median."""
        return np.clip((rows - self.middles) / self.widths, -CLIP, CLIP).astype(np.float32)


class Sketches:
    """A histogram of each column that forgets: how unusual is a value, on either side?"""

    def __init__(self, counts: Floats) -> None:
        self.counts = counts
        """Shape (columns, parts)."""
        self._tails: Singles | None = None

    @classmethod
    def empty(cls, columns: int) -> Self:
        """Nothing counted yet."""
        return cls(np.zeros((columns, _BINS)))

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        columns = points.shape[1]
        places = self._places(points, columns)
        found = np.bincount(places.ravel(), minlength=columns * _BINS).reshape(columns, _BINS)
        self.counts = self.counts * 0.5 ** (len(points) / _HALF_LIFE) + found
        self._tails = None

    def scores(self, points: Singles) -> Floats:
        """The mean over columns of minus the logarithm of the share that is as far out, on the nearer side."""
        tails = self._surprises().ravel()
        places = self._places(points, points.shape[1])
        return np.asarray(tails[places].mean(axis=1), dtype=np.float64)

    def _surprises(self) -> Singles:
        if self._tails is None:
            total = self.counts.sum(axis=1, keepdims=True)
            below = np.cumsum(self.counts, axis=1)
            above = total - below + self.counts
            tails: Singles = -np.log((np.minimum(below, above) + 0.5) / (total + 1)).astype(np.float32)
            self._tails = tails
            return tails
        return self._tails

    @staticmethod
    def _places(points: Singles, columns: int) -> Ints:
        """Where each value is counted, in the counts laid out in one row."""
        scaled: Singles = np.clip((points + np.float32(_EDGE)) * np.float32(_BINS / (2 * _EDGE)), 0, _BINS - 1)
        starts: Ints = np.arange(columns, dtype=np.int64) * _BINS
        return scaled.astype(np.int64) + starts


class HalfSpaceTrees:
    """Random halvings of space: where few rows have fallen lately, a row is unusual (Tan, Ting and Liu, IJCAI 2011).

    Masses are kept at the leaves only, all equally deep, and forget by halves instead of in two windows.
    """

    def __init__(self, columns: Ints, cuts: Singles, masses: Floats) -> None:
        self.columns = columns
        """Shape (trees, inner nodes): node n has the children 2n + 1 and 2n + 2."""
        self.cuts = cuts
        self.masses = masses
        """Shape (trees, leaves)."""

    @classmethod
    def grown(cls, width: int, random: np.random.Generator) -> Self:
        """Trees over the space of points, made without looking at any."""
        inner = _LEAVES - 1
        columns = random.integers(0, max(width, 1), (TREES, inner))
        cuts = np.empty((TREES, inner), dtype=np.float32)
        for tree in range(TREES):
            middle = random.uniform(-1, 1, max(width, 1))
            low, high = np.tile(middle - 3, (inner, 1)), np.tile(middle + 3, (inner, 1))
            for node in range(inner):
                column = columns[tree, node]
                cut = (low[node, column] + high[node, column]) / 2
                cuts[tree, node] = cut
                for child, side in ((2 * node + 1, high), (2 * node + 2, low)):
                    if child < inner:
                        low[child], high[child] = low[node], high[node]
                        side[child, column] = cut
        return cls(columns.astype(np.int64), cuts, np.zeros((TREES, _LEAVES)))

    def learn(self, points: Singles) -> None:
        """Count these rows at their leaves."""
        places = self._leaves(points) + (np.arange(TREES) * _LEAVES)[:, None]
        found = np.bincount(places.ravel(), minlength=TREES * _LEAVES).reshape(TREES, _LEAVES)
        self.masses = self.masses * 0.5 ** (len(points) / _HALF_LIFE) + found

    def scores(self, points: Singles) -> Floats:
        """The mean over trees of minus the logarithm of the share of rows in the same leaf."""
        total = self.masses.sum(axis=1, keepdims=True)
        surprise = -np.log((self.masses + 0.1) / (total + 0.1 * _LEAVES))
        places = self._leaves(points) + (np.arange(TREES) * _LEAVES)[:, None]
        return np.asarray(surprise.ravel().take(places).mean(axis=0), dtype=np.float64)

    def _leaves(self, points: Singles) -> Ints:
        """Shape (trees, rows). All trees take each step down together, some rows at a time."""
        found = np.empty((TREES, len(points)), dtype=np.int64)
        columns, cuts = self.columns.ravel(), self.cuts.ravel()
        roots: Ints = (np.arange(TREES, dtype=np.int64) * (_LEAVES - 1))[:, None]
        for start in range(0, len(points), _BLOCK):
            part = points[start : start + _BLOCK]
            values, rows = part.ravel(), np.arange(len(part)) * part.shape[1]
            place: Ints = np.repeat(roots, len(part), axis=1)
            at, right = np.empty_like(place), np.empty(place.shape, dtype=np.bool_)
            said, cut = np.empty(place.shape, dtype=np.float32), np.empty(place.shape, dtype=np.float32)
            onwards: Ints = 1 - roots
            for _ in range(DEPTH):  # no place is out of bounds; "clip" does not look
                columns.take(place, out=at, mode="clip")
                np.add(at, rows, out=at)
                values.take(at, out=said, mode="clip")
                cuts.take(place, out=cut, mode="clip")
                np.greater_equal(said, cut, out=right)
                np.add(place, place, out=place)
                np.add(place, right, out=place)
                np.add(place, onwards, out=place)
            found[:, start : start + _BLOCK] = place - (roots + _LEAVES - 1)
        return found


class Memory:
    """The latest rows that were found usual: how far is a row from the nearest?"""

    def __init__(self, rows: Singles, at: int) -> None:
        self.rows = rows
        self.at = at
        """Where the next row goes."""

    @classmethod
    def empty(cls, width: int) -> Self:
        """Nothing remembered yet."""
        return cls(np.zeros((0, width), dtype=np.float32), 0)

    def learn(self, points: Singles) -> None:
        """Remember these rows in the place of the oldest; of many, an even choice."""
        if len(points) > MEMORY:
            points = points[np.linspace(0, len(points) - 1, MEMORY).astype(np.int64)]
        room = MEMORY - len(self.rows)
        if room:
            self.rows = np.concatenate([self.rows, points[:room]])
            points = points[room:]
        if len(points):
            places = (self.at + np.arange(len(points))) % MEMORY
            self.rows = self.rows.copy()
            self.rows[places] = points
            self.at = int((self.at + len(points)) % MEMORY)

    def scores(self, points: Singles) -> Floats:
        """The distance to the nearest remembered row."""
        if not len(self.rows):
            return np.zeros(len(points))
        sizes = (self.rows * self.rows).sum(axis=1)
        cells = points @ (self.rows.T * np.float32(-2))
        cells += sizes
        nearest = cells.min(axis=1) + (points * points).sum(axis=1)
        return np.sqrt(np.maximum(nearest, 0)).astype(np.float64)


def checked(arrays: Arrays, width: int) -> tuple[Scales, Sketches, HalfSpaceTrees, Memory]:
    """What a model file holds of one segment, whose rows have so many numbers.

    Raises:
        ModelFileError: parts are missing, or are none that any segment has.
    """
    inner = (TREES, _LEAVES - 1)
    trees = HalfSpaceTrees(
        ints(arrays, "columns", *inner, least=0, most=max(width, 1) - 1),
        singles(arrays, "cuts", *inner, least=-CLIP, most=CLIP),
        floats(arrays, "masses", TREES, _LEAVES, least=0, most=MOST_ROWS),
    )
    sketches = Sketches(floats(arrays, "counts", width, _BINS, least=0, most=MOST_ROWS))
    rows = singles(arrays, "rows", None, width, least=-CLIP, most=CLIP)
    at = int(ints(arrays, "at", 1, least=0, most=MEMORY - 1)[0])
    if not 0 < len(rows) <= MEMORY:
        raise ModelFileError("A segment in the model file remembers nothing, or more than any segment does.")
    return Scales.restored(arrays, width), sketches, trees, Memory(rows, at)
