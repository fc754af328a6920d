from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.courses.errors import LessonCycleError
from netsentinel.academy.courses.ordering import Stop, introducers, ordered

CONCEPTS = st.frozensets(st.sampled_from("abcdefgh"), max_size=3)
STOPS = st.lists(st.builds(Stop, st.uuids().map(str), CONCEPTS, CONCEPTS), max_size=9)


def stop(title: str, teaches: str = "", needs: str = "") -> Stop:
    return Stop(title, set(teaches), set(needs))


def test_the_teachers_order_stays_where_it_can() -> None:
    assert ordered([stop("1", "a"), stop("2", "b"), stop("3", "c")]) == [0, 1, 2]
    assert ordered([stop("1", "c", "a"), stop("2", "b"), stop("3", "a")]) == [1, 2, 0]


def test_a_concept_that_is_deepened_later_holds_nobody_up() -> None:
    assert ordered([stop("intro", "a"), stop("use", "b", "a"), stop("deep", "a", "b")]) == [0, 1, 2]
    assert introducers([stop("deep", "a", "a"), stop("intro", "a")]) == {"a": 1}


def test_a_cycle_is_refused_by_its_lessons() -> None:
    with pytest.raises(LessonCycleError, match="'A' needs 'B' needs 'A'") as refused:
        ordered([stop("Z"), stop("A", "a", "b"), stop("B", "b", "a"), stop("C", "c", "a")])
    assert refused.value.extra["cycle"] == ["A", "B", "A"]


@given(STOPS)
def test_no_lesson_stands_before_its_prerequisite(stops: list[Stop]) -> None:
    first = introducers(stops)
    try:
        order = ordered(stops)
    except LessonCycleError as refused:
        cycle = refused.extra["cycle"]
        by_title = {one.title: one for one in stops}
        assert cycle[0] == cycle[-1]
        for later, earlier in pairwise(cycle):
            introduced = {concept for concept, number in first.items() if stops[number].title == earlier}
            assert introduced & by_title[later].needs
        return
    assert sorted(order) == list(range(len(stops)))
    place = {number: at for at, number in enumerate(order)}
    for number, one in enumerate(stops):
        for concept in one.needs & first.keys():
            assert first[concept] == number or place[first[concept]] < place[number]
