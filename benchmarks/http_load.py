"""How the API answers under a steady load: python benchmarks/http_load.py [--rate 200] [--seconds 30] [--json FILE].

An open-loop generator: requests go out at moments fixed beforehand, however long the answers take, and each time is
counted from the moment at which its request was due. So a server that stalls is charged with all that had to wait
(no coordinated omission). The server is a fresh one with the demo's story, tasks and schedules in it; the key is the
local one, whose tier is unlimited. Reads and writes are mixed 9 to 1. Exits with 1 when a bar is missed.

In turns with it, a bare route of the web framework alone is asked at the same rate, with the same settings of server
and event loop: what this machine takes for a request past all of ours (`bare`).
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from netsentinel.demo import story
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE

LINES = {"Content-Type": "application/x-ndjson"}
READ_BAR_MS = 25.0
WRITE_BAR_MS = 50.0
_WRITE_EVERY = 10
_CONNECTIONS = 64
_WARM_UP_S = 3.0
_TASKS = 200
_IDLE_S = 2.0
"""The server ends connections that were idle for eight seconds: one that was idle for so long is not used again."""
_SLICE_S = 3.0
_BARE_SLICE_S = 1.0
_BARE = """
    import gc, sys, fastapi, uvicorn
    app = fastapi.FastAPI(openapi_url=None)
    body = b'{"items":[' + b",".join([b'{"id":"thing_1","name":"thing"}'] * 50) + b"]}"

    @app.get("/bare")
    async def bare() -> fastapi.Response:
        return fastapi.Response(body, media_type="application/json")

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False, log_level="warning")
"""


@dataclass(frozen=True)
class Call:
    """One kind of request."""

    name: str
    method: str
    path: str
    body: Any = field(default=None, compare=False)
    is_keyed: bool = False

    @property
    def is_write(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


@dataclass
class Seen:
    """What became of the requests of one kind; times in milliseconds."""

    took: list[float] = field(default_factory=list[float])
    failed: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "Seen") -> None:
        """Take in what became of others."""
        self.took.extend(other.took)
        for status, count in other.failed.items():
            self.failed[status] += count

    def at(self, share: float) -> float:
        """The time within which this share of the requests was answered."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Connections:
    """Kept-alive HTTP/1.1 connections, as many as are needed at once."""

    def __init__(self, url: str, key: str) -> None:
        self._host, _, port = url.removeprefix("http://").rpartition(":")
        self._port = int(port)
        self._head = f"Host: {self._host}:{port}\r\nAuthorization: Bearer {key}\r\n"
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._places = asyncio.Semaphore(_CONNECTIONS)

    async def send(self, call: Call) -> int:
        """One request; the status of its answer."""
        async with self._places:
            reader, writer = await self._open()
            body = b"" if call.body is None else json.dumps(call.body).encode()
            head = f"{call.method} {call.path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n"
            if body:
                head += "Content-Type: application/json\r\n"
            if call.is_keyed:
                head += f"Idempotency-Key: {uuid.uuid4()}\r\n"
            writer.write(head.encode("ascii") + b"\r\n" + body)
            status = await _answer(reader)
            self._idle.append((time.perf_counter(), reader, writer))
            return status

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.perf_counter() - since < _IDLE_S:
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        """Close all of them."""
        for _, _, writer in self._idle:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    elif fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


