from typing import Any

import msgspec
import pytest

from netsentinel.demo import eve
from netsentinel.demo.conversations import converse, dice
from netsentinel.demo.model import Conversation, Outcome, Request, StoryLine

START = 1_780_000_000_123_456
REQUEST = Request(host="www.example.com", url="/a?b=c", agent="test/1", length=10)


def talk(outcome: Outcome = Outcome.COMPLETE, service: str = "http", protocol: str = "tcp") -> Conversation:
    return converse(
        dice("test"),
        "10.10.10.11",
        "203.0.113.128",
        80,
        start=START,
        duration=2_500_000,
        sent=3_000,
        received=30_000,
        service=service,
        protocol=protocol,
        outcome=outcome,
    )


def decode(line: StoryLine) -> dict[str, Any]:
    assert line.source == "suricata-eve"
    return msgspec.json.decode(line.line)


def test_a_time_is_written_as_suricata_writes_it() -> None:
    assert eve.stamp(START) == "2026-05-28T20:26:40.123456+0000"


def test_a_flow_is_written_at_its_end_and_counts_both_directions() -> None:
    record = decode(eve.flow(talk()))
    assert record["timestamp"] == eve.stamp(START + 2_500_000)
    assert record["app_proto"] == "http"
    assert record["flow"]["start"] == eve.stamp(START)
    assert record["flow"]["bytes_toserver"] > 3_000
    assert record["flow"]["bytes_toclient"] > 30_000
    assert record["flow"]["age"] == 2
    assert record["tcp"]["state"] == "closed"


@pytest.mark.parametrize(
    ("outcome", "flags", "state", "answer"),
    [(Outcome.REFUSED, "16", "closed", 1), (Outcome.SILENT, "02", "new", 0), (Outcome.COMPLETE, "1b", "closed", 25)],
)
def test_a_flow_shows_how_the_other_side_answered(outcome: Outcome, flags: str, state: str, answer: int) -> None:
    record = decode(eve.flow(talk(outcome, service="")))
    assert record["tcp"]["tcp_flags"] == flags
    assert record["flow"]["state"] == state
    assert record["flow"]["pkts_toclient"] == answer


def test_a_udp_flow_has_no_tcp_block() -> None:
    record = decode(eve.flow(talk(protocol="udp", service="dns")))
    assert record["proto"] == "UDP"
    assert "tcp" not in record


def test_a_name_is_asked_for_and_answered() -> None:
    question, answer = map(decode, eve.dns(talk(service="dns"), "www.example.com", "203.0.113.128", query_id=7))
    assert question["dns"] == {
        "type": "query",
        "id": 7,
        "rrname": "www.example.com",
        "rrtype": "A",
        "tx_id": 0,
        "opcode": 0,
    }
    assert answer["dns"]["grouped"] == {"A": ["203.0.113.128"]}
    assert answer["dns"]["rcode"] == "NOERROR"


def test_a_name_that_does_not_exist_has_no_answers() -> None:
    _, answer = map(decode, eve.dns(talk(service="dns"), "nothing.example", ""))
    assert answer["dns"]["rcode"] == "NXDOMAIN"
    assert "answers" not in answer["dns"]


def test_http_has_suricatas_field_names() -> None:
    record = decode(eve.http(talk(), START, REQUEST))
    assert record["http"] == {
        "hostname": "www.example.com",
        "url": "/a?b=c",
        "http_user_agent": "test/1",
        "http_content_type": "text/html",
        "http_method": "GET",
        "protocol": "HTTP/1.1",
        "status": 200,
        "length": 10,
    }


def test_a_file_travels_from_server_to_client() -> None:
    record = decode(eve.fileinfo(talk(), START, REQUEST, magic="ELF 64-bit", sha256="ab"))
    assert (record["src_ip"], record["src_port"]) == ("203.0.113.128", 80)
    assert record["dest_ip"] == "10.10.10.11"
    assert record["fileinfo"]["size"] == 10
    assert record["fileinfo"]["magic"] == "ELF 64-bit"


def test_tls_and_ssh_say_what_the_client_said() -> None:
    assert decode(eve.tls(talk(), START, "www.example.com", ja3="00"))["tls"]["sni"] == "www.example.com"
    assert decode(eve.ssh(talk(), START, "a", "b"))["ssh"]["server"]["software_version"] == "b"


def test_an_alert_names_its_signature_and_its_request() -> None:
    record = decode(eve.alert(talk(), START, (1, "text", "category", 2), request=REQUEST))
    assert record["alert"]["signature_id"] == 1
    assert record["alert"]["severity"] == 2
    assert record["http"]["url"] == "/a?b=c"
    assert record["app_proto"] == "http"
    assert record["direction"] == "to_server"
