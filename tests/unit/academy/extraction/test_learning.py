import random

import pytest

from netsentinel.academy.extraction.answers import Answer, Learnt
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.extraction.prerequisites import PRIOR, Pair, Question

FEATURES = {"bias": 1.0, "rarer": 1.0}
BEFORE = learnt([])


def question(concept: str, prerequisite: str, **features: float) -> Question:
    return Question(Pair(concept, prerequisite), Pair(concept, prerequisite), FEATURES | features)


def answer(concept: str, prerequisite: str, *, is_right: bool, **features: float) -> Answer:
    return Answer(question(concept, prerequisite, **features), is_right)


def test_without_answers_the_prior_stands() -> None:
    assert Learnt(dict(PRIOR), {}, {}) == BEFORE


def test_confirming_raises_and_denying_lowers() -> None:
    asked = question("a", "b")
    yes = learnt([answer("a", "b", is_right=True)]).probability(asked)
    no = learnt([answer("a", "b", is_right=False)]).probability(asked)
    assert no < BEFORE.probability(asked) < yes


def test_every_further_answer_of_the_same_moves_on_the_same_way() -> None:
    asked = question("linear regression", "matrix")
    likely = [
        learnt([answer(f"c{n}", "matrix", is_right=True) for n in range(many)]).probability(asked)
        for many in (0, 1, 3, 10, 30, 100)
    ]
    assert likely == sorted(likely)
    assert len(set(likely)) == len(likely)


def test_what_is_learnt_of_a_concept_holds_for_its_other_pairs() -> None:
    state = learnt([answer(name, "basic", is_right=True) for name in ("ant", "bee", "cat", "dog", "elk")])
    assert state.basic["basic"] > 0 > state.basic["ant"]
    assert state.probability(question("new", "basic")) > BEFORE.probability(question("new", "basic"))


def test_what_is_learnt_of_a_concept_holds_for_those_with_names_like_its() -> None:
    state = learnt([answer("linear regression", name, is_right=True) for name in ("sum", "vector", "line")])
    assert state.parts["-ion"] < 0
    like, other = question("logistic regression", "number"), question("clustering", "number")
    assert state.probability(like) > state.probability(other)
    assert state.probability(other) == pytest.approx(Learnt(weights=state.weights).probability(other))


def test_a_feature_that_misleads_loses_its_weight() -> None:
    answers = [answer(f"c{n}", f"p{n}", is_right=False, contains=1.0) for n in range(60)]
    assert learnt(answers).weights["contains"] < PRIOR["contains"]


def test_the_order_of_answers_does_not_matter() -> None:
    answers = [answer(f"c{n % 7}", f"p{n % 5}", is_right=n % 3 == 0, contains=n % 2) for n in range(40)]
    assert learnt(random.Random(8).sample(answers, len(answers))) == learnt(answers)  # noqa: S311 - the same every time


def test_what_it_comes_to_is_the_most_probable() -> None:
    answers = [answer(f"pipe {n % 9}", f"bowl {n % 5}", is_right=n % 3 == 0, contains=n % 2) for n in range(90)]
    state = learnt(answers)
    pulls = {name: 25.0 * (9.0 if name == "rarer" else 1.0) * (state.weights[name] - PRIOR[name]) for name in PRIOR}
    for name, pull in pulls.items():
        errors = (one.features.get(name, 0.0) * (one.is_right - state.probability(one.question)) for one in answers)
        assert sum(errors) == pytest.approx(pull, abs=0.05), name
