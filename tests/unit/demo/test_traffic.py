from collections.abc import Iterable

import msgspec

from netsentinel.demo import cast
from netsentinel.demo.conversations import converse, dice
from netsentinel.demo.model import Request, StoryLine
from netsentinel.demo.traffic import fetch, lookup, over, secure

START = 1_780_000_000_000_000
DICE = dice("test")


def kinds(lines: Iterable[StoryLine]) -> list[str]:
    records = [msgspec.json.decode(line.line) for line in lines]
    return [record.get("event_type") or record["_path"] for record in records]


def test_a_lookup_inside_is_seen_by_the_core_only() -> None:
    lines = lookup(DICE, cast.WORKSTATIONS[0], "www.example.com", "203.0.113.128", START)
    assert kinds(lines) == ["dns", "conn"]


def test_a_lookup_outside_is_seen_by_both() -> None:
    lines = lookup(DICE, cast.MAIL_SERVER, "www.example.com", "203.0.113.128", START, resolver=cast.RESOLVER)
    assert kinds(lines) == ["dns", "dns", "dns", "flow", "conn"]


def test_requests_over_one_connection_share_its_id() -> None:
    requests = [Request(host="www.example.com", url=url, agent="test/1", length=10) for url in ("/a", "/b")]
    talk, lines = fetch(DICE, cast.WORKSTATIONS[0], cast.SITES[0], START, requests)
    assert kinds(lines) == ["http", "http", "http", "http", "flow", "conn"]
    records = [msgspec.json.decode(line.line) for line in lines]
    assert {record["uid"] for record in records if "uid" in record} == {talk.uid}
    assert {record["flow_id"] for record in records if "flow_id" in record} == {talk.flow_id}


def test_a_secure_session_is_a_handshake_and_a_flow() -> None:
    talk = converse(DICE, "10.10.10.11", "203.0.113.128", 443, start=START, duration=10, service="ssl")
    assert kinds(secure(talk, "www.example.com", ja3="00")) == ["tls", "ssl", "flow", "conn"]


def test_the_end_of_an_inside_conversation_is_seen_by_the_core_only() -> None:
    talk = converse(DICE, "10.10.10.11", "10.10.30.5", 389, start=START, duration=10)
    assert kinds(over(talk)) == ["conn"]
