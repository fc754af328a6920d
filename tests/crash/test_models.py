"""A server killed in the middle of a training: the task goes on after the restart, and the registry is whole."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import LiveServer, wait_for
from tests.unit.models.workshop.tables import write_csv

pytestmark = pytest.mark.timeout(600)


def of_models(folder: Path) -> set[str]:
    blobs = folder / "blobs" / "models"
    return {path.name for path in blobs.glob("*")} if blobs.exists() else set()


def trainers(data: Path) -> list[int]:
    """Processes that train for this server."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"netsentinel.models.workshop.process" in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def view(server: LiveServer, task: str) -> Any:
    with server.client() as http:
        return http.get(f"/api/v2/models/trainings/{task}").json()


@pytest.mark.parametrize("stage", [pytest.param("searching", marks=pytest.mark.long), "training"])
def test_a_kill_in_a_training_leaves_no_half_a_model_and_the_task_goes_on(tmp_path: Path, stage: str) -> None:
    server = LiveServer(tmp_path)
    incoming = server.data / "incoming" / "default"
    incoming.mkdir(parents=True)
    table = write_csv(incoming / "rows.csv", 4_000)
    wanted = {"path": str(table), "drop": ["at", "host"], "line": "tables"}
    wanted |= {"search_seconds": 8} if stage == "searching" else {}
    with server:
        with server.client() as http:
            task = http.post("/api/v2/models/train", json=wanted).json()["id"]
        wait_for(lambda: view(server, task)["task"]["stage"] in (stage, "measuring"), 120, every=0.01)
        before = trainers(server.data)
        server.kill()
        deadline = time.monotonic() + 60
        while any(pid in trainers(server.data) for pid in before) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not set(trainers(server.data)) & set(before), "whoever trained ends with its server"
        server.start()
        with server.client() as http:
            listed = http.get("/api/v2/models").json()["items"]
            assert {item["sha256"] for item in listed} <= of_models(server.data)
        ended = wait_for(lambda: (found := view(server, task))["task"]["ended_at"] and found, 240, every=0.2)
        assert ended["task"]["state"] == "succeeded", ended["task"]
        with server.client() as http:
            listed = http.get("/api/v2/models").json()["items"]
            assert [(item["name"], item["stage"]) for item in listed] == [("tables 1", "trained")]
            assert {item["sha256"] for item in listed} == of_models(server.data)
            history = http.get("/api/v2/models/history").json()["items"]
            assert [change["change"] for change in history] == ["trained"]
            entries = http.get("/api/v2/entries?topic=models").json()["items"]
            assert [entry["kind"] for entry in entries] == ["model.trained"]
        assert server.stop() in (0, -signal.SIGTERM)
        assert not list((server.data / "trainings").glob("*")), "nothing is left behind"
