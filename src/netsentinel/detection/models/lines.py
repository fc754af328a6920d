"""What each value would be by all others of its row, as a line through them: how far off is it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.table import Floats, Ints, Singles

_CLIP = 6.0
"""Farthest from the median, in robust standard deviations: beyond it a value is no farther from its line."""

_RIDGE = 3.0
"""So many variances are added to each column's own, which draws the lines towards the means: what columns have to do
with each other in some groups of rows need not hold in the next."""

_LEAST = 0.01
"""Smallest variance, of a column and of what its line leaves over."""

_HALF_LIFE = 8_192.0


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
        columns: those of the points that are looked at.
        rows: what the rows counted weigh together.
        sums: shape (columns,).
        products: shape (columns, columns).
    """

    def __init__(self, columns: Ints, rows: float, sums: Floats, products: Floats) -> None:
        self.columns = columns
        self._rows = rows
        self._sums = sums
        self._products = products
        self._drawn: _Drawn | None = None

    @classmethod
    def empty(cls, columns: Ints) -> Self:
        """Nothing counted yet."""
        return cls(columns, 0.0, np.zeros(len(columns)), np.zeros((len(columns), len(columns))))

    def learn(self, points: Singles) -> None:
        """Count these rows."""
        part = self._part(points).astype(np.float64)
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
        left = ((self._part(points) - drawn.means) @ drawn.weights) / drawn.spreads
        return np.log1p(left * left)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """What `restored` needs."""
        return {
            "columns": self.columns,
            "rows": np.array([self._rows]),
            "sums": self._sums,
            "products": self._products,
        }

    @classmethod
    def restored(cls, arrays: Mapping[str, Any], width: int) -> Self:
        """What gave these arrays.

        Args:
            arrays: of a model file.
            width: numbers of a point.

        Raises:
            ModelFileError: they do not fit together.
        """
        try:
            columns = np.asarray(arrays["columns"], dtype=np.int64)
            sums, products = (np.asarray(arrays[name], dtype=np.float64) for name in ("sums", "products"))
            rows = float(arrays["rows"].reshape(-1)[0])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise ModelFileError("The model file lacks the lines through its columns.") from error
        size = len(columns)
        fits = columns.shape == sums.shape == (size,) and products.shape == (size, size) and size > 0
        if not fits or columns.min() < 0 or columns.max() >= width or not rows > 0:
            raise ModelFileError("The lines of the model file do not fit its columns.")
        if not (np.isfinite(products).all() and np.isfinite(sums).all() and products.diagonal().min() >= 0):
            raise ModelFileError("The lines of the model file lead nowhere.")
        return cls(columns, rows, sums, products)

    def _part(self, points: Singles) -> Singles:
        return np.clip(points[:, self.columns], np.float32(-_CLIP), np.float32(_CLIP))

    def _lines(self) -> _Drawn:
        if self._drawn is None:
            means = self._sums / self._rows
            spread = self._products / self._rows - np.outer(means, means)
            inverse = np.linalg.inv(spread + np.diag(_RIDGE * np.maximum(spread.diagonal(), _LEAST)))
            weights = inverse / inverse.diagonal()
            left = np.maximum((weights * (spread @ weights)).sum(axis=0), 0)
            self._drawn = _Drawn(
                means.astype(np.float32), weights.astype(np.float32), np.sqrt(left + _LEAST).astype(np.float32)
            )
        return self._drawn
