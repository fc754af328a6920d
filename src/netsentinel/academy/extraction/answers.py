"""What people said of suggestions, what that taught, and what to ask next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction.prerequisites import BIAS, PRIOR, Features, Pair, probability

_TIRED: Final = 0.5
"""What a doubt is worth less with each question about the same concept that is asked before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a suggestion."""

    pair: Pair
    features: Features
    """As they were when it was suggested."""
    is_right: bool


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights, and how basic concepts turned out to be."""

    weights: Features = field(default_factory=lambda: dict(PRIOR))
    basic: Mapping[str, float] = field(default_factory=dict[str, float])
    """Key -> how much more basic than its name looks, in logits; 0 for what nobody was asked about."""

    def probability(self, pair: Pair, features: Features) -> float:
        """How likely the second concept is needed for the first, after all that was answered."""
        offset = self.basic.get(pair.prerequisite, 0.0) - self.basic.get(pair.concept, 0.0)
        return probability({**features, BIAS: 1.0, "offset": offset}, {**self.weights, "offset": 1.0})


def most_telling(candidates: Mapping[Pair, Features], state: Learnt, limit: int) -> list[Pair]:
    """What to ask next: the suggestions of which the model is least sure, about different concepts; ties by names."""
    doubts = {pair: 0.5 - abs(state.probability(pair, features) - 0.5) for pair, features in candidates.items()}
    return varied(doubts, limit)


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
