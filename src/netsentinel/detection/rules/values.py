"""One value of a field as the atoms see it, and the numbers and times that its text states."""

import re
from datetime import UTC, datetime

from netsentinel.detection.rules.model import Part
from netsentinel.kernel.clock import from_iso

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 64


class Value:
    """A value of a field as a rule's logic compares it.

    Args:
        text: the value as text.
    """

    __slots__ = ("low", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower()
        """What is compared where case does not matter: both sides in lower case, for every script."""


def number_of(value: str) -> float | None:
    """The number that a text states in decimal digits; None for anything else (also for `inf`, `nan` and `1_000`)."""
    if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
        return None
    return int(value) if value.isdigit() else float(value)


def part_of(value: str, part: Part) -> float | None:
    """The part of the time that a text states, in UTC: ISO 8601, or seconds since 1970."""
    try:
        seconds = number_of(value)
        moment = datetime.fromtimestamp(from_iso(value) / 1_000_000 if seconds is None else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return float(moment.isocalendar().week if part is Part.WEEK else getattr(moment, part.value))
