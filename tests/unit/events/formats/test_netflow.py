from typing import Any

import pytest

from netsentinel.events.formats import NetflowFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

ARGUS = {
    "StartTime": "2018/12/18 14:00:00.075359",
    "Dur": "0.699716",
    "Proto": "tcp",
    "SrcAddr": "216.73.23.146",
    "Sport": "52691",
    "DstAddr": "147.32.81.57",
    "Dport": "445",
    "State": "S_RA",
    "TotPkts": "3",
    "TotBytes": "134",
    "SrcBytes": "70",
    "SrcPkts": "1",
}


def parse(record: dict[str, Any]) -> Event:
    return NetflowFormat().parse(record, b"", DEFAULT_TENANT, "s")


def test_argus() -> None:
    event = parse(ARGUS)
    assert event.time == from_iso("2018-12-18T14:00:00.075359Z")
    assert (event.src_ip, event.src_port, event.dst_ip, event.dst_port) == (
        "216.73.23.146", 52691, "147.32.81.57", 445,
    )  # fmt: skip
    assert (event.packets_out, event.packets_in, event.bytes_out, event.bytes_in) == (1, 2, 70, 64)
    assert (event.duration_us, event.protocol, event.class_uid, event.action) == (699_716, "tcp", 4001, "failure")


@pytest.mark.parametrize(("state", "action"), [("S_", "failure"), ("S_SA", ""), ("SPA_SPA", ""), ("CON", "")])
def test_which_flows_came_to_nothing(state: str, action: str) -> None:
    assert parse({**ARGUS, "State": state}).action == action


def test_ports_of_icmp_are_hexadecimal() -> None:
    assert parse({**ARGUS, "Proto": "icmp", "Sport": "0x0303"}).src_port == 0x303


def test_nfdump() -> None:
    event = parse(
        {
            "ts": "2019-04-04 16:23:00", "td": "1.5", "sa": "10.0.0.1", "da": "10.0.0.2", "sp": "5", "dp": "53",
            "pr": "UDP", "ipkt": "2", "ibyt": "120", "opkt": "1", "obyt": "60",
        }
    )  # fmt: skip
    assert event.time == from_iso("2019-04-04T16:23:00Z")
    assert (event.protocol, event.src_port, event.dst_port, event.duration_us) == ("udp", 5, 53, 1_500_000)
    assert (event.packets_out, event.packets_in, event.bytes_out, event.bytes_in) == (2, 1, 120, 60)


def test_a_flow_needs_its_start() -> None:
    with pytest.raises(ValueError, match="no start of a flow"):
        parse({**ARGUS, "StartTime": "soon"})
    with pytest.raises(ValueError, match="no start of a flow"):
        parse({"SrcAddr": "a", "DstAddr": "b"})
