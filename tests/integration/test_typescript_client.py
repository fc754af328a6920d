"""The TypeScript client as a stranger gets it: packed, installed into an empty folder, and used as its README says."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netsentinel.demo import story
from tests.live_server import NDJSON, LiveServer
from tests.typescript import CLIENT, require_client

pytestmark = pytest.mark.timeout(240)

BLOCKS = re.findall(r"^```js\n(.*?)^```", (CLIENT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
CONNECT = """\
import { Client } from "@netsentinel/client";
import { WebSocket } from "ws";

const client = new Client("http://127.0.0.1:8740", { key: "ns_key_...", WebSocket });
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder into which the packed client was installed, with nothing from anywhere else."""
    client, folder = require_client(), tmp_path_factory.mktemp("stranger")
    packed = subprocess.run(
        ["npm", "pack", "--json", "--pack-destination", str(folder)],
        cwd=client, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    name = json.loads(packed.stdout)[0]["filename"]
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    subprocess.run(
        ["npm", "install", "--offline", "--no-audit", "--no-fund", f"./{name}"],
        cwd=folder, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("server")) as running:
        yield running


def program(folder: Path, name: str, text: str, server: LiveServer) -> list[str]:
    """A program of the README, with this server's address and key; the command that runs it."""
    text = text.replace("http://127.0.0.1:8740", server.url).replace("ns_key_...", server.key)
    (folder / name).write_text(text, encoding="utf-8")
    return ["node", name]


def test_it_installs_by_itself(folder: Path) -> None:
    installed = folder / "node_modules"
    assert {path.name for path in installed.iterdir() if not path.name.startswith(".")} == {"@netsentinel"}
    package = installed / "@netsentinel" / "client"
    assert {path.name for path in package.iterdir()} == {"LICENSE", "README.md", "dist", "package.json"}
    assert "dependencies" not in json.loads((package / "package.json").read_text(encoding="utf-8"))


def test_the_quick_start_is_short_and_shows_alerts(folder: Path, server: LiveServer) -> None:
    quick_start = BLOCKS[0]
    assert len(quick_start.splitlines()) < 20
    command = program(folder, "quick.js", quick_start, server)
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as running:
        try:
            _wait_for_position(folder / "positions.json", running)
            _replay(server)
            assert running.stdout is not None
            assert re.match(r"alert:raised \S.* \S+$", running.stdout.readline())
        finally:
            running.kill()


def test_work_is_asked_for_and_answered(folder: Path, server: LiveServer) -> None:
    shutil.copytree(CLIENT / "node_modules" / "ws", folder / "node_modules" / "ws", dirs_exist_ok=True)
    request = next(block for block in BLOCKS if "history.trim" in block)
    text = f"{CONNECT}{request}console.log(JSON.stringify({{ trimmed, state: client.state }}));\nclient.close();\n"
    command = program(folder, "request.js", text, server)
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["state"] == "live"
    assert "trimmed" in said


def _wait_for_position(path: Path, running: subprocess.Popen[str]) -> None:
    """Until the program has begun to follow the journal."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert running.poll() is None
        assert time.monotonic() < deadline, "the program did not begin within a minute"
        time.sleep(0.05)


def _replay(server: LiveServer) -> None:
    lines = list(story(time.time_ns() // 1_000 - 1_800_000_000))
    with server.client() as client:
        for source in {line.source for line in lines}:
            body = b"\n".join(line.line for line in lines if line.source == source)
            assert client.post(f"/api/v2/events?source={source}", content=body, headers=NDJSON).status_code == 202
