"""Linking a text to the concepts that there are: which descriptions fit these words best, without any model.

Words are weighed by BM25 (Robertson, Zaragoza 2009). A word of the query also finds its stem, words that are
written much alike (character trigrams), and phrases of two. The first sentence, where a description says what the
thing is, counts more; the text of links, which speaks of other things, counts less. The figures were chosen on the
ATT&CK techniques for industrial control systems and on sections of the OWASP cheat sheets, not on the Enterprise
techniques that measure it.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from netsentinel.academy.extraction.words import STOP_WORDS, sentences, stem, words

_K1: Final = 2.0
_B: Final = 0.75
_ALIKE: Final = 0.25
_LEAST_ALIKE: Final = 0.35
_PHRASE: Final = 0.6
_FIRST: Final = 2.0
_MOST_ALIKE: Final = 12
_ASIDE: Final = 0.3
_LINKED: Final = re.compile(r"\[([^\]\n]{1,200})\]\([^()\s]{1,400}\)|\(Citation:([^()]{1,200})\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that texts can be linked to."""

    key: str
    text: str
    """What it is, in sentences; names that it should be found by belong into it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A concept that fits."""

    key: str
    score: float
    """Only the order means something."""


class Linker:
    """Ranks entries for a text. Building is linear in the entries; a query looks only at those that share something."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._keys: list[str] = []
        self._lengths: list[float] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            self._add(entry)
        self._mean = (sum(self._lengths) / len(self._lengths)) if self._lengths else 1.0
        for word in sorted(feature for feature in self._postings if feature.startswith("w:")):
            for gram in _grams(word[2:]):
                self._alike[gram].append(word[2:])

    def rank(self, text: str, limit: int = 5) -> list[Link]:
        """The entries that fit best, the best first; equal ones in the order in which they were given."""
        scores: dict[int, float] = defaultdict(float)
        for feature, weight in self._query(text):
            rows = self._postings.get(feature, ())
            if not rows:
                continue
            idf = math.log1p((len(self._keys) - len(rows) + 0.5) / (len(rows) + 0.5))
            for row, count in rows:
                norm = _K1 * (1 - _B + _B * self._lengths[row] / self._mean)
                scores[row] += weight * idf * count * (_K1 + 1) / (count + norm)
        best = sorted(scores, key=lambda row: (-scores[row], row))[:limit]
        return [Link(self._keys[row], scores[row]) for row in best]

    def _add(self, entry: Entry) -> None:
        row = len(self._keys)
        self._keys.append(entry.key)
        counts: dict[str, float] = defaultdict(float)
        aside = _content(" ".join(link[1] or link[2] for link in _LINKED.finditer(entry.text)))
        for feature, count in _features(aside).items():
            counts[feature] += _ASIDE * count
        length = 0
        for number, sentence in enumerate(sentences(_LINKED.sub(" ", entry.text))):
            found = _content(sentence)
            length += len(found)
            for feature, count in _features(found).items():
                counts[feature] += count * (_FIRST if number == 0 else 1.0)
        self._lengths.append(float(length))
        for feature, total in counts.items():
            self._postings[feature].append((row, total))

    def _query(self, text: str) -> list[tuple[str, float]]:
        """The features that stand for a query, with their weights."""
        found = _content(text)
        stems = [stem(word) for word in found]
        features: list[tuple[str, float]] = []
        for word, one in zip(found, stems, strict=True):
            features += [("w:" + word, 1.0), ("s:" + one, 1.0)]
            features += [("w:" + other, _ALIKE * likeness) for other, likeness in self._similar(word)]
        features += [(f"p:{left} {right}", _PHRASE) for left, right in pairwise(stems)]
        return features

    def _similar(self, word: str) -> list[tuple[str, float]]:
        grams = _grams(word)
        shared: Counter[str] = Counter(other for gram in grams for other in self._alike.get(gram, ()))
        alike = [
            (other, 2 * count / (len(grams) + len(_grams(other)))) for other, count in shared.items() if other != word
        ]
        good = [(other, likeness) for other, likeness in alike if likeness >= _LEAST_ALIKE]
        return sorted(good, key=lambda pair: (-pair[1], pair[0]))[:_MOST_ALIKE]


def _content(text: str) -> list[str]:
    return [part for word in words(text) for part in word.split("-") if part and part not in STOP_WORDS]


def _features(found: list[str]) -> Counter[str]:
    stems = [stem(word) for word in found]
    features: Counter[str] = Counter("w:" + word for word in found)
    features.update("s:" + one for one in stems)
    features.update(f"p:{left} {right}" for left, right in pairwise(stems))
    return features


def _grams(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
