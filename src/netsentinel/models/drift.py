"""Whether two stretches of time are alike: the population stability index of counts, and ADWIN over a series."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_FLOOR: Final = 1e-4
"""Share that an empty part is taken to have, as is usual where a logarithm of it is asked for."""
ADWIN_DELTA: Final = 0.002
"""Chance of a false alarm, ADWIN's usual."""
_LEAST: Final = 5
"""Fewest values on a side of a cut."""


def psi(expected: Sequence[int], found: Sequence[int]) -> float:
    """The population stability index of two counts over the same parts; 0 where they are distributed alike.

    Below 0.1 nothing has changed, from 0.25 on something has (Siddiqi, "Credit Risk Scorecards", 2006).
    """
    whole, other = max(1, sum(expected)), max(1, sum(found))
    total = 0.0
    for before, after in zip(expected, found, strict=True):
        first, second = max(before / whole, _FLOOR), max(after / other, _FLOOR)
        total += (second - first) * math.log(second / first)
    return total


def psi_of_features(expected: Mapping[str, Sequence[int]], found: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """The index of each feature that both know, the largest first."""
    shared = {
        name: psi(counts, found[name])
        for name, counts in expected.items()
        if name in found and len(found[name]) == len(counts)
    }
    return dict(sorted(shared.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a series changed."""

    at: int
    """Place of the first value after it."""
    before: float
    """Mean before."""
    after: float


def adwin(values: Sequence[float], delta: float = ADWIN_DELTA) -> Cut | None:
    """The newest place at which the mean of a series from 0 to 1 changed; None where it did not.

    Source: Bifet and Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing" (2007): every cut of the
    window is tested with their bound, which uses the variance; the window is then what lies behind the cut.
    """
    begin, found = 0, None
    sums = [0.0, *accumulate(values)]
    squares = [0.0, *accumulate(value * value for value in values)]
    while (cut := _cut(sums, squares, begin, len(values), delta)) is not None:
        begin, found = cut.at, cut
    return found


def _cut(sums: Sequence[float], squares: Sequence[float], begin: int, end: int, delta: float) -> Cut | None:
    size = end - begin
    if size < 2 * _LEAST:
        return None
    mean = (sums[end] - sums[begin]) / size
    variance = max(0.0, (squares[end] - squares[begin]) / size - mean * mean)
    confidence = math.log(2 * math.log(size) / delta)
    for at in range(begin + _LEAST, end - _LEAST + 1):
        left, right = at - begin, end - at
        before, after = (sums[at] - sums[begin]) / left, (sums[end] - sums[at]) / right
        inverse = 1 / left + 1 / right
        bound = math.sqrt(2 * inverse * variance * confidence) + 2 / 3 * inverse * confidence
        if abs(before - after) > bound:
            return Cut(at, before, after)
    return None
