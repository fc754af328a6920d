"""Every event name of document 003, and the metrics, over a real socket of a whole server that really fails."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from netsentinel.api.server import address, bind, listen
from netsentinel.bootstrap import Running, open_server
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Permission, Role, system_principal
from netsentinel.recovery import RetryPolicy
from netsentinel.streamer import SUBPROTOCOL
from netsentinel.streamer.testing import faults_of
from netsentinel.tasks import Reporter, action
from netsentinel.wiring.upkeep import Nothing

pytestmark = pytest.mark.anyio

DOCUMENT_003 = {"retry:attempt", "circuit-breaker:state-change", "dlq:entry-added", "schedule:executed"}
TOPICS = ("recovery", "schedules", "metrics")


@action(
    "test.call",
    permission=Permission.TASKS_WRITE,
    dependency="upstream",
    retry=RetryPolicy.fixed(delay=SECOND // 100, max_attempts=2),
)
async def call(_input: Nothing, _reporter: Reporter) -> None:
    """Call something that is down."""
    raise UnavailableError("The upstream is down.")


@asynccontextmanager
async def serving(folder: Path, **stated: Any) -> AsyncIterator[tuple[Running, str]]:
    """A whole server in this process, on a real socket."""
    settings = Settings(data_dir=folder, sources_run=False, **stated)
    sock = bind("127.0.0.1", 0)
    url = address(sock)
    async with open_server(settings, url) as running:
        running.services.tasks.actions.add(call)
        work = [asyncio.create_task(one) for one in running.background]
        door = asyncio.create_task(listen(running.app, settings, sock, running.services.hub.drain))
        try:
            yield running, url
        finally:
            door.cancel()
            await asyncio.gather(door, return_exceptions=True)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


class Listener:
    """A client of the live protocol that notes every event."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.events: list[dict[str, Any]] = []

    async def subscribe(self, *topics: str) -> None:
        await self._socket.send(json.dumps({"type": "hello", "client": "test"}))
        for topic in topics:
            await self._socket.send(json.dumps({"type": "subscribe", "sub": topic, "topic": topic, "from": "now"}))

    def names(self) -> set[str]:
        return {event["name"] for event in self.events}

    async def until_heard(self, names: set[str], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not names <= self.names():
                frame = json.loads(await self._socket.recv())
                assert faults_of(frame) == []
                assert frame["type"] in {"welcome", "event", "ping"}, frame
                if frame["type"] == "event":
                    self.events.append(frame)


async def test_every_event_of_document_003_is_heard_over_a_real_socket(tmp_path: Path) -> None:
    async with serving(tmp_path) as (running, url):
        key = await running.services.keys.create(system_principal(), "test", role=Role.ANALYST)
        headers = {"Authorization": f"Bearer {key.text}"}
        place = f"{url.replace('http', 'ws')}/ws"
        options: dict[str, Any] = {"subprotocols": [SUBPROTOCOL], "compression": None, "ping_interval": None}
        async with (
            httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http,
            connect(place, additional_headers=headers, close_timeout=1, **options) as socket,
        ):
            listener = Listener(socket)
            await listener.subscribe(*TOPICS)
            await _post(http, "/api/v2/tasks", {"action": "test.call"})
            await listener.until_heard({"retry:attempt", "dlq:entry-added", "metrics:changed"})
            every_second = {"kind": "interval", "every": SECOND}
            often = {"name": "often", "action": "lake.tend", "trigger": every_second}
            await _post(http, "/api/v2/scheduler/schedules", often)
            for _ in range(20):  # as many calls as a breaker wants to see before it opens
                await _post(http, "/api/v2/tasks", {"action": "test.call"})
            await listener.until_heard(DOCUMENT_003 | {"metrics:changed", "schedule:triggered"})
            (opened,) = [one for one in listener.events if one["name"] == "circuit-breaker:state-change"][:1]
            assert (opened["data"]["dependency"], opened["data"]["after"]) == ("upstream", "open")
            (retried,) = [one for one in listener.events if one["name"] == "retry:attempt"][:1]
            assert (retried["data"]["action"], retried["data"]["error_code"]) == ("test.call", "unavailable")
            breaker = (await http.get("/api/v2/error-recovery/circuit-breaker/upstream")).json()["breaker"]
            assert breaker["mode"] in {"open", "half_open"}
            await _metrics_agree(http, listener)
        _check_pace(await running.services.journal.read(0, 500))


async def _post(http: httpx2.AsyncClient, path: str, body: object) -> None:
    answer = await http.post(path, json=body)
    assert answer.status_code == 201, answer.text


async def _metrics_agree(http: httpx2.AsyncClient, listener: Listener) -> None:
    """What is pushed is what HTTP answers, once it is quiet."""
    await http.delete("/api/v2/scheduler/schedules/often")
    summary: dict[str, Any] = {}
    async with asyncio.timeout(30):
        while not summary or summary["breakers_open"] != 1 or _newest(listener) != summary:
            summary = (await http.get("/api/v2/metrics")).json()
            listener.events = [one for one in listener.events if one["name"] == "metrics:changed"][-1:]
            try:
                await listener.until_heard({"nothing of the kind"}, 0.5)
            except TimeoutError:
                continue
    assert summary["letters_open"] >= 1
    assert summary["retried"] >= 1
    assert summary["runs_submitted"] >= 1


def _newest(listener: Listener) -> Any:
    return listener.events[-1]["data"] if listener.events else None


def _check_pace(entries: list[Any]) -> None:
    """However much happened: announcements half a second apart, each with something new."""
    told = [entry for entry in entries if entry.kind == "metrics.changed"]
    assert all(later.payload != earlier.payload for earlier, later in pairwise(told))
    # The pace is kept when an announcement begins; each is written a moment later.
    assert told[-1].at - told[0].at >= (len(told) - 2) * SECOND // 2