def fill(http: httpx2.Client) -> tuple[list[Call], list[Call]]:
    """Give the server something to answer with; the reads and the writes."""
    body = b"\n".join(line.line for line in story(SystemClock().now()))
    http.post("/api/v2/events", content=body, headers=LINES).raise_for_status()
    while len(http.get("/api/v2/threats").json()["items"]) < 3:
        time.sleep(0.1)
    for _ in range(_TASKS):
        task = {"action": "journal.trim", "not_before": 4_102_444_800_000_000}
        http.post("/api/v2/tasks", json=task).raise_for_status()
    trigger = {"kind": "cron", "cron": "0 3 1 1 *"}
    for number in range(20):
        schedule = {"name": f"load {number}", "action": "journal.trim", "trigger": trigger}
        http.post("/api/v2/scheduler/schedules", json=schedule).raise_for_status()
    first = http.get("/api/v2/alerts?limit=1").json()["items"][0]
    alert, task = f"/api/v2/alerts/{first['id']}", http.get("/api/v2/tasks?limit=1").json()["items"][0]["id"]
    paths = (
        "/api/v2/me",
        "/api/v2/alerts",
        alert,
        "/api/v2/alerts/summary",
        f"{alert}/related",
        "/api/v2/threats",
        f"/api/v2/threats/{first['entity']}",
        "/api/v2/entries",
        "/api/v2/sources",
        "/api/v2/suppressions",
        "/api/v2/rules",
        "/api/v2/tasks",
        f"/api/v2/tasks/{task}",
        "/api/v2/error-recovery/dlq/entries",
        "/api/v2/error-recovery/circuit-breaker",
        "/api/v2/scheduler/schedules",
        "/api/v2/metrics",
        "/api/v2/usage",
    )
    names = {alert: "/api/v2/alerts/{id}", f"{alert}/related": "/api/v2/alerts/{id}/related"}
    names[f"/api/v2/threats/{first['entity']}"] = "/api/v2/threats/{entity}"
    names[f"/api/v2/tasks/{task}"] = "/api/v2/tasks/{id}"
    reads = [Call(names.get(path, path), "GET", path) for path in paths]
    later = {"action": "journal.trim", "not_before": 4_102_444_800_000_000}
    writes = [
        Call("/api/v2/alerts/{id}/notes", "POST", f"{alert}/notes", {"text": "seen under load"}),
        Call("/api/v2/alerts/{id}", "PATCH", alert, {"status": "acknowledged"}),
        Call("/api/v2/tasks", "POST", "/api/v2/tasks", later),
        Call("/api/v2/tasks with Idempotency-Key", "POST", "/api/v2/tasks", later, is_keyed=True),
        Call("/api/v2/scheduler/events", "POST", "/api/v2/scheduler/events", {"name": "load.happened"}),
    ]
    return reads, writes


def mix(reads: list[Call], writes: list[Call]) -> Iterator[Call]:
    """The requests in their order, for ever."""
    read, write = itertools.cycle(reads), itertools.cycle(writes)
    for number in itertools.count():
        yield next(write) if number % _WRITE_EVERY == 0 else next(read)


async def load(connections: Connections, calls: Iterator[Call], rate: float, seconds: float) -> dict[Call, Seen]:
    """Send at the rate for so long; what became of each kind of request."""
    seen: dict[Call, Seen] = defaultdict(Seen)
    began = time.perf_counter()

    async def one(call: Call, due: float) -> None:
        status = await connections.send(call)
        seen[call].took.append((time.perf_counter() - due) * 1_000)
        if status >= 400:
            seen[call].failed[status] += 1

    async with asyncio.TaskGroup() as group:  # a request without an answer ends the measurement
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(next(calls), due))
    return seen


