"""The commands as a person calls them, against a real server where they need one."""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netsentinel.cli.program import COMMANDS
from tests.forks import forks
from tests.live_server import LiveServer, wait_for


def netsentinel(*arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    return forks.run(*arguments, check=check, **environment)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="module")
def story_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from netsentinel.demo import story

    path = tmp_path_factory.mktemp("story") / "eve.json.gz"
    path.write_bytes(gzip.compress(b"\n".join(line.line for line in story(1_780_000_000_000_000))))
    return path


def test_help_names_every_command() -> None:
    said = netsentinel("--help").stdout
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    assert "--help" in netsentinel(name, "--help").stdout


def test_version() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "netsentinel", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("netsentinel")


def test_a_wrong_command_is_a_usage_error() -> None:
    done = netsentinel("nonsense", check=False)
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    assert done.stdout == ""


def test_replay_then_alerts(server: LiveServer, story_file: Path) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    sent = json.loads(netsentinel("replay", str(story_file), "-o", "json", **data).stdout)
    assert sent["eve"]["records"] > 2_000
    assert sent["eve"]["events"] == sent["eve"]["records"]
    alerts = wait_for(
        lambda: len(found := json.loads(netsentinel("alerts", "list", "-o", "json", **data).stdout)) >= 5 and found, 30
    )
    assert {"id", "title", "level", "entity", "count"} <= set(alerts[0])
    assert "TITLE" in netsentinel("alerts", "list", **data).stdout


def test_an_alert_is_looked_at_judged_and_exported(server: LiveServer, story_file: Path, tmp_path: Path) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}

    def listed() -> list[dict[str, object]]:
        return json.loads(netsentinel("alerts", "list", "-o", "json", **data).stdout)

    if not listed():
        netsentinel("replay", str(story_file), **data)
    alert, second = wait_for(lambda: len(found := listed()) >= 5 and found, 30)[:2]
    name, other = str(alert["id"]), str(second["id"])
    netsentinel("alerts", "note", name, "looks like\x1b[31m the pen test", **data)
    assert netsentinel("alerts", "assign", name, "nobody-of-that-name", check=False, **data).returncode == 2
    assert "Nobody looks after" in netsentinel("alerts", "assign", name, **data).stderr
    closed = netsentinel("alerts", "close", name, other, "--verdict", "benign", "--note", "agreed", **data)
    assert "Closed 2 of 2" in closed.stderr
    assert netsentinel("alerts", "close", "alr_none", check=False, **data).returncode == 1
    shown = netsentinel("alerts", "show", name, **data).stdout
    assert str(alert["title"]) in shown
    assert "status open -> closed" in shown
    assert "the pen test" in shown
    assert "\x1b" not in shown, "log data must not drive the terminal"
    detail = json.loads(netsentinel("alerts", "show", name, "-o", "json", **data).stdout)
    assert detail["alert"]["verdict"] == "benign"
    table = tmp_path / "alerts.csv"
    netsentinel("alerts", "export", "--status", "closed", "--file", str(table), **data)
    assert {line.split(",")[0] for line in table.read_text().splitlines()} == {"id", name, other}
    everything = json.loads(netsentinel("alerts", "export", "--format", "json", **data).stdout)
    assert len(everything) >= 5
    assert netsentinel("alerts", "export", "--format", "xml", check=False, **data).returncode == 2


