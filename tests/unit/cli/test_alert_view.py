import msgspec

from netsentinel.alerts.model import Activity, ActivityKind, AlertDetail, AlertSample, RuleText
from netsentinel.alerts.triage import Reason, RelatedAlert, Why
from netsentinel.cli.alert_view import lines
from netsentinel.detection.model import MatchedField
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
    assert "(same entity, same address, same rule, same technique, close in time)" in said


def test_what_there_is_none_of_is_not_mentioned() -> None:
    detail = AlertDetail(alert(1), RuleText("r", "", "", (), (), ""), (), (), ())
    said = "\n".join(lines(msgspec.to_builtins(detail), []))
    assert "Why" not in said
    assert "Related" not in said
