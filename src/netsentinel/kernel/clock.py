"""The clock port: the only place where time enters the program, so that tests can own it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from netsentinel.kernel.types import Micros

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Microseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> Micros:
        """Microseconds since 1970-01-01 UTC, from the system."""
        return time.time_ns() // 1_000


def to_iso(at: Micros) -> str:
    """RFC 3339 in UTC with microseconds, for people and for JSON."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_iso(text: str) -> Micros:
    """Microseconds of an RFC 3339 / ISO 8601 time; without an offset it is read as UTC.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
