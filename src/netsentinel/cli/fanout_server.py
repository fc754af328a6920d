"""The server of `netsentinel bench fanout`: uvicorn, the hub, the journal and SQLite as in the real one, nothing else.

It is told over its standard input what to publish, and answers on its standard output.
`python -m netsentinel.cli.fanout_server FOLDER CLIENTS`.
"""

import asyncio
import contextlib
import mmap
import os
import struct
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

import msgspec
import uvicorn
import uvloop

from netsentinel.api.line import Line, LiveSocketProtocol
from netsentinel.api.live_app import live_app
from netsentinel.api.server import bind
from netsentinel.cli.fanout_frames import MOST_STALLED, Order, Published, Ready, times_of
from netsentinel.cli.serve import calm_collector
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryKind, EntryRegistry, NewEntry, Payload
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.log import configure_logging
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, Principal, TenantId, system_principal
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase, Tx
from netsentinel.streamer import Hub, HubLimits
from netsentinel.streamer.frames import Event, encode
from netsentinel.streamer.model import Visitor
from netsentinel.streamer.ports import Asked, Ended, NewRequest, Step, Transport

_AUDIT_KEY: Final = b"the audit key of a measurement"
_LOOK_AGAIN_S: Final = 0.005
_NOTHING: Final = "Nothing can be asked for here."


class Sighting(Payload, frozen=True, kw_only=True):
    """A payload that makes a frame of 265 bytes."""

    n: int
    level: str = "high"
    entity: str = "203.0.113.77"
    text: str = "x" * 125


KIND: Final = EntryKind("alert.raised", "alerts", "alert:raised", Sighting, "A measured alert.")


@dataclass(frozen=True, slots=True)
class _Anybody:
    """Whoever comes is let in."""

    principal: Principal
    ref: str = "bench"
    expires_at: Micros = 0


class _OpenDoor:
    """Knows nobody and lets everybody in: it is not the password that is measured."""

    def __init__(self) -> None:
        self._anybody = _Anybody(system_principal())

    async def validate_token(self, _token: str) -> _Anybody:
        """Anybody."""
        return self._anybody

    async def consume_ticket(self, ticket: str) -> _Anybody:  # noqa: ARG002 - the port's name
        """Anybody."""
        return self._anybody

    async def still_valid(self, ref: str) -> bool:
        """Always."""
        return bool(ref)


