"""Values that are usual each by itself, and not together: counts of pairs of columns, in numpy."""

from typing import Any, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import MOST_ROWS, Arrays, floats, ints, singles
from netsentinel.detection.models.table import Floats, Ints, Singles

_PARTNERS = 4
"""Columns that each is held against: those that say most of it."""

_INNER = 24
"""Parts that a column's values are told apart by; values are parts where there are no more of them."""

_PARTS = _INNER + 2
"""With what is below and what is above all that was seen."""

_NEVER = float(np.float32(1e30))
"""Beyond any point."""

_LOOKED_AT = 8_192
"""Rows that parts and partners are chosen by."""

_BLOCK = 4_096
_FEW = 512
"""Rows for which the steps cost more than what they work out."""
_HALF_LIFE = 8_192.0
_CELLS = _PARTS * _PARTS


class Pairs:
    """How much rarer two values are together than they would be if they had nothing to do with each other.

    Args:
        cuts: shape (columns, parts - 1), ascending; `_NEVER` where a column needs fewer.
        partners: shape (2, pairs): places among the columns.
        weights: how much each pair counts: 1, or 2 where each is a partner of the other.
        counts: shape (pairs, parts * parts), which forget by halves.
    """

    def __init__(self, cuts: Singles, partners: Ints, weights: Floats, counts: Floats) -> None:
        self._cuts = cuts
        self._partners = partners
        self._weights = weights
        self._counts = counts
        self._starts: Ints = (np.arange(len(weights), dtype=np.int64) * _CELLS)[:, None]
        self._excess: Singles | None = None

    @classmethod
    def of(cls, points: Singles) -> Self:
        """Parts and partners of the columns of these rows; nothing counted yet."""
        points = _some(points)
        cuts = np.stack([_cuts(column) for column in points.T])
        shared = _shared(_places(points, cuts))
        best = np.argsort(-shared, axis=1, kind="stable")[:, : min(_PARTNERS, len(cuts) - 1)]
        chosen = np.zeros(shared.shape)
        np.put_along_axis(chosen, best, 1.0, axis=1)
        both = np.triu(chosen + chosen.T)
        partners: Ints = np.stack(np.nonzero(both)).astype(np.int64)
        weights = both[partners[0], partners[1]]
        return cls(cuts, partners, weights, np.zeros((len(weights), _CELLS)))

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        counts = self._counts * 0.5 ** (len(points) / _HALF_LIFE)
        for start in range(0, len(points), _BLOCK):
            cells = self._cells(points[start : start + _BLOCK])
            counts += np.bincount(cells.ravel(), minlength=counts.size).reshape(counts.shape)
        self._counts = counts
        self._excess = None

    def scores(self, points: Singles) -> Floats:
        """The mean over columns and their partners of the excess of the pair, in nats."""
        found = np.zeros(len(points))
        if len(self._weights):
            table = self._table().ravel()
            for start in range(0, len(points), _BLOCK):
                part = points[start : start + _BLOCK]
                found[start : start + _BLOCK] = self._shares @ table.take(self._cells(part))
        return found

    def excesses(self, points: Singles) -> Floats:
        """The excess of each column's pairs, half of it each column's. Shape (rows, columns)."""
        found = np.zeros((len(self._cuts), len(points)))
        if len(self._weights):
            half = self._table().ravel().take(self._cells(points)) * (self._weights[:, None] / 2)
            for side in self._partners:
                np.add.at(found, side, half)
        return found.T

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """What `restored` needs."""
        return {
            "cuts": self._cuts,
            "partners": self._partners,
            "weights": self._weights,
            "counts": self._counts,
        }

    @classmethod
    def restored(cls, arrays: Arrays, width: int) -> Self:
        """What gave these arrays, for points of so many numbers.

        Raises:
            ModelFileError: they do not fit together.
        """
        cuts = singles(arrays, "cuts", width, _PARTS - 1, least=-_NEVER, most=_NEVER)
        partners = ints(arrays, "partners", 2, None, least=0, most=width - 1)
        pairs = partners.shape[1]
        weights = floats(arrays, "weights", pairs, least=1, most=2)
        counts = floats(arrays, "counts", pairs, _CELLS, least=0, most=MOST_ROWS)
        if (np.diff(cuts, axis=1) < 0).any() or (partners[0] >= partners[1]).any():
            raise ModelFileError("The pairs of the model file are not in their order.")
        if weights.sum() != width * min(_PARTNERS, width - 1):
            raise ModelFileError("The pairs of the model file do not fit its columns.")
        return cls(cuts, partners, weights, counts)

    @property
    def _shares(self) -> Singles:
        """Of each pair in the mean."""
        return (self._weights / self._weights.sum()).astype(np.float32)

    def _cells(self, points: Singles) -> Ints:
        """Where each pair of each row is counted, in the counts laid out in one row. Shape (pairs, rows)."""
        places = _places(points, self._cuts)
        found: Ints = places[self._partners[0]] * _PARTS
        found += places[self._partners[1]]
        found += self._starts
        return found

    def _table(self) -> Singles:
        """The logarithm of how much rarer each pair of values is than it would be by chance; never below zero."""
        if self._excess is None:
            seen = self._counts.reshape(-1, _PARTS, _PARTS)
            rows = seen.sum(axis=(1, 2))[:, None]
            first, second = ((seen.sum(axis=side) + 0.5) / (rows + 0.5 * _PARTS) for side in (2, 1))
            by_chance = rows[:, :, None] * first[:, :, None] * second[:, None, :]
            excess: Floats = np.maximum(np.log((by_chance + 1) / (seen + 1)), 0)
            made: Singles = excess.reshape(-1, _CELLS).astype(np.float32)
            self._excess = made
            return made
        return self._excess


