import pytest

from netsentinel.detection.scans import PortScans, ScanParameters
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import TenantId
from tests.unit.detection.build_events import ATTACKER, at, attempt, zeek


def ports(count: int, *, first: int = 1, step: float = 1) -> list[Event]:
    return [attempt(number * step, "10.0.0.5", first + number) for number in range(count)]


def hosts(count: int, port: int = 445) -> list[Event]:
    return [attempt(number, f"10.0.{number // 200}.{1 + number % 200}", port) for number in range(count)]


def titles(events: list[Event]) -> list[str]:
    return [finding.rule_id for finding in PortScans().analyze_events(events)]


def test_many_ports_of_one_host() -> None:
    assert titles(ports(14)) == []
    (finding,) = PortScans().analyze_events(ports(15))
    assert finding.rule_id == "port_scan.vertical"
    assert (finding.entity, finding.entity_kind, finding.dst_ip) == (ATTACKER, "address", "10.0.0.5")
    assert finding.time == at(14)
    assert finding.matched[0].condition == "distinct ports >= 15 in 300 s"
    assert finding.matched[0].value == "15"


def test_one_port_on_many_hosts() -> None:
    assert titles(hosts(24)) == []
    (finding,) = PortScans().analyze_events(hosts(25))
    assert finding.rule_id == "port_scan.horizontal"
    assert finding.matched[1].value == "445/tcp"


def test_a_slow_walk_is_not_seen() -> None:
    assert titles(ports(60, step=25)) == []


def test_a_scan_that_goes_on_is_told_once_per_span() -> None:
    assert titles(ports(900)) == ["port_scan.vertical"] * 3


@pytest.mark.parametrize(
    "event",
    [
        attempt(1, "10.0.0.5", 80, state="SF", orig_bytes=10, resp_bytes=10),
        attempt(1, "224.0.0.251", 5353, proto="udp"),
        attempt(1, "10.0.0.255", 137, proto="udp"),
        attempt(1, "10.0.0.5", 33440, proto="udp"),
        attempt(1, "10.0.0.5", 40000, id__orig_p=443),
        attempt(1, "10.0.0.5", 40000, proto="udp", id__orig_p=1900),
        attempt(1, "10.0.0.5", 0),
        attempt(1, "not an address", 80),
        zeek("http", 1, status_code=401, uri="/login"),
    ],
)
def test_what_is_no_try(event: Event) -> None:
    scans = PortScans()
    scans.analyze_events([event])
    assert scans.snapshot() == PortScans().snapshot()


def test_tenants_and_sources_do_not_mix() -> None:
    mixed = ports(10) + [attempt(number, "10.0.0.5", 100 + number, tenant=TenantId("other")) for number in range(10)]
    mixed += [attempt(number, "10.0.0.5", 200 + number, source="second") for number in range(10)]
    assert titles(mixed) == []


def test_parameters_are_obeyed() -> None:
    scans = PortScans(ScanParameters(span=MINUTE, ports=3, hosts=1_000))
    (finding,) = scans.analyze_events(ports(4))
    assert finding.matched[0].condition == "distinct ports >= 3 in 60 s"
    assert scans.analyze_events([attempt(61, "10.0.0.5", 9)]) == []
