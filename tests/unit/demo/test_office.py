from collections import defaultdict
from typing import Any

import msgspec
import pytest

from netsentinel.demo import cast
from netsentinel.demo.conversations import dice
from netsentinel.demo.model import DURATION
from netsentinel.demo.office import office
from netsentinel.kernel.clock import MINUTE

START = 1_780_000_000_000_000


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return [msgspec.json.decode(line.line) for line in office(dice("test"), START)]


def test_the_attacker_is_not_in_it(records: list[dict[str, Any]]) -> None:
    hostile = {cast.ATTACKER.address, cast.STAGING.address, cast.CONTROL.address, cast.DROP.address}
    for record in records:
        assert not hostile & {str(value) for value in record.values()}


def test_everybody_is_at_work(records: list[dict[str, Any]]) -> None:
    seen = {record.get("id.orig_h") for record in records}
    assert {station.address for station in cast.WORKSTATIONS} <= seen


def test_it_fits_into_the_half_hour() -> None:
    assert all(START <= line.at <= START + DURATION for line in office(dice("test"), START))


def test_nobody_looks_like_a_scanner(records: list[dict[str, Any]]) -> None:
    """Neither many ports of one machine nor many machines at one port within a minute."""
    ports, hosts = defaultdict(set), defaultdict(set)
    for record in records:
        if record.get("_path") == "conn":
            minute = int(record["ts"]) // 60
            ports[record["id.orig_h"], record["id.resp_h"], minute].add(record["id.resp_p"])
            hosts[record["id.orig_h"], record["id.resp_p"], minute].add(record["id.resp_h"])
    assert max(map(len, ports.values())) < 5
    assert max(map(len, hosts.values())) < 10


def test_hardly_any_password_is_mistyped(records: list[dict[str, Any]]) -> None:
    logins = [record["auth_success"] for record in records if record.get("_path") == "ssh"]
    assert logins.count(False) == 1
    assert logins.count(True) >= 5


def test_nothing_large_leaves_for_the_outside(records: list[dict[str, Any]]) -> None:
    leaving = [
        r["flow"]["bytes_toserver"] for r in records if r.get("event_type") == "flow" and r["src_ip"][:3] == "10."
    ]
    assert max(leaving) < 10_000_000


def test_the_backup_is_large_and_stays_inside(records: list[dict[str, Any]]) -> None:
    largest = max((r for r in records if r.get("_path") == "conn"), key=lambda record: record.get("resp_bytes", 0))
    assert largest["resp_bytes"] > 1_000_000_000
    assert largest["id.orig_h"] == cast.BACKUP.address
    assert largest["local_resp"]


def test_the_perimeter_only_chats(records: list[dict[str, Any]]) -> None:
    alerts = [record["alert"]["severity"] for record in records if record.get("event_type") == "alert"]
    assert alerts
    assert set(alerts) == {3}


def test_something_goes_on_in_every_minute() -> None:
    minutes = {(line.at - START) // MINUTE for line in office(dice("test"), START)}
    assert minutes == set(range(30)) or minutes == set(range(29))
