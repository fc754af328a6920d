"""Which concepts may be one, or close: names that are written alike, of which descriptions and words fit too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.extraction.linking import Entry, Linker
from netsentinel.academy.extraction.names import folded
from netsentinel.academy.extraction.words import STOP_WORDS, stem

_LEAST: Final = 0.7
"""How alike names must be to be asked about."""
_INITIALS: Final = 0.9
_LEAST_INITIALS: Final = 3
_ASKED: Final = 4
"""How many of the best fits of a name are compared."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two concepts that may be one, or close."""

    one: str
    """Key of the concept that was asked about."""
    other: str
    likeness: float
    """From 0 to 1."""


def proposals(concepts: Mapping[str, Sequence[str]], asked: Iterable[str]) -> list[Proposal]:
    """For each concept that is asked about, those that it may be.

    Args:
        concepts: key -> names, of all that there are.
        asked: keys of those to find others for; a few hundred take about a second.
    """
    linker = Linker(Entry(key, ". ".join(names)) for key, names in concepts.items())
    initials: dict[str, list[str]] = {}
    for key, names in concepts.items():
        for short in {_initials(name) for name in names} - {""}:
            initials.setdefault(short, []).append(key)
    found: dict[tuple[str, str], float] = {}
    for key in asked:
        names = concepts[key]
        near = [link.key for name in names for link in linker.rank(name, _ASKED)]
        near += [other for name in names for other in initials.get(name.casefold(), ())]
        for other in dict.fromkeys(near):
            score = max(likeness(one, two) for one in names for two in concepts[other]) if other != key else 0.0
            if score >= _LEAST and found.get((other, key), 0.0) == 0.0:
                found[key, other] = score
    return [Proposal(one, other, round(score, 4)) for (one, other), score in found.items()]


def may_be_one(names: Iterable[str], others: Sequence[str]) -> bool:
    """Whether something of these names may be what has the others: alike, or all words of one stand in the other."""
    for one in names:
        words = set(_stems(one))
        for other in others:
            theirs = set(_stems(other))
            if not words or not theirs or words <= theirs or theirs <= words or likeness(one, other) >= _LEAST:
                return True
    return False


def likeness(one: str, other: str) -> float:
    """How alike two names are: 1 for the same words in other forms, 0 for nothing in common."""
    left, right = _stems(one), _stems(other)
    if not left or not right:
        return 0.0
    if sorted(left) == sorted(right):
        return 1.0
    if _initials(one) == other.casefold() or _initials(other) == one.casefold():
        return _INITIALS
    mine, theirs = _grams(" ".join(sorted(left))), _grams(" ".join(sorted(right)))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _stems(name: str) -> list[str]:
    return [stem(part) for word in folded(name) for part in word.split("-") if part and part not in STOP_WORDS]


def _initials(name: str) -> str:
    words = [word for word in name.replace("-", " ").split() if word.casefold() not in STOP_WORDS]
    return "".join(word[0] for word in words).casefold() if len(words) >= _LEAST_INITIALS else ""


def _grams(text: str) -> set[str]:
    padded = f"^{text}$"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
