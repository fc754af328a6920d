"""`netsentinel bench`: measure this machine with the real server, the real rules and real disk writes."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.bench_fanout import fanout
from netsentinel.cli.bench_models import models
from netsentinel.cli.lanes import Lane
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

bench_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Measure this machine.")

_BATCH = 500
_POSTERS = 4
_MOST_WAITING = 50_000
_LOOK_AGAIN_S = 0.05
_PACE_HZ = 50
_PROBE_EVERY = 2
_START_TIMEOUT_S = 20.0
_NDJSON = {"Content-Type": "application/x-ndjson"}
_FSYNC_FILE_BYTES = 16 * 1024 * 1024
_PAGE = 4_096


@bench_app.callback()
def bench() -> None:
    """Measure this machine."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long each part takes."""

    load_s: float
    paced_s: float
    rate: int


@bench_app.command("ingest")
def ingest(
    *,
    file: Annotated[Path | None, typer.Option(help="Events to post; the demo's own by default.")] = None,
    seconds: Annotated[float, typer.Option(min=4, help="Time for the two measurements together.")] = 24,
    rate: Annotated[int, typer.Option(min=50, help="Events a second while latency is measured.")] = 1_000,
    output: OutputOption = Output.TABLE,
) -> None:
    """Post a real file to a fresh server again and again: throughput first, then latency to a live client.

    events_per_s counts events whose alerts are committed, from the first POST until the last batch is processed.
    latency_ms is from the start of a POST to the frame at a WebSocket client, for probes among `rate` events a second.
    """
    plan = Plan(seconds / 2, seconds / 2, rate)
    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
        started = time.perf_counter()
        fsync = fsync_rate(Path(folder))
        lines = _lines(file)
        with _server(Path(folder) / "data") as (process, data):
            result = asyncio.run(_measure(process, data, lines, plan))
        result |= {"fsync_per_s": fsync, "seconds": round(time.perf_counter() - started, 1)}
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


@bench_app.command("syslog")
def syslog(
    *,
    seconds: Annotated[float, typer.Option(min=1, help="How long messages are sent.")] = 20,
    rate: Annotated[int, typer.Option(min=100, help="Messages a second.")] = 20_000,
    output: OutputOption = Output.TABLE,
) -> None:
    """Send syslog over TCP from a process of its own to a fresh server, and count what arrives.

    lost is what was sent and is neither an event nor a rejected line in the end; server_cpu_s is the processor time of
    the server with its detection process, and pauses is how often the inbox was full.
    """
    with (
        tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder,
        _server(Path(folder) / "data") as (process, data),
    ):
        result = asyncio.run(_syslog(process, data, seconds, rate))
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


async def _syslog(pid: int, data: Path, seconds: float, rate: int) -> dict[str, Any]:
    from netsentinel.cli.bench_syslog import measure
    from netsentinel.cli.remote import Remote
    from netsentinel.cli.serve import settings_from

    async with Remote.find("", "", settings_from(data_dir=data)) as remote:
        return await measure(remote, pid, seconds, rate)


@bench_app.command("academy")
def academy(
    *,
    nodes: Annotated[int, typer.Option(min=100, max=100_000, help="Concepts of the graph.")] = 10_000,
    edges: Annotated[int, typer.Option(min=100, max=1_000_000, help="Prerequisites among them.")] = 50_000,
    upload: Annotated[int, typer.Option(min=1, max=2_048, help="MiB that are uploaded, six times.")] = 128,
    data: Annotated[
        Path, typer.Option(help="Folder of public data (`learning/`, `intel/`); what is not there is not measured.")
    ] = Path("../shared/data"),
    output: OutputOption = Output.TABLE,
) -> None:
    """Ask a knowledge graph for closures and paths; bring texts into one; link names, guess prerequisites.

    closure_ms and path_ms are what one question takes, cpu figures its processor time; load_s is reading the graph,
    once per process, and first_closure_s the first closure after a change, which works all of them out.
    ingest_s_per_9k_words is from a transcript's bytes to its concepts and edges committed, link_hit_at_5 the share of
    ATT&CK techniques whose name finds their description, prerequisite_f1 the mean F1 over the domains of AL-CPL, from
    names alone. upload_mb_per_s is that of pieces with checksums over loopback to a server of its own, on the disk of
    the working directory, and disk_mb_per_s what writing, syncing and hashing them takes without it.
    """
    from netsentinel.cli.bench_academy import measure_graph
    from netsentinel.cli.bench_texts import measure_texts
    from netsentinel.cli.bench_uploads import measure_uploads

    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
        result = asyncio.run(measure_graph(Path(folder), nodes, edges))
    result |= measure_texts(data)
    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-", dir=Path.cwd()) as folder:
        result |= asyncio.run(measure_uploads(Path(folder), upload))
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


