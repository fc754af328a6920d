"""The detection process as a program: what it loads, what it weighs, and that it never outlives its server."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard

from netsentinel.demo import story
from netsentinel.detection import pool as pool_module
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.pool import ProcessPool
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT

MAX_RSS_MIB = 70
FORBIDDEN = {
    "fastapi",
    "starlette",
    "pydantic",
    "pydantic_settings",
    "structlog",
    "rich",
    "typer",
    "uvicorn",
    "requests",
}
FETCHING = ("sigma.data", "sigma.plugins", "sigma.pipelines", "sigma.backends", "sigma.validators", "sigma.conversion")

SERVER = """
import asyncio, sys
from pathlib import Path
from netsentinel.detection.pool import ProcessPool

async def main():
    async with ProcessPool([Path(sys.argv[1])]) as pool:
        print(pool.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""

LOADER = """
import socket, sys
from pathlib import Path

def refuse(*args, **kwargs):
    raise AssertionError("a rule tried to reach the network")

socket.socket.connect = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
from netsentinel.detection.process import main
from netsentinel.detection.rules.load import load_rules

loaded = load_rules([Path(argument) for argument in sys.argv[1:]])
assert loaded.rules and not loaded.failed, loaded.failed
print("\\n".join(sorted(sys.modules)))
"""


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _peak_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_loading_rules_loads_no_module_that_fetches() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(bundled_rules())], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert {name for name in modules if name.startswith("sigma.")} >= {"sigma.rule", "sigma.conditions"}
    assert not {name for name in modules if name.startswith(FETCHING)}
    assert not {name.partition(".")[0] for name in modules} & {"diskcache", "jq", "requests", "urllib3"}
    assert not FORBIDDEN & modules


@pytest.mark.anyio
async def test_it_stays_small() -> None:
    lines = b"\n".join(line.line for line in story(1_780_000_000_000_000))
    raw = zstandard.ZstdCompressor().compress(lines * 3)
    async with ProcessPool([bundled_rules()]) as pool:
        for number in range(8):
            await pool.analyze([InboxBatch(number, DEFAULT_TENANT, "s", "", 0, 1, raw)])
        peak = _peak_kib(pool.pid)
    assert peak / 1024 <= MAX_RSS_MIB


def test_it_ends_when_its_server_is_killed() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(bundled_rules())], stdout=subprocess.PIPE, text=True)
    with server:
        assert server.stdout is not None
        child = int(server.stdout.readline())
        assert _is_running(child)
        server.kill()
        server.wait()
        patience = time.monotonic() + 10
        while _is_running(child) and time.monotonic() < patience:
            time.sleep(0.05)
        assert not _is_running(child)


@pytest.mark.anyio
async def test_ctrl_c_does_not_end_it_before_its_server() -> None:
    async with ProcessPool([bundled_rules()]) as pool:
        pid = pool.pid
        os.kill(pid, signal.SIGINT)
        await asyncio.sleep(0.1)
        assert await pool.snapshot()
        assert pool.pid == pid
    assert not _is_running(pid)


@pytest.mark.anyio
async def test_one_that_does_not_end_in_time_is_killed_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_STOP_S", 0.0)
    async with ProcessPool([bundled_rules()]) as pool:
        pid = pool.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_is_printed_does_not_get_between_the_frames(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("title: [", encoding="utf-8")
    options = f'{{"rules": ["{tmp_path}"]}}'
    done = subprocess.run(
        [sys.executable, "-m", "netsentinel.detection.process", options], input=b"", capture_output=True, check=True
    )
    assert len(done.stdout) == 4 + int.from_bytes(done.stdout[:4], "big")
    assert b'"a rule was left out"' in done.stderr
    assert b'"line":1' in done.stderr
