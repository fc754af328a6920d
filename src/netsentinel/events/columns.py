"""How formats read native values into columns: whatever the sender wrote, a column keeps its own type."""

from functools import lru_cache
from typing import Any, cast

from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import Micros

_DIGITS = "0123456789"
_EMPTY: dict[str, Any] = {}
_YEAR_10000 = 253_402_300_800
_CLOCK = len("2026-11-21T07:35:00")
_MICRO_DIGITS = 6
_MICROS = tuple(10 ** (_MICRO_DIGITS - digits) for digits in range(_MICRO_DIGITS + 1))
"""How many microseconds the last of so many digits stands for."""
_ZONES = frozenset({"Z", "+", "-"})


def text(value: Any) -> str:
    """A string as it is; anything else is not a text and gives the empty string."""
    return value if type(value) is str else ""


def number(value: Any) -> int:
    """A whole number, also from a float or from digits in a string; anything else gives 0."""
    if type(value) is int:
        return value
    if type(value) is float or type(value) is str:
        try:
            return int(float(value))
        except (ValueError, OverflowError):
            return 0
    return 0


def table(value: Any) -> dict[str, Any]:
    """A JSON object as it is; anything else gives an empty one (never change it)."""
    return cast("dict[str, Any]", value) if type(value) is dict else _EMPTY


def first(value: Any) -> Any:
    """The first element of a list, or the value itself."""
    if type(value) is list:
        items = cast("list[Any]", value)
        return items[0] if items else None
    return value


def epoch_seconds(value: float) -> Micros:
    """Microseconds of a time in seconds since 1970, rounded to the microsecond that was meant.

    Raises:
        ValueError: the time lies before 1970 or after the year 9999.
    """
    if not 0 <= value < _YEAR_10000:
        raise ValueError("the time lies outside of the years 1970 to 9999")
    return round(value * 1_000_000)


def iso_time(value: str) -> Micros:
    """Microseconds of an ISO 8601 time; busy logs repeat their seconds, so those are read once.

    Raises:
        ValueError: the text is no such time.
    """
    if value[_CLOCK : _CLOCK + 1] == ".":
        fraction = value[_CLOCK + 1 :]
        if fraction.isdigit() and fraction.isascii():
            digits = len(fraction)
            micros = int(fraction) * _MICROS[digits] if digits <= _MICRO_DIGITS else int(fraction[:_MICRO_DIGITS])
            return _whole(value[:_CLOCK]) + micros
        zone = fraction.lstrip(_DIGITS)
        fraction = fraction[: len(fraction) - len(zone)]
        if fraction and zone[:1] in _ZONES:
            return _whole(value[:_CLOCK] + zone) + _micros(fraction)
    return from_iso(value)


def _micros(fraction: str) -> Micros:
    """Of the digits behind the point: Windows writes three or seven, others six or nine."""
    if len(fraction) > _MICRO_DIGITS:
        fraction = fraction[:_MICRO_DIGITS]
    return int(fraction) * _MICROS[len(fraction)]


_whole = lru_cache(maxsize=4096)(from_iso)
