"""What each entity usually does: robust running means of its own rows, in numpy, for any number of entities at once."""

from itertools import repeat
from typing import Self

import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import Arrays, ints, singles, texts
from netsentinel.detection.models.table import Ints, Singles

MOST = 20_000
"""Entities that are remembered; whose rows are longest ago goes first."""

RATE = 0.02
"""Weight of a new row, once there are fifty."""

_HUBER = 3.0
"""A row counts as at most so many deviations from the mean: one wild row does not move it (Huber, 1964)."""

_TRUST = 8.0
"""Rows as many as which the segment counts in an entity's mean and width."""

_MEAN_TO_DEVIATION = 1.2533
"""Mean absolute deviation to standard deviation, for a normal distribution."""

_STEP = np.float32(24.0)
"""Largest step, before an entity's own width is known."""

_LEAST = 0.15
"""Smallest width, in the segment's deviations."""


_MOST_SEEN = 2**24
"""From there on a float of 32 bits grows no more by ones."""

_LATEST = 2**62


class Entities:
    """Robust exponentially weighted means and widths of each entity's points.

    Args:
        width: numbers of a point.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._slots: dict[str, int] = {}
        self._means: Singles = np.zeros((0, width), dtype=np.float32)
        self._widths: Singles = np.zeros((0, width), dtype=np.float32)
        self._rows: Singles = np.zeros(0, dtype=np.float32)
        self._touched: Ints = np.zeros(0, dtype=np.int64)
        self._clock = 0

    def __len__(self) -> int:
        return len(self._slots)

    def deviations(self, names: list[str], points: Singles) -> Singles:
        """How far each point is from what its entity usually shows, in its deviations; shape of the points.

        An entity with few rows is held to what its segment shows: a mean of zero and a width of one.
        """
        means, widths = self._usual(self._places(names))
        return (points - means) / widths

    def usual(self, names: list[str]) -> Singles:
        """The points that these entities usually show."""
        return self._usual(self._places(names))[0]

    def learn(self, names: list[str], points: Singles) -> None:
        """Move means and widths towards these points, in their order."""
        slots = self._slots_of(names)
        order = np.argsort(slots, kind="stable")
        ordered = slots[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
        lengths = np.diff(np.append(starts, len(ordered)))
        for rank in range(int(lengths.max()) if len(lengths) else 0):
            now = order[starts[lengths > rank] + rank]
            self._move(slots[now], points[now])
        self._forget()

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What `restored` needs."""
        names = list(self._slots)
        places = np.array([self._slots[name] for name in names], dtype=np.int64)
        return {
            "names": np.array(names, dtype=np.str_) if names else np.zeros(0, dtype="U1"),
            "means": self._means[places],
            "spreads": self._widths[places],
            "seen": self._rows[places],
            "touched": self._touched[places],
        }

    @classmethod
    def restored(cls, arrays: Arrays, width: int) -> Self:
        """What gave these arrays.

        Raises:
            ModelFileError: they do not fit together.
        """
        names = texts(arrays, "names")
        if len(names) > MOST:
            raise ModelFileError("The model file remembers more entities than any model does.")
        made, step, size = cls(width), float(_STEP), len(names)
        made._slots = {name: place for place, name in enumerate(names)}
        made._means = singles(arrays, "means", size, width, least=-step, most=step).copy()
        made._widths = singles(arrays, "spreads", size, width, least=0, most=2 * step).copy()
        made._rows = singles(arrays, "seen", size, least=0, most=_MOST_SEEN).copy()
        made._touched = ints(arrays, "touched", size, least=0, most=_LATEST).copy()
        made._clock = int(made._touched.max()) + 1 if names else 0
        return made

    def _places(self, names: list[str]) -> Ints:
        return np.fromiter(map(self._slots.get, names, repeat(-1)), np.int64, len(names))

    def _usual(self, places: Ints) -> tuple[Singles, Singles]:
        if not len(self._means):
            shape = (len(places), self._width)
            nothing: Singles = np.zeros(shape, dtype=np.float32)
            return nothing, nothing + np.float32(1)
        rows: Singles = np.where(places >= 0, self._rows[places], 0).astype(np.float32)[:, None]
        trust = _trust(rows)
        return self._means[places] * trust, _between(self._widths[places], trust)

    def _slots_of(self, names: list[str]) -> Ints:
        places = self._places(names)
        if (places >= 0).all():
            return places
        new = list(dict.fromkeys(names[at] for at in np.flatnonzero(places < 0).tolist()))
        first = len(self._slots)
        self._slots.update({name: first + place for place, name in enumerate(new)})
        more = np.zeros((len(new), self._width), dtype=np.float32)
        self._means = np.concatenate([self._means, more])
        self._widths = np.concatenate([self._widths, more])
        self._rows = np.concatenate([self._rows, more[:, :1].sum(axis=1)])
        self._touched = np.concatenate([self._touched, np.zeros(len(new), dtype=np.int64)])
        return self._places(names)

    def _move(self, slots: Ints, points: Singles) -> None:
        """One step of the means and widths of different entities."""
        rows: Singles = self._rows[slots][:, None]
        means, widths, known = self._means[slots], self._widths[slots], rows > 0
        rate = np.maximum(1 / (rows + 1), np.float32(RATE))
        step = np.clip(points - np.where(known, means, 0), -_STEP, _STEP)
        bound = np.where(rows >= _TRUST, _HUBER * _between(widths, _trust(rows)), _STEP)
        step = np.minimum(np.maximum(step, -bound), bound)
        spread = np.where(known, np.float32(_MEAN_TO_DEVIATION) * np.abs(step), np.float32(1))
        self._means[slots] = means + rate * step
        self._widths[slots] = widths + rate * (spread - widths)
        self._rows[slots] += 1
        self._touched[slots] = self._clock
        self._clock += 1

    def _forget(self) -> None:
        if len(self._slots) <= MOST:
            return
        names = list(self._slots)
        places = np.array([self._slots[name] for name in names], dtype=np.int64)
        kept = np.sort(np.argsort(-self._touched[places], kind="stable")[: MOST * 3 // 4])
        self._means, self._widths = self._means[places[kept]], self._widths[places[kept]]
        self._rows, self._touched = self._rows[places[kept]], self._touched[places[kept]]
        self._slots = {names[place]: at for at, place in enumerate(kept.tolist())}


def _trust(rows: Singles) -> Singles:
    """How much an entity's own rows count, of so many; the rest is its segment's."""
    return np.asarray(rows / (rows + np.float32(_TRUST)), dtype=np.float32)


def _between(widths: Singles, trust: Singles) -> Singles:
    """The widths of entities, and as far as they are not to be trusted their segment's, which is one."""
    return np.maximum(widths * trust + (1 - trust), np.float32(_LEAST))