class _NoQueue:
    """Takes no requests."""

    async def enqueue(self, principal: Principal, request: NewRequest) -> Asked:  # noqa: ARG002 - the port's names
        """Refuse."""
        raise NotFoundError(_NOTHING)

    async def update_status(
        self,
        principal: Principal,  # noqa: ARG002 - the port's names
        task_id: str,  # noqa: ARG002
        status: Literal["cancel", "pause", "resume"],  # noqa: ARG002
    ) -> None:
        """Refuse."""
        raise NotFoundError(_NOTHING)

    async def get_by_connection(self, tenant: TenantId, connection_id: str) -> list[str]:  # noqa: ARG002 - the port's names
        """Nothing."""
        return []

    async def ended(self, tenant: TenantId, task_id: str) -> Ended | None:  # noqa: ARG002 - the port's names
        """Nothing."""
        return None

    async def answer(self, principal: Principal, request: NewRequest, seconds: float) -> bytes | None:  # noqa: ARG002 - the port's names
        """Nothing."""
        return None

    def estimate(self, action: str, payload: bytes) -> Micros:
        """Refuse."""
        raise NotFoundError(f"{_NOTHING} {action} {len(payload)}")

    def on_progress(self, listener: Callable[[Step], None]) -> None:
        """Nobody will be told."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """The command that started it ends it."""
        yield


class _Hub(Hub):
    """The real one; it knows its transports, so that frames can be written past it."""

    transports: "dict[Transport, None]"

    async def serve(self, transport: Transport, visitor: Visitor) -> None:
        """Work on a connection."""
        self.transports[transport] = None
        try:
            await super().serve(transport, visitor)
        finally:
            del self.transports[transport]


class Publisher:
    """Publishes as it is told, and says what it took."""

    def __init__(self, database: SqliteDatabase, hub: _Hub, times: mmap.mmap, clients: int) -> None:
        self._database = database
        self._hub = hub
        self._times = times
        self._clients = clients
        self._committed = 0
        self._n = self._bare = 0
        database.on_commit(self._note_commit)

    def _note_commit(self) -> None:
        self._committed = time.monotonic_ns()

    async def publish(self, order: Order) -> Published:
        """Commit what is ordered, and wait until every client was sent it or was found too slow for it."""
        cpu, began = time.process_time(), time.monotonic_ns()
        for _ in range(order.commits):
            batch = range(self._n, self._n + order.each)
            self._n += order.each
            if order.bare:
                self._write_bare(batch)
                await asyncio.sleep(order.pause)
                continue
            self._committed = 0
            await self._database.write(lambda tx, batch=batch: _append(tx, batch))
            committed = self._committed or time.monotonic_ns()  # whichever tells of the commit first
            for one in batch:
                struct.pack_into("q", self._times, one * 8, committed)
            await asyncio.sleep(order.pause)
        while order.wait and self._said() < self._clients * (self._n - self._bare + 2):  # noqa: ASYNC110 - the hub has no such event
            await asyncio.sleep(_LOOK_AGAIN_S)  # every client gets welcome, pong and n events
        figures = self._figures()
        return Published(
            cpu_s=time.process_time() - cpu,
            began_ns=began,
            missed=int(figures["events_missed"]),
            rss_kib=_rss(),
            connections=int(figures["connections"]),
        )

    def _write_bare(self, batch: range) -> None:
        for n in batch:
            frame = encode(Event(sub="alerts", seq=1, prev=0, name=KIND.live_name, data=_raw(Sighting(n=n))))
            data = struct.pack("!BBH", 0x81, 126, len(frame)) + frame
            sockets = [cast("Line", one).socket.transport for one in self._hub.transports]
            struct.pack_into("q", self._times, n * 8, time.monotonic_ns())
            for socket in sockets:
                socket.write(data)
        self._bare += len(batch)

    def _said(self) -> float:
        figures = self._figures()
        return figures["frames_sent"] + figures["events_missed"]

    def _figures(self) -> dict[str, float]:
        return {name.removeprefix("netsentinel_live_"): value for _, name, _, value in self._hub.samples()}


def _append(tx: Tx, batch: range) -> None:
    for n in batch:
        tx.append(NewEntry(KIND.name, DEFAULT_TENANT, "system", f"alr_{n}", Sighting(n=n)))


def _raw(payload: Payload) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(payload))


def _rss() -> int:
    """Memory of this process, in KiB."""
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_024


async def serve(folder: Path, clients: int) -> None:
    """Serve until the input ends."""
    registry, clock, door = EntryRegistry((KIND,)), SystemClock(), _OpenDoor()
    async with SqliteDatabase(folder / "bench.db", JournalWriter(registry, clock, _AUDIT_KEY)) as database:
        journal = Journal(database, registry, _AUDIT_KEY)
        most = clients + MOST_STALLED
        limits = HubLimits(heartbeat=600, max_connections=most, max_connections_each=most)
        hub = _Hub(journal, registry, clock, door, _NoQueue(), limits)
        hub.transports = {}
        publisher = Publisher(database, hub, times_of(folder), clients)
        settings = Settings(data_dir=folder)  # pyright: ignore[reportCallIssue] - pydantic-settings fills the fields
        app = live_app(hub, door, settings)
        sock = bind("127.0.0.1", 0)
        server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws=LiveSocketProtocol,
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                backlog=clients + 100,
            )
        )
        background = [asyncio.create_task(hub.run()), asyncio.create_task(server.serve(sockets=[sock]))]
        while not (server.started and hub.is_healthy):  # noqa: ASYNC110 - uvicorn has no such event
            await asyncio.sleep(_LOOK_AGAIN_S)
        calm_collector()
        _say(Ready(port=sock.getsockname()[1], rss_kib=_rss()))
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            _say(await publisher.publish(msgspec.json.decode(line, type=Order)))
        server.should_exit = True
        for task in background:
            task.cancel()
        await asyncio.wait(background)


def _say(message: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def main(arguments: Sequence[str]) -> None:
    """Serve."""
    folder, clients = Path(arguments[0]), int(arguments[1])
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    configure_logging("error")  # its standard output is for answers only
    uvloop.run(serve(folder, clients))


if __name__ == "__main__":
    main(sys.argv[1:])
