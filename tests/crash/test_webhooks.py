"""The server is killed while it delivers: every acknowledged event reaches the receiver, signed, and none is lost.

`make test` kills webhooks as the server wires them, without what has nothing to do with them, so that the kills hit
deliveries and not the loading of rules; the long run kills the whole server.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import httpx2
import pytest

from tests.crash.harness import ROUNDS, Child, Crash, KillHarness
from tests.crash.posting import Poster
from tests.crash.seeds import seeded
from tests.live_server import LiveServer, wait_for
from tests.webhook_receiver import Received, Receiver, Reply

KILLS = 20
PATH = "/api/v2/webhooks"
INSIDE = {"outbound_networks": "127.0.0.0/8", "outbound_ports": "1-65535"}
ROOT = Path(__file__).resolve().parents[2]


class Fickle:
    """Takes most messages at once, some slowly, and a few only at the second attempt."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, request: Received) -> Reply:
        with self._lock:
            draw = self._rng.random()
            if draw < 0.03 and request.id not in self._refused:
                self._refused.add(request.id)
                return Reply(503)
        return Reply(body=b"slowly", drips_s=0.02) if draw > 0.9 else Reply()


def compare(good: Receiver, bad: Receiver, secret: str, acknowledged: frozenset[str]) -> None:
    """Everything acknowledged came, verified, under one id each; nothing about its own deliveries reached the other."""
    assert acknowledged, "nothing was acknowledged: the test proved nothing"
    told = {one.verified(secret)["data"]["name"] for one in good.received}
    lost = acknowledged - told
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged events never arrived"
    ids = {(one.event["data"]["name"], one.id) for one in good.received}
    assert len(ids) == len(told), "an event came under two message ids: a receiver could not know it again"
    assert bad.received, "nothing failed: the test proved nothing"
    assert not [one.event for one in bad.received if _is_of_delivery(one)], "it heard of its own failures"
    heard = {one.id for one in bad.received if one.event["type"] == "scheduler.event_announced"}
    assert len({one.id for one in bad.received}) <= len(heard) + 10, "it got more than there was to tell"


def _is_of_delivery(request: Received) -> bool:
    data = request.event["data"]
    return data.get("action") == "webhooks.deliver" or str(data.get("dependency", "")).startswith("webhook:")


def waiting(path: Path, url: str) -> int:
    """Deliveries to a URL that are not over."""
    connection = apsw.Connection(str(path))
    try:
        sql = (
            "SELECT COUNT(*) FROM webhook_deliveries d JOIN webhooks w ON w.id = d.endpoint_id"
            " WHERE w.url = ? AND d.state <> 'delivered'"
        )
        return int(connection.execute(sql, (url,)).fetchone()[0])
    finally:
        connection.close()


def parked(path: Path) -> int:
    """Entries that a reaction gave up."""
    connection = apsw.Connection(str(path))
    try:
        return int(connection.execute("SELECT COUNT(*) FROM reaction_failures").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.timeout(900)
def test_every_event_is_delivered_and_none_is_lost(tmp_path: Path) -> None:
    rng, path = seeded(), tmp_path / "netsentinel.db"
    with Receiver(Fickle(rng)) as good, Receiver(Reply(500)) as bad:
        argv = [sys.executable, "-m", "tests.crash.scenarios.webhooks", str(path), good.url, bad.url]
        environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        crashes: list[Crash] = []
        secrets: set[str] = set()

        def drive(child: Child, _acknowledge: Callable[[str], None]) -> None:
            secrets.add(child.ready)

        KillHarness(argv, rng, environment=environment, longest_s=0.6).run(KILLS, crashes.append, drive)
        (secret,) = secrets
        acknowledged = crashes[-1].acknowledged
        with subprocess.Popen([*argv, "--quiet"], env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as last:
            try:
                wait_for(lambda: not waiting(path, good.url), 300, every=0.2)
            finally:
                last.send_signal(signal.SIGKILL)
        assert parked(path) == 0
        compare(good, bad, secret, acknowledged)


def announce(http: httpx2.Client, numbers: Iterator[int]) -> list[str]:
    """Announce an event; its name when that was taken."""
    name = f"crash.{next(numbers)}"
    answer = http.post("/api/v2/scheduler/events", json={"name": name})
    return [name] if answer.status_code == 204 else []


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_nor_is_one_when_the_whole_server_is_killed(tmp_path: Path) -> None:
    rng, data = seeded(), tmp_path / "data"
    argv = [sys.executable, "-m", "tests.crash.scenarios.server", str(data)]
    environment = {f"NETSENTINEL_{name.upper()}": value for name, value in INSIDE.items()}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    with Receiver(Fickle(rng)) as good, Receiver(Reply(500)) as bad:
        with LiveServer(tmp_path, **INSIDE) as server, server.client() as http:
            made = http.post(PATH, json={"url": good.url, "events": ["scheduler.event_announced"]}).json()
            events = ["error_recovery.*", "webhook.*", "scheduler.*"]
            assert http.post(PATH, json={"url": bad.url, "events": events}).status_code == 201
        crashes: list[Crash] = []
        harness = KillHarness(argv, rng, environment=environment, longest_s=3.0)
        harness.run(int(os.environ.get(ROUNDS, "200")), crashes.append, Poster(announce))
        database = data / "netsentinel.db"
        with LiveServer(tmp_path, **INSIDE):
            wait_for(lambda: not waiting(database, good.url), 300, every=0.5)
        assert parked(database) == 0
        compare(good, bad, made["secret"], crashes[-1].acknowledged)
