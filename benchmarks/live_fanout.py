"""Live fan-out: many WebSocket clients on loopback against uvicorn, the hub and SQLite, in two phases.

1. *Paced*: a few commits a second. Latency from a commit to each client, p50 and p99.
2. *Flood*: many commits at once. Events delivered per second, by the wall and per CPU second of the server.

The server is a process of its own, on its own CPU where there are two; the clients are one process that does nothing
but read. `python benchmarks/live_fanout.py --clients 1000` prints one JSON object; it ends within 30 s at the defaults.
"""

import argparse
import asyncio
import base64
import contextlib
import gc
import json
import mmap
import os
import platform
import struct
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
import uvloop
from fastapi import FastAPI

from netsentinel.api import ws
from netsentinel.api.server import bind
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryKind, EntryRegistry, NewEntry, Payload
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase, Tx
from netsentinel.streamer import SUBPROTOCOL, Hub, HubLimits
from netsentinel.streamer.testing import FakeAuth, MemoryQueue, admission

SLOTS = 100_000
"""Events at most; each has eight bytes for the time of its commit, in a file that both processes map."""
FLOOD_COMMITS = 10
"""A flood arrives as the detection writes it: many entries in few commits."""


GC_THRESHOLD = (50_000, 20, 100)
"""With Python's own (700, 10, 10) a full collection stops the server for about 0.2 s now and then at 1,000 clients."""


class Sighting(Payload, frozen=True, kw_only=True):
    """A payload of the size of an alert."""

    n: int
    level: str = "high"
    entity: str = "203.0.113.77"
    text: str = "x" * 400


KIND = EntryKind("alert.raised", "alerts", "alert:raised", Sighting, "A measured alert.")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _pin(cpu: int) -> None:
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[cpu]})


def _times(folder: Path) -> mmap.mmap:
    path = folder / "commits"
    if not path.exists():
        path.write_bytes(bytes(SLOTS * 8))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), SLOTS * 8)


# The server: it is told over its standard input what to publish, and answers on its standard output.


