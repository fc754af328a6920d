"""Learning from answers: each one moves the weights, and what is known of its two concepts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction.prerequisites import BIAS, PRIOR, RARER, Features, Pair, probability

_ROUNDS: Final = 60
_STEP: Final = 0.5
_TRUST: Final = 25.0
"""How firmly the prior weights are held: as if so many answers had spoken for them."""
_TRUST_CONCEPT: Final = 1.5
_USUAL: Final[Mapping[str, float]] = {RARER: 3.0}
"""How large a feature usually is, where it is not about 1."""


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


def learnt(answers: Iterable[Answer], prior: Features = PRIOR) -> Learnt:
    """The most probable weights after these answers (MAP of a logistic model, by gradient): the same for any order.

    About 60 passes over the answers: 100 answers take some 20 ms, so it is done anew with every answer.
    """
    known = sorted(answers, key=lambda answer: (answer.pair, answer.is_right))
    names = sorted({name for answer in known for name in answer.features} | set(prior))
    weights = {name: prior.get(name, 0.0) for name in names}
    trust = {name: _TRUST * _USUAL.get(name, 1.0) ** 2 for name in names}
    curvature = {name: trust[name] + sum(answer.features.get(name, 0.0) ** 2 for answer in known) / 4 for name in names}
    times = Counter(key for answer in known for key in answer.pair)
    basic = dict.fromkeys(sorted(times), 0.0)
    for _ in range(_ROUNDS if known else 0):
        slope = {name: trust[name] * (prior.get(name, 0.0) - weights[name]) for name in names}
        lift = {key: -_TRUST_CONCEPT * value for key, value in basic.items()}
        state = Learnt(weights, basic)
        for answer in known:
            error = float(answer.is_right) - state.probability(answer.pair, answer.features)
            for name, value in answer.features.items():
                slope[name] += error * value
            lift[answer.pair.prerequisite] += error
            lift[answer.pair.concept] -= error
        weights = {name: weights[name] + _STEP * slope[name] / curvature[name] for name in names}
        basic = {key: basic[key] + _STEP * lift[key] / (_TRUST_CONCEPT + times[key] / 2) for key in basic}
    return Learnt(weights, basic)


def most_telling(candidates: Mapping[Pair, Features], state: Learnt, limit: int) -> list[Pair]:
    """What to ask next: the suggestions of which the model is least sure, ties by their names."""
    doubts = {pair: abs(state.probability(pair, features) - 0.5) for pair, features in candidates.items()}
    return sorted(doubts, key=lambda pair: (doubts[pair], pair))[:limit]
