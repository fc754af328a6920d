"""Learning from answers: each one moves the weights, and what is known of its two concepts.

Processes that read media learn nothing: what they import does not lead here, and so not to numpy.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from netsentinel.academy.extraction.answers import Answer, Learnt
from netsentinel.academy.extraction.prerequisites import PRIOR, RARER, Features

_ROUNDS: Final = 60
_STEP: Final = 0.5
_TRUST: Final = 25.0
"""How firmly the prior weights are held: as if so many answers had spoken for them."""
_TRUST_CONCEPT: Final = 1.5
_USUAL: Final[Mapping[str, float]] = {RARER: 3.0}
"""How large a feature usually is, where it is not about 1."""
_SURE: Final = 30.0


def learnt(answers: Iterable[Answer], prior: Features = PRIOR) -> Learnt:
    """The most probable weights after these answers (MAP of a logistic model, by gradient): the same for any order.

    60 passes over the answers: 1,000 of them take some 10 ms, so it is done anew with every answer.
    """
    known = sorted(answers, key=lambda answer: (answer.pair, answer.is_right))
    names = sorted({name for answer in known for name in answer.features} | set(prior))
    if not known:
        return Learnt({name: prior.get(name, 0.0) for name in names}, {})
    keys = sorted({key for answer in known for key in answer.pair})
    at = {key: number for number, key in enumerate(keys)}
    first = np.array([prior.get(name, 0.0) for name in names])
    trust = np.array([_TRUST * _USUAL.get(name, 1.0) ** 2 for name in names])
    rows = np.array([[answer.features.get(name, 0.0) for name in names] for answer in known])
    right = np.array([float(answer.is_right) for answer in known])
    concept = np.array([at[answer.pair.concept] for answer in known])
    needed = np.array([at[answer.pair.prerequisite] for answer in known])
    times = np.bincount(concept, minlength=len(keys)) + np.bincount(needed, minlength=len(keys))
    curvature, firmness = trust + (rows**2).sum(0) / 4, _TRUST_CONCEPT + times / 2
    weights, basic = first.copy(), np.zeros(len(keys))
    for _ in range(_ROUNDS):
        logits = np.clip(rows @ weights + basic[needed] - basic[concept], -_SURE, _SURE)
        error = right - 1.0 / (1.0 + np.exp(-logits))
        lift = np.bincount(needed, error, len(keys)) - np.bincount(concept, error, len(keys)) - _TRUST_CONCEPT * basic
        weights = weights + _STEP * (trust * (first - weights) + error @ rows) / curvature
        basic = basic + _STEP * lift / firmness
    return Learnt(dict(zip(names, map(float, weights), strict=True)), dict(zip(keys, map(float, basic), strict=True)))
