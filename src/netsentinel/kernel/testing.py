"""Fakes for the kernel's ports."""

from netsentinel.kernel.types import Micros


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: Micros = 1_780_000_000_000_000) -> None:
        self._now = now

    def now(self) -> Micros:
        """Microseconds since 1970-01-01 UTC, as set."""
        return self._now

    def advance(self, micros: Micros) -> None:
        """Move forward (or, with a negative step, backward)."""
        self._now += micros
