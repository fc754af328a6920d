"""A hub on a journal in memory, its clients, and the time that both live in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.streamer import Hub, HubLimits, Visitor
from netsentinel.streamer.testing import (
    LIVE_KINDS,
    FakeAdmission,
    FakeAuth,
    FakeTransport,
    MemoryJournal,
    MemoryQueue,
    admission,
)


async def settle(rounds: int = 40) -> None:
    """Let everything run that can run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class Client(FakeTransport):
    """One connection, seen from the client."""

    def __init__(self) -> None:
        super().__init__()
        self.served: asyncio.Task[None] | None = None

    def events(self, sub: str = "a") -> list[int]:
        """The `n` of every event on a subscription."""
        return [frame["data"]["n"] for frame in self.of("event") if frame["sub"] == sub]

    @property
    def problems(self) -> list[str]:
        """Codes of the errors that the server sent."""
        return [frame["problem"]["code"] for frame in self.of("error")]


class Live:
    """The stage of a test."""

    def __init__(self, limits: HubLimits | None = None) -> None:
        self.clock = FakeClock()
        self.registry = EntryRegistry(LIVE_KINDS)
        self.journal = MemoryJournal(self.registry)
        self.auth = FakeAuth()
        self.limits = limits or HubLimits()
        self.queue = MemoryQueue()
        self.hub = self.new_hub()
        self.clients: list[Client] = []

    def new_hub(self) -> Hub:
        """A hub as a fresh process would make it."""
        hub = Hub(self.journal, self.registry, self.clock, self.auth, self.queue, self.limits, jitter=lambda _: 0)
        hub.listen(["task.started"], hub.on_task_end)  # the made-up kind of these tests for the end of a task
        return hub

    async def restart(self) -> None:
        """End the hub without a word, and begin anew on the same journal."""
        self.drop_all()
        await settle()
        self.hub = self.new_hub()
        await self.hub.open()

    def dial(self, who: FakeAdmission | None, address: str = "192.0.2.1") -> Client:
        """Open a connection without saying anything."""
        client = Client()
        client.served = asyncio.create_task(self.hub.serve(client, Visitor(address, who)))
        self.clients.append(client)
        return client

    async def connect(self, who: FakeAdmission | None = None, **hello: Any) -> Client:
        """Open a connection and be welcomed."""
        client = self.dial(who or admission())
        client.say("hello", client="test", **hello)
        await client.until("welcome")
        return client

    async def subscribed(self, who: FakeAdmission | None = None, **fields: Any) -> Client:
        """Open a connection with the subscription `a`, of the alerts unless told otherwise."""
        client = await self.connect(who)
        client.say("subscribe", **{"sub": "a", "topic": "alerts", **fields})
        await settle()
        return client

    async def tell(self, *numbers: int, **fields: Any) -> list[Entry]:
        """Append an entry for each number, and hand all of them out."""
        entries = [self.journal.add(n, **fields) for n in numbers]
        await self.pump()
        return entries

    async def pump(self) -> None:
        """Hand out what is new."""
        while await self.hub.pump():
            pass
        await settle()

    async def pass_time(self, seconds: float, step: float = 0.5) -> None:
        """Let the clock run, with the hub looking at it."""
        for _ in range(round(seconds / step)):
            self.clock.advance(int(step * SECOND))
            self.hub.tick()
            await settle()

    def drop_all(self) -> None:
        """Have every client be gone without a word."""
        for client in self.clients:
            client.hang_up()
        self.clients.clear()


@asynccontextmanager
async def opened(limits: HubLimits | None = None) -> AsyncIterator[Live]:
    """A stage with an open hub; every connection has to end cleanly with it."""
    live = Live(limits)
    await live.hub.open()
    try:
        yield live
    finally:
        served = [client.served for client in live.clients if client.served is not None]
        live.drop_all()
        if served:
            await asyncio.wait_for(asyncio.gather(*served), 5)
