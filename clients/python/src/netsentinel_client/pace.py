"""When to try again, and how fast to send."""

import asyncio
from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.5
MOST_S: Final = 30.0
_DOUBLINGS: Final = 10
_STAY_BELOW: Final = 0.9
"""The server's bucket and ours do not tick alike; so much of the allowed rate is used."""


def backoff_s(attempt: int, chance: float) -> float:
    """Seconds to wait before attempt `attempt` (from 0): "equal jitter", half of the step fixed and half random.

    After Brooker, "Exponential Backoff and Jitter", 2015. `chance` is in [0, 1).
    """
    step = min(MOST_S, FIRST_S * 2 ** min(attempt, _DOUBLINGS))
    return step / 2 + step / 2 * chance


class Pace:
    """A token bucket: never more frames than the server's welcome allows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._per_second = 0.0
        self._burst = 0.0
        self._tokens = 0.0
        self._at = clock()

    def allow(self, per_second: int, burst: int) -> None:
        """Begin anew with the limits of a connection; 0 means that none are known."""
        self._per_second = per_second * _STAY_BELOW
        self._burst = max(1.0, burst * _STAY_BELOW - 1)  # the hello has been one
        self._tokens = self._burst
        self._at = self._clock()

    async def wait(self) -> None:
        """Wait until one more frame may be sent."""
        if self._per_second <= 0:
            return
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            await asyncio.sleep((1 - self._tokens) / self._per_second)
            self._tokens = 1
            self._at = self._clock()
        self._tokens -= 1