def test_a_suppression_is_tried_made_and_lifted(server: LiveServer, story_file: Path) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    if not json.loads(netsentinel("alerts", "list", "-o", "json", **data).stdout):
        netsentinel("replay", str(story_file), **data)
    alerts = wait_for(lambda: json.loads(netsentinel("alerts", "list", "-o", "json", **data).stdout), 30)
    name = alerts[0]["id"]
    assert netsentinel("suppressions", "add", check=False, **data).returncode == 2
    assert netsentinel("suppressions", "add", "--alert", name, check=False, **data).returncode == 2, "no reason"
    tried = netsentinel("suppressions", "add", "--alert", name, "--preview", "-o", "json", **data)
    assert "would have hidden" in tried.stderr
    assert json.loads(tried.stdout)["days"] == 30
    made = json.loads(
        netsentinel(
            "suppressions",
            "add",
            "--alert",
            name,
            "-w",
            "src_ip|cidr=192.0.2.0/24",
            "--reason",
            "lab",
            "-o",
            "json",
            **data,
        ).stdout
    )
    assert made["conditions"] == [{"field": "src_ip", "match": "cidr", "values": ["192.0.2.0/24"]}]
    assert "src_ip cidr 192.0.2.0/24" in netsentinel("suppressions", "list", "--active", **data).stdout
    assert "Lifted" in netsentinel("suppressions", "lift", made["id"], **data).stderr
    assert json.loads(netsentinel("suppressions", "list", "--active", "-o", "json", **data).stdout) == []
    (kept,) = json.loads(netsentinel("suppressions", "list", "-o", "json", **data).stdout)
    assert kept["state"] == "lifted"


