"""One value of a field as the atoms see it, and the numbers and times that its text states."""

import re
from datetime import UTC, datetime

from netsentinel.detection.rules.model import Part
from netsentinel.kernel.clock import from_iso

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 64


class Said:
    """What is known of rules when an atom, or some together, are true: sets of rules as bits."""

    __slots__ = ("blocks", "first", "second", "steady")

    def __init__(self) -> None:
        self.first = 0
        """The rules whose first fresh need is met,"""
        self.second = 0
        """those whose second is,"""
        self.steady: tuple[int, ...] = ()
        """those whose first, second, ... steady need is,"""
        self.blocks = 0
        """and those that cannot be true."""

    def meets(self, number: int, rules: int) -> None:
        """The steady need of this number is met of these rules."""
        each = list(self.steady) + [0] * (number + 1 - len(self.steady))
        each[number] |= rules
        self.steady = tuple(each)

    def add(self, other: "Said") -> None:
        """What the other says is true as well."""
        self.first |= other.first
        self.second |= other.second
        self.blocks |= other.blocks
        for number, rules in enumerate(other.steady):
            self.meets(number, rules)


class Value:
    """A distinct value of a field, read once however often it comes.

    Args:
        text: the value as text.
    """

    __slots__ = ("low", "said", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower()
        """What is compared where case does not matter: both sides in lower case, for every script."""
        self.said: Said | None = None
        """What it says about rules, if anything; values that answer the same atoms share it."""


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
