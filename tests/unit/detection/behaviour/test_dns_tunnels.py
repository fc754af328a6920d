import pytest

from netsentinel.detection.behaviour.dns_tunnels import DnsTunnels
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import VICTIM, dice, question, random_label, tunnel

NOISE = random_label(dice(2), 120, "".join(chr(code) for code in range(48, 123)))


def found(events: list[Event]) -> list[str]:
    return [finding.rule_id for finding in DnsTunnels().analyze_events(events)]


def test_many_long_random_names_below_one_domain() -> None:
    assert found(tunnel(names=49)) == []
    (finding,) = DnsTunnels().analyze_events(tunnel(names=50))
    assert (finding.rule_id, finding.level, finding.entity) == ("dns_tunnel.names", Level.HIGH, VICTIM)
    assert finding.matched[1].value == "example.org"


@pytest.mark.parametrize(
    "events",
    [
        tunnel(domain="x.cloudfront.net"),
        tunnel(domain="in-addr.arpa"),
        [question(number, f"host{number}.example.org") for number in range(200)],
        [question(number, f"{'a' * 30}{number}.example.org") for number in range(200)],
        [question(number * 0.1, "abcdefghijklmnopqrstuvwxyz012345.example.org") for number in range(200)],
        [question(number * 60, event.domain) for number, event in enumerate(tunnel(names=200))],
    ],
    ids=["content network", "reverse", "short", "dull", "the same", "slow"],
)
def test_names_that_are_no_tunnel(events: list[Event]) -> None:
    assert found(events) == []


def test_a_text_that_looks_random() -> None:
    (finding,) = DnsTunnels().analyze_events([question(0, "cmd.example.org", answers=[f"TXT 120 {NOISE}"])] * 3)
    assert (finding.rule_id, finding.level) == ("dns_tunnel.text", Level.MEDIUM)
    (printer,) = DnsTunnels().analyze_events([question(0, "p._ipp._tcp.local", answers=[f"TXT 120 {NOISE}"])])
    assert printer.level is Level.LOW


@pytest.mark.parametrize(
    "event",
    [
        question(0, "example.org", answers=[f"TXT 130 v=spf1 {NOISE}"]),
        question(0, "s1._domainkey.example.org", answers=[f"TXT 120 {NOISE}"]),
        question(0, "example.org", answers=["TXT 200 " + "all the same words again and again " * 5]),
        question(0, "example.org", answers=[f"TXT 40 {NOISE[:40]}"]),
        question(0, "example.org", answers=[NOISE]),
    ],
    ids=["spf", "dkim", "words", "short", "no text"],
)
def test_texts_that_are_usual(event: Event) -> None:
    assert found([event]) == []
