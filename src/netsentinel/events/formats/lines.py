"""What formats of text lines share."""

from functools import lru_cache

from netsentinel.kernel.clock import DAY, from_iso, to_iso
from netsentinel.kernel.types import Micros

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEAP_SEARCH = 8
"""So many years back there is always one in which 29 February exists."""


def as_text(line: bytes) -> str:
    """A line as text; bytes that are no UTF-8 become escapes, so that nothing an attacker writes gets lost."""
    return line.decode("utf-8", "backslashreplace")


def classic_time(said: str, received_at: Micros) -> Micros:
    """`Nov 21 09:02:05`, read as UTC in the latest year that does not put it more than a day after its receipt.

    Raises:
        ValueError: the text is no such time.
    """
    month, day, clock = said[:3], said[4:6], said[7:]
    if month not in _MONTHS:
        raise ValueError(f"{said[:64]!r} is no time")
    year = int(to_iso(received_at + DAY)[:4])
    date = f"{_MONTHS.index(month) + 1:02d}-{day.replace(' ', '0')}"
    for candidate in range(year, year - _LEAP_SEARCH, -1):
        try:
            at = _at(f"{candidate:04d}-{date}", clock)
        except ValueError:
            if date == "02-29":
                continue
            break
        if at <= received_at + DAY:
            return at
    raise ValueError(f"{said[:64]!r} is no time")


@lru_cache(maxsize=4096)
def _at(date: str, clock: str) -> Micros:
    return from_iso(f"{date}T{clock}+00:00")


def month_number(name: str) -> int:
    """1 for `Jan`.

    Raises:
        ValueError: there is no such month.
    """
    return _MONTHS.index(name) + 1
