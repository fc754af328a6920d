"""Requests over a real live connection, by the command line: answers, progress, files, and a connection that breaks."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.forks import forks
from tests.live_server import NDJSON, LiveServer, wait_for

pytestmark = pytest.mark.timeout(300)

JUNE = {"since": 1_780_000_000_000_000}
DOCS = Path(__file__).resolve().parents[2] / "docs"
SCAN = (
    '{{"timestamp":"2026-06-01T12:00:{0:02}.000000+0000","event_type":"http","src_ip":"203.0.113.66","dest_ip":"192.0.2.10",'
    '"http":{{"hostname":"www.example.org","url":"/{0}","http_user_agent":"Mozilla/5.00 (Nikto/2.1.6)","status":404}}}}'
)
RULE = """title: Pages that end in seven
id: 0d6a3c1e-5b0f-4d3c-9d52-2a7d3b6f0e11
logsource: {product: suricata, service: http}
detection:
    s:
        http.url|endswith: '7'
    condition: s
level: low
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("requests")) as running, running.client() as client:
        lines = "\n".join(SCAN.format(number) for number in range(40))
        assert client.post("/api/v2/events?source=eve", content=lines, headers=NDJSON).status_code == 202
        wait_for(lambda: client.get("/api/v2/alerts").json()["items"], 60)
        wait_for(lambda: len(client.get("/api/v2/events?limit=100").json()["items"]) == 40, 60)
        yield running


def at(server: LiveServer) -> tuple[str, ...]:
    return ("--server", server.url, "--key", server.key)


def ask(server: LiveServer, action: str, given: object = None, *more: str) -> Any:
    done = forks.run("request", action, json.dumps(given or {}), "-o", "json", *more, *at(server), check=True)
    return json.loads(done.stdout)


def test_the_documented_actions_are_those_that_there_are(server: LiveServer) -> None:
    with server.client() as client:
        there = {one["name"] for one in client.get("/api/v2/actions").json()["items"]}
    page = (DOCS / "guide" / "requests.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z.]+)` \|", page, re.MULTILINE)) == there


def test_echo_and_health(server: LiveServer) -> None:
    assert ask(server, "echo", {"text": "hello"}) == {"text": "hello"}
    health = ask(server, "health.report")
    assert health["ready"]
    assert {"storage", "writer", "disk", "detection"} <= {one["name"] for one in health["checks"]}


def test_searches(server: LiveServer) -> None:
    alerts = ask(server, "alerts.search", {"entity": "203.0.113.66", "limit": 1})["items"]
    assert [one["entity"] for one in alerts] == ["203.0.113.66"]
    events = ask(server, "events.search", {"where": ["src_ip=203.0.113.66"], "limit": 3})
    assert len(events["items"]) == 3
    assert events["next"]


@pytest.mark.parametrize(
    ("action", "given", "holds"),
    [
        ("export.alerts", {"format": "csv"}, "203.0.113.66"),
        ("export.alerts", {"format": "stix"}, '"type":"indicator"'),
        ("reports.generate", JUNE, "<h1>Security report"),
        ("reports.generate", {**JUNE, "format": "markdown", "entity": "203.0.113.66"}, "# Incident report: 203"),
    ],
)
def test_files_are_made_and_saved(
    server: LiveServer, tmp_path: Path, action: str, given: dict[str, Any], holds: str
) -> None:
    saved = tmp_path / "file"
    result = ask(server, action, given, "--save", str(saved))
    assert result["alerts"] >= 1
    assert saved.stat().st_size == result["file"]["size"]
    assert holds in saved.read_text(encoding="utf-8")


def test_a_rule_is_tried_on_what_is_stored(server: LiveServer) -> None:
    found = ask(server, "rules.backtest", {"text": RULE})
    (rule,) = found["rules"]
    assert (found["events"], found["is_whole"], rule["hits"], rule["title"]) == (40, True, 4, "Pages that end in seven")


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("no.such", "{}", "No action"),
        ("echo", '{"text":5}', "does not fit"),
        ("rules.backtest", "{}", "Give either"),
        ("echo", "{", "JSON"),
    ],
)
def test_what_cannot_be_asked_is_said(server: LiveServer, action: str, given: str, code: str) -> None:
    done = forks.run("request", action, given, *at(server))
    assert done.returncode != 0
    assert code in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_outlives_its_connection(server: LiveServer) -> None:
    asked = ("request", "echo", '{"text":"still here","seconds":6}', "-o", "json", *at(server))
    asking = subprocess.Popen(
        [sys.executable, "-m", "netsentinel", *asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server.client() as client:

        def busy() -> list[dict[str, Any]]:
            return [one for one in client.get("/api/v2/connections").json()["items"] if one["requests"]]

        (connection,) = wait_for(busy, 30)
        assert connection["client"] == "netsentinel"
        time.sleep(0.5)  # so that it was acknowledged: only then is there a task to follow
        admin = server.make_admin()
        assert admin.delete(f"/api/v2/connections/{connection['id']}").status_code == 204
        admin.close()
    said, talk = asking.communicate(timeout=60)
    assert asking.returncode == 0, talk
    assert msgspec.json.decode(said) == {"text": "still here"}
    assert "following the task" in talk


def test_connections_are_listed(server: LiveServer) -> None:
    listed = forks.run("connections", "list", "-o", "json", *at(server), check=True)
    assert all(one["client"] == "netsentinel" for one in json.loads(listed.stdout))
    answer = httpx2.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {server.key}"})
    assert 'netsentinel_live_request_seconds_count{action="echo"}' in answer.text
    assert (server.data / "results").is_dir()
