from netsentinel.academy.extraction.answers import Answer, Learnt
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.extraction.prerequisites import PRIOR, Pair

FEATURES = {"bias": 1.0, "rarer": 1.0}


def answer(concept: str, prerequisite: str, *, is_right: bool, **features: float) -> Answer:
    return Answer(Pair(concept, prerequisite), FEATURES | features, is_right)


def test_without_answers_the_prior_stands() -> None:
    assert learnt([]) == Learnt(dict(PRIOR), {})


def test_confirming_raises_and_denying_lowers() -> None:
    before = learnt([]).probability(Pair("a", "b"), FEATURES)
    yes = learnt([answer("a", "b", is_right=True)]).probability(Pair("a", "b"), FEATURES)
    no = learnt([answer("a", "b", is_right=False)]).probability(Pair("a", "b"), FEATURES)
    assert no < before < yes


def test_what_is_learnt_of_a_concept_holds_for_its_other_pairs() -> None:
    state = learnt([answer(name, "basic", is_right=True) for name in "abcde"])
    assert state.basic["basic"] > 0 > state.basic["a"]
    assert state.probability(Pair("new", "basic"), FEATURES) > learnt([]).probability(Pair("new", "basic"), FEATURES)


def test_a_feature_that_misleads_loses_its_weight() -> None:
    answers = [answer(f"c{n}", f"p{n}", is_right=False, contains=1.0) for n in range(60)]
    assert learnt(answers).weights["contains"] < PRIOR["contains"]


def test_the_order_of_answers_does_not_matter() -> None:
    answers = [answer(f"c{n % 7}", f"p{n % 5}", is_right=n % 3 == 0, contains=n % 2) for n in range(40)]
    shuffled = answers.copy()
    shuffled.sort(key=lambda one: hash(one.pair))
    assert learnt(shuffled) == learnt(answers)
