"""A right answer never lowers a mastery, a wrong one never raises it, and time never raises it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.academy import MASTERED
from netsentinel.academy.practice.mastery import (
    DEFAULT_WEIGHTS,
    MOST_CREDIT,
    Weights,
    after,
    expected,
    gathered,
    harder,
    joined,
    own_mastery,
    with_credit,
)
from netsentinel.academy.practice.results import Evidence
from netsentinel.kernel.clock import DAY, HOUR

_ANSWERS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 400 * DAY), st.floats(-3, 3), st.sampled_from((0.0, 0.2, 0.25, 0.5))),
    max_size=12,
)
_POSITIVE = st.floats(0, 4)
_WEIGHTS = st.builds(
    Weights, bias=st.floats(-4, 2), ability=_POSITIVE, right=_POSITIVE, wrong=_POSITIVE, recent=_POSITIVE
)
_ALMOST = 1e-12


def _evidence(answers: list[tuple[bool, int, float, float]]) -> tuple[Evidence, int]:
    evidence, at = Evidence(), 1
    for is_right, wait, difficulty, guess in answers:
        at += wait
        evidence = after(evidence, difficulty=difficulty, guess=guess, is_right=is_right, at=at)
    return evidence, at


@given(answers=_ANSWERS, weights=_WEIGHTS, wait=st.integers(0, 400 * DAY), later=st.integers(0, 2_000 * DAY))
@settings(max_examples=400)
def test_answers_move_mastery_their_own_way_now_and_ever_after(
    answers: list[tuple[bool, int, float, float]], weights: Weights, wait: int, later: int
) -> None:
    evidence, at = _evidence(answers)
    at += wait
    for then in (at, at + later):
        before = own_mastery(evidence, weights, then)
        right = after(evidence, difficulty=0.3, guess=0.25, is_right=True, at=at)
        wrong = after(evidence, difficulty=0.3, guess=0.25, is_right=False, at=at)
        assert own_mastery(right, weights, then) >= before - _ALMOST
        assert own_mastery(wrong, weights, then) <= before + _ALMOST
        assert 0 <= before <= 1


@given(first=_ANSWERS, second=_ANSWERS, weights=_WEIGHTS, wait=st.integers(0, 400 * DAY))
@settings(max_examples=400)
def test_answers_move_the_mastery_of_merged_concepts_their_own_way(
    first: list[tuple[bool, int, float, float]],
    second: list[tuple[bool, int, float, float]],
    weights: Weights,
    wait: int,
) -> None:
    (one, _), (other, _) = _evidence(first), _evidence(second)
    at = max(one.at, other.at) + wait
    before = own_mastery(joined(one, other, at), weights, at)
    assert before == own_mastery(joined(other, one, at), weights, at)
    for is_right in (True, False):
        moved = after(one, difficulty=0.3, guess=0.25, is_right=is_right, at=at)
        change = own_mastery(joined(moved, other, at), weights, at) - before
        assert change >= -_ALMOST if is_right else change <= _ALMOST


def test_what_was_merged_counts_for_what_is_left() -> None:
    known, _ = _evidence([(True, 0, 0.0, 0.2)] * 3)
    found = gathered([("a", known), ("b", Evidence()), ("c", known)], {"a": "b"}, known.at)
    assert (found.keys(), found["b"].right, found["c"]) == ({"b", "c"}, 3, known)


@given(answers=_ANSWERS, weights=_WEIGHTS, soon=st.integers(0, 900 * DAY), later=st.integers(0, 900 * DAY))
def test_time_never_raises_mastery(
    answers: list[tuple[bool, int, float, float]], weights: Weights, soon: int, later: int
) -> None:
    evidence, at = _evidence(answers)
    assert own_mastery(evidence, weights, at + soon + later) <= own_mastery(evidence, weights, at + soon) + _ALMOST


@given(own=st.floats(0, 1), best=st.floats(0, 1), more=st.floats(0, 1))
def test_credit_is_bounded_and_grows_with_both(own: float, best: float, more: float) -> None:
    value = with_credit(own, best)
    assert own - _ALMOST <= value <= 1
    assert value - own <= MOST_CREDIT * (1 - own) + _ALMOST
    assert with_credit(max(own, more), best) >= value - _ALMOST
    assert with_credit(own, max(best, more)) >= value - _ALMOST


def _after(*answers: bool) -> float:
    evidence = Evidence()
    for number, is_right in enumerate(answers):
        evidence = after(evidence, difficulty=0.0, guess=0.0, is_right=is_right, at=1 + number)
    return own_mastery(evidence, DEFAULT_WEIGHTS, len(answers))


def test_the_default_weights_say_what_the_decision_says() -> None:
    assert [round(_after(*[True] * count), 2) for count in (0, 1, 2, 3, 5)] == [0.0, 0.44, 0.62, 0.73, 0.85]
    assert _after(False, False) == 0
    assert _after(True, True) >= MASTERED > _after(True, True, False)


def test_what_is_forgotten_comes_back_with_one_answer() -> None:
    evidence = Evidence()
    for number in range(5):
        evidence = after(evidence, difficulty=0.0, guess=0.0, is_right=True, at=1 + number * HOUR)
    faded = own_mastery(evidence, DEFAULT_WEIGHTS, 200 * DAY)
    assert faded < MASTERED
    again = after(evidence, difficulty=0.0, guess=0.0, is_right=True, at=200 * DAY)
    assert own_mastery(again, DEFAULT_WEIGHTS, 200 * DAY) > 0.85


def test_a_question_that_is_answered_right_too_often_is_easier() -> None:
    chance = expected(0.0, 0.0, 0.25)
    assert chance == 0.625
    assert harder(0.0, 0, chance=chance, is_right=True) < 0 < harder(0.0, 0, chance=chance, is_right=False)
    assert abs(harder(0.0, 100, chance=chance, is_right=True)) < abs(harder(0.0, 0, chance=chance, is_right=True))
