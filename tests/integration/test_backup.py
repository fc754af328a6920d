"""`netsentinel backup` of a server that goes on taking events, and a server that begins with the copy."""

import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from tests.forks import forks
from tests.live_server import NDJSON, LiveServer, wait_for

RULE = """title: Backup canary
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e77
logsource: {product: suricata}
detection:
    s: {canary|contains: needle-in-hay}
    condition: s
level: high
"""


def event(number: int, **more: Any) -> dict[str, Any]:
    at = f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000000+0000"
    return {
        "timestamp": at,
        "event_type": "flow",
        "src_ip": "203.0.113.66",
        "dest_ip": "192.0.2.80",
        "n": number,
        **more,
    }


def post(client: httpx2.Client, *events: dict[str, Any]) -> None:
    answer = client.post("/api/v2/events", content=b"\n".join(map(msgspec.json.encode, events)), headers=NDJSON)
    assert answer.status_code == 202, answer.text


def stored(client: httpx2.Client) -> int:
    answer = client.post("/api/v2/hunts", json={"sql": "SELECT count(*) FROM events"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["rows"][0][0])


def backup(server: LiveServer, folder: Path) -> subprocess.CompletedProcess[str]:
    return forks.run("backup", str(folder), "--data-dir", str(server.data))


def test_a_copy_of_a_busy_server_is_a_whole_server(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server, server.client() as client:
        assert client.post("/api/v2/rules", json={"text": RULE}).status_code == 201
        post(client, *map(event, range(1_000)))
        wait_for(lambda: stored(client) == 1_000, 60)
        acknowledged, is_over = [1_000], threading.Event()

        def go_on() -> None:
            while not is_over.is_set():
                post(client, *map(event, range(100)))
                acknowledged[0] += 100

        sender = threading.Thread(target=go_on)
        sender.start()
        try:
            wait_for(lambda: acknowledged[0] > 3_000, 60)
            before = acknowledged[0]
            done = backup(server, tmp_path / "copy")
        finally:
            is_over.set()
            sender.join()
        assert done.returncode == 0, done.stderr
        assert f"files in {tmp_path / 'copy'}" in done.stderr
        assert backup(server, tmp_path / "copy").returncode == 1
        assert "is inside of the data folder" in backup(server, server.data / "copy").stderr
    copies = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in copies} == {0}
    names = {path.name for path in (tmp_path / "copy").iterdir()}
    assert {"netsentinel.db", "lake", "rules", "audit.key", "webhooks.key", "models.key"} <= names
    assert names.isdisjoint({"local.key", "server.url", "server.lock", "cache"})
    shutil.rmtree(server.data)
    (tmp_path / "copy").rename(server.data)
    with server, server.client() as client:
        wait_for(lambda: before <= stored(client) <= acknowledged[0], 60)
        post(client, event(1, canary="a needle-in-hay"))
        titles = wait_for(lambda: [one["title"] for one in client.get("/api/v2/alerts").json()["items"]], 60)
        assert "Backup canary" in titles
    assert "left out" not in server.output()
