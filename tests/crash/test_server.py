"""The whole server is killed while clients post: every acknowledged event is processed exactly once in effect."""

import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import apsw
import httpx2
import pytest

from tests.crash.harness import ROUNDS, Crash, KillHarness
from tests.crash.posting import Poster
from tests.crash.seeds import seeded
from tests.live_server import NDJSON, LiveServer, wait_for

KILLS = 8
EVENTS_A_POST = 20
ROOT = Path(__file__).resolve().parents[2]


def event(name: str) -> str:
    """A scanner's request from an address that nobody else has: one alert of its own, exactly."""
    return json.dumps(
        {
            "timestamp": "2026-06-01T00:00:00.000000+0000",
            "event_type": "http",
            "src_ip": name,
            "src_port": 40_000,
            "dest_ip": "192.0.2.80",
            "dest_port": 80,
            "proto": "TCP",
            "http": {"hostname": "www.example.org", "url": "/", "http_user_agent": "sqlmap/1.8", "http_method": "GET"},
        }
    )


def post(http: httpx2.Client, numbers: Iterator[int]) -> list[str]:
    """Post some events; their addresses when they were taken."""
    names = [f"2001:db8::{number:x}" for number in itertools.islice(numbers, EVENTS_A_POST)]
    body = "\n".join(map(event, names)).encode()
    answer = http.post("/api/v2/events?source=crash", content=body, headers=NDJSON)
    return names if answer.status_code == 202 else []


class Held:
    """What a server's folder holds, looked at while no server runs."""

    def __init__(self, folder: Path) -> None:
        connection = apsw.Connection(str(folder / "netsentinel.db"))
        try:
            (self.integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
            self.alerts = Counter(dict(connection.execute("SELECT entity, SUM(findings) FROM alerts GROUP BY entity")))
            self.raised = Counter(
                json.loads(payload)["entity"]
                for (payload,) in connection.execute("SELECT payload FROM journal WHERE kind = 'alert.raised'")
            )
            self.threats = {entity for (entity,) in connection.execute("SELECT entity FROM threats")}
            (self.waiting,) = connection.execute("SELECT COUNT(*) FROM inbox WHERE done = 0").fetchone()
            counted = connection.execute("SELECT events FROM sources WHERE name = 'crash'").fetchone()
            self.events = counted[0] if counted else 0
            self.parked = connection.execute("SELECT COUNT(*) FROM reaction_failures").fetchone()[0]
        finally:
            connection.close()


def rounds(kills: int, folder: Path) -> None:
    """Kill so many times, then let the server finish its work in peace and compare."""
    poster, data = Poster(post), folder / "data"
    argv = [sys.executable, "-m", "tests.crash.scenarios.server", str(data)]
    harness = KillHarness(argv, seeded(), environment={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, longest_s=0.6)
    acknowledged: frozenset[str] = frozenset()

    def check(crash: Crash) -> None:
        nonlocal acknowledged
        acknowledged = crash.acknowledged
        held = Held(data)
        assert held.integrity == "ok"
        assert set(held.alerts.values()) <= {1}, "an event took effect twice"
        assert set(held.raised.values()) <= {1}, "an alert was announced twice"
        assert held.events == sum(held.alerts.values()), "a source counts what has no effect, or the other way round"

    harness.run(kills, check, poster)

    with LiveServer(folder):
        wait_for(lambda: (now := Held(data)).waiting == 0 and now.threats == set(now.alerts), 240, every=1.0)
    held = Held(data)
    assert held.waiting == 0
    assert acknowledged, "nothing was acknowledged: the test proved nothing"
    missing = acknowledged - set(held.alerts)
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged events had no effect"
    assert set(held.alerts.values()) == {1}
    assert held.raised == held.alerts
    assert held.threats == set(held.alerts)
    assert held.parked == 0


@pytest.mark.timeout(600)
def test_every_acknowledged_event_takes_effect_exactly_once(tmp_path: Path) -> None:
    rounds(KILLS, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_and_so_it_does_after_many_kills(tmp_path: Path) -> None:
    rounds(int(os.environ.get(ROUNDS, "500")), tmp_path)