def test_a_replay_of_what_is_no_event_fails(server: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("# A title\n\nand a sentence\n", encoding="utf-8")
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    done = netsentinel("replay", str(tmp_path / "readme.txt"), check=False, **data)
    assert done.returncode == 1
    assert "2 records sent and on disk, as 1 source. All of them are rejected, for example by readme" in done.stderr


def test_replay_at_a_pace_takes_its_time(server: LiveServer, tmp_path: Path) -> None:
    lines = [
        {"timestamp": f"2026-01-01T00:00:0{n}.000000+0000", "event_type": "dns", "src_ip": "192.0.2.1"}
        for n in range(3)
    ]
    file = tmp_path / "paced.json"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    began = time.monotonic()
    netsentinel("replay", str(file), "--speed", "2", NETSENTINEL_DATA_DIR=str(server.data))
    assert time.monotonic() - began >= 1.0


def test_without_a_server_it_says_so(tmp_path: Path, story_file: Path) -> None:
    done = netsentinel(
        "replay", str(story_file), "--server", "http://127.0.0.1:9", "--key", "x", check=False,
        NETSENTINEL_DATA_DIR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 3
    assert "netsentinel serve" in done.stderr


def test_without_a_server_or_a_key_it_says_so(tmp_path: Path) -> None:
    done = netsentinel("alerts", "list", check=False, NETSENTINEL_DATA_DIR=str(tmp_path))
    assert done.returncode == 3
    assert "netsentinel serve" in done.stderr
    elsewhere = ("--server", "http://127.0.0.1:9")
    done = netsentinel("alerts", "list", *elsewhere, check=False, NETSENTINEL_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "--key" in done.stderr


def test_doctor_checks_and_advises(tmp_path: Path) -> None:
    checks = json.loads(
        netsentinel("doctor", "-o", "json", check=False, NETSENTINEL_DATA_DIR=str(tmp_path / "d")).stdout
    )
    assert {"python", "sqlite", "rules", "disk space"} <= {item["check"] for item in checks}
    assert all(item["ok"] or item["fix"] for item in checks)
    refused = netsentinel("doctor", check=False, NETSENTINEL_HOST="0.0.0.0")  # noqa: S104 - it must be refused
    assert refused.returncode == 1
    assert "NETSENTINEL_PUBLIC_URL" in refused.stdout


def test_serving_beyond_loopback_without_tls_is_refused(tmp_path: Path) -> None:
    done = netsentinel("serve", "--host", "0.0.0.0", "--port", "0", check=False, NETSENTINEL_DATA_DIR=str(tmp_path))  # noqa: S104 - it must be refused
    assert done.returncode == 1
    assert "clear text" in done.stderr


def test_the_specifications_print_as_json() -> None:
    openapi = json.loads(netsentinel("api", "spec").stdout)
    assert openapi["openapi"].startswith("3.1")
    assert "/api/v2/alerts/{alert_id}" in openapi["paths"]
    asyncapi = json.loads(netsentinel("api", "spec", "asyncapi").stdout)
    assert asyncapi["asyncapi"].startswith("3.")


def test_help_imports_no_heavy_library() -> None:
    """The bar of 200 ms is measured by benchmarks/start_up.py; what bites is what gets imported."""
    script = (
        "import sys; from netsentinel.cli.program import run; run(['{0}', '--help']);"
        "print([name for name in ('fastapi', 'httpx2', 'rich', 'sigma', 'apsw', 'structlog') if name in sys.modules])"
    )
    for name in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-c", script.format(name)], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.splitlines()[-1] == "[]", name


def test_a_schedule_is_added_fires_and_is_removed(server: LiveServer) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}

    def listed() -> dict[str, dict[str, Any]]:
        found = json.loads(netsentinel("schedules", "list", "-o", "json", **data).stdout)
        return {item["name"]: item for item in found}

    assert {"journal.trim", "tasks.trim", "history.trim"} <= set(listed())
    netsentinel("schedules", "add", "often", "lake.tend", "--every", "1s", **data)
    often = wait_for(lambda: (found := listed()["often"])["last_run"] and found["last_run"]["state"] and found, 30)
    assert (often["last_run"]["by"], often["last_run"]["state"]) == ("time", "succeeded")
    assert "paused" in netsentinel("schedules", "pause", "often", **data).stdout
    run = json.loads(netsentinel("schedules", "trigger", "often", "-o", "json", **data).stdout)[0]
    assert (run["by"], run["schedule_id"]) == ("hand", often["id"])
    assert "hand" in netsentinel("schedules", "history", "often", **data).stdout
    assert netsentinel("schedules", "next", "often", **data).stdout == ""
    netsentinel("schedules", "resume", "often", **data)
    assert len(json.loads(netsentinel("schedules", "next", "often", "--count", "3", "-o", "json", **data).stdout)) == 3
    assert "every second" in netsentinel("schedules", "show", "often", **data).stdout
    assert "often is removed" in netsentinel("schedules", "remove", "often", **data).stderr
    assert netsentinel("schedules", "show", "often", check=False, **data).returncode == 1
    assert netsentinel("schedules", "remove", "journal.trim", check=False, **data).returncode == 1
    tried = netsentinel("schedules", "next", "--cron", "0 12 1 1 *", "--zone", "Asia/Tokyo", "--count", "1", **data)
    assert tried.stdout.strip().endswith("-01-01T03:00:00.000000Z")
    assert netsentinel("schedules", "next", "--cron", "99 * * * *", check=False, **data).returncode == 2


def test_a_schedule_waits_for_what_is_announced(server: LiveServer) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    netsentinel("schedules", "add", "on push", "lake.tend", "--on", "webhook.received", "-w", "kind=push", **data)
    netsentinel("schedules", "announce", "webhook.received", '{"kind": "pull"}', **data)
    netsentinel("schedules", "announce", "webhook.received", '{"kind": "push"}', **data)

    def history() -> list[dict[str, Any]]:
        return json.loads(netsentinel("schedules", "history", "on push", "-o", "json", **data).stdout)

    (run,) = wait_for(lambda: (found := history()) and found[0]["state"] and found, 30)
    assert (run["by"], run["state"]) == ("event", "succeeded")


def test_breakers_that_nobody_called_are_said_to_be_missing(server: LiveServer) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    assert json.loads(netsentinel("breakers", "list", "-o", "json", **data).stdout) == []
    for command in ("show", "open", "close", "reset"):
        refused = netsentinel("breakers", command, "smtp", check=False, **data)
        assert refused.returncode == 1
        assert "No breaker guards smtp" in refused.stderr


def test_fan_out_is_measured() -> None:
    done = netsentinel("bench", "fanout", "--clients", "20", "--seconds", "1", "--flood", "50", "-o", "json")
    found = json.loads(done.stdout)
    assert {"messages_per_cpu_s", "messages_per_s", "delivery_ms", "clients", "kib_per_connection"} <= found.keys()
    assert (found["clients"], found["deliveries_flood"] + found["missed"]) == (20, 1_000)
    assert found["frame_bytes"] >= 260
    assert 0 < found["delivery_ms"]["p50"] <= found["delivery_ms"]["p99"]
