"""What is asked next: what is least sure, about concepts that were not just asked about."""

from netsentinel.academy.extraction.answers import Learnt, most_telling
from netsentinel.academy.extraction.prerequisites import Pair, Question


def question(concept: str, prerequisite: str, **features: float) -> Question:
    return Question(Pair(concept, prerequisite), Pair(concept, prerequisite), features)


def test_the_least_sure_are_asked_first() -> None:
    sure, least, unlikely = (
        question("a", "b", rarer=19.0),
        question("c", "d", rarer=2.8),
        question("e", "f", rarer=-19.0),
    )
    assert most_telling([sure, least, unlikely], Learnt(), 1) == [least]


def test_a_concept_that_nobody_was_asked_about_is_as_basic_as_the_parts_of_its_name() -> None:
    state, without = Learnt(basic={"known": 2.0}, parts={"-etry": 1.0}), Learnt(basic={"known": 2.0})
    plain = state.probability(question("x", "y"))
    assert state.probability(question("x", "trigonometry")) > plain > state.probability(question("trigonometry", "x"))
    named = Question(Pair("x", "known"), Pair("x", "trigonometry"), {})
    assert state.probability(named) == without.probability(named), "what is known of it itself counts"
