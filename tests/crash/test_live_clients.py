"""Clients under load whose connections are cut, whose server is killed and restarted: no gap unsaid, nothing twice."""

import asyncio
import itertools
import os
import random
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.crash.harness import ROUNDS
from tests.crash.seeds import seeded, tell
from tests.crash.test_server import event
from tests.live_server import NDJSON, LiveServer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "clients" / "python" / "src"))

from netsentinel_client import Client, Gap
from netsentinel_client.transport import Socket, open_websocket

pytestmark = pytest.mark.anyio

CUTS, CLIENTS = 300, 24
CUTS_A_RESTART = 120
EVENTS_A_POST, POST_EVERY_S = 5, 0.1


@dataclass
class Recorder:
    """A client that writes down what it was told."""

    number: int
    seen: list[int] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    asked: int = 0
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    sockets: set[Any] = field(default_factory=set)

    async def open(self, url: str) -> Socket:
        """A WebSocket that can be cut."""
        socket = await open_websocket(url)
        self.sockets = {socket}
        return socket

    def cut(self) -> bool:
        """Cut the connection in the middle of whatever it does; whether there was one."""
        for socket in self.sockets:
            socket._connection.transport.abort()
        was_open, self.sockets = bool(self.sockets), set()
        return was_open

    async def listen(self, client: Client) -> None:
        """Write down every alert."""
        async for alert in client.subscribe("alerts", from_seq=0, on_gap=self.gaps.append):
            self.seen.append(alert.seq)

    async def ask(self, client: Client, stop: asyncio.Event) -> None:
        """Ask again and again, at once and as tasks; every request has its final answer."""
        for number in itertools.count():
            if stop.is_set():
                return
            text, mode = f"{self.number}-{number}", ("sync", "async")[number % 2]
            self.asked += 1
            answer = await client.request("echo", {"text": text}, mode=mode)
            self.answered += 1
            if answer != {"text": text}:
                self.wrong.append(f"{text}: {answer}")
            await asyncio.sleep(0.2)


async def post(server: LiveServer, stop: asyncio.Event) -> None:
    """Events that raise an alert each; a post that the server did not answer is not repeated."""
    numbers = itertools.count(1)
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {server.key}"}, timeout=30) as http:
        while not stop.is_set():
            body = "\n".join(event(f"2001:db8::{next(numbers):x}") for _ in range(EVENTS_A_POST))
            with suppress(httpx2.TransportError):
                await http.post(f"{server.url}/api/v2/events?source=crash", content=body, headers=NDJSON)
            await asyncio.sleep(POST_EVERY_S)


async def break_things(recorders: list[Recorder], server: LiveServer, rng: random.Random, cuts: int) -> int:
    """Cut so many connections, and between them kill or restart the server; how often it was."""
    restarts = done = 0
    while done < cuts:
        await asyncio.sleep(rng.uniform(0, 0.05))
        done += rng.choice(recorders).cut()
        if done // CUTS_A_RESTART > restarts:
            restarts += 1
            await asyncio.to_thread(server.kill if restarts % 2 else server.stop)
            await asyncio.to_thread(server.start)
    return restarts


async def every_alert(server: LiveServer) -> list[int]:
    """The places of all alerts in the journal, once the server has worked off what it took."""
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {server.key}"}, timeout=30) as http:
        quiet, last = 0, -1
        while quiet < 4:
            seqs: list[int] = []
            after = 0
            while True:
                query = {"topic": "alerts", "after": after, "limit": 500}
                page = (await http.get(f"{server.url}/api/v2/entries", params=query)).json()
                seqs += [entry["seq"] for entry in page["items"]]
                if not page["items"]:
                    break
                after = page["next"]
            quiet, last = (quiet + 1, last) if len(seqs) == last else (0, len(seqs))
            await asyncio.sleep(0.5)
    return seqs


async def storm(folder: Path, cuts: int) -> None:
    """The whole of it, and what came of it."""
    rng, stop = seeded(), asyncio.Event()
    recorders = [Recorder(number) for number in range(CLIENTS)]
    with LiveServer(folder) as server:
        clients = [Client(server.url, server.key, open_socket=one.open) for one in recorders]
        for client in clients:
            await client.__aenter__()
        listening = [asyncio.create_task(one.listen(it)) for one, it in zip(recorders, clients, strict=True)]
        asking = [asyncio.create_task(one.ask(it, stop)) for one, it in zip(recorders, clients, strict=True)]
        posting = asyncio.create_task(post(server, stop))
        restarts = await break_things(recorders, server, rng, cuts)
        stop.set()
        await posting
        await asyncio.wait_for(asyncio.gather(*asking), 120)
        alerts = await every_alert(server)
        async with asyncio.timeout(120):
            while any(not one.seen or one.seen[-1] < alerts[-1] for one in recorders):
                await asyncio.sleep(0.1)
        for client in clients:
            await client.close()
        await asyncio.gather(*listening, return_exceptions=True)
    tell(
        f"{cuts} cuts, {restarts} restarts, {len(alerts)} alerts to {CLIENTS} clients,"
        f" {sum(len(one.gaps) for one in recorders)} gaps said, {sum(one.answered for one in recorders)} answers"
    )
    assert len(alerts) > cuts / 10
    for one in recorders:
        assert one.seen == sorted(set(one.seen)), f"client {one.number} got something twice or in another order"
        unsaid = {
            seq for seq in set(alerts) - set(one.seen) if not any(gap.from_seq < seq <= gap.to_seq for gap in one.gaps)
        }
        assert not unsaid, f"client {one.number} was never told that it lacks {len(unsaid)} of {len(alerts)} alerts"
        assert (one.answered, one.wrong) == (one.asked, [])
        assert one.asked > 3


@pytest.mark.timeout(400)
async def test_no_gap_is_unsaid_and_nothing_comes_twice(tmp_path: Path) -> None:
    await storm(tmp_path, CUTS)


@pytest.mark.long
@pytest.mark.timeout(7_200)
async def test_and_so_it_is_after_thousands_of_cuts(tmp_path: Path) -> None:
    await storm(tmp_path, int(os.environ.get(ROUNDS, "10000")))
