"""How a request is answered: at once, or as a task that reports. It learns from what it has seen."""

from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros, TenantId

Mode = Literal["auto", "sync", "async"]

SHORT: Final[Micros] = 5 * SECOND
"""An action whose 95th percentile is below this answers at once (document 004's threshold)."""

_REMEMBERED: Final = 200
"""Durations of an action that are looked at."""
_ENOUGH: Final = 5
"""With fewer of them, the action's own estimate counts."""
_SHARE: Final = 0.95
_LARGE_FOR: Final[Micros] = 5 * MINUTE


class Router:
    """Decides for each request; one for all connections of a process.

    Args:
        estimate: an action's first guess for an input, as the action states it.
        now: a clock that does not jump, in microseconds.
        short: below this an action answers at once.
    """

    def __init__(
        self, estimate: Callable[[str, bytes], Micros], now: Callable[[], Micros], *, short: Micros = SHORT
    ) -> None:
        self.short = short
        self._estimate = estimate
        self._now = now
        self._seen: dict[str, deque[Micros]] = {}
        self._large: dict[tuple[TenantId, str], Micros] = {}  # until when; at most one for each tenant and action
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

    def is_direct(self, tenant: TenantId, action: str, mode: Mode, expected: Micros) -> bool:
        """Whether it is worth trying to answer without a task, where the action allows it."""
        if expected >= self.short or not self.is_short(mode, expected):
            return False
        until = self._large.get((tenant, action))
        if until is not None and until <= self._now():
            del self._large[tenant, action]
            until = None
        return until is None

    def had_large_result(self, tenant: TenantId, action: str) -> None:
        """A result had to be fetched over HTTP, which takes a task: the tenant's next ones are tasks from the start.

        After five minutes it is tried again: others of the tenant may ask for less.
        """
        self._large[tenant, action] = self._now() + _LARGE_FOR

    def is_short(self, mode: Mode, expected: Micros) -> bool:
        """Whether the answer is awaited before anything else is said."""
        return mode == "sync" or (mode == "auto" and expected < self.short)
