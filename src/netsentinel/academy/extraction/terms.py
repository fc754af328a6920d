"""Terms: runs of words that a text says often and that are rare elsewhere, ranked by C-value and information.

C-value (Frantzi, Ananiadou, Mima 2000): a candidate counts less for every time it stands inside a longer one.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.extraction.names import folded
from netsentinel.academy.extraction.words import STOP_WORDS, WordFacts, spelled, word_facts

_MOST_WORDS: Final = 4
_LEAST_COUNT: Final = 2
_LEAST_COUNT_ONE: Final = 4
_RARE: Final = 4.4
_BREAK: Final = re.compile(r"[,;:()\[\]{}\"\u201c\u201d\u2013\u2014/|<>=!?\u2022]|\.(?=\s|$)|\s-\s")
_NUMBER: Final = re.compile(r"^[\d.,%-]+\w?$")


@dataclass(frozen=True, slots=True)
class Term:
    """A candidate."""

    parts: tuple[str, ...]
    """Folded words."""
    name: str
    """As it is written most often."""
    count: int
    score: float
    """C-value, times the mean information of its words; only the order means something."""


def ranked_terms(sentences: Iterable[str], limit: int) -> list[Term]:
    """The best terms of a text, the best first; equal ones by their words."""
    facts = word_facts()
    counts: Counter[tuple[str, ...]] = Counter()
    spellings: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for segment in _BREAK.split(sentence):
            _count(segment, facts, counts, spellings)
    kept = {
        parts: count
        for parts, count in counts.items()
        if count >= (_LEAST_COUNT if len(parts) > 1 else _LEAST_COUNT_ONE)
    }
    nested: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for parts, count in kept.items():
        for inner in _inner(parts):
            if inner in kept:
                nested[inner].append(count)
    terms = [
        Term(parts, _spelling(spellings[parts]), count, round(_score(parts, count, nested.get(parts, ()), facts), 9))
        for parts, count in kept.items()
    ]
    good = [term for term in terms if term.score > 0]
    return sorted(good, key=lambda term: (-term.score, term.parts))[:limit]


def _count(
    segment: str,
    facts: WordFacts,
    counts: Counter[tuple[str, ...]],
    spellings: dict[tuple[str, ...], Counter[str]],
) -> None:
    written = spelled(segment)
    parts = [folded(word) for word in written]
    kinds = [_role(one, facts) for one in parts]
    for begin in range(len(written)):
        if "b" not in kinds[begin]:
            continue
        for end in range(begin + 1, min(len(written), begin + _MOST_WORDS) + 1):
            role = kinds[end - 1]
            if not role:
                break
            if "e" not in role:
                continue
            joined = tuple(part for one in parts[begin:end] for part in one)
            counts[joined] += 1
            spellings[joined][" ".join(written[begin:end])] += 1


def _role(parts: tuple[str, ...], facts: WordFacts) -> str:
    """`b` when a term may begin with the word, `e` when it may end with it; empty when it is in no term."""
    if not parts or any(part in STOP_WORDS for part in parts) or _NUMBER.match(parts[-1]):
        return ""
    last = parts[-1]
    if len(last) == 1:
        return "" if len(parts) == 1 else "be"
    kind = facts.kind(last)
    if kind == "r" or (kind == "v" and len(parts) == 1):
        return ""
    return "b" if kind == "a" else "be"


def _inner(parts: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for length in range(1, len(parts)):
        for begin in range(len(parts) - length + 1):
            yield parts[begin : begin + length]


def _score(parts: tuple[str, ...], count: int, longer: Sequence[int], facts: WordFacts) -> float:
    alone = count - (sum(longer) / len(longer) if longer else 0.0)
    informations = [facts.information(part) for part in parts]
    if alone < _LEAST_COUNT or (len(parts) == 1 and informations[0] < _RARE):
        return 0.0
    return math.log2(len(parts) + 1) * alone * sum(informations) / len(informations)


def _spelling(written: Counter[str]) -> str:
    """The most frequent spelling; of equal ones the one with fewer capital letters, then by the alphabet."""
    best = min(written, key=lambda name: (-written[name], sum(map(str.isupper, name)), name))
    return best if not best.isupper() or len(best.split()) == 1 else best.capitalize()
