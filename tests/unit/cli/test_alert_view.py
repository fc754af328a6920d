import msgspec
import pytest

from netsentinel.alerts.model import Activity, ActivityKind, AlertDetail, AlertSample, RuleText
from netsentinel.alerts.triage import Reason, RelatedAlert, Why
from netsentinel.cli.alert_view import lines
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, to_iso
from tests.unit.alerts.factories import NOON, alert


def test_an_alert_is_explained_in_lines() -> None:
    activity = (
        Activity("a", "alr_0001", NOON, "usr_1", "ann", ActivityKind.NOTE, "seen"),
        Activity("b", "alr_0001", NOON, "usr_1", "ann", ActivityKind.ASSIGNMENT, "", "", "bob"),
    )
    sample = AlertSample(NOON, (MatchedField("url", "/x", "is /x"),), {})
    rule = RuleText("rule-1", "T", "What it means.", (), (), "")
    detail = AlertDetail(alert(1), rule, (sample,), (), activity)
    related = [RelatedAlert(alert(2), tuple(Reason(why, "x") for why in Why))]
    said = "\n".join(lines(msgspec.to_builtins(detail), msgspec.to_builtins(related)))
    assert "url = /x  (is /x)" in said
    assert "ann: seen" in said
    assert "ann: assignee nobody -> bob" in said
    assert "(same entity, same address, same rule, same technique, began at the same moment)" in said


@pytest.mark.parametrize(
    ("apart", "said"),
    [(90 * MINUTE, "began 1 hour later"), (-2 * DAY - HOUR, "began 2 days earlier"), (1, "began at the same moment")],
)
def test_a_related_alert_says_how_much_earlier_or_later_it_began(apart: int, said: str) -> None:
    related = [RelatedAlert(alert(2, first_at=NOON + apart), (Reason(Why.TIME, "0"),))]
    detail = AlertDetail(alert(1, first_at=NOON), RuleText("r", "", "", (), (), ""), (), (), ())
    assert said in "\n".join(lines(msgspec.to_builtins(detail), msgspec.to_builtins(related)))


def test_an_alert_about_what_is_long_past_says_when_it_was_raised() -> None:
    rule = RuleText("r", "", "", (), (), "")
    old = AlertDetail(alert(1, last_at=NOON, raised_at=NOON + 3 * DAY), rule, (), (), ())
    assert f"raised {to_iso(NOON + 3 * DAY)}, 3 days after the last finding" in _said(old)
    new = AlertDetail(alert(1, last_at=NOON, raised_at=NOON + MINUTE), rule, (), (), ())
    assert f"raised {to_iso(NOON + MINUTE)}\n" in _said(new)


def _said(detail: AlertDetail) -> str:
    return "\n".join(lines(msgspec.to_builtins(detail), []))


def test_what_there_is_none_of_is_not_mentioned() -> None:
    detail = AlertDetail(alert(1), RuleText("r", "", "", (), (), ""), (), (), ())
    said = "\n".join(lines(msgspec.to_builtins(detail), []))
    assert "Why" not in said
    assert "Related" not in said
