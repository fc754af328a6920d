"""A journal, a hub and two clients to which things happen in any order, and what the clients are due."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.streamer.testing import admission
from tests.unit.streamer.live import Client, Live, settle

OTHER = TenantId("other")
HIGH: list[dict[str, Any]] = [{"field": "level", "op": ">=", "value": "high"}]

LOSSLESS = ("add", "add", "burst", "pump", "pump", "work", "work", "drop", "connect", "tick", "restart", "ask")
LOSSY = (*LOSSLESS, "stall", "flow", "burst", "trim")


@dataclass(frozen=True)
class Step:
    """Something that happens; `n` says how much of it, or to whom."""

    do: str
    n: int


def steps(names: tuple[str, ...]) -> st.SearchStrategy[list[Step]]:
    """Any things in any order."""
    return st.lists(st.builds(Step, st.sampled_from(names), st.integers(0, 7)), max_size=60)


@dataclass
class Reader:
    """A client that does what PROTOCOL.md asks of one, over as many connections as it takes."""

    tenant: TenantId
    high_only: bool
    connection: Client | None = None
    position: int | None = None
    received: list[int] = field(default_factory=list)
    missing: list[tuple[int, int]] = field(default_factory=list)
    began: int | None = None
    """The position from which on it is due everything."""
    _epoch: str = ""
    _handled: int = 0
    _chain: int | None = None

    @property
    def is_cut_off(self) -> bool:
        """Whether it has no connection that works."""
        client = self.connection
        return client is None or client.closed is not None or (client.served is not None and client.served.done())

    async def connect(self, live: Live) -> None:
        """Connect anew, from the stored position where there is one. Frames that were not worked on are lost."""
        who = admission(f"usr_{self.tenant}", tenant=self.tenant)
        resume = {"epoch": self._epoch, "positions": {"a": self.position}}
        self.connection = await live.connect(who, **({} if self.position is None else {"resume": resume}))
        self._handled, self._chain = 0, self.position
        self.connection.say("subscribe", sub="a", topic="alerts", filter=HIGH if self.high_only else None)

    def work(self, count: int) -> None:
        """Work on the next frames that have arrived."""
        if self.connection is not None:
            for frame in self.connection.frames[self._handled : self._handled + count]:
                self._handled += 1
                self._on(frame)

    def was_told(self, seq: int) -> bool:
        """Whether a gap said that this entry may be missing."""
        return any(start < seq <= end for start, end in self.missing)

    def _on(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self._epoch = frame["epoch"]
            case "event":
                prev, seq = frame["prev"], frame["seq"]
                assert self._chain in {None, prev}, "prev is what was sent before on this subscription"
                assert self.position is None or prev <= self.position < seq, "no gap, no duplicate"
                self._advance(prev, seq)
                self._chain = seq
                self.received.append(seq)
            case "gap":
                assert frame["from"] < frame["to"]
                assert self.position is None or self.position < frame["to"]
                self.missing.append((frame["from"], frame["to"]))
                self._advance(frame["from"], frame["to"])
                self._chain = frame["to"]
            case "ping" | "pong":
                self._advance(frame["seq"], frame["seq"])
            case _:
                pass

    def _advance(self, start: int, seq: int) -> None:
        if self.began is None:
            self.began = start
        self.position = seq if self.position is None else max(self.position, seq)


class World:
    """Where the steps are taken."""

    def __init__(self, live: Live, *, high_only: bool) -> None:
        self._live = live
        self._history: list[Entry] = []
        self.readers = [Reader(DEFAULT_TENANT, high_only), Reader(OTHER, high_only=False)]

    def add(self, n: int) -> None:
        """Append an entry; of which tenant, kind and level, `n` decides."""
        entry = self._live.journal.add(
            n,
            tenant=OTHER if n % 3 == 2 else DEFAULT_TENANT,
            kind="threat.updated" if n % 5 == 4 else "alert.raised",
            level="high" if n % 2 else "low",
            skip=n // 6,
        )
        self._history.append(entry)

    def due(self, reader: Reader) -> list[int]:
        """What the reader should have heard since it began."""
        return [
            entry.seq
            for entry in self._history
            if entry.tenant == reader.tenant
            and entry.kind == "alert.raised"
            and (not reader.high_only or entry.payload["level"] == "high")
            and reader.began is not None
            and entry.seq > reader.began
        ]

    async def play(self, steps: list[Step]) -> None:
        """Take the steps, then let everybody come back and catch up."""
        for reader in self.readers:
            await reader.connect(self._live)
        await settle()
        for step in steps:
            await self._take(step)
        for reader in self.readers:
            if reader.connection is not None:
                reader.connection.flow()
            if reader.is_cut_off:
                await reader.connect(self._live)
        await self._live.pump()
        await settle(800)
        for reader in self.readers:
            reader.work(1_000_000)
            if reader.is_cut_off:  # it had been told to go before it could read
                await reader.connect(self._live)
                await settle(800)
                reader.work(1_000_000)

    async def _take(self, step: Step) -> None:
        reader = self.readers[step.n % 2]
        match step.do:
            case "add":
                self.add(step.n)
            case "burst":
                for n in range(20):
                    self.add(step.n + n)
            case "pump":
                await self._live.hub.pump()
                await settle(step.n)
            case "trim":
                self._live.journal.trim(max(0, self._history[-1].seq - 10) if self._history else 0)
            case "tick":
                await self._live.pass_time(step.n, step=1)
            case "restart":
                for other in self.readers:
                    other.connection = None
                await self._live.restart()
            case _:
                await self._to_client(reader, step)

    async def _to_client(self, reader: Reader, step: Step) -> None:
        client = reader.connection
        if step.do == "connect" and reader.is_cut_off:
            await reader.connect(self._live)
        if client is None:
            return
        match step.do:
            case "work":
                await settle(step.n)
                reader.work(step.n)
            case "drop":
                client.hang_up()
                reader.connection = None
                await settle()
            case "stall":
                client.stall()
            case "flow":
                client.flow()
            case "ask":
                client.say("ping", t=step.n)
            case _:
                assert step.do == "connect"
