import pytest

from netsentinel.detection.scans import PortScans, ScanParameters
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Level, TenantId
from tests.unit.detection.build_events import ATTACKER, at, attempt, zeek


def ports(count: int, *, first: int = 1, step: float = 1) -> list[Event]:
    return [attempt(number * step, "10.0.0.5", first + number) for number in range(count)]


def hosts(count: int, port: int = 445, *, step: float = 2) -> list[Event]:
    return [attempt(number * step, f"10.0.{number // 200}.{1 + number % 200}", port) for number in range(count)]


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


def test_a_slow_walk_is_seen_when_it_is_long() -> None:
    assert titles(ports(99, step=25)) == []
    assert titles(ports(100, step=25)) == ["port_scan.slow_vertical"]
    assert titles(hosts(99, step=60)) == []
    (finding,) = PortScans().analyze_events(hosts(100, step=60))
    assert finding.rule_id == "port_scan.slow_horizontal"
    assert finding.matched[0].condition == "distinct hosts >= 100 in 21600 s"


def test_a_burst_of_few_hosts() -> None:
    assert titles(hosts(7, step=1)) == []
    (finding,) = PortScans().analyze_events(hosts(8, step=1))
    assert (finding.rule_id, finding.level) == ("port_scan.burst", Level.LOW)
    assert titles(hosts(8, step=1.5)) == []


def empty(number: int, **more: int) -> Event:
    sizes = {"orig_pkts": 2, "resp_pkts": 2, "orig_bytes": 148, "resp_bytes": 120, **more}
    return attempt(number, "10.0.0.5", 100 + number, state="SF", **sizes)


def test_refused_connections_count_even_when_nothing_says_that_they_failed() -> None:
    assert titles([empty(number) for number in range(15)]) == ["port_scan.vertical"]
    assert titles([empty(number, resp_bytes=4_000) for number in range(15)]) == []
    assert titles([empty(number, orig_pkts=9) for number in range(15)]) == []
    assert titles([empty(number, resp_pkts=3) for number in range(15)]) == []
    silent = {"resp_pkts": 0, "resp_bytes": 0}
    assert titles([empty(number, orig_bytes=900, **silent) for number in range(15)]) == ["port_scan.vertical"]
    assert titles([empty(number, orig_pkts=4, **silent) for number in range(15)]) == []
    assert titles([empty(number, resp_pkts=0) for number in range(15)]) == []


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
