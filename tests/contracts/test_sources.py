"""What every source promises: its lines are handed over once, it waits when asked to, and it goes on after a stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from netsentinel.events.sources import SOURCES, FileWatch, Outgoing, Sink, Source, WatchState
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import UnavailableError

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


ORIGINS: dict[str, Callable[[Path], Origin]] = {"watch": LogFile}


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
async def running(source: Source) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(params=sorted(SOURCES))
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
