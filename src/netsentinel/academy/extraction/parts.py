"""What names are made of: how much their words presume, how common those are in a text, what names share."""

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from netsentinel.academy.extraction.names import folded
from netsentinel.academy.extraction.words import STOP_WORDS, stem, word_facts

_FREE: Final = 2.0
"""Information up to which a word of a name says nothing: `of`, `system`."""
_MOST_WORDS: Final = 6
"""Of a name, that are taken apart; the first ones."""
_ENDS: Final = (3, 4)
_BEGINNINGS: Final = (4, 5)


def rareness(name: str) -> float:
    """How much a name presumes: the information of its words, beyond that of words which every text is made of."""
    facts = word_facts()
    return sum(max(0.0, facts.information(part) - _FREE) for part in folded(name))


def stems_of(name: str) -> frozenset[str]:
    """The stems of the words of a name that mean something."""
    return frozenset(stem(part) for part in _meaning(name))


@lru_cache(maxsize=1 << 12)
def parts_of(name: str) -> tuple[str, ...]:
    """What a name may share with those of its kind: stems, endings (`-etry`) and beginnings (`trig-`) of its words."""
    found: set[str] = set()
    for word in _meaning(name)[:_MOST_WORDS]:
        found.add(stem(word))
        found.update(f"-{word[-size:]}" for size in _ENDS)
        found.update(f"{word[:size]}-" for size in _BEGINNINGS)
    return tuple(sorted(found))


class TextNames:
    """All names of a text: a word that stands in many of them is one that the others build on."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._counts = Counter(part for name in names for part in stems_of(name))

    def commonness(self, name: str) -> float:
        """How common the words of a name are among them: the mean logarithm of how many names they stand in."""
        stems = sorted(stems_of(name))
        return sum(math.log(max(1, self._counts[part])) for part in stems) / len(stems) if stems else 0.0


def _meaning(name: str) -> list[str]:
    return [part for part in folded(name) if part not in STOP_WORDS]
