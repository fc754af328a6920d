"""Prerequisites: which of two concepts must be understood first, from their names and from what the text says of them.

The names alone carry most: a definition is made of simpler things, so the concept whose words are rarer in
definitions is the one that builds on the other. The text adds who is defined by whom, who comes first, who is
needed to speak of whom.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from netsentinel.academy.extraction.model import FoundConcept, Mention, Prerequisite
from netsentinel.academy.extraction.parts import TextNames, rareness, stems_of

BIAS: Final = "bias"
RARER: Final = "rarer"
COMMON: Final = "common"
CONTAINS: Final = "contains"
SHARES: Final = "shares"
DEFINED_BY: Final = "defined by"
DEFINES: Final = "defines"
NEEDS: Final = "needs"
EARLIER: Final = "earlier"
REFERENCE: Final = "reference"

Features = Mapping[str, float]

_REASONS: Final[Mapping[str, str]] = {
    RARER: "{first} is made of more common words",
    COMMON: "the words of {first} stand in more names of the text",
    CONTAINS: "{then} has {first} in its name",
    DEFINED_BY: "the definition of {then} names {first}",
    NEEDS: "the text says so",
    EARLIER: "{first} is explained earlier",
    REFERENCE: "{then} is rarely explained without {first}",
}
"""Feature -> what it says for a suggestion, in words with the names of the two."""


class Pair(NamedTuple):
    """A concept and what may have to be understood before it, as keys."""

    concept: str
    prerequisite: str


@dataclass(frozen=True, slots=True)
class Question:
    """Whether one concept is needed for another, with what there is to judge it by."""

    pair: Pair
    names: Pair
    """What the two are called."""
    features: Features


_NO_NAMES: Final = TextNames()


def name_features(concept: str, prerequisite: str, among: TextNames = _NO_NAMES) -> dict[str, float]:
    """What two names say about whether the second is needed for the first, among all names of the text."""
    left, right = stems_of(concept), stems_of(prerequisite)
    features = {
        BIAS: 1.0,
        RARER: rareness(concept) - rareness(prerequisite),
        COMMON: among.commonness(prerequisite) - among.commonness(concept),
    }
    if right < left:
        features[CONTAINS] = 1.0
    elif left < right:
        features[CONTAINS] = -1.0
    elif left & right:
        features[SHARES] = 1.0
    return features


PRIOR: Final[Features] = {
    BIAS: -0.7,
    RARER: 0.25,
    COMMON: 0.3,
    CONTAINS: 1.2,
    SHARES: 0.2,
    DEFINED_BY: 1.6,
    DEFINES: -1.2,
    NEEDS: 2.2,
    EARLIER: 0.5,
    REFERENCE: 1.0,
}
"""Logistic weights before anybody has answered; set by judgement, learnt from no data set."""

LEAST_WEIGHT: Final = 0.6
MOST_PER_CONCEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where the concepts of a text are named, for comparing them."""

    chunks: Mapping[str, frozenset[int]]
    """Key -> numbers of the chunks that name it."""
    first: Mapping[str, int]
    """Key -> number of the sentence that names it first."""
    together: Mapping[Pair, Mention]
    """A sentence that names both."""
    defined: Mapping[Pair, Mention]
    """The sentence that defines the first and names the second."""
    needed: Mapping[Pair, Mention]
    """A sentence that says that the first needs the second."""


def text_features(pair: Pair, spoken: Spoken) -> dict[str, float]:
    """What a text says about whether the second concept is needed for the first."""
    concept, other = pair
    features: dict[str, float] = {}
    back = Pair(other, concept)
    if pair in spoken.defined:
        features[DEFINED_BY] = 1.0
    if back in spoken.defined:
        features[DEFINES] = 1.0
    if pair in spoken.needed:
        features[NEEDS] = 1.0
    if back in spoken.needed:
        features[NEEDS] = features.get(NEEDS, 0.0) - 1.0
    features[EARLIER] = 1.0 if spoken.first[other] < spoken.first[concept] else -1.0
    mine, theirs = spoken.chunks[concept], spoken.chunks[other]
    shared = len(mine & theirs)
    features[REFERENCE] = shared / len(mine) - shared / len(theirs)
    return features


def probability(features: Features, weights: Features) -> float:
    """How likely a suggestion with these features is right."""
    total = sum(value * weights.get(name, 0.0) for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


class Judge(Protocol):
    """Says how likely a suggestion is right."""

    @property
    def weights(self) -> Features:
        """How much each feature says."""
        ...

    def probability(self, question: Question) -> float:
        """How likely the second concept is needed for the first."""
        ...


def suggested(concepts: Sequence[FoundConcept], spoken: Spoken, judge: Judge) -> tuple[Prerequisite, ...]:
    """Suggestions with their evidence: pairs that a sentence names together, without cycles, the surest first."""
    names = {concept.key: concept.name for concept in concepts}
    among = TextNames(names.values())
    found: list[Prerequisite] = []
    for pair in sorted({*spoken.together, *spoken.defined, *spoken.needed}):
        if pair.concept not in names or pair.prerequisite not in names:
            continue
        called = Pair(names[pair.concept], names[pair.prerequisite])
        features = name_features(*called, among) | text_features(pair, spoken)
        weight = judge.probability(Question(pair, called, features))
        if weight < LEAST_WEIGHT:
            continue
        evidence = spoken.defined.get(pair) or spoken.needed.get(pair) or spoken.together[pair]
        found.append(
            Prerequisite(
                concept=pair.concept,
                prerequisite=pair.prerequisite,
                weight=round(weight, 4),
                evidence=evidence,
                reasons=reasons_for(features, judge.weights, called),
                features=tuple(sorted((name, round(value, 4)) for name, value in features.items())),
            )
        )
    found.sort(key=lambda one: (-one.weight, one.concept, one.prerequisite))
    return without_cycles(_few(found))


def reason_of(feature: str, names: Pair) -> str:
    """What a feature says for a suggestion about two of these names, in words; empty for one that has none."""
    return _REASONS.get(feature, "").format(first=names.prerequisite, then=names.concept)


def reasons_for(features: Features, weights: Features, names: Pair) -> tuple[str, ...]:
    """What speaks for a suggestion about two of these names, the strongest first, in words."""
    shares = {name: features.get(name, 0.0) * weights.get(name, 0.0) for name in _REASONS}
    strongest = sorted(shares, key=lambda name: -shares[name])
    return tuple(reason_of(name, names) for name in strongest if shares[name] > 0)


def _few(suggestions: Iterable[Prerequisite]) -> list[Prerequisite]:
    counts: dict[str, int] = defaultdict(int)
    kept: list[Prerequisite] = []
    for one in suggestions:
        counts[one.concept] += 1
        if counts[one.concept] <= MOST_PER_CONCEPT:
            kept.append(one)
    return kept


def without_cycles(suggestions: Iterable[Prerequisite]) -> tuple[Prerequisite, ...]:
    """The suggestions, in order, without those that would close a cycle with the ones before them."""
    needs: dict[str, set[str]] = defaultdict(set)
    kept: list[Prerequisite] = []
    for one in suggestions:
        if one.concept != one.prerequisite and not _reaches(needs, one.prerequisite, one.concept):
            needs[one.concept].add(one.prerequisite)
            kept.append(one)
    return tuple(kept)


def _reaches(needs: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for following in needs.get(waiting.pop(), ()):
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False