def varied(points: Singles, most: int) -> Ints:
    """Places of the columns of these rows, in order; of more than so many those whose values differ most."""
    width = points.shape[1]
    if width <= most:
        return np.arange(width, dtype=np.int64)
    points = _some(points)
    places = _places(points, np.stack([_cuts(column) for column in points.T]))
    differ = np.array([_entropy(np.bincount(one)) for one in places])
    return np.sort(np.argsort(-differ, kind="stable")[:most]).astype(np.int64)


def _some(points: Singles) -> Singles:
    """An even choice of the rows, where there are many."""
    if len(points) <= _LOOKED_AT:
        return points
    return points[np.linspace(0, len(points) - 1, _LOOKED_AT).astype(np.int64)]


def _cuts(column: Singles) -> Singles:
    """Between the values of a column, or its quantiles; the first and the last lie beyond all of them."""
    values = np.unique(column.astype(np.float64))
    if len(values) > _INNER:
        wanted = np.quantile(column.astype(np.float64), np.linspace(0, 1, _INNER + 1)[1:-1])
        after = np.unique(np.clip(np.searchsorted(values, wanted), 1, len(values) - 1))
    else:
        after = np.arange(1, len(values))
    inner = (values[after] + values[after - 1]) / 2
    beyond = 1e-6 + 0.02 * (values[-1] - values[0])
    found = np.full(_PARTS - 1, _NEVER, dtype=np.float32)
    found[: len(inner) + 2] = [values[0] - beyond, *inner, values[-1] + beyond]
    return found


def _places(points: Singles, cuts: Singles) -> Ints:
    """The part in which each value lies. Shape (columns, rows).

    All values are held against one cut after another: a tenth of what it takes to search the cuts for each value. Of
    few rows all are held against all cuts at once.
    """
    columns = np.ascontiguousarray(points.T)
    if len(points) <= _FEW:
        beyond = columns > cuts.T[:, :, None]
        return np.add.reduce(beyond.view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)
    found = np.zeros(columns.shape, dtype=np.uint8)
    above = np.empty(columns.shape, dtype=np.bool_)
    for cut in cuts.T:
        np.greater(columns, cut[:, None], out=above)
        found += above.view(np.uint8)
    return found.astype(np.int64)


def _entropy(counts: Ints) -> float:
    """How much the values of a column differ, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _shared(places: Ints) -> Floats:
    """How much each column says of each other one (their mutual information, in nats); of itself it says nothing."""
    columns, rows = places.shape
    laid: Ints = places + (np.arange(columns, dtype=np.int64) * _CELLS)[:, None]
    own = np.stack([np.bincount(one, minlength=_PARTS) for one in places]) / rows
    found = np.zeros((columns, columns))
    for one in range(columns):
        joint = np.bincount((laid + places[one] * _PARTS).ravel(), minlength=columns * _CELLS)
        both = joint.reshape(columns, _PARTS, _PARTS) / rows
        by_chance = own[one][None, :, None] * own[:, None, :]
        ratio = np.divide(both, by_chance, out=np.ones_like(both), where=both > 0)
        found[one] = (both * np.log(ratio)).sum(axis=(1, 2))
        found[one, one] = -1.0
    return found
