from itertools import pairwise
from typing import Any

import msgspec

from netsentinel.demo import cast
from netsentinel.demo.compromise import BEACONS, beacon, exfiltration, foothold, lateral
from netsentinel.demo.conversations import dice
from netsentinel.demo.model import StoryLine

START = 1_780_000_000_000_000


def decode(lines: list[StoryLine]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line.line) for line in sorted(lines, key=lambda line: line.at)]


def test_the_web_shell_takes_commands_in_the_url() -> None:
    records = decode(list(foothold(dice("test"), START)))
    urls = [record["http"]["url"] for record in records if record.get("event_type") == "http"]
    assert sum("?cmd=" in url for url in urls) >= 5
    assert any(url.endswith("cmd=whoami") for url in urls)


def test_a_program_is_downloaded_with_curl_and_a_script_with_wget() -> None:
    records = decode(list(foothold(dice("test"), START)))
    downloads = [r for r in records if r.get("_path") == "http" and r["id.resp_h"] == cast.STAGING.address]
    assert [record["user_agent"].split("/")[0] for record in downloads] == ["curl", "Wget"]
    assert {record["id.orig_h"] for record in downloads} == {cast.WEB_SERVER.address}


def test_both_sensors_say_that_the_program_is_an_elf() -> None:
    records = decode(list(foothold(dice("test"), START)))
    (file,) = [record["fileinfo"] for record in records if record.get("event_type") == "fileinfo"]
    assert file["magic"].startswith("ELF ")
    assert "application/x-executable" in [record["mime_type"] for record in records if record.get("_path") == "files"]


def test_the_beacon_calls_every_minute_with_a_little_jitter() -> None:
    records = decode(list(beacon(dice("test"), START)))
    calls = [record["ts"] for record in records if record.get("_path") == "ssl"]
    assert len(calls) == BEACONS
    gaps = [later - earlier for earlier, later in pairwise(calls)]
    assert all(53 < gap < 67 for gap in gaps)
    assert len(set(gaps)) > BEACONS // 2


def test_the_beacon_asks_for_a_dynamic_name_first() -> None:
    records = decode(list(beacon(dice("test"), START)))
    assert {record["query"] for record in records if record.get("_path") == "dns"} == {cast.CONTROL.name}
    assert {record["tls"]["sni"] for record in records if record.get("event_type") == "tls"} == {cast.CONTROL.name}


def test_the_web_server_knocks_at_every_workstation_and_then_uses_shares_and_desktops() -> None:
    records = decode(list(lateral(dice("test"), START)))
    knocked = {r["id.resp_h"] for r in records if r.get("_path") == "conn" and r["conn_state"] == "REJ"}
    assert knocked == {station.address for station in cast.WORKSTATIONS}
    shares = [record["path"] for record in records if record.get("_path") == "smb_mapping"]
    assert any(share.endswith("ADMIN$") for share in shares)
    assert [record["cookie"] for record in records if record.get("_path") == "rdp"] == ["deploy"] * 4


def test_more_than_200_megabytes_leave() -> None:
    records = decode(list(exfiltration(dice("test"), START)))
    (flow,) = [r for r in records if r.get("event_type") == "flow" and r["dest_ip"] == cast.DROP.address]
    assert flow["flow"]["bytes_toserver"] > 200_000_000
    (conn,) = [r for r in records if r.get("_path") == "conn" and r["id.resp_h"] == cast.DROP.address]
    assert conn["orig_bytes"] > 200_000_000
    assert not conn["local_resp"]


def test_the_beacon_talks_to_a_server_that_signed_its_own_certificate() -> None:
    handshakes = [r for r in decode(list(beacon(dice("test"), START))) if r.get("_path") == "ssl"]
    assert {record["validation_status"] for record in handshakes} == {"self signed certificate"}
    assert {(record["version"], record["issuer"]) for record in handshakes} == {("TLSv12", f"CN={cast.CONTROL.name}")}


def test_keys_leave_in_dns_names_before_the_upload() -> None:
    records = decode(list(exfiltration(dice("test"), START)))
    names = [record["query"] for record in records if record.get("_path") == "dns"]
    pieces = [name for name in names if len(name.split(".")[0]) > 50]
    assert len(set(pieces)) == len(pieces) > 10
    assert names[-1] == cast.DROP.name
