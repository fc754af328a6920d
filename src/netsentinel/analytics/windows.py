"""How a window is stated, and how it is divided so that a drawing has about sixty buckets."""

import re
from typing import Final

from netsentinel.analytics.model import Window
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros

_UNITS: Final = {"m": MINUTE, "h": HOUR, "d": DAY}
_TEXT: Final = re.compile(r"(\d{1,5})([mhd])", re.ASCII)
_BUCKETS: Final = 60
_LONGEST: Final = 90 * DAY
_STEPS: Final = tuple(count * SECOND for count in (10, 30, 60, 120, 300)) + tuple(
    count * MINUTE for count in (10, 20, 30, 60, 120, 240, 480, 720, 1_440, 2_880)
)
"""Widths of buckets. Counts are kept in stretches of ten seconds and of ten minutes (`tasks/timeline.py`)."""


def length_of(text: str) -> Micros:
    """Microseconds of a window such as `15m`, `24h` or `7d`.

    Raises:
        InvalidInputError: it is no window, or not from a minute to 90 days.
    """
    parts = _TEXT.fullmatch(text)
    length = int(parts[1]) * _UNITS[parts[2]] if parts else 0
    if not MINUTE <= length <= _LONGEST:
        raise InvalidInputError(f"{text[:40]!r} is no window: write for example 15m, 24h or 7d, from 1m to 90d.")
    return length


def window_of(length: Micros, now: Micros) -> Window:
    """The window from the bucket that `length` ago was in to the bucket of `now`, both whole."""
    width = next((step for step in _STEPS if step * _BUCKETS >= length), _STEPS[-1])
    return Window(since=max(0, (now - length) // width * width), until=(now // width + 1) * width, bucket_us=width)
