"""Words, stems and sentences of any text, and what is known of English words: how common they are in definitions."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from netsentinel.kernel.errors import NotFoundError

# Combining marks belong to their word: Indic vowel signs, Arabic and Hebrew points, accents that NFKC does not compose.
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0980-\u0dff\u0e31-\u0e4e\u200c\u200d"
)
_TOKEN: Final = re.compile(
    rf"(?:[^\W_]|[{_MARKS}]){{1,100}}(?:['\u2019.\-\u2010\u2011&](?:[^\W_]|[{_MARKS}]){{1,100}}){{0,20}}"
)
"""Bounded, because the engine remembers each repeat: a word of 16 MiB would take it 2 GB."""
_SENTENCE_END: Final = re.compile(
    r"(?<=[.!?\u2026])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c(\[]?[A-Z0-9\u00c0-\u00de])|(?<=[\u3002\uff01\uff1f])"
)
_ABBREVIATION: Final = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs?|cf|al|Dr|Mr|Ms|Mrs|Prof|Fig|No|St|approx)|\b[A-Z])\.$")
_LONGEST_ABBREVIATION: Final = 20
_LONGEST_WORD: Final = 1_000
"""Characters; what is longer is none, and nobody else could do anything while it was looked at in one piece."""
MOST_SENTENCE_WORDS: Final = 60
"""A sentence without a full stop, as in spoken text, is cut after so many words."""

_SUFFIXES: Final = ("ies", "ing", "ers", "ion", "ity", "es", "ed", "er", "al", "ic", "ly", "s", "e", "y")
_LEAST_STEM: Final = 4

_FUNCTION_WORDS: Final = """
a about above after again against all almost also although always am among an and another any anyone anything are as
at away back be became because become been before behind being below between both but by came can cannot could did
do does doing done down during each either else enough even ever every everyone everything few first for from
further get gets getting go goes going gone got had has have having he her here hers him his how however i if in
instead into is it its itself just kind know last least less let lets like likely look lot made make makes making
many may maybe me might mine more most much must my need needs never next no nobody none nor not nothing now of off
often okay on once one only onto or other others otherwise our ours out over own per perhaps please quite rather
really right same say says see seen several shall she should since so some somebody someone something sometimes soon
still such sure take taken takes than that the their theirs them then there therefore these they thing things this
those though through thus to together too toward try two under until up upon us use used uses using usually very via
want was way we well went were what whatever when where whether which while who whole whom whose why will with
within without would yes yet you your yours you're it's don't we're that's i'm let's there's they're we'll you'll
doesn't isn't can't won't didn't um uh er gonna yeah ok etc eg ie
"""
STOP_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""What no concept begins or ends with."""


def normal(text: str) -> str:
    """Text as it is compared: NFKC, without differences of case."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """The words of a text as they are compared, in order; hyphens, dots and apostrophes inside a word stay."""
    return _TOKEN.findall(normal(text))


def spelled(text: str) -> list[str]:
    """The words of a text as they are written."""
    return _TOKEN.findall(text)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, trimmed; what has no full stop is cut after 60 words, a word after 1,000 characters."""
    begin = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(begin, match.start() - _LONGEST_ABBREVIATION) : match.start()]):
            continue
        yield from _cut(text[begin : match.start()])
        begin = match.end()
    yield from _cut(text[begin:])


def _cut(sentence: str) -> Iterator[str]:
    parts = sentence.split()
    if len(sentence) > _LONGEST_WORD:
        parts = [part[at : at + _LONGEST_WORD] for part in parts for at in range(0, len(part), _LONGEST_WORD)]
    for start in range(0, len(parts), MOST_SENTENCE_WORDS):
        yield " ".join(parts[start : start + MOST_SENTENCE_WORDS])


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What the forms of a word have in common: a coarse stem that leaves at least four letters."""
    while True:
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM:
                word = word.removesuffix(suffix)
                break
        else:
            return word


def singular(word: str) -> str:
    """An English word without its plural ending; other words as they are."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ous", "'s")):  # noqa: PLR2004 - `dns`
        return word
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word.removesuffix("es")
    return word.removesuffix("s")


@dataclass(frozen=True, slots=True)
class WordFacts:
    """How common English words are in definitions, and what they mostly are."""

    counts: Mapping[str, int]
    kinds: Mapping[str, str]
    """n, v, a or r."""
    total: int

    def information(self, word: str) -> float:
        """How rare a word is where things are defined: 1.2 for `the`, 3.4 for `force`, 6.6 for what never stands there.

        It is -log10 of the word's share. The definition of a thing is made of simpler things (see README).
        """
        parts = [part for part in re.split(r"[^a-z]+", word) if part] or [word]
        return max(self._one(part) for part in parts)

    def _one(self, word: str) -> float:
        bare = word.rstrip("s")
        count = max(self.counts.get(word, 0), self.counts.get(bare, 0), self.counts.get(word + "s", 0))
        return -math.log10((count + 0.3) / self.total)

    def kind(self, word: str) -> str:
        """n, v, a or r, also of inflected forms; empty when nothing is known."""
        if (found := self.kinds.get(word, "-")) != "-":
            return found
        for bare in _bare(word):
            if (found := self.kinds.get(bare, "-")) != "-":
                return found
        return ""


def _bare(word: str) -> Iterator[str]:
    if word.endswith("s"):
        yield singular(word)
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            root = word.removesuffix(suffix)
            yield root
            yield root + "e"
            if root[-1:] == root[-2:-1]:
                yield root[:-1]


@cache
def word_facts() -> WordFacts:
    """What the bundled table knows of English words.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    counts: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for line in bundled("definition_words.tsv").splitlines():
        if line.startswith("#"):
            continue
        word, count, kind = line.split("\t")
        counts[word], kinds[word] = int(count), kind
    return WordFacts(counts, kinds, sum(counts.values()))


def bundled(name: str) -> str:
    """A table of the academy that comes with NetSentinel.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    package = Path(__file__).resolve().parents[2]
    for root in (package, package.parents[1]):
        file = root / "content" / "academy" / name
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise NotFoundError(f"The bundled {name} is missing from this installation; please install NetSentinel again.")
