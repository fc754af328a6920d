"""What people said of suggestions, what that taught, and what to ask next."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction.parts import parts_of
from netsentinel.academy.extraction.prerequisites import BIAS, PRIOR, Features, Pair, Question, probability

_TIRED: Final = 0.5
"""What a doubt is worth less with each question about the same concept that is asked before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a suggestion."""

    question: Question
    """As it was when it was suggested."""
    is_right: bool

    @property
    def features(self) -> Features:
        """What the suggestion was judged by."""
        return self.question.features


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights, and how basic concepts and parts of names turned out to be."""

    weights: Features = field(default_factory=lambda: dict(PRIOR))
    basic: Mapping[str, float] = field(default_factory=dict[str, float])
    """Key -> how much more basic a concept is than its name looks, in logits; of those that people were asked about."""
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Part of names -> the same of all whose names hold it, which tells of concepts that nobody was asked about."""

    def probability(self, question: Question) -> float:
        """How likely the second concept is needed for the first, after all that was answered."""
        needed = self._basic(question.pair.prerequisite, question.names.prerequisite)
        offset = needed - self._basic(question.pair.concept, question.names.concept)
        return probability({**question.features, BIAS: 1.0, "offset": offset}, {**self.weights, "offset": 1.0})

    def _basic(self, key: str, name: str) -> float:
        if (known := self.basic.get(key)) is not None or not self.parts:
            return known or 0.0
        parts = parts_of(name)
        return sum(self.parts.get(part, 0.0) for part in parts) / math.sqrt(max(1, len(parts)))


def most_telling(questions: Iterable[Question], state: Learnt, limit: int) -> list[Question]:
    """What to ask next: the suggestions of which the model is least sure, about different concepts; ties by names."""
    asked = {question.pair: question for question in questions}
    doubts = {pair: 0.5 - abs(state.probability(question) - 0.5) for pair, question in asked.items()}
    return [asked[pair] for pair in varied(doubts, limit)]


def varied(doubts: Mapping[Pair, float], limit: int) -> list[Pair]:
    """The pairs in the order of their doubts, each worth less the more was asked about its concepts before it.

    Args:
        doubts: how unsure an answer is, from 0 to 0.5.
        limit: pairs at most.
    """
    ranked = sorted(doubts, key=lambda pair: (-doubts[pair], pair))
    asked: dict[str, int] = {}
    turns = [0.0] * len(ranked)
    for number, pair in enumerate(ranked):
        times = max(asked.get(pair.concept, 0), asked.get(pair.prerequisite, 0))
        turns[number] = doubts[pair] * _TIRED**times
        for key in pair:
            asked[key] = asked.get(key, 0) + 1
    order = sorted(range(len(ranked)), key=lambda number: (-turns[number], number))
    return [ranked[number] for number in order[:limit]]
