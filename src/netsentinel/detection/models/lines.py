"""What each value would be by all others of its row, as a line through them: how far off is it?"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import MOST_ROWS, Arrays, floats
from netsentinel.detection.models.table import Floats, Singles

_CLIP = 6.0
"""Farthest from the median, in robust standard deviations: beyond it a value is no farther from its line."""

_RIDGE = 3.0
"""So many variances are added to each column's own, which draws the lines towards the means: what columns have to do
with each other in some groups of rows need not hold in the next."""

_LEAST = 0.01
"""Smallest variance, of a column and of what its line leaves over."""

_HALF_LIFE = 8_192.0
_ROUNDED = 1e-6
"""What sums of many numbers may be off by rounding, as a share of them."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The lines of all columns at once."""

    means: Singles
    weights: Singles
    """Shape (columns, columns): a row's distance from the means times this is how far each value is off its line."""
    spreads: Singles


class Lines:
    """Means and products of columns that forget by halves; from them a ridge regression of each column on the others.

    All regressions come from one inverse: what is left of a column is its row of the inverse, over the diagonal.

    Args:
        rows: what the rows counted weigh together.
        sums: shape (columns,).
        products: shape (columns, columns).
    """

    def __init__(self, rows: float, sums: Floats, products: Floats) -> None:
        self._rows = rows
        self._sums = sums
        self._products = products
        self._drawn: _Drawn | None = None

    @classmethod
    def empty(cls, width: int) -> Self:
        """Nothing counted yet, for points of so many numbers."""
        return cls(0.0, np.zeros(width), np.zeros((width, width)))

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        part = _clipped(points).astype(np.float64)
        kept = 0.5 ** (len(part) / _HALF_LIFE)
        self._rows = self._rows * kept + len(part)
        self._sums = self._sums * kept + part.sum(axis=0)
        self._products = self._products * kept + part.T @ part
        self._drawn = None

    def scores(self, points: Singles) -> Floats:
        """The mean over columns of `surprises`."""
        return self.surprises(points).mean(axis=1, dtype=np.float64)

    def surprises(self, points: Singles) -> Singles:
        """How far each value is off its line, as the surprise of a Cauchy distribution of that width, in nats."""
        drawn = self._lines()
        left = ((_clipped(points) - drawn.means) @ drawn.weights) / drawn.spreads
        return np.log1p(left * left)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """What `restored` needs."""
        return {"rows": np.array([self._rows]), "sums": self._sums, "products": self._products}

    @classmethod
    def restored(cls, arrays: Arrays, width: int) -> Self:
        """What gave these arrays, for points of so many numbers.

        Raises:
            ModelFileError: they do not fit together, or no points have such sums.
        """
        rows = float(floats(arrays, "rows", 1, least=1, most=MOST_ROWS)[0])
        most = _CLIP * rows * (1 + _ROUNDED)
        sums = floats(arrays, "sums", width, least=-most, most=most)
        products = floats(arrays, "products", width, width, least=-_CLIP * most, most=_CLIP * most)
        made = cls(rows, sums, products)
        try:
            np.linalg.cholesky(made._ridged(made._spread()))
        except np.linalg.LinAlgError as error:
            raise ModelFileError("Through the columns of the model file no lines can be drawn.") from error
        if np.abs(products - products.T).max(initial=0) > _ROUNDED * _CLIP * most:
            raise ModelFileError("The lines of the model file lead nowhere.")
        return made

    def _spread(self) -> Floats:
        """How the columns vary together."""
        means = self._sums / self._rows
        return self._products / self._rows - np.outer(means, means)

    @staticmethod
    def _ridged(spread: Floats) -> Floats:
        return spread + np.diag(_RIDGE * np.maximum(spread.diagonal(), _LEAST))

    def _lines(self) -> _Drawn:
        if self._drawn is None:
            spread = self._spread()
            inverse = np.linalg.inv(self._ridged(spread))
            weights = inverse / inverse.diagonal()
            left = np.maximum((weights * (spread @ weights)).sum(axis=0), 0)
            self._drawn = _Drawn(
                (self._sums / self._rows).astype(np.float32),
                weights.astype(np.float32),
                np.sqrt(left + _LEAST).astype(np.float32),
            )
        return self._drawn


def _clipped(points: Singles) -> Singles:
    return np.clip(points, np.float32(-_CLIP), np.float32(_CLIP))
