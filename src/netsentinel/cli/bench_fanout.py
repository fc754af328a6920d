"""`netsentinel bench fanout`: many live clients on this machine, against the server's own live part.

Two phases: *paced*, for the latency from a commit to each client; and a *flood*, for the throughput by the wall and by
the server's processor time. In turns with the paced events, ready frames are written to the same sockets by the event
loop, past all of ours: what this machine takes for that by itself (`bare_delivery_ms`). The server is a process of its
own, on its own core where there are two; the clients are this process, which does the least that a client can do.
"""

import asyncio
import base64
import mmap
import os
import resource
import socket
import struct
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Annotated, Any, Final, cast

import msgspec
import typer

from netsentinel.cli.fanout_frames import MOST_STALLED, SLOTS, Order, Published, Ready, times_of
from netsentinel.cli.output import Output, OutputOption, print_json, print_table

_DELIVERIES_PER_S: Final = 1_000
"""In all, while latency is measured."""
_FLOOD_COMMITS: Final = 10
"""A flood arrives as the detection writes it: many entries in few commits."""
_AT_ONCE: Final = 50
_MODULE: Final = "netsentinel.cli.fanout_server"
_UNTIL_FULL: Final = 300
"""Events that fill what the system and the server buffer for a client which does not read."""
_LOOK_S: Final = 0.1
_SMALL_BUFFER: Final = 4_096
_LENGTH_16: Final = 126
_SHORT: Final = 126