@bench_app.command("detect")
def detect(
    *,
    rules: Annotated[
        list[Path] | None, typer.Option(help="Rules instead of the bundled ones: file, folder or .zip; repeatable.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Windows events whose process creations are used; built-in ones by default.")
    ] = None,
    lane: Annotated[Lane, typer.Option(help="Whether command lines come back.")] = Lane.UNIQUE,
    events: Annotated[int, typer.Option(min=1, help="Events that are counted.")] = 100_000,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run Windows process creations through the whole detection pipeline, in one process on one core.

    events_per_s includes unpacking and reading JSON; events_per_cpu_s leaves out the time in which other programs had
    the core; load_s is what loading the rules took, and rss_mb the most memory that this process had.
    """
    from netsentinel.cli.bench_detect import measure

    result = measure(rules or [], file, lane, events)
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


bench_app.command("fanout")(fanout)
bench_app.command("models")(models)


@bench_app.command("tasks")
def tasks(
    *,
    peer_python: Annotated[
        Path | None, typer.Option(help="An interpreter that has DBOS or Procrastinate; this one by default.")
    ] = None,
    postgres: Annotated[
        str, typer.Option(help="An empty PostgreSQL database for Procrastinate, as postgresql://...")
    ] = "",
    folder: Annotated[Path | None, typer.Option(help="Where the databases are made; the temporary folder.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run tasks that do next to nothing through the task engine and, where installed, through DBOS and Procrastinate.

    tasks_per_s is from the first of many single submissions until the last result is durable, the median of rounds in
    which all take turns; start_ms is from when a submission was due to the start of its handler, at 30 a second.
    """
    from netsentinel.cli.bench_tasks import installed_peers, measure

    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-", dir=folder) as place:
        peers = installed_peers(Path(place), str(peer_python or sys.executable), postgres)
        result = measure(Path(place), peers)
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


def fsync_rate(folder: Path, seconds: float = 1.0) -> int:
    """4 KiB overwrites of a preallocated file, each synced, per second: what the disk gives a careful writer."""
    block = os.urandom(_PAGE)
    path = folder / "fsync.probe"
    path.write_bytes(bytes(_FSYNC_FILE_BYTES))
    handle = os.open(path, os.O_WRONLY)
    try:
        os.fsync(handle)
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            os.pwrite(handle, block, count * _PAGE % _FSYNC_FILE_BYTES)
            os.fdatasync(handle)
            count += 1
        return round(count / (time.perf_counter() - begun))
    finally:
        os.close(handle)
        path.unlink()


def _lines(file: Path | None) -> list[bytes]:
    if file is None:
        from netsentinel.demo import story
        from netsentinel.kernel.clock import SystemClock

        return [line.line for line in story(SystemClock().now())]
    from netsentinel.events.files import read_records

    return [line for _, line in read_records([file])]


@contextmanager
def _server(data: Path) -> Generator[tuple[int, Path]]:
    """A server of this installation on a free port, with its own folder; its process id and that folder."""
    import subprocess

    environment = {**os.environ, "NETSENTINEL_DATA_DIR": str(data), "NETSENTINEL_LOG_LEVEL": "warning"}
    process = subprocess.Popen(
        [sys.executable, "-m", "netsentinel", "serve", "--port", "0"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not ((data / LOCAL_SERVER_FILE).exists() and (data / LOCAL_KEY_FILE).exists()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise _no_server()
            time.sleep(0.05)
        yield process.pid, data
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_START_TIMEOUT_S)


def _no_server() -> Exception:
    from netsentinel.kernel.errors import UnavailableError

    return UnavailableError("The server under test did not start; `netsentinel serve --port 0` shows why.")


async def _measure(pid: int, data: Path, lines: list[bytes], plan: Plan) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote
    from netsentinel.cli.serve import settings_from

    async with Remote.find("", "", settings_from(data_dir=data)) as remote:
        talk(f"Posting {len(lines):,} events again and again for {plan.load_s:.0f} s")
        events, seconds = await _load(remote, lines, plan.load_s)
        rss = _rss_mb(pid)
        talk(f"Measuring latency at {plan.rate:,} events/s for {plan.paced_s:.0f} s")
        latencies = await _paced(remote, lines, plan)
        cuts = quantiles(latencies, n=100)
        return {
            "events_per_s": round(events / seconds),
            "events": events,
            "latency_ms": {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "probes": len(latencies)},
            "rss_mb": rss,
        }


async def _load(remote: "Remote", lines: list[bytes], seconds: float) -> tuple[int, float]:
    """Post as fast as events are processed; how many were processed, and in what time.

    The intake takes more than detection gets through; a bounded number of events waits, so that the end is near.
    """
    bodies = [b"\n".join(lines[start : start + _BATCH]) for start in range(0, len(lines), _BATCH)]
    before = await _processed(remote)
    begun = time.perf_counter()
    accepted = done = 0

    async def poster(offset: int) -> None:
        nonlocal accepted
        number = offset
        while time.perf_counter() - begun < seconds:
            if accepted - done > _MOST_WAITING:
                await asyncio.sleep(_LOOK_AGAIN_S)
                continue
            records = await _post(remote, bodies[number % len(bodies)], "bench")
            accepted += records  # in a step of its own: other posters add while this one waits
            number += _POSTERS

    posting = asyncio.gather(*(poster(number) for number in range(_POSTERS)))
    while not posting.done() or done < accepted:
        await asyncio.sleep(_LOOK_AGAIN_S)
        done = await _processed(remote) - before
    await posting
    return done, time.perf_counter() - begun


async def _post(remote: "Remote", body: bytes, source: str) -> int:
    """Post one body; how many records it holds. Waits when the server asks for it."""
    from netsentinel.kernel.errors import UnavailableError

    while True:
        try:
            answer = await remote.call("POST", "/api/v2/events", query={"source": source}, body=body, headers=_NDJSON)
        except UnavailableError as busy:
            await asyncio.sleep(float(busy.extra.get("retry_after", 1)))
        else:
            return int(answer["records"])


async def _processed(remote: "Remote") -> int:
    """Events and rejected lines whose effect is committed."""
    sources = await remote.get("/api/v2/sources", {})
    return sum(item["events"] + item["rejected"] for item in sources["items"] if item["name"] == "bench")


async def _paced(remote: "Remote", lines: list[bytes], plan: Plan) -> list[float]:
    """Milliseconds from POST to frame, for probes among a steady stream."""
    from websockets.asyncio.client import connect

    ticket = await remote.call("POST", "/api/v2/ws-tickets")
    address = remote.base_url.replace("http", "ws", 1) + "/ws"
    sent: dict[str, float] = {}
    latencies: list[float] = []
    async with connect(address, subprotocols=["netsentinel.v1.json"], compression=None) as socket:  # type: ignore[list-item]  # plain text is what the wire has
        await _greet(socket, ticket["ticket"])
        listener = asyncio.create_task(_listen(socket, sent, latencies))
        per_tick = plan.rate // _PACE_HZ
        begun = time.perf_counter()
        posts: list[asyncio.Task[int]] = []
        for tick in range(int(plan.paced_s * _PACE_HZ)):
            await asyncio.sleep(max(0.0, begun + tick / _PACE_HZ - time.perf_counter()))
            start = tick * per_tick % max(1, len(lines) - per_tick)
            body = lines[start : start + per_tick - 1]
            if tick % _PROBE_EVERY == 0:
                probe = f"2001:db8::{tick:x}"
                sent[probe] = time.perf_counter()
                body.append(_probe(probe))
            posts.append(asyncio.create_task(_post(remote, b"\n".join(body), "paced")))
        await asyncio.gather(*posts)
        await asyncio.sleep(2)
        listener.cancel()
    talk(f"{len(latencies)} of {len(latencies) + len(sent)} probes arrived")
    return latencies


async def _greet(socket: Any, ticket: str) -> None:
    import json

    await socket.send(json.dumps({"type": "hello", "client": "bench", "ticket": ticket}))
    while json.loads(await socket.recv())["type"] != "welcome":
        continue
    await socket.send(json.dumps({"type": "subscribe", "sub": "probes", "topic": "alerts", "from": "now"}))
    await asyncio.sleep(0.2)


async def _listen(socket: Any, sent: dict[str, float], latencies: list[float]) -> None:
    import msgspec

    async for frame in socket:
        arrived = time.perf_counter()
        event = msgspec.json.decode(frame)
        if event["type"] == "ping":
            await socket.send(msgspec.json.encode({"type": "pong", "t": event.get("t", 0)}).decode())
        elif event["type"] == "event" and event["name"] == "alert:raised":
            begun = sent.pop(event["data"]["entity"], None)
            if begun is not None:
                latencies.append((arrived - begun) * 1_000)


def _probe(address: str) -> bytes:
    """A web request by a scanner, from an address that nobody else has: one alert of its own."""
    import json

    from netsentinel.kernel.clock import SystemClock, to_iso

    return json.dumps(
        {
            "timestamp": to_iso(SystemClock().now()),
            "flow_id": 1,
            "event_type": "http",
            "src_ip": address,
            "src_port": 40_000,
            "dest_ip": "192.0.2.80",
            "dest_port": 80,
            "proto": "TCP",
            "http": {
                "hostname": "www.example.org",
                "url": "/",
                "http_user_agent": "sqlmap/1.8 (https://sqlmap.org)",
                "http_method": "GET",
                "protocol": "HTTP/1.1",
                "status": 404,
                "length": 0,
            },
        }
    ).encode()


def _rss_mb(pid: int) -> int:
    """Resident memory of the server and its children, in MB; 0 where the system does not say."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return 0
    total = 0
    for process in (pid, *(int(child) for child in children.read_text(encoding="ascii").split())):
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return round(total / 1024)
