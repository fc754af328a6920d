"""Finding known names in text: every spelling is one tuple of words, looked up where its first word stands."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from netsentinel.academy.extraction.model import Document, KnownConcept, PassageKind
from netsentinel.academy.extraction.words import STOP_WORDS, sentences, singular, word_facts, words

MOST_NAME_WORDS: Final = 12
_PLURAL_SHORT: Final = re.compile(r"\b([A-Z]{2,})s\b")
_SHORT: Final = 60
"""Characters up to which a text is a name or a word, which comes again, rather than a sentence."""
_COMMON: Final = 4.0
"""Information below which a single word is too common to stand for a concept wherever it is met."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a name stands: from word to word of the sentence, the end excluded."""

    begin: int
    end: int
    key: str


def folded(name: str) -> tuple[str, ...]:
    """A name as its words are compared: hyphens are spaces, plurals are singular."""
    return _folded_name(name) if len(name) <= _SHORT else _folded(name)


def _folded(name: str) -> tuple[str, ...]:
    return tuple(singular(part) for word in words(_PLURAL_SHORT.sub(r"\1", name)) for part in _parts(word))


_folded_name = lru_cache(maxsize=1 << 16)(_folded)


def key_of(name: str) -> str:
    """How a concept without a key of its own is told from others."""
    return " ".join(folded(name))


def _parts(word: str) -> Iterable[str]:
    return (part for part in word.replace("\u2010", "-").replace("\u2011", "-").split("-") if part)


class Names:
    """Names and the concepts that they stand for. The first concept that brings a name keeps it."""

    def __init__(self, concepts: Iterable[KnownConcept] = ()) -> None:
        self._keys: dict[tuple[str, ...], str] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for concept in concepts:
            for name in concept.names:
                self.add(name, concept.key)

    def add(self, name: str, key: str) -> None:
        """Have a name stand for a concept."""
        parts = folded(name)
        if 0 < len(parts) <= MOST_NAME_WORDS and self._keys.setdefault(parts, key) == key:
            self._lengths[parts[0]].add(len(parts))

    def discard(self, name: str, key: str) -> None:
        """Have a name no longer stand for this concept."""
        parts = folded(name)
        if self._keys.get(parts) == key:
            del self._keys[parts]

    def get(self, name: str) -> str:
        """The concept that a name stands for; empty for none."""
        return self._keys.get(folded(name), "")

    def spots(self, parts: Sequence[str]) -> list[Spot]:
        """Where names stand among the folded words of a sentence: from the left, the longest first, none in another."""
        found: list[Spot] = []
        at = 0
        while at < len(parts):
            spot = self._longest(parts, at)
            if spot:
                found.append(spot)
            at = spot.end if spot else at + 1
        return found

    def _longest(self, parts: Sequence[str], at: int) -> Spot | None:
        for length in sorted(self._lengths.get(parts[at], ()), reverse=True):
            key = self._keys.get(tuple(parts[at : at + length]))
            if key and at + length <= len(parts):
                return Spot(at, at + length, key)
        return None


def named_in(document: Document, names: Names) -> set[str]:
    """The concepts whose names stand in a document, outside of code."""
    return {
        spot.key
        for passage in document.passages
        if passage.kind is not PassageKind.CODE
        for sentence in sentences(passage.text)
        for spot in names.spots(folded(sentence))
    }


def is_telling(name: str) -> bool:
    """Whether a name found in running text means its concept: one common word, such as `server` or `data`, does not."""
    parts = folded(name)
    if len(parts) != 1:
        return any(part not in STOP_WORDS for part in parts)
    return parts[0] not in STOP_WORDS and word_facts().information(parts[0]) >= _COMMON