def fanout(
    *,
    clients: Annotated[int, typer.Option(min=1, max=20_000, help="Connections.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=1, max=30, help="How long latency is measured.")] = 10,
    flood: Annotated[int, typer.Option(min=10, max=5_000, help="Events of the flood.")] = 300,
    stalled: Annotated[int, typer.Option(min=0, max=MOST_STALLED, help="Clients more that stop reading.")] = 0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Send live events to many clients: messages per second and per CPU second, latency, memory per connection."""
    import uvloop

    _allow_files(clients + stalled)
    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
        result = uvloop.run(measure(Path(folder), clients, seconds, flood, stalled))
    result |= {"load_before": round(os.getloadavg()[0], 1), "cpus": os.cpu_count()}
    if output is Output.JSON:
        print_json(result)
    else:
        print_table(("FIGURE", "VALUE"), [(name, str(value)) for name, value in result.items()])


def _allow_files(clients: int) -> None:
    """A connection is an open file, here and in the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


class _Peer:
    """The server's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ConnectionResetError
        self._process, self._input, self._output = process, process.stdin, process.stdout

    async def hear(self, kind: type[Any]) -> Any:
        """What it says next."""
        return msgspec.json.decode(await self._output.readline(), type=kind)

    def tell(self, order: Order) -> None:
        """Have it publish."""
        self._input.write(msgspec.json.encode(order) + b"\n")

    async def end(self) -> None:
        """Let it go."""
        self._input.close()
        await self._process.wait()


class Client(asyncio.Protocol):
    """Notes which event arrived when."""

    subscriptions = 1

    def __init__(self, port: int, seen: "array[int]", ready: Callable[[], None]) -> None:
        self._port = port
        self._seen = seen
        self._ready = ready
        self._data = b""
        self._open = False
        self.frame_bytes = 0
        """Of the newest event."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        host = f"127.0.0.1:{self._port}"
        self._transport.write(
            (
                f"GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: ns_session=x\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                "Sec-WebSocket-Protocol: netsentinel.v1.json\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the frames apart."""
        now = monotonic_ns()
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
            for frame in (
                {"type": "hello", "client": "bench"},
                *(
                    {"type": "subscribe", "sub": f"alerts{n or ''}", "topic": "alerts"}
                    for n in range(self.subscriptions)
                ),
                {"type": "ping", "t": 1},
            ):
                self._transport.write(masked(frame))
        while at + 4 <= len(data):
            size, start = data[at + 1], at + 2
            if size == _LENGTH_16:
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
            self.frame_bytes = end - start
        elif data.startswith(b'{"type":"pong"', start):
            self._ready()


class Stalled(Client):
    """Subscribes to a lot and then reads nothing more."""

    subscriptions = 60

    def _on_frame(self, data: bytes, start: int, end: int, now: int) -> None:  # noqa: ARG002 - as its base
        if data.startswith(b'{"type":"pong"', start):
            self._transport.pause_reading()
            self._ready()


def masked(frame: dict[str, Any]) -> bytes:
    """A frame as clients must send it. The mask is zero: it changes nothing."""
    data = msgspec.json.encode(frame)
    short = len(data) < _SHORT
    head = struct.pack("!BB", 0x81, 0x80 | len(data)) if short else struct.pack("!BBH", 0x81, 0xFE, len(data))
    return head + bytes(4) + data


async def measure(folder: Path, clients: int, seconds: int, flood: int, stalled: int = 0) -> dict[str, Any]:
    """Run the phases against a server of its own."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    times = times_of(folder)
    peer = _Peer(
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MODULE, str(folder), str(clients), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    )
    os.sched_setaffinity(0, {cores[-1]})
    listening: Ready = await peer.hear(Ready)
    seen = array("q")
    began = monotonic()
    one = await _connect(clients, listening.port, seen)
    connect_s = monotonic() - began
    rate = max(1.0, _DELIVERIES_PER_S / clients)
    paced = Order(1, 1, 1 / rate)
    rushed = Order(_FLOOD_COMMITS, flood // _FLOOD_COMMITS, 0)

    async def run(order: Order) -> Published:
        del seen[:]
        peer.tell(order)
        published: Published = await peer.hear(Published)
        due = 2 * (order.commits * order.each * clients - published.missed)
        await _until(lambda: len(seen) >= due)
        return published

    latencies, bare = list[int](), list[int]()
    steady = await run(paced)
    for _ in range(max(1, round(rate * seconds))):
        await run(paced)
        latencies += _latencies(seen, times)
        await run(msgspec.structs.replace(paced, bare=True))
        bare += _latencies(seen, times)
    rush = await run(rushed)
    delivered = len(seen) // 2
    wall_s = (max(seen[1::2]) - rush.began_ns) / 1e9
    beside = await _stall(
        peer,
        listening.port,
        stalled,
        Order(max(1, round(rate * seconds)), 1, 1 / rate, wait=False),
        seen,
        times,
        clients,
    )
    await peer.end()
    return beside | {
        "messages_per_cpu_s": round(delivered / rush.cpu_s),
        "messages_per_s": round(delivered / wall_s),
        "delivery_ms": _both(latencies),
        "bare_delivery_ms": _both(bare),
        "clients": clients,
        "kib_per_connection": round((steady.rss_kib - listening.rss_kib) / clients, 1),
        "frame_bytes": one.frame_bytes,
        "missed": rush.missed,
        "connect_s": round(connect_s, 2),
        "deliveries_paced": len(latencies),
        "deliveries_flood": delivered,
    }


async def _stall(
    peer: _Peer, port: int, stalled: int, paced: Order, seen: "array[int]", times: mmap.mmap, clients: int
) -> dict[str, Any]:
    """What clients that stop reading do to the others and to the server, and how long they may stay."""
    if not stalled:
        return {}
    del seen[:]
    await _connect_stalled(stalled, port)
    peer.tell(paced)
    before: Published = await peer.hear(Published)
    await _until(lambda: len(seen) >= 2 * paced.commits * clients)
    latencies = _latencies(seen, times)
    began, most = monotonic(), before.rss_kib
    order = Order(1, _UNTIL_FULL, 0, wait=False)
    while True:
        peer.tell(order)
        now: Published = await peer.hear(Published)
        most = max(most, now.rss_kib)
        if now.connections <= clients:
            break
        order = Order(0, 0, 0, wait=False)
        await asyncio.sleep(_LOOK_S)
    return {
        "stalled": stalled,
        "stalled_delivery_ms": _both(latencies),
        "stalled_closed_s": round(monotonic() - began, 1),
        "stalled_kib": round((most - before.rss_kib) / stalled),
    }


async def _connect_stalled(stalled: int, port: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Semaphore(0)
    for _ in range(stalled):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
        line.setblocking(False)
        await loop.sock_connect(line, ("127.0.0.1", port))
        await loop.create_connection(lambda: Stalled(port, array("q"), ready.release), sock=line)
        await ready.acquire()


async def _connect(clients: int, port: int, seen: "array[int]") -> Client:
    """Connect and subscribe them all; the last one."""
    loop, count = asyncio.get_running_loop(), 0

    def ready() -> None:
        nonlocal count
        count += 1

    client = Client(port, seen, ready)
    for first in range(0, clients, _AT_ONCE):
        many: list[Awaitable[tuple[asyncio.Transport, Client]]] = [
            loop.create_connection(lambda: Client(port, seen, ready), "127.0.0.1", port)
            for _ in range(min(_AT_ONCE, clients - first))
        ]
        *_, (_, client) = await asyncio.gather(*many)
    await _until(lambda: count >= clients)
    return client


async def _until(done: Callable[[], bool]) -> None:
    """An event for each frame would be measured, too: this looks now and then."""
    while not done():  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.01)


def _latencies(seen: "array[int]", times: mmap.mmap) -> list[int]:
    committed = struct.unpack_from(f"{SLOTS}q", times)
    return [seen[at + 1] - committed[seen[at]] for at in range(0, len(seen), 2)]


def _both(latencies: list[int]) -> dict[str, float]:
    return {"p50": _at(latencies, 0.5), "p99": _at(latencies, 0.99)}


def _at(latencies: list[int], share: float) -> float:
    latencies = sorted(latencies)
    return round(latencies[min(len(latencies) - 1, int(len(latencies) * share))] / 1e6, 2)
