import pytest

from netsentinel.detection.behaviour.honeypots import HoneypotTouches
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from tests.unit.detection.behaviour.scenes import OUTSIDE, VICTIM, honeypot


def canary(logtype: int | str, *, second: float = 0, source: str = VICTIM) -> Event:
    return honeypot("opencanary", second, source, logtype=logtype, node_id="trap-01", logdata={})


def cowrie(eventid: str, *, second: float = 0, source: str = OUTSIDE) -> Event:
    return honeypot("cowrie", second, source, eventid=eventid, session="1")


def test_a_touch_from_the_inside_is_serious() -> None:
    (finding,) = HoneypotTouches().analyze_events([canary(4002)])
    assert (finding.rule_id, finding.level, finding.entity) == ("honeypot.touch", Level.HIGH, VICTIM)
    (finding,) = HoneypotTouches().analyze_events([cowrie("cowrie.session.connect")])
    assert finding.level is Level.LOW


def test_a_visitor_who_stays_is_told_once_an_hour() -> None:
    visits = [canary("3000", second=number * 60) for number in range(121)]
    assert len(HoneypotTouches().analyze_events(visits)) == 3


@pytest.mark.parametrize(
    "event",
    [
        canary(1001),
        canary("x"),
        canary("²"),
        canary("9" * 5_000),
        canary(4000, source="x" * 65),
        canary(4000, source=""),
        cowrie("cowrie.session.closed"),
        honeypot("cowrie", 0, OUTSIDE, eventid="other.thing"),
        honeypot("", 0, OUTSIDE, logtype=4000),
    ],
)
def test_what_is_no_touch(event: Event) -> None:
    assert HoneypotTouches().analyze_events([event]) == []


def test_records_without_a_format_of_their_own_count_as_well() -> None:
    record = {"eventid": "cowrie.login.failed", "src_ip": "10.0.0.4", "timestamp": "2026-05-28T20:26:40Z"}
    event = FORMATS["json"].parse(record, b"{}", DEFAULT_TENANT, "traps")
    assert len(HoneypotTouches().analyze_events([event])) == 1
