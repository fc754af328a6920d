"""Posing tells nothing of the answer; judging is fair to every kind."""

import msgspec
import pytest

from netsentinel.academy.practice.judging import (
    NEXT_STEP,
    NEXT_STEPS,
    SEVERITY,
    VERDICT,
    VERDICTS,
    guess_of,
    judge,
    pose,
)
from netsentinel.academy.practice.model import (
    Content,
    Key,
    Number,
    Pair,
    Question,
    QuestionKind,
    QuestionState,
    Source,
    SourceKind,
)
from netsentinel.academy.practice.results import Given
from tests.unit.academy.practice.site import T, choice, content, matching, ordering, short, triage


def question(what: Content) -> Question:
    source = Source(kind=SourceKind.ALERT, id="alr_secret", sentence="secret sentence")
    return Question(
        id="qst_1",
        tenant=T,
        slug="s",
        version=1,
        state=QuestionState.APPROVED,
        content=what,
        source=source,
        by="u",
        at=1,
    )


def test_what_is_posed_does_not_say_what_is_right() -> None:
    for what in (choice(), short(), ordering(), matching(), triage()):
        posed = msgspec.json.encode(pose(question(what))).decode()
        for secret in ("alr_secret", "secret sentence", what.explanation, '"key"', '"right"'):
            assert secret not in posed
    assert "beacon" not in msgspec.json.encode(pose(question(short("beacon")))).decode()


def test_the_order_is_a_new_one_each_time() -> None:
    asked = question(ordering(*"abcdefgh"))
    assert len({pose(asked).options for _ in range(30)}) > 20
    assert len({pose(question(matching())).fields for _ in range(60)}) > 1


def test_a_choice_is_right_or_wrong() -> None:
    assert judge(choice(), Given(chosen=("yes",))).is_right
    assert not judge(choice(), Given(chosen=("no",))).is_right
    assert not judge(choice(), Given(chosen=("yes", "no"))).is_right
    assert not judge(choice(), Given()).is_right


def test_of_several_all_must_be_chosen_and_the_share_says_how_much() -> None:
    what = content(QuestionKind.MULTIPLE, Key(right=("a", "b")), options=("a", "b", "c"))
    assert judge(what, Given(chosen=("b", "a"))).is_right
    half = judge(what, Given(chosen=("a",)))
    assert (half.is_right, half.share) == (False, 0.5)
    assert judge(what, Given(chosen=("a", "b", "c"))).share == 0.5
    assert judge(what, Given(chosen=("c",))).share == 0


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("beaconing", True),
        ("The Beaconing!", True),
        ("beaconnig", True),
        ("bacon", False),
        ("", False),
        ("calling home", True),
    ],
)
def test_short_answers_let_a_typing_error_pass(text: str, is_right: bool) -> None:
    judged = judge(short("beaconing", "calling home"), Given(text=text))
    assert (judged.is_right, judged.right) == (is_right, ("beaconing",))


def test_numbers_have_a_tolerance() -> None:
    what = content(QuestionKind.NUMERIC, Key(number=Number(value=10, tolerance=0.5, unit="s")))
    assert judge(what, Given(text="10.5 s")).is_right
    assert not judge(what, Given(text="10.51")).is_right
    assert "No number" in judge(what, Given(text="ten")).note


def test_an_order_is_right_as_a_whole() -> None:
    what = ordering("a", "b", "c")
    assert judge(what, Given(chosen=("a", "b", "c"))).is_right
    judged = judge(what, Given(chosen=("a", "c", "b")))
    assert (judged.is_right, round(judged.share, 2)) == (False, 0.33)
    assert not judge(what, Given(chosen=("a", "b", "c", "d"))).is_right
    assert not judge(what, Given()).is_right


def test_matching_says_what_was_wrong() -> None:
    judged = judge(matching(), Given(pairs={"22": "SSH", "53": "SSH"}))
    assert [(part.name, part.is_right) for part in judged.parts] == [("22", True), ("53", False)]
    assert judge(matching(), Given(pairs={"22": "SSH", "53": "DNS", "99": "x"})).is_right


def test_a_triage_takes_a_severity_one_level_off() -> None:
    def given(verdict: str, severity: str, step: str = NEXT_STEPS[0]) -> Given:
        return Given(pairs={VERDICT: verdict, SEVERITY: severity, NEXT_STEP: step})

    assert judge(triage(), given(VERDICTS[0], "high")).is_right
    assert judge(triage(), given(VERDICTS[0], "critical")).is_right
    assert not judge(triage(), given(VERDICTS[0], "low")).is_right
    assert not judge(triage(), given(VERDICTS[1], "high")).is_right
    assert not judge(triage(), given(VERDICTS[0], "very high")).is_right


def test_guesses() -> None:
    assert guess_of(choice()) == 0.5
    assert guess_of(short()) == 0
    assert 0 < guess_of(triage()) < 0.2


def test_every_pair_is_posed_with_the_same_values() -> None:
    fields = {one.name: set(one.options) for one in pose(question(matching())).fields}
    assert fields == {"22": {"SSH", "DNS"}, "53": {"SSH", "DNS"}}
    assert Pair("22", "SSH") in matching().key.pairs
