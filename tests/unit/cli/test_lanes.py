import json
from pathlib import Path

import pytest

from netsentinel.cli.lane_programs import ORDINARY
from netsentinel.cli.lanes import ATTACK_EVERY, Lane, Stream, batches, templates
from netsentinel.kernel.errors import InvalidInputError


def _records(lane: Lane = Lane.UNIQUE, events: int = 2_000, every: int = ATTACK_EVERY) -> list[dict[str, str]]:
    stream = Stream(templates(None), every, lane)
    return [json.loads(line) for body in batches(stream, events, 300) for line in body.splitlines()]


def test_on_the_unique_lane_no_command_line_comes_twice() -> None:
    records = _records()
    assert len(records) == len({record["CommandLine"] for record in records}) == 2_000
    assert {record["EventID"] for record in records} == {1}


def test_on_the_repeated_lane_they_come_back() -> None:
    assert len({record["CommandLine"] for record in _records(Lane.REPEATED)}) < 1_000


def test_streams_with_other_numbers_share_no_command_line() -> None:
    attacks = templates(None)
    one, other = (next(batches(Stream(attacks, 2, Lane.UNIQUE, first), 100, 100)) for first in (0, 1_000_000))
    assert not {json.loads(line)["CommandLine"] for line in one.splitlines()} & {
        json.loads(line)["CommandLine"] for line in other.splitlines()
    }


def test_a_lane_is_the_same_every_time() -> None:
    assert _records() == _records()


def test_the_ordinary_lane_has_all_programs_many_people_and_its_share_of_attacks() -> None:
    records = _records()
    attacks = {attack["CommandLine"] for attack in templates(None)}
    hostile = [record for record in records if record["CommandLine"].rpartition(" ")[0] in attacks]
    assert len(hostile) == len(records) / ATTACK_EVERY
    assert {record["Image"] for record in records} >= {program.image for program in ORDINARY}
    assert len({record["User"] for record in records}) > 400
    assert len({record["Hashes"] for record in records}) > 2 * len(ORDINARY)


def test_a_lane_can_be_of_attacks_only() -> None:
    attacks = templates(None)
    records = _records(events=2 * len(attacks), every=1)
    assert {record["CommandLine"].rpartition(" ")[0] for record in records} == {
        attack["CommandLine"] for attack in attacks
    }


def test_a_file_gives_its_process_creations(tmp_path: Path) -> None:
    channel = "Microsoft-Windows-Sysmon/Operational"
    path = tmp_path / "events.jsonl"
    lines = [
        {"EventID": 1, "Channel": channel, "CommandLine": "a b", "Message": "long"},
        {"EventID": 3, "Channel": channel},
        {"event_type": "dns"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert templates(path) == [{"EventID": 1, "Channel": channel, "CommandLine": "a b"}]
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidInputError):
        templates(path)
