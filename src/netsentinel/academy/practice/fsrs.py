"""FSRS-6: when to ask again, by the Free Spaced Repetition Scheduler.

Source: github.com/open-spaced-repetition (the algorithm's wiki, and the reference package `fsrs` 6.3, MIT). A property
test holds every interval equal to that package's.
"""

import hashlib
import math
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Final

from netsentinel.kernel.clock import DAY, MINUTE
from netsentinel.kernel.types import Micros

PARAMETERS: Final = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
"""The defaults of FSRS-6, fitted by its authors to some 700 million reviews of about 10,000 people (`fsrs` 6.3)."""

LONGEST: Final = 36_500
"""Days between two reviews, at most."""
_LEAST_STABILITY: Final = 0.001
_LEAST_DIFFICULTY, _MOST_DIFFICULTY = 1.0, 10.0
_LEARNING: Final = (MINUTE, 10 * MINUTE)
_RELEARNING: Final = (10 * MINUTE,)
_FUZZ_FROM: Final = 2.5
_FUZZ: Final = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, math.inf, 0.05))
"""From so many days to so many, what share of the interval may be added or taken away."""
_DECAY: Final = -PARAMETERS[20]
_FACTOR: Final = 0.9 ** (1 / _DECAY) - 1
_UNIT: Final = 2**64


class Rating(IntEnum):
    """How well it was remembered."""

    AGAIN = 1
    """It was not."""
    HARD = 2
    GOOD = 3
    EASY = 4


