"""How well a concept is mastered: online Elo, a logistic model over it, and forgetting by FSRS.

A right answer never lowers a mastery at any later time, a wrong one never raises it, and time only lowers it. That
follows from the signs of the weights and from how the memory is moved; property tests hold it.

Sources: Elo with an uncertainty that falls with the answers, Pelanek 2016 (Applications of the Elo rating system in
adaptive educational systems); recency-weighted performance factors, Galyardt and Goldin 2015; FSRS-6 (`fsrs.py`).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy.practice.fsrs import (
    PARAMETERS,
    Rating,
    long_term,
    next_difficulty,
    retrievability,
    short_term,
)
from netsentinel.academy.practice.results import Evidence
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import Micros

MOST_CREDIT: Final = 0.25
"""What a concept gains, at most, by one that builds on it."""
_STEP: Final = 1.0
_STEADIER: Final = 0.05
_KEPT: Final = 0.7
"""Weight of the older answers in the recent mean, with each newer one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic model. All but `bias` are at least 0: that makes mastery monotone. Features in this order."""

    bias: float = -1.3
    ability: float = 1.0
    right: float = 0.5
    wrong: float = 0.3
    recent: float = 1.5
    recall: float = 1.0
    """Only for fitting: what forgetting does to an answer is not put down to the rest."""

    def values(self) -> tuple[float, ...]:
        """As a vector."""
        return (self.bias, self.ability, self.right, self.wrong, self.recent, self.recall)


DEFAULT_WEIGHTS: Final = Weights()
"""Set by judgement: two right answers to different questions make 0.62, five 0.85 (decision 0054)."""


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), for any x."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


def expected(ability: float, difficulty: float, guess: float) -> float:
    """With what probability an answer is right, by Elo."""
    return guess + (1 - guess) * logistic(ability - difficulty)


def step(answers: int) -> float:
    """How far one answer moves a rating after so many."""
    return _STEP / (1 + _STEADIER * answers)


def harder(difficulty: float, answers: int, *, chance: float, is_right: bool) -> float:
    """A question's difficulty after an answer that was expected to be right with this probability."""
    return difficulty - step(answers) * (float(is_right) - chance)


def after(evidence: Evidence, *, difficulty: float, guess: float, is_right: bool, at: Micros) -> Evidence:
    """The evidence with one more answer.

    Args:
        evidence: before it.
        difficulty: the question's, in logits.
        guess: with what probability a guess is right.
        is_right: what the answer was.
        at: when.
    """
    chance = expected(evidence.ability, difficulty, guess)
    moved = replace(
        evidence,
        ability=evidence.ability + step(evidence.answers) * (float(is_right) - chance),
        right=evidence.right + is_right,
        wrong=evidence.wrong + (not is_right),
        recent=_KEPT * evidence.recent + (1 - _KEPT) * float(is_right),
        at=max(at, evidence.at),
    )
    return _remembered(moved, is_right=is_right, at=max(at, evidence.since))


def _remembered(evidence: Evidence, *, is_right: bool, at: Micros) -> Evidence:
    """Its memory moved by an answer.

    A wrong answer does not make it fresh: the forgetting goes on from the same probability, only faster.
    """
    old = evidence.stability
    if old <= 0:
        if not is_right:
            return evidence
        first = PARAMETERS[Rating.GOOD - 1]
        return replace(evidence, stability=first, difficulty=next_difficulty(5.0, Rating.GOOD), since=at)
    rating = Rating.GOOD if is_right else Rating.AGAIN
    days = (at - evidence.since) / DAY
    remembered = retrievability(old, days)
    new = short_term(old, rating) if days < 1 else long_term(old, evidence.difficulty, remembered, rating)
    difficulty = next_difficulty(evidence.difficulty, rating)
    if is_right:
        return replace(evidence, stability=max(new, old), difficulty=difficulty, since=at)
    new = min(new, old)
    since = at - math.ceil((at - evidence.since) * new / old)
    return replace(evidence, stability=new, difficulty=difficulty, since=since)


def recall(evidence: Evidence, at: Micros) -> float:
    """The probability that it is remembered at a time."""
    return retrievability(evidence.stability, max(0, at - evidence.since) / DAY)


def features(evidence: Evidence, difficulty: float, at: Micros) -> tuple[float, ...]:
    """What the logistic model sees, in the order of the weights."""
    known = recall(evidence, at) if evidence.right else 1.0
    return (
        1.0,
        evidence.ability - difficulty,
        math.log1p(evidence.right),
        -math.log1p(evidence.wrong),
        evidence.recent - 0.5,
        known - 1.0,
    )


def strength(evidence: Evidence, weights: Weights) -> float:
    """How well it is known while it is remembered, 0 to 1; 0 before the first right answer."""
    if not evidence.right:
        return 0.0
    row = features(evidence, 0.0, evidence.since)
    return logistic(sum(weight * one for weight, one in zip(weights.values(), row, strict=True)))


def own_mastery(evidence: Evidence, weights: Weights, at: Micros) -> float:
    """How well it is mastered by its own answers, 0 to 1."""
    return strength(evidence, weights) * recall(evidence, at)


def joined(one: Evidence, other: Evidence, at: Micros) -> Evidence:
    """What is known of a concept, where two were merged: all answers count, and the memory that is better by then.

    The next answer to either moves it the way that it points, because each part of it moves so.
    """
    best = max(one, other, key=lambda each: recall(each, at) if each.right else -1.0)
    return replace(
        best,
        name=max(one, other, key=lambda each: each.at).name,
        ability=one.ability + other.ability,
        right=one.right + other.right,
        wrong=one.wrong + other.wrong,
        recent=max(one.recent, other.recent),
        at=max(one.at, other.at),
    )


def gathered(evidence: Iterable[tuple[str, Evidence]], merged: Mapping[str, str], at: Micros) -> dict[str, Evidence]:
    """What is known of each concept that is left, by its id.

    Args:
        evidence: ids of concepts, merged ones among them, with what is known of each.
        merged: id -> the concept that it was merged into.
        at: the time at which it is asked.
    """
    found: dict[str, Evidence] = {}
    for concept, one in evidence:
        kept = merged.get(concept, concept)
        found[kept] = joined(found[kept], one, at) if kept in found else one
    return found


def with_credit(own: float, best: float) -> float:
    """The mastery of a concept, given the best mastery of those that build on it: at most a quarter of the rest."""
    return 1 - (1 - own) * (1 - MOST_CREDIT * best)
