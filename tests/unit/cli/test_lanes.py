import json
from pathlib import Path

import pytest

from netsentinel.cli.bench_detect import measure
from netsentinel.cli.lanes import Lane, batches, templates
from netsentinel.kernel.errors import InvalidInputError


def _records(lane: Lane, events: int = 100) -> list[dict[str, object]]:
    return [json.loads(line) for body in batches(templates(None), lane, events, 30) for line in body.splitlines()]


def test_on_the_unique_lane_no_command_line_comes_twice() -> None:
    records = _records(Lane.UNIQUE)
    assert len(records) == len({record["CommandLine"] for record in records}) == 100
    assert {record["EventID"] for record in records} == {1}


def test_on_the_repeated_lane_they_come_back() -> None:
    assert len({record["CommandLine"] for record in _records(Lane.REPEATED)}) == len(templates(None))


def test_a_lane_is_the_same_every_time() -> None:
    assert _records(Lane.UNIQUE) == _records(Lane.UNIQUE)


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


def test_the_measurement_counts_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = measure([], None, Lane.UNIQUE, 2_000)
    assert (result["events"], result["rules"] > 20) == (2_000, True)
    assert result["events_per_s"] > 0
    assert result["rss_mb"] > 10
    assert str(result["lane"]).startswith("process_creation, unique")
