import ipaddress
import re
from collections import Counter
from typing import Any

import msgspec
import pytest

from netsentinel.demo import CHAPTERS, SURICATA, ZEEK, Chapter, StoryLine, story
from netsentinel.kernel.clock import MINUTE, SECOND, to_iso

START = 1_780_000_000_000_000
DOCUMENTATION = [
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
RESERVED_NAME = re.compile(r"(^|\.)(example|example\.(com|net|org)|test|invalid|localhost)$")


@pytest.fixture(scope="module")
def lines() -> list[StoryLine]:
    return list(story(START))


@pytest.fixture(scope="module")
def records(lines: list[StoryLine]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line.line) for line in lines]


def test_the_same_seed_gives_the_same_bytes(lines: list[StoryLine]) -> None:
    assert list(story(START)) == lines


def test_another_seed_gives_another_office(lines: list[StoryLine]) -> None:
    assert list(story(START, seed=8)) != lines


def test_another_start_moves_every_line(lines: list[StoryLine]) -> None:
    moved = list(story(START + MINUTE))
    assert [line.at - MINUTE for line in moved] == [line.at for line in lines]


def test_lines_come_in_the_order_in_which_the_sensors_write(lines: list[StoryLine]) -> None:
    moments = [line.at for line in lines]
    assert moments == sorted(moments)
    assert moments[0] >= START
    assert START + 25 * MINUTE < moments[-1] <= START + 30 * MINUTE + 10 * SECOND


def test_there_is_enough_of_it(lines: list[StoryLine]) -> None:
    assert 3_000 <= len(lines) <= 4_000
    counts = Counter(line.source for line in lines)
    assert set(counts) == {SURICATA, ZEEK}
    assert min(counts.values()) >= 1_000


def test_every_line_is_one_json_object_without_an_end(lines: list[StoryLine], records: list[dict[str, Any]]) -> None:
    assert all(isinstance(record, dict) for record in records)
    assert not any(b"\n" in line.line for line in lines)


def test_every_promised_kind_of_record_is_there(records: list[dict[str, Any]]) -> None:
    suricata = {record["event_type"] for record in records if "event_type" in record}
    zeek = {record["_path"] for record in records if "_path" in record}
    assert suricata == {"flow", "dns", "http", "tls", "ssh", "alert", "fileinfo"}
    assert zeek >= {"conn", "dns", "http", "ssl", "ssh", "files", "notice"}


def test_a_line_carries_the_time_at_which_it_was_written(lines: list[StoryLine], records: list[dict[str, Any]]) -> None:
    for line, record in zip(lines, records, strict=True):
        if line.source == SURICATA:
            assert record["timestamp"] == to_iso(line.at).replace("Z", "+0000")
        else:
            assert record["_write_ts"] == pytest.approx(line.at / SECOND, abs=1e-6)
            assert record["ts"] <= record["_write_ts"]


def test_only_documentation_addresses_appear(records: list[dict[str, Any]]) -> None:
    for record in records:
        for name in ("src_ip", "dest_ip", "id.orig_h", "id.resp_h", "src", "dst"):
            if name in record:
                address = ipaddress.ip_address(record[name])
                assert any(address in block for block in DOCUMENTATION), record


def test_only_reserved_names_are_looked_up(records: list[dict[str, Any]]) -> None:
    for record in records:
        name = record.get("query") or record.get("server_name") or record.get("dns", {}).get("rrname")
        if name:
            assert RESERVED_NAME.search(name), name


def test_both_sensors_give_a_connection_the_same_community_id(records: list[dict[str, Any]]) -> None:
    flows = {record["community_id"] for record in records if record.get("event_type") == "flow"}
    conns = {record["community_id"] for record in records if record.get("_path") == "conn"}
    assert flows <= conns


def test_the_chapters_begin_in_order_and_end_within_the_half_hour() -> None:
    begins = [chapter.begins for chapter in CHAPTERS]
    assert begins == sorted(begins)
    assert all(chapter.begins < chapter.ends <= 30 * MINUTE for chapter in CHAPTERS)
    assert len({chapter.name for chapter in CHAPTERS}) == len(CHAPTERS)
    assert all(chapter.title and chapter.summary and chapter.look_at for chapter in CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_something_happens_in_every_chapter(chapter: Chapter, lines: list[StoryLine]) -> None:
    inside = [line for line in lines if chapter.begins <= line.at - START < chapter.ends]
    assert len(inside) > 20
