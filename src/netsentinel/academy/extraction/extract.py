"""From a document to its concepts and prerequisites, in one pass: no model, no network, the same result every time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from typing import Final

from netsentinel.academy.extraction.answers import Learnt
from netsentinel.academy.extraction.chunks import chunked
from netsentinel.academy.extraction.concepts import WEIGHTS, Candidate, candidates
from netsentinel.academy.extraction.model import (
    Document,
    Extraction,
    Found,
    FoundConcept,
    KnownConcept,
    Mention,
    Passage,
    PassageKind,
)
from netsentinel.academy.extraction.names import Names, folded, key_of
from netsentinel.academy.extraction.prerequisites import Pair, Spoken, suggested
from netsentinel.academy.extraction.weaknesses import weaknesses_in
from netsentinel.academy.extraction.words import sentences, words

_MOST_MENTIONS: Final = 100
_WORDS_PER_TERM: Final = 150
_LEAST_TERMS: Final = 8
_MOST_TERMS: Final = 60
_MOST_CONCEPTS: Final = 150
_MOST_NAMED_TOGETHER: Final = 8
"""Sentences that name more concepts are lists, and say nothing about any two of them."""

_NEEDS: Final = """
requires / require / depend on / depends on / builds on / build on / based on / relies on / rely on / assumes /
extends / special case of / consists of / composed of / made of / type of / kind of / form of / variant of
"""
"""What stands between two concepts when a sentence says that the first needs the second."""
_NEEDED: Final = """
required for / necessary for / needed for / prerequisite for / prerequisite of / basis of / basis for / foundation of /
foundation for / before / leads to
"""
"""The same the other way round."""
_CUES: Final = tuple(
    (tuple(cue.split()), is_forward)
    for cues, is_forward in ((_NEEDS, True), (_NEEDED, False))
    for cue in cues.split("/")
)
_MOST_BETWEEN: Final = 6
"""Words between two concepts; further apart, they belong to something else."""


@dataclass
class _Ledger:
    """What was counted while the sentences were read."""

    mentions: dict[str, list[Mention]] = field(default_factory=lambda: defaultdict(list[Mention]))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    chunks: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set[int]))
    first: dict[str, int] = field(default_factory=dict[str, int])
    together: dict[Pair, Mention] = field(default_factory=dict[Pair, Mention])
    defined: dict[Pair, Mention] = field(default_factory=dict[Pair, Mention])
    needed: dict[Pair, Mention] = field(default_factory=dict[Pair, Mention])


def extract(document: Document, known: Iterable[KnownConcept] = (), state: Learnt | None = None) -> Extraction:
    """Everything that can be found in a document.

    Args:
        document: what a reader made of it.
        known: the concepts that there are, with all their names; a name that they share belongs to the first. The
            weaknesses that the text names stand behind them.
        state: what answers taught the model of prerequisites; without, what it knows before any.
    """
    chunks, placed = chunked(document.passages)
    total = sum(len(words(passage.text)) for _, passage in placed if passage.kind is not PassageKind.CODE)
    most_terms = max(_LEAST_TERMS, min(_MOST_TERMS, total // _WORDS_PER_TERM))
    found = candidates(placed, (*known, *weaknesses_in(document)), most_terms=most_terms)
    names = Names()
    for one in found.values():
        for alias in sorted(one.aliases):
            names.add(alias, one.key)
    ledger = _read(placed, names, found)
    concepts = _weighed(found, ledger)
    spoken = Spoken(
        {key: frozenset(numbers) for key, numbers in ledger.chunks.items()},
        ledger.first,
        ledger.together,
        ledger.defined,
        ledger.needed,
    )
    return Extraction(document, tuple(chunks), concepts, suggested(concepts, spoken, state or Learnt()), total)


def _read(placed: Sequence[tuple[int, Passage]], names: Names, found: dict[str, Candidate]) -> _Ledger:
    ledger = _Ledger()
    definitions = {one.definition: key for key, one in found.items() if one.definition}
    number = 0
    for chunk, passage in placed:
        if passage.kind is PassageKind.CODE:
            continue
        term = (names.get(passage.term) or key_of(passage.term)) if passage.term else ""
        for sentence in sentences(passage.text):
            number += 1
            defines = term or definitions.get(sentence[:600], "")
            mention = Mention(chunk=chunk, position=passage.position, sentence=sentence)
            _sentence(ledger, names, mention, number, defines)
    return ledger


def _sentence(ledger: _Ledger, names: Names, mention: Mention, number: int, defines: str) -> None:
    parts = folded(mention.sentence)
    spots = names.spots(parts)
    keys = list(dict.fromkeys(spot.key for spot in spots))
    for spot in spots:
        ledger.counts[spot.key] += 1
    for key in keys:
        ledger.first.setdefault(key, number)
        ledger.chunks[key].add(mention.chunk)
        if len(ledger.mentions[key]) < _MOST_MENTIONS:
            ledger.mentions[key].append(mention)
    if len(keys) > _MOST_NAMED_TOGETHER:
        return
    for left, right in permutations(keys, 2):
        ledger.together.setdefault(Pair(left, right), mention)
        if left == defines:
            ledger.defined.setdefault(Pair(left, right), mention)
    for left, right in pairwise(spots):
        if left.key != right.key and (direction := _cue(parts[left.end : right.begin])) is not None:
            pair = Pair(left.key, right.key) if direction else Pair(right.key, left.key)
            ledger.needed.setdefault(pair, mention)


def _cue(between: Sequence[str]) -> bool | None:
    """Whether what stands between two concepts says that the first needs the second (or the other way round)."""
    if len(between) > _MOST_BETWEEN:
        return None
    for cue, is_forward in _CUES:
        if any(tuple(between[at : at + len(cue)]) == cue for at in range(len(between) - len(cue) + 1)):
            return is_forward
    return None


def _weighed(found: dict[str, Candidate], ledger: _Ledger) -> tuple[FoundConcept, ...]:
    """The concepts that the text names, the most important first."""
    concepts: list[FoundConcept] = []
    for key, one in found.items():
        count = ledger.counts.get(key, 0)
        if not count:
            continue
        often = min(0.1, 0.02 * (count - 1))
        concepts.append(
            FoundConcept(
                name=one.name,
                key=key,
                found=one.found,
                weight=round(min(1.0, WEIGHTS[one.found] + often), 4),
                definition=one.definition,
                mentions=tuple(ledger.mentions[key]),
                count=count,
            )
        )
    concepts.sort(key=lambda one: (-one.weight, -one.count, one.key))
    sure = [one for one in concepts if one.found is Found.KNOWN]
    others = [one for one in concepts if one.found is not Found.KNOWN][:_MOST_CONCEPTS]
    return tuple(sorted((*sure, *others), key=lambda one: (-one.weight, -one.count, one.key)))
