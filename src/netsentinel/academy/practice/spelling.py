"""How a typed answer is compared: in one spelling, letting some typing errors pass, and numbers with units."""

import re
import unicodedata
from typing import Final

from netsentinel.academy.practice.model import Number

_READ: Final = 400
"""Characters of an answer that are looked at."""
_BETWEEN: Final = re.compile(r"[\W_]+")
_ARTICLES: Final = frozenset({"a", "an", "the"})
_ONE_TYPO: Final = 5
_TWO_TYPOS: Final = 10
_NUMBER: Final = re.compile(r"([+-]?)(\d[\d  _.,']*)(?:e([+-]?\d{1,3}))?\s*([^\d\s].{0,19})?", re.IGNORECASE)
_MARK: Final = re.compile(r"[.,]")
_THOUSANDS: Final = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")


def plain(text: str) -> str:
    """A text in one spelling: without capitals, marks, punctuation and articles."""
    folded = unicodedata.normalize("NFKD", text[:_READ]).casefold()
    words = _BETWEEN.sub(" ", "".join(one for one in folded if not unicodedata.combining(one))).split()
    return " ".join(word for word in words if word not in _ARTICLES or len(words) == 1)


def typos_let_pass(right: str) -> int:
    """How many typing errors are let pass in an answer: none in figures, one from 5 letters, two from 10."""
    if any(char.isdigit() for char in right) or len(right) < _ONE_TYPO:
        return 0
    return 1 if len(right) < _TWO_TYPOS else 2


def distance(first: str, second: str, most: int) -> int:
    """Letters that are left out, added, changed, or swapped with their neighbour; `most + 1` when there are more."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        older, before, row = before, row, [at]
        for other, wanted in enumerate(second, 1):
            cost = min(before[other] + 1, row[other - 1] + 1, before[other - 1] + (letter != wanted))
            if at > 1 and other > 1 and letter == second[other - 2] and first[at - 2] == wanted:
                cost = min(cost, older[other - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


def number_of(text: str, number: Number) -> float | None:
    """What a typed number comes to in the question's own unit; None when it is no number, or of another unit.

    `1,500`, `1 500` and `1500` are the same; `1,5` is one and a half. Without a unit it is meant in the question's.
    """
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text[:_READ]).strip().replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    sign, digits, power, unit = found.groups()
    factor = _factor(unit or "", number)
    tidy = _figure(re.sub(r"[ _']", "", digits))
    if factor is None or tidy is None:
        return None
    return float(f"{sign}{tidy}e{power or 0}") * factor


def _figure(digits: str) -> str | None:
    """The digits with a point, whichever marks they are grouped by."""
    tidy = digits.rstrip(".,") or digits
    marks = set(_MARK.findall(tidy))
    if len(marks) == 2:  # noqa: PLR2004 - the last one stands before the fraction
        last = max(tidy.rfind("."), tidy.rfind(","))
        whole, part = _MARK.sub("", tidy[:last]), tidy[last + 1 :]
        return f"{whole}.{part}"
    if "," in marks and _THOUSANDS.fullmatch(tidy):
        return tidy.replace(",", "")
    if len(_MARK.findall(tidy)) > 1:
        return _MARK.sub("", tidy) if _THOUSANDS.fullmatch(tidy) else None
    return tidy.replace(",", ".")


def _factor(unit: str, number: Number) -> float | None:
    wanted = unit.strip().casefold()
    if wanted in {"", number.unit.casefold()}:
        return 1.0
    exact = {one.name: one.factor for one in number.units}
    return exact.get(unit.strip()) or {name.casefold(): factor for name, factor in exact.items()}.get(wanted)
