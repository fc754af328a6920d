"""From raw scores to probabilities, without ties: the order of rows stays what the model said."""

import math

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import Arrays, floats
from netsentinel.detection.models.table import Flags, Floats

_STEPS = 50
_KNOTS = 513
_FLOOR = 1e-12
_FLATTEST, _SHORTEST = 1e-3, 1e-6
"""The least slope, and the least share of a step that is tried."""
_SURE = 10.0
"""Log odds beyond which they count by their logarithm: a probability of 0.99995 and more."""
_FARTHEST = 1e250
"""Beyond any distance; models tell them up to e^500."""
_END = 0.02
"""Share of the benign rows whose scores tell how the tail goes on beyond them."""
_FEWEST = 10


def platt(margins: Floats, bad: Flags) -> tuple[float, float]:
    """Slope and shift of the logistic curve through margins of rows that the model did not learn from.

    Source: Platt, "Probabilistic outputs for support vector machines" (1999), with his smoothed targets; the Newton
    steps, halved until they lead to a better curve, are those of Lin, Lin and Weng (2007).
    """
    positives = float(bad.sum())
    negatives = len(bad) - positives
    target = np.where(bad, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, shift = 1.0, math.log((positives + 1) / (negatives + 1))
    for _ in range(_STEPS):
        guess = logistic(slope * margins + shift)
        off, spread = guess - target, np.maximum(guess * (1 - guess), _FLOOR)
        gradient = np.array([float(off @ margins), float(off.sum())])
        mixed = float(spread @ margins)
        curve = np.array([[float(spread @ (margins * margins)) + 1e-6, mixed], [mixed, float(spread.sum()) + 1e-6]])
        step = np.linalg.solve(curve, gradient)
        before, share = _surprise(slope * margins + shift, target), 1.0
        while share > _SHORTEST and _surprise(
            max(slope - share * float(step[0]), _FLATTEST) * margins + shift - share * float(step[1]), target
        ) > before + _FLOOR * abs(before):
            share /= 2
        slope, shift = max(slope - share * float(step[0]), _FLATTEST), shift - share * float(step[1])
        if share * float(np.abs(step).max()) < 1e-9:  # noqa: PLR2004 - no longer moves
            break
    return slope, shift


def _surprise(odds: Floats, target: Floats) -> float:
    """How badly a curve fits: the mean of its logarithmic loss."""
    return float((np.logaddexp(0, odds) - target * odds).mean())


def logistic(margins: Floats) -> Floats:
    """The share that belongs to a margin (log odds)."""
    return 0.5 * (1 + np.tanh(np.clip(margins, -60, 60) / 2))


def probabilities(odds: Floats) -> Floats:
    """The shares that belong to calibrated log odds, as `logistic` has them, but for what is nearly certain.

    Beyond `_SURE` certainty grows slowly, so that the surest rows keep their order: a float cannot tell apart what lies
    nearer to 1 than 1e-16.
    """
    sizes = np.abs(odds)
    slowly = np.sign(odds) * (_SURE + np.log1p(np.maximum(sizes - _SURE, 0)))
    return logistic(np.where(sizes > _SURE, slowly, odds))


class Tail:
    """How unusual a distance is among those of benign rows: its share below, with a tail that never quite ends at 1.

    Args:
        knots: quantiles of the distances of benign rows that the model did not learn from, ascending.
        rows: how many rows there were.
    """

    def __init__(self, knots: Floats, rows: int) -> None:
        self.knots = knots
        self.rows = rows

    @classmethod
    def of(cls, distances: Floats) -> "Tail":
        """The tail of these distances."""
        return cls(np.quantile(distances, np.linspace(0, 1, _KNOTS)), len(distances))

    @classmethod
    def restored(cls, arrays: Arrays, rows: int) -> "Tail":
        """The tail that had these knots.

        Args:
            arrays: of a model file.
            rows: how many there were, one at least.

        Raises:
            ModelFileError: it holds no knots, or they do not ascend.
        """
        knots = floats(arrays, "knots", _KNOTS, least=0, most=_FARTHEST)
        if (np.diff(knots) < 0).any():
            raise ModelFileError("The distances of benign rows in the model file do not ascend.")
        return cls(knots, rows)

    def threshold(self, budget: float) -> float:
        """The probability that this share of benign rows exceeds."""
        return (1 - budget) * self.rows / (self.rows + 1)

    def probabilities(self, distances: Floats) -> Floats:
        """The share of benign rows below. Beyond the last, the rest falls with the distance (a Pareto tail)."""
        last = max(float(self.knots[-1]), _FLOOR)
        inside = np.interp(distances, self.knots, np.linspace(0, 1, _KNOTS)) * self.rows / (self.rows + 1)
        beyond = 1 - last / np.maximum(distances, last) / (self.rows + 1)
        return np.where(distances > last, beyond, inside)


class Surprise:
    """How rarely benign rows score as high, in nats: minus the logarithm of the share. Such numbers may be added.

    Beyond the highest fiftieth of the benign rows the share falls exponentially, by their mean excess, so that no two
    scores are told as the same.

    Args:
        benign: scores of benign rows that the model did not learn from, ascending.
    """

    def __init__(self, benign: Floats) -> None:
        self.benign = benign
        end = min(len(benign), max(int(_END * len(benign)), _FEWEST))
        self._from = float(benign[-end])
        self._most = -math.log(end / len(benign))
        self._excess = max(float((benign[-end:] - self._from).mean()), 1e-6)

    def of(self, scores: Floats) -> Floats:
        """Of each score. Shape (rows,)."""
        rows = len(self.benign)
        higher = rows - np.searchsorted(self.benign, scores) + 0.5
        beyond = self._most + (scores - self._from) / self._excess
        return np.where(scores > self._from, beyond, -np.log(np.minimum(higher / (rows + 1), 1)))
