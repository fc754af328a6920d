import json
from pathlib import Path

import pytest

from netsentinel.cli.bench_detect import measure
from netsentinel.cli.lanes import ATTACK_EVERY, Lane


def test_the_measurement_counts_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = measure([], None, Lane.UNIQUE, 2_000)
    assert (result["events"], result["rules"] > 20) == (2_000, True)
    assert result["events_per_s"] > 0
    assert result["rss_mb"] > 10
    assert str(result["lane"]).startswith("process_creation, unique")
    assert 0 < result["hit_share"] <= 2 / ATTACK_EVERY
    assert result["all_hits"]["events"] == result["stored"]["events"] == 400
    assert result["all_hits"]["hit_share"] == 1


def test_without_an_attack_that_fires_there_is_no_lane_of_hits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "events.jsonl"
    channel = "Microsoft-Windows-Sysmon/Operational"
    path.write_text(json.dumps({"EventID": 1, "Channel": channel, "CommandLine": "a b"}), encoding="utf-8")
    result = measure([], path, Lane.REPEATED, 100)
    assert (result["all_hits"], result["hit_share"]) == (None, 0)
