"""Every operation does what the OpenAPI document says, whatever is sent to it: Schemathesis against a real server."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.crash.seeds import tell
from tests.live_server import NDJSON, LiveServer, wait_for

PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
EVE = (
    b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"http","src_ip":"203.0.113.66","src_port":4000,'
    b'"dest_ip":"192.0.2.80","dest_port":80,"proto":"TCP","http":{"hostname":"www.example.org","url":"/",'
    b'"http_user_agent":"sqlmap/1.8","http_method":"GET","protocol":"HTTP/1.1","status":404,"length":0}}'
)
SCHEDULE = {"name": "yearly", "action": "lake.tend", "trigger": {"kind": "cron", "cron": "0 0 29 2 *"}}
SCOPE = {"conditions": [{"field": "entity", "values": ["203.0.113.99"]}], "reason": "a test"}
SHARE = 0.6
"""So often a path parameter is the id of something that is there."""


EXAMPLES = "NETSENTINEL_CONFORMANCE_EXAMPLES"
"""How many made-up requests of each operation, and how many chains, the `long` test tries; 40 take about 15 minutes."""
SEED = "NETSENTINEL_CONFORMANCE_SEED"

UNMADE = {
    *("batch", "concept_id", "connection_id", "event_id", "key_id", "model_id", "number", "pack_id", "service"),
    *("answer_id", "assignment_id", "medium_id", "question_id", "review_id", "table", "upload_id", "user_id"),
}
"""Path parameters whose things cannot be had at once, or whose change would end the run: made-up ones are tried."""

COSTLY = ("POST /api/v2/models/train", "POST /api/v1/ml/train", "POST /api/v2/webhooks/{webhook_id}/test")
"""Each starts a process, or looks up a name, for each request: made-up ones are tried, and no boundaries."""
LOOKS_UP = ("POST /api/v2/webhooks", "POST /api/v2/webhooks/{webhook_id}/test")
"""Each looks up a name, and says 503 as documented while many are looked up that nobody answers for."""


def _post(client: httpx2.Client, path: str, body: object) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def _things(client: httpx2.Client) -> dict[str, list[str]]:
    """Things of every kind, by the name of the path parameter that they are for."""
    assert client.post("/api/v2/events", content=EVE, headers=NDJSON).status_code == 202
    alert = wait_for(lambda: client.get("/api/v2/alerts").json()["items"], 60)[0]
    tasks = [_post(client, "/api/v2/tasks", {"action": "echo", "input": {"text": str(n)}}) for n in range(3)]
    late = _post(client, "/api/v2/tasks", {"action": "echo", "input": {}, "not_before": 4_000_000_000_000_000})
    hook = _post(client, "/api/v2/webhooks", {"url": "https://hooks.invalid/", "events": ["alert.*"]})["webhook"]
    tried = _post(client, f"/api/v2/webhooks/{hook['id']}/test", {})
    return {
        "alert_id": [alert["id"]],
        "webhook_id": [hook["id"]],
        "delivery_id": [tried["delivery"]["id"]],
        "entity": ["203.0.113.66"],
        "task_id": [one["task"]["id"] for one in (*tasks, late)],
        "schedule_id": [_post(client, "/api/v2/scheduler/schedules", SCHEDULE)["id"], "yearly"],
        "suppression_id": [_post(client, "/api/v2/suppressions", SCOPE)["id"]],
        "rule_id": [client.get("/api/v2/rules?limit=1").json()["items"][0]["id"]],
        **_courses(client),
        "name": [client.get("/api/v2/sources").json()["items"][0]["name"]],
    }


def _courses(client: httpx2.Client) -> dict[str, list[str]]:
    """A course that is published, and a cohort."""
    lessons = [{"slug": "one", "title": "One", "teaches": ["SYN"], "text": "A SYN begins."}]
    course = _post(client, "/api/v2/courses", {"slug": "tcp", "title": "TCP", "lessons": lessons})
    version = _post(client, "/api/v2/courses/tcp/publish", {})
    cohort = _post(client, "/api/v2/cohorts", {"name": "Night shift"})
    return {
        "course_id": [course["id"], "tcp"],
        "lesson_id": [version["lessons"][0]["id"]],
        "cohort_id": [cohort["id"]],
    }


def _settings(things: dict[str, list[str]]) -> str:
    """Schemathesis' own file of settings."""
    lines = [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in things.items()]
    lines.append('[phases.coverage]\nunexpected-methods = ["delete", "trace"]')
    lines += [f'[[operations]]\ninclude-name = "{name}"\nphases.coverage.enabled = false' for name in COSTLY]
    allowed = 'checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]'
    lines += [f'[[operations]]\ninclude-name = "{name}"\n{allowed}' for name in LOOKS_UP]
    lines.append("[parameters]")
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {SHARE} }}' for name in things]
    return "\n".join(lines) + "\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path) as running:
        yield running


def _conform(server: LiveServer, folder: Path, *depth: str) -> None:
    """Run Schemathesis; fail on a 5xx, on anything undocumented, and when an operation was left out."""
    with server.client() as client:
        spec = client.get("/api/v2/openapi.json").json()
        settings = folder / "schemathesis.toml"
        things = _things(client)
        settings.write_text(_settings(things), encoding="utf-8")
    named = {name for path in spec["paths"] for name in re.findall(r"\{(\w+)\}", path)}
    assert named == UNMADE | things.keys(), "a new path parameter wants a thing of its kind"
    operations = sum(len(item) for item in spec["paths"].values())
    ran = subprocess.run(
        [
            str(PROGRAM),
            "--config-file",
            str(settings),
            "--no-color",
            "run",
            f"{server.url}/api/v2/openapi.json",
            f"--header=Authorization: Bearer {server.key}",
            f"--checks={','.join(CHECKS)}",
            f"--seed={os.environ.get(SEED, '1')}",
            "--request-timeout=60",
            "--warnings=off",
            "--continue-on-failure",
            *depth,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.schemathesis_hooks", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stdout[-20_000:].replace(server.key, "***") + ran.stderr[-2_000:]
    tested = re.search(r"Tested: (\d+)", ran.stdout)
    assert tested is not None, ran.stdout
    assert int(tested[1]) == operations, ran.stdout
    assert "request_crashed" not in server.output()
    tell(ran.stdout.rpartition("SUMMARY")[2])
    assert httpx2.get(f"{server.url}/readyz").status_code == 200


@pytest.mark.timeout(900)
def test_every_operation_conforms(server: LiveServer, tmp_path: Path) -> None:
    """Boundaries of every parameter, what a generator makes up, valid or not, and what answers lead to."""
    _conform(server, tmp_path, "--phases=examples,coverage,fuzzing,stateful", "--max-examples=1")


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_every_operation_conforms_to_great_depth(server: LiveServer, tmp_path: Path) -> None:
    examples = os.environ.get(EXAMPLES, "300")
    _conform(server, tmp_path, "--phases=examples,coverage,fuzzing,stateful", f"--max-examples={examples}")
