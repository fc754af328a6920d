"""Which questions are refused, and that the sentence says why."""

from dataclasses import replace

import pytest

from netsentinel.academy.practice.checking import check
from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.model import Content, Fact, Key, Number, Pair, QuestionKind, Unit
from tests.unit.academy.practice.site import choice, content, matching, ordering, short, triage

_NUMERIC = content(QuestionKind.NUMERIC, Key(number=Number(value=1)))


@pytest.mark.parametrize("what", [choice(), short(), ordering(), matching(), triage(), _NUMERIC])
def test_a_whole_question_passes(what: Content) -> None:
    check(what)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (replace(choice(), prompt=" "), "prompt"),
        (replace(choice(), explanation=""), "explanation"),
        (replace(choice(), concepts=()), "concepts"),
        (replace(choice(), concepts=("x" * 201,)), "concept"),
        (replace(choice(), key=Key(right=("maybe",))), "one of the options"),
        (replace(choice(), key=Key(right=("yes", "no"))), "Exactly one"),
        (replace(choice(), key=Key()), "its own kind of answer"),
        (replace(choice(), options=("yes",)), "2 to 12"),
        (replace(choice(), options=("yes", "Yes ")), "two are the same"),
        (replace(choice(), options=()), "options"),
        (replace(choice(), facts=(Fact("a", "b"),)), "triage"),
        (replace(short(), options=("a", "b")), "options"),
        (replace(short(), key=Key(right=("!!",))), "letter or digit"),
        (replace(ordering(), key=Key(right=("a",))), "2 to 12"),
        (replace(matching(), key=Key(pairs=(Pair("a", "x"), Pair("b", "x")))), "different values"),
        (replace(_NUMERIC, key=Key(number=Number(value=float("nan")))), "finite"),
        (replace(_NUMERIC, key=Key(number=Number(value=1, units=(Unit("k", 0),)))), "above zero"),
        (replace(_NUMERIC, key=Key(right=("1",))), "its own kind"),
        (replace(triage(), facts=(Fact("a", "x" * 2_001),)), "fact"),
    ],
)
def test_what_cannot_be_asked_is_refused(what: Content, why: str) -> None:
    with pytest.raises(InvalidQuestionError, match=why):
        check(what)
