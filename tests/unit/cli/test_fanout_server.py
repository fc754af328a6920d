import json
from pathlib import Path
from typing import Any, cast

import pytest

from netsentinel.cli.fanout_frames import Order, times_of
from netsentinel.cli.fanout_server import KIND, Publisher
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase

pytestmark = pytest.mark.anyio


class Told:
    """A hub that has said everything at once to its three clients, but for what it missed."""

    def __init__(self, published: int, missed: int) -> None:
        frames = 3 * (published + 2) - missed
        self.transports: dict[Socket, None] = {}
        self._figures = {"frames_sent": frames, "events_missed": missed, "connections": 3}

    def samples(self) -> list[tuple[str, str, str, float]]:
        return [("counter", f"netsentinel_live_{name}", "", value) for name, value in self._figures.items()]


async def test_what_is_ordered_is_committed_and_timed(tmp_path: Path) -> None:
    registry, clock = EntryRegistry((KIND,)), SystemClock()
    times = times_of(tmp_path)
    async with SqliteDatabase(tmp_path / "a.db", JournalWriter(registry, clock, b"k" * 32)) as database:
        publisher = Publisher(database, cast("Any", Told(6, 2)), times, 3)
        done = await publisher.publish(Order(commits=2, each=3, pause=0))
        entries = await Journal(database, registry, b"k" * 32).read(0, 100)
    assert [entry.payload["n"] for entry in entries] == list(range(6))
    stamps = times[:48]
    assert all(any(stamps[at : at + 8]) for at in range(0, 48, 8))
    assert (done.missed, done.connections, done.rss_kib > 1_000, done.cpu_s >= 0) == (2, 3, True, True)


class Socket:
    """Takes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.socket = self.transport = self

    def write(self, data: bytes) -> None:
        self.written.append(data)


async def test_a_bare_order_writes_ready_frames_past_the_hub(tmp_path: Path) -> None:
    registry, clock, times = EntryRegistry((KIND,)), SystemClock(), times_of(tmp_path)
    hub, socket = Told(1, 0), Socket()
    hub.transports = {socket: None}
    async with SqliteDatabase(tmp_path / "a.db", JournalWriter(registry, clock, b"k" * 32)) as database:
        publisher = Publisher(database, cast("Any", hub), times, 3)
        await publisher.publish(Order(commits=1, each=1, pause=0))
        await publisher.publish(Order(commits=2, each=1, pause=0, bare=True))
        assert len(await Journal(database, registry, b"k" * 32).read(0, 100)) == 1
    frames = [json.loads(data[4:]) for data in socket.written]
    assert [frame["data"]["n"] for frame in frames] == [1, 2]
    assert any(times[16:24])


async def test_it_does_not_wait_for_clients_that_do_not_read(tmp_path: Path) -> None:
    registry, clock = EntryRegistry((KIND,)), SystemClock()
    async with SqliteDatabase(tmp_path / "a.db", JournalWriter(registry, clock, b"k" * 32)) as database:
        publisher = Publisher(database, cast("Any", Told(0, 0)), times_of(tmp_path), 3)
        done = await publisher.publish(Order(commits=1, each=3, pause=0, wait=False))
    assert done.connections == 3
