from typing import Any

import msgspec

from netsentinel.demo import cast
from netsentinel.demo.conversations import dice
from netsentinel.demo.model import StoryLine
from netsentinel.demo.reconnaissance import GUESSED_LOGINS, guessing, scan, web_scan
from netsentinel.kernel.clock import MINUTE

START = 1_780_000_000_000_000


def decode(lines: list[StoryLine]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line.line) for line in sorted(lines, key=lambda line: line.at)]


def test_the_wide_scan_reaches_many_machines_within_a_minute() -> None:
    conns = [r for r in decode(list(scan(dice("test"), START))) if r.get("_path") == "conn" and r["id.resp_p"] == 22]
    assert len({record["id.resp_h"] for record in conns}) == 62
    assert conns[-1]["ts"] - conns[0]["ts"] < 90
    assert {record["conn_state"] for record in conns} == {"S0", "SF"}


def test_the_deep_scan_tries_many_ports_of_one_machine_within_a_minute() -> None:
    target = cast.WEB_SERVER.address
    conns = [
        r for r in decode(list(scan(dice("test"), START))) if r.get("_path") == "conn" and r["id.resp_h"] == target
    ]
    assert len({record["id.resp_p"] for record in conns}) >= 150
    refused = [record for record in conns if record["conn_state"] == "REJ"]
    assert len(refused) >= 150
    assert refused[-1]["ts"] - refused[0]["ts"] < 60


def test_the_perimeter_sees_the_scan_as_well() -> None:
    flows = [r for r in decode(list(scan(dice("test"), START))) if r.get("event_type") == "flow"]
    assert {record["src_ip"] for record in flows} == {cast.ATTACKER.address}
    assert len({(record["dest_ip"], record["dest_port"]) for record in flows}) > 200


def test_the_web_scanners_say_who_they_are() -> None:
    records = decode(list(web_scan(dice("test"), START)))
    agents = {record["http"]["http_user_agent"] for record in records if record.get("event_type") == "http"}
    assert {agent.split("/")[0] for agent in agents} >= {"sqlmap", "Mozilla"}
    assert any("Nikto" in agent for agent in agents)
    assert any("Nmap Scripting Engine" in agent for agent in agents)
    urls = [record["uri"] for record in records if record.get("_path") == "http"]
    assert any("etc/passwd" in url for url in urls)
    assert any("UNION" in url for url in urls)


def test_guessing_fails_many_times_and_then_works() -> None:
    records = decode(list(guessing(dice("test"), START)))
    logins = [record["auth_success"] for record in records if record.get("_path") == "ssh"]
    assert logins == [False] * GUESSED_LOGINS + [True]
    assert GUESSED_LOGINS >= 50


def test_guessing_takes_less_than_four_minutes() -> None:
    first = [r for r in decode(list(guessing(dice("test"), START))) if r.get("_path") == "ssh"]
    assert (first[-1]["ts"] - first[0]["ts"]) * 1_000_000 < 4 * MINUTE
