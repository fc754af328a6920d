"""What every source promises: its lines are handed over once, it waits when asked to, and it goes on after a stop."""

import asyncio
import os
import queue
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.api.errors import install_error_handlers
from netsentinel.api.v2 import events
from netsentinel.events import Accepted
from netsentinel.events.sources import KINDS, Activity, Fence, FileWatch, Outgoing, Place, Sink, Source, WatchState
from netsentinel.events.sources.folder import FolderOptions, FolderSource
from netsentinel.events.sources.syslog import SyslogOptions, SyslogSource
from netsentinel.identity.tokens import new_api_key
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from tests.live_server import free_port

pytestmark = pytest.mark.anyio


class Origin(Protocol):
    """Where a source reads from."""

    def source(self, sink: Sink) -> Source: ...

    def write(self, *lines: str) -> None: ...


class LogFile:
    """The origin of `watch`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "app.log"
        self._state = WatchState(folder / "state", self._path)

    def source(self, sink: Sink) -> Source:
        return FileWatch(self._path, self._state, sink, SystemClock(), source="app", format="json", poll_s=0.005)

    def write(self, *lines: str) -> None:
        with self._path.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)


def place(folder: Path, sink: Sink) -> Place:
    return Place(DEFAULT_TENANT, "app", "json", sink, SystemClock(), folder / "state", Fence(is_open=True), 1_000_000)


class Drop:
    """The origin of `folder`: each piece is a file that was finished long ago."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._options = FolderOptions(path=str(folder / "drop"))
        self._files = 0
        (folder / "drop").mkdir()

    def source(self, sink: Sink) -> Source:
        return FolderSource(self._options, self._folder / "drop", place(self._folder, sink), poll_s=0.005)

    def write(self, *lines: str) -> None:
        self._files += 1
        path = self._folder / f"drop/{self._files}.log"
        path.with_suffix(".tmp").write_text("\n".join(lines))
        os.utime(path.with_suffix(".tmp"), (self._files, self._files))
        path.with_suffix(".tmp").rename(path)


class Sender:
    """The origin of `syslog`: a program that connects until somebody listens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._options = SyslogOptions(port=free_port(), transports=("tcp",))
        self._queue: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._send, daemon=True).start()

    def source(self, sink: Sink) -> Source:
        return SyslogSource(self._options, place(self._folder, sink))

    def write(self, *lines: str) -> None:
        self._queue.put("".join(f"{line}\n" for line in lines).encode())

    def _send(self) -> None:
        while True:
            data = self._queue.get()
            while True:
                try:
                    with socket.create_connection((self._options.address, self._options.port)) as stream:
                        stream.sendall(data)
                    break
                except OSError:
                    time.sleep(0.01)


class Poster:
    """The origin of `http`: a program that posts to the real route until its batch is taken."""

    def __init__(self, folder: Path) -> None:
        del folder
        self._waiting: list[str] = []

    def source(self, sink: Sink) -> Source:
        return PostedTo(sink, self._waiting)

    def write(self, *lines: str) -> None:
        self._waiting.extend(lines)


class PostedTo:
    """The route of the intake over a sink, and the program that posts to it."""

    activity = Activity()

    def __init__(self, sink: Sink, waiting: list[str]) -> None:
        self._waiting = waiting
        principal = system_principal()
        services = SimpleNamespace(
            intake=SimpleNamespace(accept=self._accept),
            processor=SimpleNamespace(wake=lambda: None),
            sources=SimpleNamespace(admit=lambda _, name: name),
            identity=SimpleNamespace(validate_token=self._admit),
            limits=SimpleNamespace(charge=self._charge),
            settings=Settings(),
        )
        self._sink, self._admission = sink, SimpleNamespace(principal=principal)
        self._app = FastAPI()
        self._app.state.services = services
        self._app.include_router(events.router)
        install_error_handlers(self._app)

    async def run(self) -> None:
        transport = httpx2.ASGITransport(app=self._app)
        key = {"Authorization": f"Bearer {new_api_key()}", "Content-Type": "application/x-ndjson"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=key) as http:
            while True:
                lines = self._waiting[:]
                if lines:
                    body = "\n".join(lines).encode()
                    answer = await http.post("/api/v2/events?source=app&format=json", content=body)
                    if answer.status_code == 202:
                        del self._waiting[: len(lines)]
                    else:
                        assert answer.status_code == 503, answer.text
                await asyncio.sleep(0.005)

    async def _admit(self, _: str) -> Any:
        return self._admission

    async def _charge(self, *_: object) -> None:
        """Nothing is limited here."""

    async def _accept(self, _: str, source: str, format_: str, body: bytes, *rest: object) -> Accepted:
        assert rest[0] == "application/x-ndjson"
        await self._sink.deliver(Outgoing(source, format_, body))
        return Accepted(1, body.count(b"\n") + 1)


ORIGINS: dict[str, Callable[[Path], Origin]] = {"watch": LogFile, "folder": Drop, "syslog": Sender, "http": Poster}


class Collected:
    """A sink that keeps what it is given, and says "later" as often as told."""

    def __init__(self, busy: int = 0) -> None:
        self.lines: list[str] = []
        self.named: set[tuple[str, str]] = set()
        self.refused = 0
        self._busy = busy

    async def deliver(self, batch: Outgoing) -> int:
        if self.refused < self._busy:
            self.refused += 1
            raise UnavailableError("later", retry_after=0)
        self.lines += batch.body.decode().splitlines()
        self.named.add((batch.source, batch.format))
        return batch.position.end if batch.position else 0

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(20):
            while len(self.lines) < count:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.03)
        return self.lines


@asynccontextmanager
async def running(source: Source) -> AsyncGenerator[None]:
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(params=sorted(KINDS))
def origin(request: pytest.FixtureRequest, tmp_path: Path) -> Origin:
    return ORIGINS[request.param](tmp_path)


async def test_lines_arrive_once_and_in_order(origin: Origin) -> None:
    sink = Collected()
    async with running(origin.source(sink)):
        origin.write("1", "2")
        assert await sink.until(2) == ["1", "2"]
        origin.write("3")
        assert await sink.until(3) == ["1", "2", "3"]
    assert sink.named == {("app", "json")}


async def test_a_busy_sink_loses_nothing(origin: Origin) -> None:
    sink = Collected(busy=3)
    origin.write(*map(str, range(1_000)))
    async with running(origin.source(sink)):
        assert await sink.until(1_000) == [str(number) for number in range(1_000)]
    assert sink.refused == 3


async def test_a_stopped_source_goes_on_where_it_was(origin: Origin) -> None:
    first, second = Collected(), Collected()
    origin.write("1")
    async with running(origin.source(first)):
        assert await first.until(1) == ["1"]
    origin.write("2")
    async with running(origin.source(second)):
        assert await second.until(1) == ["2"]
