from typing import Any

import pytest

from netsentinel.events.formats import SuricataFormat
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import SECOND, from_iso
from netsentinel.kernel.types import DEFAULT_TENANT


def eve(event_type: str, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": "2021-06-06T15:57:37.272281+0200",
        "flow_id": 445348883402532,
        "event_type": event_type,
        "src_ip": "192.168.1.132",
        "src_port": 1900,
        "dest_ip": "192.168.1.129",
        "dest_port": 443,
        "proto": "TCP",
        "host": "sensor.example",
        **more,
    }


def parse(record: dict[str, Any]) -> Event:
    return SuricataFormat().parse(record, b"", DEFAULT_TENANT, "ids")


def test_what_all_records_share() -> None:
    event = parse(eve("tls", tls={"sni": "www.example.com"}))
    assert event.time == from_iso("2021-06-06T13:57:37.272281")
    assert (event.src_ip, event.src_port, event.dst_ip, event.dst_port) == ("192.168.1.132", 1900, "192.168.1.129", 443)
    assert (event.protocol, event.app_protocol, event.device) == ("tcp", "tls", "sensor.example")
    assert event.connection_uid == "445348883402532"
    assert event.logsource == Logsource(product="suricata", service="tls")
    assert event.domain == "www.example.com"


def test_a_flow_has_its_counters() -> None:
    flow = {
        "pkts_toserver": 12,
        "pkts_toclient": 9,
        "bytes_toserver": 4056,
        "bytes_toclient": 812,
        "start": "2021-06-06T15:57:30.000000+0200",
        "end": "2021-06-06T15:57:37.500000+0200",
        "state": "closed",
    }
    event = parse(eve("flow", app_proto="failed", flow=flow))
    assert (event.bytes_out, event.bytes_in, event.packets_out, event.packets_in) == (4056, 812, 12, 9)
    assert event.duration_us == 7.5 * SECOND
    assert (event.class_uid, event.app_protocol, event.action) == (4001, "", "")
    assert event.logsource.category == "firewall"


@pytest.mark.parametrize(
    ("proto", "ahead", "back", "state", "expected"),
    [
        ("TCP", 2, 0, "new", "failure"),
        ("TCP", 1, 1, "closed", "failure"),
        ("TCP", 12, 9, "closed", ""),
        ("UDP", 1, 0, "new", "failure"),
        ("UDP", 1, 1, "established", ""),
    ],
)
def test_a_flow_that_came_to_nothing_is_a_failure(proto: str, ahead: int, back: int, state: str, expected: str) -> None:
    flow = {"pkts_toserver": ahead, "pkts_toclient": back, "state": state}
    assert parse(eve("flow", flow=flow) | {"proto": proto}).action == expected


def test_http_fills_the_web_columns() -> None:
    http = {"hostname": "www.example.com", "url": "/login?x=1", "http_user_agent": "curl/8", "status": 403}
    event = parse(eve("http", http=http))
    assert (event.domain, event.url, event.user_agent) == ("www.example.com", "/login?x=1", "curl/8")
    assert (event.class_uid, event.action, event.logsource.category) == (4002, "failure", "proxy")


@pytest.mark.parametrize(
    "dns",
    [
        {"type": "query", "rrname": "a.example"},
        {"version": 3, "queries": [{"rrname": "a.example", "rrtype": "A"}]},
        {"query": [{"rrname": "a.example"}]},
    ],
)
def test_dns_in_all_its_versions(dns: dict[str, Any]) -> None:
    event = parse(eve("dns", dns=dns))
    assert (event.domain, event.class_uid, event.logsource.category) == ("a.example", 4003, "dns")


def test_an_alert_has_severity_action_and_what_it_was_about() -> None:
    event = parse(eve("alert", alert={"severity": 1, "action": "allowed"}, http={"url": "/x"}, app_proto="http"))
    assert (event.class_uid, event.severity, event.action, event.url) == (2004, 4, "allowed", "/x")


def test_failed_and_successful_logins() -> None:
    assert parse(eve("ftp", ftp={"command": "PASS", "completion_code": ["530"]})).action == "failure"
    assert parse(eve("ftp", ftp={"command": "PASS", "completion_code": "230"})).action == "success"
    assert parse(eve("ftp", ftp={"command": "USER", "command_data": "ann"})).user == "ann"
    assert parse(eve("krb5", krb5={"msg_type": "KRB_ERROR", "cname": "ann"})).action == "failure"
    assert parse(eve("smb", smb={"status": "STATUS_LOGON_FAILURE", "ntlmssp": {"user": "ann"}})).user == "ann"
    assert parse(eve("smtp", smtp={"helo": "mx.example", "mail_from": "<a@b>"})).domain == "mx.example"


@pytest.mark.parametrize("missing", ["timestamp", "event_type"])
def test_without_time_or_type_it_is_no_event(missing: str) -> None:
    record = eve("flow")
    del record[missing]
    with pytest.raises(ValueError, match="needs event_type and timestamp"):
        parse(record)


def test_a_time_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="no EVE timestamp"):
        parse(eve("flow") | {"timestamp": "soon"})
