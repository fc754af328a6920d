from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.kernel.types import Level
from tests.unit.detection.build_events import ATTACKER, zeek

SIGN = Sign("x.y", "Title", "What it means.", Level.LOW, ("attack.t1046",), ("A test",), ("https://example.org",))


def test_a_finding_says_what_the_sign_and_the_event_say() -> None:
    event = zeek("conn", 1)
    finding = tell(SIGN, event, "x", [("field", "v" * 600, "why")])
    assert (finding.rule_id, finding.detector, finding.level) == ("x.y", "x", Level.LOW)
    assert (finding.entity, finding.src_ip, finding.time) == (ATTACKER, event.src_ip, event.time)
    assert len(finding.matched[0].value) == 512
    assert finding.references == ("https://example.org",)


def test_alerts_are_told_apart_by_what_they_are_about() -> None:
    event = zeek("conn", 1)
    prints = {tell(SIGN, event, "x", [], about=about).fingerprint for about in ("", "a", "b")}
    assert len(prints) == 3
    other = tell(SIGN, event, "x", [], entity="10.0.0.5", level=Level.HIGH)
    assert (other.entity, other.level) == ("10.0.0.5", Level.HIGH)
