"""How a request is answered: at once, or as a task that reports. It learns from what it has seen."""

from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

Mode = Literal["auto", "sync", "async"]

SHORT: Final[Micros] = 5 * SECOND
"""An action whose 95th percentile is below this answers at once (document 004's threshold)."""

_REMEMBERED: Final = 200
"""Durations of an action that are looked at."""
_ENOUGH: Final = 5
"""With fewer of them, the action's own estimate counts."""
_SHARE: Final = 0.95


class Router:
    """Decides for each request; one for all connections of a process.

    Args:
        estimate: an action's first guess for an input, as the action states it.
        short: below this an action answers at once.
    """

    def __init__(self, estimate: Callable[[str, bytes], Micros], *, short: Micros = SHORT) -> None:
        self.short = short
        self._estimate = estimate
        self._seen: dict[str, deque[Micros]] = {}
        self._large: set[str] = set()
        self.listeners: list[Callable[[str, Micros], None]] = []
        """Told of every answer: the action, and how long it took."""

    def observe(self, action: str, took: Micros) -> None:
        """An action took so long, from being asked for to its end."""
        self._seen.setdefault(action, deque(maxlen=_REMEMBERED)).append(took)
        for listener in self.listeners:
            listener(action, took)

    def expected(self, action: str, payload: bytes) -> Micros:
        """How long it will probably take: the observed 95th percentile, or the action's estimate while little is known.

        Raises:
            NetSentinelError: there is no such action, or the input does not fit it.
        """
        seen = self._seen.get(action)
        if seen is None or len(seen) < _ENOUGH:
            return self._estimate(action, payload)
        return sorted(seen)[min(len(seen) - 1, int(len(seen) * _SHARE))]

    def is_direct(self, action: str, mode: Mode, expected: Micros) -> bool:
        """Whether it is worth trying to answer without a task, where the action allows it."""
        return expected < self.short and self.is_short(mode, expected) and action not in self._large

    def had_large_result(self, action: str) -> None:
        """A result had to be fetched over HTTP, which takes a task: the action's next ones are tasks from the start."""
        self._large.add(action)

    def is_short(self, mode: Mode, expected: Micros) -> bool:
        """Whether the answer is awaited before anything else is said."""
        return mode == "sync" or (mode == "auto" and expected < self.short)
