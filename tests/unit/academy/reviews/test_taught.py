from netsentinel.academy.graph import Change, Concept, ConceptKind
from netsentinel.academy.reviews.model import ReviewAnswer, ReviewKind, ReviewVerdict, Suggested
from netsentinel.academy.reviews.shelf import Shelf
from netsentinel.academy.reviews.taught import Taught, answers_about, teaches, told


def answer(verdict: ReviewVerdict, kind: ReviewKind = ReviewKind.PREREQUISITE, target: str = "b") -> ReviewAnswer:
    suggested = Suggested(kind=kind, source="a", target=target)
    return ReviewAnswer(
        id=f"ans_{verdict}_{target}",
        review=suggested.id,
        kind=kind,
        source="a",
        target=target,
        source_name="a",
        target_name=target,
        verdict=verdict,
        features=(("bias", 1.0),),
        by="usr_ana",
        at=1,
    )


def test_only_judged_prerequisites_that_are_still_stated_teach() -> None:
    given = [
        answer(ReviewVerdict.CONFIRM),
        answer(ReviewVerdict.DENY, target="c"),
        answer(ReviewVerdict.SKIP, target="d"),
        answer(ReviewVerdict.CONFIRM, ReviewKind.LINK, "e"),
    ]
    assert [teaches(one) for one in given] == [True, True, False, False]
    assert [one.is_right for one in answers_about(given, {one.suggested.edge for one in given})] == [True, False]
    assert answers_about(given, {given[1].suggested.edge})[0].question.pair.prerequisite == "c"


def test_what_was_learnt_is_told_in_words() -> None:
    shelf, taught = Shelf(), Taught()
    ends = tuple(
        Concept(id=one, key=one, name=one, kind=ConceptKind.CONCEPT, text="", names=(one,), origins=1, version=1)
        for one in "ab"
    )
    shelf.take(Change(version=1, concepts=ends), ())
    shelf.stated.add(answer(ReviewVerdict.CONFIRM).suggested.edge)
    taught.take((1, 0), [answer(ReviewVerdict.CONFIRM)])
    model = told(shelf, taught)
    assert (model.answers, taught.answered, taught.skipped) == (1, 1, set())
    assert dict(model.basic)["b"] > 0 > dict(model.basic)["a"]
    assert {one.reason for one in model.weights if one.feature == "needs"} == {"the text says so"}
