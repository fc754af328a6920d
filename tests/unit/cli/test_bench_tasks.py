import sys
import time
from pathlib import Path

import pytest

from netsentinel.cli import bench_tasks
from netsentinel.cli.bench_tasks import Contender, Peer, fsync_times, installed_peers, measure

STANDING_IN = """
import json, sys
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps({"tasks_per_s": float(line), "rss_mb": 5}), flush=True)
"""


def test_syncs_are_timed_and_nothing_is_left_behind(tmp_path: Path) -> None:
    times = fsync_times(tmp_path)
    assert len(times) >= 2
    assert min(times) > 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_installed_is_no_peer(tmp_path: Path) -> None:
    assert installed_peers(tmp_path, sys.executable, "postgresql://localhost/x") == []
    assert installed_peers(tmp_path, str(tmp_path / "no-python"), "") == []


def test_a_program_runs_a_round_for_each_line() -> None:
    program = Contender("other", [sys.executable, "-c", STANDING_IN], 30)
    until = time.perf_counter() + 60
    try:
        program.wait(until)
        program.round(until)
        program.round(until)
    finally:
        program.close()
    assert program.rounds == [{"tasks_per_s": 30.0, "rss_mb": 5}] * 2


def test_a_program_that_dies_says_why() -> None:
    dead = Contender("other", [sys.executable, "-c", "raise SystemExit('no such queue')"], 30)
    with pytest.raises(RuntimeError, match="no such queue"):
        dead.wait(time.perf_counter() + 60)


def test_a_program_that_takes_too_long_is_ended() -> None:
    slow = Contender("slow", [sys.executable, "-c", "import time; time.sleep(600)"], 30)
    with pytest.raises(RuntimeError, match="slow was not done in time"):
        slow.wait(time.perf_counter() + 0.2)
    slow.close()


@pytest.mark.timeout(120)
def test_a_short_measurement_has_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_tasks, "_OWN_TASKS", 60)
    monkeypatch.setattr(bench_tasks, "_PACED_S", 0.5)
    monkeypatch.setattr(bench_tasks, "_WARM_UP_S", 0.1)
    monkeypatch.setattr(bench_tasks, "_MAX_ROUNDS", 1)
    script = tmp_path / "peer.py"
    script.write_text("raise SystemExit('it is broken')")
    monkeypatch.setattr(bench_tasks, "_PEERS_SCRIPT", script)
    result = measure(tmp_path, [Peer("broken", sys.executable, "")])
    assert result["tasks_per_s"] > 0
    assert result["start_ms"]["count"] == 12
    assert 0 < result["start_ms"]["p50"] <= result["start_ms"]["p99"]
    assert result["fsync_per_s"] > 0
    assert result["rss_mb"] > 0
    assert result["peers"] == {}
    assert result["peers_left_out"] == {"broken": "it is broken"}
