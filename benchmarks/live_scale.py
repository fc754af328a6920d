"""The live part of a real server at its limits: python benchmarks/live_scale.py [CONNECTIONS].

Two measurements, each on a server of its own with everything running:

- requests: `echo` answered at once at 200 a second over twenty connections (round trip), then as durable tasks at 100 a
  second (until the `ack`);
- reconnect: CONNECTIONS clients (10,000 unless stated) subscribe to the alerts, the server is ended as an operator ends
  it and started again, and all come back from where they were, each after the delay that it was told; alerts are raised
  before, while they are away and after. Prints how long it took from the moment the new server was ready until the last
  of them was there again, the server's memory, and how many events were missed or came twice.
"""

import asyncio
import base64
import json
import os
import random
import re
import resource
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import uvloop

from netsentinel.cli.bench_fanout import masked

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.live_server import NDJSON, LiveServer

RATE, TASKS_RATE, SECONDS, LINES = 200, 100, 15, 20
ALERTS_EACH = 20
AT_ONCE = 100
SEQ = re.compile(rb'"seq":(\d+)')


class Line(asyncio.Protocol):
    """One WebSocket; hands every frame on."""

    def __init__(self, key: str, on_frame: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._key, self._on_frame, self._on_end = key, on_frame, on_end
        self._data, self._is_open = b"", False
        self.transport: Any = None
        self.hello: list[dict[str, Any]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self.transport = transport
        self.transport.write(
            (
                "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Authorization: Bearer {self._key}\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                "Sec-WebSocket-Protocol: netsentinel.v1.json\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the frames apart."""
        data, at = self._data + data, 0
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._data = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(data[:300])
            self._is_open, at = True, end + 4
            for frame in self.hello:
                self.transport.write(masked(frame))
        while at + 4 <= len(data):
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[start : start + 2]), start + 2
            if start + size > len(data):
                break
            self._on_frame(data[start : start + size] if data[at] == 0x81 else b"")
            at = start + size
        self._data = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """It is over."""
        self._on_end()


def percentiles(took: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    ordered = sorted(took)
    return f"p50 {ordered[len(ordered) // 2] * 1e3:.1f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1e3:.1f} ms"


async def requests(server: LiveServer) -> None:
    """Round trips of requests that are answered at once, and acknowledgements of those that become tasks."""
    loop = asyncio.get_running_loop()
    sent: dict[str, float] = {}
    took: dict[str, list[float]] = {"sync": [], "async": []}
    ready = asyncio.Semaphore(0)

    def on_frame(frame: bytes) -> None:
        now = time.perf_counter()
        kind: dict[str, Any] = json.loads(frame) if frame else {}
        match kind.get("type"):
            case "pong":
                ready.release()
            case "response" | "complete" if kind["id"].startswith("sync"):
                took["sync"].append(now - sent.pop(kind["id"]))
            case "ack" if kind["id"].startswith("async"):
                took["async"].append(now - sent.pop(kind["id"]))
            case "error":
                raise RuntimeError(kind)
            case _:
                pass

    lines: list[Line] = []
    for _ in range(LINES):
        line = Line(server.key, on_frame, lambda: None)
        line.hello = [{"type": "hello", "client": "bench"}, {"type": "ping", "t": 1}]
        await loop.create_connection(lambda line=line: line, "127.0.0.1", server.port)
        await ready.acquire()
        lines.append(line)
    for mode, rate in (("sync", RATE), ("async", TASKS_RATE)):
        began, used = loop.time(), cpu_s(server.pid)
        for number in range(rate * SECONDS):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            name = f"{mode}-{number}"
            frame = {"type": "request", "id": name, "action": "echo", "payload": {"text": name}, "mode": mode}
            sent[name] = time.perf_counter()
            lines[number % LINES].transport.write(masked(frame))
        await until(lambda mode=mode, rate=rate: len(took[mode]) >= rate * SECONDS, 30)
        what = "round trip of a sync request" if mode == "sync" else "ack of an async request"
        each = (cpu_s(server.pid) - used) / len(took[mode]) * 1e3
        print(f"{what}, {rate}/s, {len(took[mode])}: {percentiles(took[mode])}; {each:.2f} ms of server CPU each")
    for line in lines:
        line.transport.abort()


class Member:
    """One of many clients: subscribes, notes what came, and comes back."""

    def __init__(self, crowd: "Crowd") -> None:
        self._crowd = crowd
        self.seen = array("q")
        self.delay_s = 0.25
        self.is_here = False

    def dial(self) -> Any:
        """Connect, from where it was."""
        crowd = self._crowd
        line = Line(crowd.server.key, self._on_frame, self._on_end)
        at = self.seen[-1] if self.seen else crowd.start
        resume = {"resume": {"epoch": crowd.epoch, "positions": {"a": at}}} if crowd.epoch else {}
        line.hello = [
            {"type": "hello", "client": "bench", **resume},
            {"type": "subscribe", "sub": "a", "topic": "alerts", "from": at},
            {"type": "ping", "t": 1},
        ]
        loop = asyncio.get_running_loop()
        return loop.create_connection(lambda: line, "127.0.0.1", crowd.server.port)

    def _on_frame(self, frame: bytes) -> None:
        if frame.startswith(b'{"type":"event"'):
            found = SEQ.search(frame)
            if found:
                self.seen.append(int(found[1]))
        elif frame.startswith(b'{"type":"pong"'):
            self._crowd.here += not self.is_here
            self.is_here = True
        elif frame.startswith(b'{"type":"welcome"') and not self._crowd.epoch:
            self._crowd.epoch = json.loads(frame)["epoch"]
        elif b"retry_after_ms" in frame:
            found = re.search(rb'retry_after_ms"?[:=](\d+)', frame)
            self.delay_s = int(found[1]) / 1_000 if found else self.delay_s

    def _on_end(self) -> None:
        if not self._crowd.is_over:
            self._crowd.here -= self.is_here
            self.is_here = False
            self._crowd.spawn(self._come_back())

    async def _come_back(self) -> None:
        await asyncio.sleep(self.delay_s)
        pause = 0.25
        while True:
            try:
                await self.dial()
            except OSError:
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter
                pause = min(30, pause * 2)
            else:
                return


class Crowd:
    """All of them."""

    def __init__(self, server: LiveServer, count: int) -> None:
        self.server, self.epoch, self.start, self.here, self.is_over = server, "", 0, 0, False
        self.members = [Member(self) for _ in range(count)]
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Any) -> None:
        """Run beside the rest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def until(done: Callable[[], bool], seconds: float) -> None:
    """Look now and then: an event a frame would be measured, too."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


async def raise_alerts(server: LiveServer, first: int, count: int) -> None:
    """Events of scanners that nobody else saw: one alert each."""
    lines = (
        {
            "timestamp": "2026-06-01T00:00:00.000000+0000", "event_type": "http", "src_ip": f"2001:db8::{number:x}",
            "src_port": 40_000, "dest_ip": "192.0.2.80", "dest_port": 80, "proto": "TCP",
            "http": {"hostname": "www.example.org", "url": "/", "http_user_agent": "sqlmap/1.8", "http_method": "GET"},
        }
        for number in range(first, first + count)
    )  # fmt: skip
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {server.key}"}, timeout=60) as http:
        body = "\n".join(map(json.dumps, lines))
        (await http.post(f"{server.url}/api/v2/events?source=bench", content=body, headers=NDJSON)).raise_for_status()


def rss_kib(pid: int) -> int:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_024


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def reconnect(server: LiveServer, count: int) -> None:
    """Everybody comes back after a restart, and nobody misses anything."""
    crowd = Crowd(server, count)
    before = rss_kib(server.pid)
    for first in range(0, count, AT_ONCE):
        await asyncio.gather(*(member.dial() for member in crowd.members[first : first + AT_ONCE]))
        await until(lambda first=first: crowd.here >= min(count, first + AT_ONCE), 120)
    print(f"{count} connections: {(rss_kib(server.pid) - before) / count:.1f} KiB of server memory each")
    await raise_alerts(server, 1, ALERTS_EACH)
    await until(lambda: all(len(member.seen) >= ALERTS_EACH for member in crowd.members), 120)
    await asyncio.to_thread(server.stop)
    await until(lambda: crowd.here <= 0, 60)
    took = await asyncio.to_thread(server.start)
    began, used = time.monotonic(), cpu_s(server.pid)
    await raise_alerts(server, 1_000, ALERTS_EACH)
    await until(lambda: crowd.here >= count, 300)
    back_s, back_cpu_s = time.monotonic() - began, cpu_s(server.pid) - used
    await raise_alerts(server, 2_000, ALERTS_EACH)
    await until(lambda: all(len(member.seen) >= 3 * ALERTS_EACH for member in crowd.members), 300)
    await asyncio.sleep(1)
    crowd.is_over = True
    expected = sorted(set[int]().union(*(member.seen for member in crowd.members)))
    missed = sum(len(expected) - len(set(member.seen)) for member in crowd.members)
    doubled = sum(len(member.seen) - len(set(member.seen)) for member in crowd.members)
    print(
        f"restart: ready after {took:.1f} s, all {count} back {back_s:.1f} s later ({back_cpu_s:.1f} s of server CPU);"
        f" {len(expected)} events each, {missed} missed, {doubled} doubled"
    )


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 1_000, hard), hard))  # the server inherits it
    for measure in (requests, partial(reconnect, count=count)):
        with (
            tempfile.TemporaryDirectory(prefix="netsentinel-live-") as folder,
            LiveServer(Path(folder), ws_max_connections=str(count + 100)) as server,
        ):
            uvloop.run(measure(server))
            print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