async def serve(folder: Path, clients: int, *, plain_gc: bool) -> None:
    """Serve until the input ends."""
    _pin(0)
    if not plain_gc:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
    registry = EntryRegistry((KIND,))
    clock = SystemClock()
    committed = 0
    times = _times(folder)

    def note_commit() -> None:
        nonlocal committed
        committed = time.monotonic_ns()

    async def validate_token(_: str) -> Any:
        return admission()

    async with SqliteDatabase(folder / "bench.db", JournalWriter(registry, clock, b"k" * 32)) as database:
        database.on_commit(note_commit)  # before the journal's own listener
        auth = FakeAuth()
        limits = HubLimits(heartbeat=600, max_connections=clients + 10)
        hub = Hub(Journal(database, registry, b"k" * 32), registry, clock, auth, MemoryQueue(), limits)
        app = FastAPI()
        identity = SimpleNamespace(validate_token=validate_token)
        app.state.services = SimpleNamespace(hub=hub, identity=identity, settings=Settings())
        app.include_router(ws.router)
        sock = bind("127.0.0.1", 0)
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws=ws.LiveSocketProtocol,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
        )
        server = _Server(config)
        background = [asyncio.create_task(hub.run()), asyncio.create_task(server.serve(sockets=[sock]))]
        while not (server.started and hub.is_healthy):  # noqa: ASYNC110 - uvicorn has no such event
            await asyncio.sleep(0.005)
        print(json.dumps({"port": sock.getsockname()[1]}), flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        n = 0
        while line := await reader.readline():
            order = json.loads(line)
            cpu, began = time.process_time(), time.monotonic_ns()
            for _ in range(order["commits"]):
                batch = range(n, n + order["each"])
                n += order["each"]
                await database.write(lambda tx, batch=batch: _append(tx, batch))
                for one in batch:
                    struct.pack_into("q", times, one * 8, committed)
                await asyncio.sleep(order["pause"])
            while _said(figures := _figures_of(hub)) < clients * (n + 2):  # noqa: ASYNC110 - the hub has no such event
                await asyncio.sleep(0.005)  # every client gets welcome, pong and n events
            answer = {"cpu_s": time.process_time() - cpu, "began_ns": began, "upto": n, "figures": figures}
            print(json.dumps(answer), flush=True)
        server.should_exit = True
        for task in background:
            task.cancel()
        await asyncio.wait(background)


def _figures_of(hub: Hub) -> dict[str, float]:
    return {name.removeprefix("netsentinel_live_"): value for _, name, _, value in hub.samples()}


def _said(figures: dict[str, float]) -> float:
    return figures["frames_sent"] + figures["events_missed"]


def _append(tx: Tx, batch: range) -> None:
    for n in batch:
        tx.append(NewEntry(KIND.name, DEFAULT_TENANT, "system", f"alr_{n}", Sighting(n=n)))


# The clients: the least a client can do, so that it is the server that is measured.


def _masked(frame: dict[str, Any]) -> bytes:
    data = json.dumps(frame).encode()
    head = struct.pack("!BB", 0x81, 0x80 | len(data)) if len(data) < 126 else struct.pack("!BBH", 0x81, 0xFE, len(data))
    return head + bytes(4) + data  # the mask is zero: it changes nothing


class Client(asyncio.Protocol):
    """Notes which event arrived when."""

    def __init__(self, port: int, seen: "array[int]", ready: asyncio.Queue[None]) -> None:
        self._port = port
        self._seen = seen
        self._ready = ready
        self._data = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        host = f"127.0.0.1:{self._port}"
        self._transport.write(
            (
                f"GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: ns_session=x\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the frames apart."""
        now = time.monotonic_ns()
        data = self._data + data
        at = 0
        if not self._open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._data = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(data[:200])
            self._open = True
            at = end + 4
            self._transport.write(_masked({"type": "hello", "client": "bench"}))
            self._transport.write(_masked({"type": "subscribe", "sub": "alerts", "topic": "alerts"}))
            self._transport.write(_masked({"type": "ping", "t": 1}))
        while at + 4 <= len(data):
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[start : start + 2]), start + 2
            if start + size > len(data):
                break
            self._on_frame(data, start, start + size, now)
            at = start + size
        self._data = data[at:]

    def _on_frame(self, data: bytes, start: int, end: int, now: int) -> None:
        if data.startswith(b'{"type":"event"', start):
            n = data.index(b'"n":', start, end) + 4
            stop = min(found for found in (data.find(b",", n, end), data.find(b"}", n, end)) if found > 0)
            self._seen.append(int(data[n:stop]))
            self._seen.append(now)
        elif data.startswith(b'{"type":"pong"', start):
            self._ready.put_nowait(None)


async def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run both phases against a server of its own."""
    _pin(-1)
    times = _times(folder)
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--serve",
        str(folder),
        "--clients",
        str(options.clients),
        *(["--plain-gc"] if options.plain_gc else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None  # noqa: S101 - for the type checker
    assert server.stdout is not None  # noqa: S101 - for the type checker
    port = json.loads(await server.stdout.readline())["port"]
    seen = array("q")
    ready: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    began = time.monotonic()
    for first in range(0, options.clients, 50):
        for _ in range(min(50, options.clients - first)):
            await loop.create_connection(lambda: Client(port, seen, ready), "127.0.0.1", port)
        await asyncio.sleep(0)
    for _ in range(options.clients):
        await ready.get()
    result: dict[str, Any] = {"clients": options.clients, "connect_s": round(time.monotonic() - began, 2)}
    for name, order in {
        "paced": {"commits": options.rate * options.seconds, "each": 1, "pause": 1 / options.rate},
        "flood": {"commits": FLOOD_COMMITS, "each": options.flood // FLOOD_COMMITS, "pause": 0},
    }.items():
        del seen[:]
        server.stdin.write(json.dumps(order).encode() + b"\n")
        answer = json.loads(await asyncio.wait_for(server.stdout.readline(), 60))
        expected = order["commits"] * order["each"] * options.clients
        due = 2 * (expected - answer["figures"]["events_missed"])
        while len(seen) < due:  # noqa: ASYNC110 - setting an event for each frame would be measured, too
            await asyncio.sleep(0.01)
        result[name] = _figures(seen, times, answer)
    server.stdin.close()
    await server.wait()
    return result


def _figures(seen: "array[int]", times: mmap.mmap, answer: dict[str, Any]) -> dict[str, Any]:
    committed = struct.unpack_from(f"{SLOTS}q", times)
    latencies = sorted(seen[at + 1] - committed[seen[at]] for at in range(0, len(seen), 2))
    delivered = len(latencies)
    wall_s = (max(seen[1::2]) - answer["began_ns"]) / 1e9
    return {
        "delivered": delivered,
        "missed": answer["figures"]["events_missed"],
        "p50_ms": round(latencies[delivered // 2] / 1e6, 2),
        "p99_ms": round(latencies[delivered * 99 // 100] / 1e6, 2),
        "max_ms": round(latencies[-1] / 1e6, 2),
        "per_s": round(delivered / wall_s),
        "per_server_cpu_s": round(delivered / answer["cpu_s"]),
    }


def main() -> None:
    """Measure, or be the server of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--rate", type=int, default=10, help="commits a second while paced")
    parser.add_argument("--seconds", type=int, default=6, help="how long to be paced")
    parser.add_argument("--flood", type=int, default=200, help="events of the flood")
    parser.add_argument("--plain-gc", action="store_true", help="leave Python's garbage collector as it is")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        uvloop.run(serve(options.serve, options.clients, plain_gc=options.plain_gc))
        return
    with tempfile.TemporaryDirectory() as folder:
        result = uvloop.run(measure(Path(folder), options))
    result["on"] = {
        "plain_gc": options.plain_gc,
        "cpus": os.cpu_count(),
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "uvicorn": version("uvicorn"),
        "uvloop": version("uvloop"),
        "load_before": os.getloadavg()[0],
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