class Phase(StrEnum):
    """Where a card stands."""

    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is remembered of one thing. A fresh one was never reviewed."""

    phase: Phase = Phase.LEARNING
    step: int = 0
    """Which of the short steps comes, while it is learnt or learnt again."""
    stability: float = 0.0
    """Days after which it is remembered with a probability of 0.9; 0 before the first review."""
    difficulty: float = 0.0
    """1 to 10; 0 before the first review."""
    due: Micros = 0
    last_at: Micros = 0
    """Of its last review."""
    reviews: int = 0
    lapses: int = 0
    """How often it was forgotten after it had been learnt."""


@dataclass(frozen=True, slots=True)
class Fsrs:
    """The scheduler: pure, and the same for the same input.

    Args:
        retention: the probability at which something is asked again, 0.7 to 0.97.
        is_fuzzy: whether intervals of three days and more are moved a little, so that what was learnt together does not
            stay together for ever. By how much follows from the seed alone.
    """

    retention: float = 0.9
    is_fuzzy: bool = True

    def review(self, card: Card, rating: Rating, at: Micros, seed: str = "") -> Card:
        """The card after a review.

        Args:
            card: as it was.
            rating: how well it was remembered.
            at: when, in microseconds.
            seed: what the fuzz follows from, for example the attempt's id.
        """
        days = (at - card.last_at) // DAY if card.reviews else None
        stability, difficulty = self._memory(card, rating, at, days)
        phase, step, interval = self._plan(card, rating, stability)
        if self.is_fuzzy and phase is Phase.REVIEW:
            interval = fuzzed(interval // DAY, fraction(f"{seed}:{card.reviews}")) * DAY
        return replace(
            card,
            phase=phase,
            step=step,
            stability=stability,
            difficulty=difficulty,
            due=at + interval,
            last_at=at,
            reviews=card.reviews + 1,
            lapses=card.lapses + (card.phase is Phase.REVIEW and rating is Rating.AGAIN),
        )

    def _memory(self, card: Card, rating: Rating, at: Micros, days: int | None) -> tuple[float, float]:
        if days is None:
            return _stable(PARAMETERS[rating - 1]), _difficult(_first_difficulty(rating))
        if days < 1:
            stability = short_term(card.stability, rating)
        else:
            remembered = retrievability(card.stability, max(0, (at - card.last_at) // DAY))
            stability = long_term(card.stability, card.difficulty, remembered, rating)
        return stability, next_difficulty(card.difficulty, rating)

    def _plan(self, card: Card, rating: Rating, stability: float) -> tuple[Phase, int, Micros]:
        """The phase, the step, and the time until the next review."""
        if card.phase is Phase.REVIEW:
            if rating is Rating.AGAIN:
                return Phase.RELEARNING, 0, _RELEARNING[0]
            return Phase.REVIEW, 0, self.interval(stability) * DAY
        steps = _LEARNING if card.phase is Phase.LEARNING else _RELEARNING
        if rating is Rating.AGAIN:
            return card.phase, 0, steps[0]
        if rating is Rating.HARD:
            return card.phase, card.step, _hard(steps, card.step)
        if rating is Rating.EASY or card.step + 1 >= len(steps):
            return Phase.REVIEW, 0, self.interval(stability) * DAY
        return card.phase, card.step + 1, steps[card.step + 1]

    def interval(self, stability: float) -> int:
        """Days until it is remembered with the wanted probability only: 1 to 36,500."""
        days = round(stability / _FACTOR * (self.retention ** (1 / _DECAY) - 1))
        return min(max(days, 1), LONGEST)


def retrievability(stability: float, days: float) -> float:
    """The probability that something is remembered so many days after its last review; 0 when it never was learnt."""
    if stability <= 0:
        return 0.0
    return (1 + _FACTOR * days / stability) ** _DECAY


def short_term(stability: float, rating: Rating) -> float:
    """The stability after a review on the day of the last one; only `AGAIN` lowers it."""
    change = math.e ** (PARAMETERS[17] * (rating - 3 + PARAMETERS[18])) * stability ** -PARAMETERS[19]
    if rating is not Rating.AGAIN:
        change = max(change, 1.0)
    return _stable(stability * change)


def long_term(stability: float, difficulty: float, remembered: float, rating: Rating) -> float:
    """The stability after a review a day or more after the last one; only `AGAIN` lowers it."""
    if rating is Rating.AGAIN:
        return _stable(_forgotten(stability, difficulty, remembered))
    change = math.e ** PARAMETERS[8] * (11 - difficulty) * stability ** -PARAMETERS[9]
    change *= math.e ** ((1 - remembered) * PARAMETERS[10]) - 1
    change *= PARAMETERS[15] if rating is Rating.HARD else 1
    change *= PARAMETERS[16] if rating is Rating.EASY else 1
    return _stable(stability * (1 + change))


def _forgotten(stability: float, difficulty: float, remembered: float) -> float:
    late = (
        PARAMETERS[11]
        * difficulty ** -PARAMETERS[12]
        * ((stability + 1) ** PARAMETERS[13] - 1)
        * math.e ** ((1 - remembered) * PARAMETERS[14])
    )
    return min(late, stability / math.e ** (PARAMETERS[17] * PARAMETERS[18]))


def next_difficulty(difficulty: float, rating: Rating) -> float:
    """The difficulty after a review, 1 to 10."""
    change = (10.0 - difficulty) * -(PARAMETERS[6] * (rating - 3)) / 9.0
    back = PARAMETERS[7] * _first_difficulty(Rating.EASY)
    return _difficult(back + (1 - PARAMETERS[7]) * (difficulty + change))


def _first_difficulty(rating: Rating) -> float:
    return PARAMETERS[4] - math.e ** (PARAMETERS[5] * (rating - 1)) + 1


def _hard(steps: tuple[Micros, ...], step: int) -> Micros:
    if step == 0:
        return steps[0] * 3 // 2 if len(steps) == 1 else (steps[0] + steps[1]) // 2
    return steps[step]


def fuzzed(days: int, share: float) -> int:
    """An interval moved within its bounds.

    Args:
        days: the interval; below 2.5 it stays.
        share: 0 to 1 (exclusive), from the lower bound to the upper one.
    """
    if days < _FUZZ_FROM:
        return days
    delta = 1.0 + sum(factor * max(min(float(days), end) - start, 0.0) for start, end, factor in _FUZZ)
    low, high = max(2, round(days - delta)), min(round(days + delta), LONGEST)
    low = min(low, high)
    return min(round(share * (high - low + 1) + low), LONGEST)


def fraction(seed: str) -> float:
    """A number from 0 to 1 (exclusive) that follows from the seed."""
    return (int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big") >> 11) / (_UNIT >> 11)


def _stable(stability: float) -> float:
    return max(stability, _LEAST_STABILITY)


def _difficult(difficulty: float) -> float:
    return min(max(difficulty, _LEAST_DIFFICULTY), _MOST_DIFFICULTY)
