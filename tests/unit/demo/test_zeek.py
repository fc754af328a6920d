import hashlib
from typing import Any

import msgspec
import pytest

from netsentinel.demo import zeek
from netsentinel.demo.conversations import converse, dice
from netsentinel.demo.model import Conversation, Outcome, Request, StoryLine

START = 1_780_000_000_123_456


def talk(outcome: Outcome = Outcome.COMPLETE, client: str = "10.10.10.11", protocol: str = "tcp") -> Conversation:
    return converse(
        dice("test"),
        client,
        "203.0.113.128",
        80,
        start=START,
        duration=2_500_000,
        sent=3_000,
        received=30_000,
        service="http",
        protocol=protocol,
        outcome=outcome,
    )


def decode(line: StoryLine) -> dict[str, Any]:
    assert line.source == "zeek"
    return msgspec.json.decode(line.line)


def test_a_connection_is_written_after_it_ended() -> None:
    record = decode(zeek.conn(talk()))
    assert record["_path"] == "conn"
    assert record["ts"] == pytest.approx(1_780_000_000.123456, abs=1e-6)
    assert record["_write_ts"] == pytest.approx(1_780_000_002.623456, abs=1e-6)
    assert (record["orig_bytes"], record["resp_bytes"], record["duration"]) == (3_000, 30_000, 2.5)
    assert (record["local_orig"], record["local_resp"]) == (True, False)
    assert record["orig_ip_bytes"] > record["orig_bytes"]


@pytest.mark.parametrize(("outcome", "state"), [(Outcome.REFUSED, "REJ"), (Outcome.SILENT, "S0")])
def test_a_connection_that_came_to_nothing_has_no_duration(outcome: Outcome, state: str) -> None:
    record = decode(zeek.conn(talk(outcome)))
    assert record["conn_state"] == state
    assert "duration" not in record


def test_a_datagram_has_a_history_of_its_own() -> None:
    assert decode(zeek.conn(talk(protocol="udp")))["history"] == "Dd"


def test_dns_has_zeeks_field_names() -> None:
    record = decode(zeek.dns(talk(), "www.example.com", "203.0.113.128", query_id=7))
    assert (record["query"], record["qtype_name"], record["answers"]) == ("www.example.com", "A", ["203.0.113.128"])
    assert record["trans_id"] == 7
    missing = decode(zeek.dns(talk(), "nothing.example", ""))
    assert missing["rcode_name"] == "NXDOMAIN"
    assert "answers" not in missing


def test_http_has_zeeks_field_names() -> None:
    request = Request(host="www.example.com", url="/a", agent="test/1", status=404, length=12)
    record = decode(zeek.http(talk(), START, request, depth=2, fuid="F1"))
    assert (record["method"], record["uri"], record["user_agent"]) == ("GET", "/a", "test/1")
    assert (record["status_code"], record["status_msg"], record["trans_depth"]) == (404, "Not Found", 2)
    assert record["resp_fuids"] == ["F1"]
    assert record["resp_mime_types"] == ["text/html"]


def test_a_file_has_the_hashes_of_its_content() -> None:
    record = decode(zeek.files(talk(), START, fuid="F1", mime="text/plain", size=5, content=b"hello"))
    assert record["sha1"] == hashlib.sha1(b"hello").hexdigest()  # noqa: S324 - Zeek writes SHA-1
    assert (record["mime_type"], record["total_bytes"], record["source"]) == ("text/plain", 5, "HTTP")


@pytest.mark.parametrize(("client", "direction"), [("203.0.113.66", "INBOUND"), ("10.10.10.17", "INTERNAL")])
def test_ssh_says_where_the_login_came_from(client: str, direction: str) -> None:
    line = zeek.ssh(talk(client=client), START, success=False, attempts=3, client="a", server="b")
    record = decode(line)
    assert record["direction"] == direction
    assert (record["auth_success"], record["auth_attempts"], record["client"]) == (False, 3, "SSH-2.0-a")


def test_the_smaller_logs_have_their_fields() -> None:
    assert decode(zeek.ssl(talk(), START, "www.example.com"))["server_name"] == "www.example.com"
    assert decode(zeek.rdp(talk(), START, "deploy"))["cookie"] == "deploy"
    assert decode(zeek.smb_mapping(talk(), START, "\\\\a\\IPC$", "PIPE"))["share_type"] == "PIPE"
    assert decode(zeek.smb_files(talk(), START, "\\\\a\\b", "c", action="SMB::FILE_OPEN", size=1))["name"] == "c"
    notice = decode(zeek.notice(talk(), START, "Scan::Port_Scan", "text"))
    assert (notice["note"], notice["src"]) == ("Scan::Port_Scan", "10.10.10.11")
