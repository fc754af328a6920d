import pytest

from netsentinel.detection.behaviour.arp import ArpOddities
from netsentinel.events.model import Event
from tests.unit.detection.behaviour.scenes import arp

ALL = "ff:ff:ff:ff:ff:ff"
HOST, GATEWAY = "10.9.0.15", "10.9.0.1"


def found(*events: Event) -> list[str]:
    return [finding.rule_id for finding in ArpOddities().analyze_events(events)]


def test_an_answer_that_nobody_asked_for() -> None:
    assert found(arp(0, "reply", HOST, GATEWAY, dst_mac=ALL)) == ["arp.unsolicited"]
    assert found(arp(0, "reply", HOST, GATEWAY, resp_hw=ALL)) == ["arp.unsolicited"]
    assert found(*[arp(second, "reply", HOST, GATEWAY, dst_mac=ALL) for second in range(100)]) == ["arp.unsolicited"]


def test_an_address_that_is_not_of_this_network() -> None:
    assert found(arp(0, "request", HOST, "198.51.100.7")) == ["arp.foreign_address"]
    assert found(arp(0, "request", "198.51.100.7", HOST)) == ["arp.foreign_address"]


def test_two_machines_with_one_address() -> None:
    ours = arp(0, "request", GATEWAY, HOST, orig_hw="02:00:00:00:00:01")
    theirs = arp(60, "reply", GATEWAY, HOST, orig_hw="02:00:00:00:00:66")
    (finding,) = ArpOddities().analyze_events([ours, theirs])
    assert finding.rule_id == "arp.two_owners"
    assert [field.value for field in finding.matched] == ["02:00:00:00:00:66", "02:00:00:00:00:01"]
    later = arp(3_600, "reply", GATEWAY, HOST, orig_hw="02:00:00:00:00:66")
    assert found(ours, later) == []


@pytest.mark.parametrize(
    "event",
    [
        arp(0, "request", HOST, GATEWAY, dst_mac=ALL),
        arp(0, "reply", HOST, GATEWAY),
        arp(0, "request", "0.0.0.0", HOST),  # noqa: S104 - a probe of RFC 5227
        arp(0, "request", HOST, "169.254.3.4"),
        arp(0, "request", "198.51.100.7", "198.51.100.1"),
    ],
    ids=["request", "reply", "probe", "link local", "public network"],
)
def test_what_is_usual(event: Event) -> None:
    assert found(event) == []
