"""`netsentinel watch` as a process, killed and started again, against a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live_server import LiveServer, wait_for

EVE = '{{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.1","n":{}}}\n'


@contextmanager
def watching(log: Path, server: LiveServer) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "NETSENTINEL_SERVER": server.url,
        "NETSENTINEL_KEY": server.key,
        "NETSENTINEL_WATCH_STATE": str(log.parent / "state"),
    }
    process = subprocess.Popen([sys.executable, "-m", "netsentinel", "watch", str(log)], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_a_killed_watcher_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "eve.json"
    with LiveServer(tmp_path) as server, server.client() as http:

        def events() -> int:
            answer = http.get("/api/v2/sources")
            return sum(item["events"] for item in answer.json()["items"] if item["name"] == "eve")

        with log.open("a") as file:
            file.writelines(EVE.format(number) for number in range(5_000))
        with watching(log, server):
            assert wait_for(lambda: events() == 5_000, 30)
        log.rename(f"{log}.1")
        with log.open("a") as file:
            file.writelines(EVE.format(number) for number in range(5_000, 6_000))
        with watching(log, server):
            assert wait_for(lambda: events() >= 6_000, 30)
        assert events() == 6_000
