"""The schedule is that of the reference package, whatever the history."""

import math
import random
from datetime import UTC, datetime, timedelta

import fsrs as reference
import pytest
from fsrs import scheduler as reference_scheduler
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.practice.fsrs import (
    LONGEST,
    PARAMETERS,
    Card,
    Fsrs,
    Phase,
    Rating,
    fraction,
    fuzzed,
    retrievability,
)
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND

_START = datetime(2026, 1, 1, tzinfo=UTC)
_ZERO = int(_START.timestamp()) * SECOND
_STATES = {1: Phase.LEARNING, 2: Phase.REVIEW, 3: Phase.RELEARNING}
_REVIEWS = 20


def _history(random_: random.Random) -> None:
    """One random history, held against the reference after every review: bit for bit."""
    retention = random_.choice((0.7, 0.8, 0.85, 0.9, 0.95, 0.97))
    ours, theirs = (
        Fsrs(retention, is_fuzzy=False),
        reference.Scheduler(desired_retention=retention, enable_fuzzing=False),
    )
    card, other, at = Card(), reference.Card(), 0
    for _ in range(random_.randint(1, _REVIEWS)):
        at += int(random_.choice((MINUTE, HOUR, DAY, 30 * DAY, 400 * DAY)) * random_.random() * 2)
        rating = random_.choice((1, 2, 3, 3, 3, 4))
        when = _START + timedelta(microseconds=at)
        card = ours.review(card, Rating(rating), _ZERO + at)
        other, _ = theirs.review_card(other, reference.Rating(rating), when)
        assert _START + timedelta(microseconds=card.due - _ZERO) == other.due
        assert (card.stability, card.difficulty) == (other.stability, other.difficulty)
        assert card.phase is _STATES[other.state.value]
        assert card.step == (other.step or 0)
        later = when + timedelta(days=random_.randint(0, 1_000))
        elapsed = (later - when).days
        assert retrievability(card.stability, elapsed) == theirs.get_card_retrievability(other, later)


def test_the_parameters_are_the_reference_packages() -> None:
    assert reference_scheduler.DEFAULT_PARAMETERS == PARAMETERS
    assert reference.Scheduler().maximum_interval == LONGEST


def test_intervals_are_those_of_the_reference_package() -> None:
    random_ = random.Random(6)  # noqa: S311 - histories made up
    for _ in range(300):
        _history(random_)


@pytest.mark.long
def test_intervals_are_those_of_the_reference_package_in_ten_thousand_histories() -> None:
    random_ = random.Random(2026)  # noqa: S311 - histories made up
    for _ in range(10_000):
        _history(random_)


def test_fuzz_is_the_reference_packages_and_follows_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = reference.Scheduler()
    for days in (*range(1, 60), 365, 36_499, 36_500):
        for share in (0.0, 0.25, 0.5, 0.999):
            monkeypatch.setattr(reference_scheduler, "random", lambda share=share: share)
            moved = theirs._get_fuzzed_interval(interval=timedelta(days=days))
            assert fuzzed(days, share) == moved.days
    assert fraction("a") == fraction("a") != fraction("b")
    card = Card(phase=Phase.REVIEW, stability=100.0, difficulty=5.0, last_at=_ZERO, reviews=4)
    at = _ZERO + 90 * DAY
    dues = {Fsrs().review(card, Rating.GOOD, at, f"attempt {number}").due for number in range(40)}
    assert len(dues) > 5
    assert Fsrs().review(card, Rating.GOOD, at, "same") == Fsrs().review(card, Rating.GOOD, at, "same")


@given(
    stability=st.floats(0.01, 10_000),
    difficulty=st.floats(1, 10),
    days=st.floats(0, 4_000),
    rating=st.sampled_from(list(Rating)),
)
def test_only_forgetting_lowers_stability_and_time_only_lowers_retrievability(
    stability: float, difficulty: float, days: float, rating: Rating
) -> None:
    card = Card(phase=Phase.REVIEW, stability=stability, difficulty=difficulty, last_at=_ZERO, reviews=1)
    after = Fsrs(is_fuzzy=False).review(card, rating, _ZERO + int(days * DAY))
    assert after.stability <= stability if rating is Rating.AGAIN else after.stability >= stability
    assert 1 >= retrievability(stability, days) >= retrievability(stability, days + 1) > 0
    assert 1 <= after.difficulty <= 10


def test_what_was_never_learnt_is_not_remembered() -> None:
    assert retrievability(0.0, 3) == 0
    assert math.isclose(retrievability(12.0, 12), 0.9)


def test_a_lapse_is_counted_only_of_what_had_been_learnt() -> None:
    plan = Fsrs(is_fuzzy=False)
    card = plan.review(Card(), Rating.AGAIN, _ZERO)
    assert (card.lapses, card.reviews, card.due) == (0, 1, _ZERO + MINUTE)
    card = plan.review(card, Rating.EASY, _ZERO + MINUTE)
    card = plan.review(card, Rating.AGAIN, card.due)
    assert (card.lapses, card.phase) == (1, Phase.RELEARNING)
