"""Is a row nearer to an attack that was shown, or to a benign row?"""

from typing import Any, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.encode import CLIP, Points
from netsentinel.detection.models.nearest import MAX_MEMORY, nearest
from netsentinel.detection.models.parts import Arrays, singles
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.table import Floats, Schema, Singles, Table

_TOUCHING = 0.05
"""Distances below hardly differ, in standard deviations: a row that was seen on both sides is neither."""


class Likeness:
    """Remembers attacks and benign rows as points, scaled by the benign ones: up to 20,000 of either.

    Args:
        points: how rows become points.
        attacks: points of attacks.
        benign: points of benign rows.
    """

    def __init__(self, points: Points, attacks: Singles, benign: Singles) -> None:
        self._points = points
        self._attacks = attacks
        self._benign = benign

    @classmethod
    def of(cls, table: Table, labels: Labels, seed: int) -> Self:
        """Remember these rows. Of too many attacks, each kind gives as many as fit or all that it has."""
        points = Points.of(table.take(~labels.bad))
        matrix, random = points.matrix(table), np.random.default_rng(seed)
        kinds = np.unique(labels.kinds[labels.bad])
        most = MAX_MEMORY if int(labels.bad.sum()) <= MAX_MEMORY else max(1, MAX_MEMORY // len(kinds))
        attacks = [_some(matrix[labels.bad & (labels.kinds == kind)], most, random) for kind in kinds]
        return cls(points, np.concatenate(attacks), _some(matrix[~labels.bad], MAX_MEMORY, random))

    def scores(self, table: Table) -> Floats:
        """The logarithm of how many times as far the nearest benign row is as the nearest attack. Shape (rows,)."""
        matrix = self._points.matrix(table)
        far, near = (nearest(matrix, memory)[0] + _TOUCHING for memory in (self._benign, self._attacks))
        return np.log(far / near)

    def settings(self) -> dict[str, Any]:
        """The scales, as JSON."""
        return self._points.settings()

    def arrays(self) -> dict[str, Singles]:
        """The rows remembered."""
        return {"attacks": self._attacks, "benign": self._benign}

    @classmethod
    def restored(cls, settings: dict[str, Any], arrays: Arrays, schema: Schema) -> Self:
        """What gave these settings and arrays.

        Raises:
            ModelFileError: they do not fit.
        """
        points = Points.restored(settings, schema)
        attacks, benign = (
            singles(arrays, name, None, points.width, least=-CLIP, most=CLIP) for name in ("attacks", "benign")
        )
        if not len(attacks) or not len(benign):
            raise ModelFileError("The model file compares with nothing.")
        return cls(points, attacks, benign)


def _some(rows: Singles, most: int, random: np.random.Generator) -> Singles:
    different = np.unique(rows, axis=0)
    if len(different) <= most:
        return different
    return different[np.sort(random.choice(len(different), most, replace=False))]
