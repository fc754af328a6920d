"""Who is beside whom, by numbers in arrays: compressed sparse rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """The others beside each number, in order, each once."""

    starts: Numbers
    """Shape (numbers + 1,): where the others of each begin."""
    others: Numbers

    @classmethod
    def of(cls, count: int, ends: Numbers, others: Numbers) -> Self:
        """From pairs: `others[i]` is beside `ends[i]`, but `ends[i]` not beside `others[i]`.

        Args:
            count: how many numbers there are, from 0.
            ends: shape (pairs,).
            others: shape (pairs,).
        """
        pairs = np.unique(ends * count + others) if count else ends
        firsts = pairs // max(1, count)
        starts = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(firsts, minlength=count), out=starts[1:])
        return cls(starts, pairs - firsts * count)

    def beside(self, number: int) -> Numbers:
        """The others of one."""
        return self.others[self.starts[number] : self.starts[number + 1]]

    def beside_any(self, numbers: Numbers) -> Numbers:
        """The others of each, one after the other; some come more than once."""
        begin, counts = self.starts[numbers], self.starts[numbers + 1] - self.starts[numbers]
        ends = counts.cumsum()
        steps = np.arange(ends[-1] if len(ends) else 0)
        return self.others[steps + np.repeat(begin - ends + counts, counts)]

    @property
    def degrees(self) -> Numbers:
        """How many others each has."""
        return np.diff(self.starts)
