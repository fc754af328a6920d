from typing import Any

import pytest

from netsentinel.events.formats import ZeekFormat
from netsentinel.events.formats.zeek import log_name
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT

ENDS = {"id.orig_h": "10.0.0.1", "id.orig_p": 49156, "id.resp_h": "10.0.0.2", "id.resp_p": 80}


def parse(record: dict[str, Any]) -> Event:
    return ZeekFormat().parse({"ts": 1588205199.82437, "uid": "C1", **record}, b"", DEFAULT_TENANT, "zeek")


@pytest.mark.parametrize(
    "ends",
    [
        ENDS,
        {name.replace(".", "_"): value for name, value in ENDS.items()},
        {"id": {name.removeprefix("id."): value for name, value in ENDS.items()}},
    ],
)
def test_the_ends_in_every_spelling(ends: dict[str, Any]) -> None:
    event = parse({"_path": "conn", "proto": "tcp", **ends})
    assert (event.src_ip, event.src_port, event.dst_ip, event.dst_port) == ("10.0.0.1", 49156, "10.0.0.2", 80)
    assert (event.time, event.connection_uid, event.protocol) == (1588205199824370, "C1", "tcp")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"_path": "HTTP"}, "http"),
        ({"@stream": "smb_files"}, "smb_files"),
        ({"event.dataset": "zeek.dns"}, "dns"),
        ({"event": {"dataset": "zeek.ssl"}}, "ssl"),
        ({"conn_state": "SF", "service": "dns"}, "conn"),
        ({"query": "a", "qtype_name": "A", "trans_id": 1}, "dns"),
        ({"trans_depth": 1, "method": "GET"}, "http"),
        ({"cipher": "x", "server_name": "y"}, "ssl"),
        ({"auth_success": True}, "ssh"),
        ({"note": "x", "fuid": "F"}, "notice"),
        ({"fuid": "F", "mime_type": "text/plain"}, "files"),
        ({"certificate.serial": "1"}, "x509"),
        ({"nothing": 1}, ""),
    ],
)
def test_the_log_is_known_by_its_name_or_its_fields(record: dict[str, Any], expected: str) -> None:
    assert log_name(record) == expected


def test_a_connection_has_its_counters() -> None:
    record = {"duration": 10.761, "orig_bytes": 4020, "resp_bytes": 1681, "orig_pkts": 12, "resp_pkts": 11}
    event = parse({"_path": "conn", "service": "HTTP", "conn_state": "SF", **ENDS, **record})
    assert (event.bytes_out, event.bytes_in, event.packets_out, event.packets_in) == (4020, 1681, 12, 11)
    assert (event.duration_us, event.app_protocol, event.action, event.class_uid) == (10_761_000, "http", "", 4001)


@pytest.mark.parametrize("state", ["S0", "REJ", "RSTOS0", "RSTO"])
def test_a_connection_that_came_to_nothing_is_a_failure(state: str) -> None:
    assert parse({"_path": "conn", "proto": "tcp", "conn_state": state, **ENDS}).action == "failure"


def test_a_reset_after_an_answer_is_no_failure() -> None:
    assert parse({"_path": "conn", "proto": "tcp", "conn_state": "RSTO", "resp_bytes": 9, **ENDS}).action == ""


def test_logs_that_know_how_a_login_ended() -> None:
    assert parse({"_path": "ssh", "auth_success": False, "client": "SSH-2.0-x"}).action == "failure"
    assert parse({"_path": "ssh", "auth_success": True}).action == "success"
    assert parse({"_path": "ssh"}).action == ""
    assert parse({"_path": "ssh", "client": "SSH-2.0-x"}).user == ""
    assert parse({"_path": "kerberos", "success": False, "client": "ann/CORP"}).user == "ann/CORP"
    assert parse({"_path": "ntlm", "success": True, "username": "ann"}).user == "ann"
    assert parse({"_path": "ftp", "reply_code": 530, "user": "ann"}).action == "failure"
    assert parse({"_path": "ftp", "reply_code": 230}).action == "success"
    assert parse({"_path": "rdp", "cookie": "ann"}).user == "ann"


def test_names_that_were_asked_for() -> None:
    assert parse({"_path": "dns", "query": "a.example"}).domain == "a.example"
    assert parse({"_path": "ssl", "server_name": "b.example"}).domain == "b.example"
    event = parse({"_path": "http", "host": "c.example", "uri": "/auth", "user_agent": "x", "status_code": 401})
    assert (event.domain, event.url, event.user_agent, event.action) == ("c.example", "/auth", "x", "failure")


def test_logs_without_a_connection_have_their_hosts_elsewhere() -> None:
    files = parse(
        {"_path": "files", "tx_hosts": ["10.0.0.4"], "rx_hosts": ["10.0.1.6"], "source": "HTTP", "seen_bytes": 7}
    )
    assert (files.src_ip, files.dst_ip, files.app_protocol, files.bytes_out) == ("10.0.0.4", "10.0.1.6", "http", 7)
    notice = parse({"_path": "notice", "src": "10.0.0.1", "dst": "10.0.0.2", "p": 22})
    assert (notice.src_ip, notice.dst_ip, notice.dst_port) == ("10.0.0.1", "10.0.0.2", 22)
    assert parse({"_path": "arp", "orig_h": "10.0.0.1", "resp_h": "10.0.0.9"}).dst_ip == "10.0.0.9"
    assert parse({"_path": "dhcp", "client_addr": "10.0.0.1"}).src_ip == "10.0.0.1"


@pytest.mark.parametrize("ts", [None, "yesterday", True, 1e300, [1]])
def test_without_a_time_it_is_no_event(ts: Any) -> None:
    with pytest.raises(ValueError, match=r"ts|time"):
        parse({"_path": "conn", "ts": ts})


def test_zeeks_iso_times() -> None:
    assert parse({"_path": "conn", "ts": "2020-04-30T00:06:39.824370Z"}).time == 1588205199824370