def report(seen: Mapping[Call, Seen], bare: Seen, rate: float, cpu: tuple[float, float]) -> dict[str, Any]:
    """The figures as they are printed and written; `cpu` is that of the server and of the bare one."""
    rows = [
        {
            "method": call.method,
            "path": call.name,
            "requests": len(found.took),
            "failed": dict(found.failed),
            "p50_ms": round(found.at(0.5), 2),
            "p99_ms": round(found.at(0.99), 2),
            "max_ms": round(max(found.took, default=0.0), 2),
        }
        for call, found in sorted(seen.items(), key=lambda item: (item[0].is_write, item[0].name))
    ]
    kinds = {"read": Seen(), "write": Seen()}
    for call, found in seen.items():
        kinds["write" if call.is_write else "read"].took.extend(found.took)
    requests = sum(len(found.took) for found in kinds.values())
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "machine": {"cpus": os.cpu_count(), "load": os.getloadavg()[0], "python": platform.python_version()},
        "rate": rate,
        "requests": requests,
        "server_cpu_ms_per_request": round(cpu[0] / requests * 1_000, 3),
        "bare": {
            "requests": len(bare.took),
            "cpu_ms_per_request": round(cpu[1] / len(bare.took) * 1_000, 3),
            "p50_ms": round(bare.at(0.5), 2),
            "p99_ms": round(bare.at(0.99), 2),
        },
        "generator_cpu_s": round(own.ru_utime + own.ru_stime, 2),
        "bars_ms": {"read": READ_BAR_MS, "write": WRITE_BAR_MS},
        "p99_ms": {kind: round(found.at(0.99), 2) for kind, found in kinds.items()},
        "routes": rows,
    }


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(data: Path, rate: float, seconds: float, pid: int, bare: tuple[str, int]) -> dict[str, Any]:
    """Fill the server, warm it up, and measure it in turns with the bare one, given by its URL and process."""
    url = (data / LOCAL_SERVER_FILE).read_text(encoding="ascii").strip()
    key = (data / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        calls = mix(*await asyncio.to_thread(fill, http))
    ours, theirs = Connections(url, key), Connections(bare[0], key)
    nothing = itertools.repeat(Call("/bare", "GET", "/bare"))
    await load(ours, calls, rate, _WARM_UP_S)
    await load(theirs, nothing, rate, _WARM_UP_S)
    seen, floor, cpu = defaultdict[Call, Seen](Seen), Seen(), [0.0, 0.0]
    for _ in range(max(1, round(seconds / _SLICE_S))):
        before = cpu_of(pid), cpu_of(bare[1])
        for call, found in (await load(ours, calls, rate, _SLICE_S)).items():
            seen[call].add(found)
        for found in (await load(theirs, nothing, rate, _BARE_SLICE_S)).values():
            floor.add(found)
        cpu[0] += cpu_of(pid) - before[0]
        cpu[1] += cpu_of(bare[1]) - before[1]
    ours.close()
    theirs.close()
    return report(seen, floor, rate, (cpu[0], cpu[1]))


def show(found: dict[str, Any]) -> None:
    """Print the table."""
    machine, bare = found["machine"], found["bare"]
    print(
        f"{machine['cpus']} CPUs, load {machine['load']:.1f}, {found['requests']} requests at {found['rate']:.0f}/s;"
        f" server {found['server_cpu_ms_per_request']} ms CPU a request, generator {found['generator_cpu_s']} s"
    )
    print(
        f"bare route of the framework: {bare['cpu_ms_per_request']} ms CPU a request,"
        f" p50 {bare['p50_ms']:.1f} ms, p99 {bare['p99_ms']:.1f} ms"
    )
    print(f"{'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'requests':>9}")
    for row in found["routes"]:
        failed = f"  failed: {row['failed']}" if row["failed"] else ""
        figures = f"{row['p50_ms']:8.1f} {row['p99_ms']:8.1f} {row['max_ms']:8.1f} {row['requests']:9}"
        print(f"{figures}  {row['method']:5} {row['path']}{failed}")
    for kind, bar in found["bars_ms"].items():
        print(f"{kind}s: p99 {found['p99_ms'][kind]:.1f} ms (bar {bar:.0f} ms)")


def main() -> None:
    """Measure, print, and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netsentinel-load-") as folder:
        data = Path(folder)
        environment = {**os.environ, "NETSENTINEL_DATA_DIR": folder, "NETSENTINEL_LOG_LEVEL": "warning"}
        command = [sys.executable, "-m", "netsentinel", "serve", "--port", "0"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        bare = subprocess.Popen([sys.executable, "-c", textwrap.dedent(_BARE), str(port)])
        try:
            while not ((data / LOCAL_SERVER_FILE).exists() and (data / LOCAL_KEY_FILE).exists()):
                time.sleep(0.05)
            floor = (f"http://127.0.0.1:{port}", bare.pid)
            found = asyncio.run(measure(data, options.rate, options.seconds, process.pid, floor))
        finally:
            for each in (process, bare):
                each.send_signal(signal.SIGTERM)
                each.wait(30)
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    failed = any(row["failed"] for row in found["routes"])
    missed = any(found["p99_ms"][kind] > bar for kind, bar in found["bars_ms"].items())
    sys.exit(1 if failed or missed else 0)


if __name__ == "__main__":
    main()
