"""One subscription: what arrived and waits for the program, and how far the program has come."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Self

from netsentinel_client.model import Condition, Event, Gap

_log = logging.getLogger("netsentinel_client")

MOST_WAITING: Final = 1_000
"""Events that may wait for the program. When more come the server is asked to stop, and to go on from here later."""
RESUME_BELOW: Final = MOST_WAITING // 4

GapListener = Callable[[Gap], None]


def say_gap(gap: Gap) -> None:
    """What happens to a gap when nobody else listens: a warning in the log."""
    _log.warning(
        "Events of %s may be missing after %d up to %d (%s); read %s.",
        gap.topic, gap.from_seq, gap.to_seq, gap.reason, gap.snapshot_url,
    )  # fmt: skip


class Subscription:
    """An endless stream of a topic's events, to be read with `async for`. `Client.subscribe` makes it.

    Every event comes once and in order, across reconnects, and across restarts of the program where the client keeps
    its positions in a file. Where the server no longer has events, `on_gap` is told of the gap, in its place.
    """

    def __init__(
        self,
        name: str,
        topic: str,
        conditions: Sequence[Condition],
        *,
        position: int | None,
        on_gap: GapListener,
        on_position: Callable[[str, int, str], None],
        on_room: Callable[["Subscription"], None],
        on_end: Callable[["Subscription"], None],
    ) -> None:
        self.name = name
        self.topic = topic
        self.conditions = tuple(conditions)
        self.received = position
        """Everything up to here has arrived; None before the first word from the server."""
        self.epoch = ""
        """The journal's that arriving events belong to."""
        self.confirmed = False
        """The server works on it: its pings speak for this subscription too."""
        self.paused = False
        """The program reads too slowly: what comes is left on the server until there is room."""
        self.generation = 0
        self._on_gap = on_gap
        self._on_position = on_position
        self._on_room = on_room
        self._on_end = on_end
        self._waiting: deque[tuple[str, Event | Gap | int]] = deque()
        self._arrived = asyncio.Event()
        self._fault: BaseException | None = None
        self._ended = False

    @property
    def wire_name(self) -> str:
        """What the server calls it; another one after each pause, so that late frames of the old one are known."""
        return f"{self.name}~{self.generation}" if self.generation else self.name

    # --- from the connection -------------------------------------------------------------------------------------

    def event(self, event: Event, prev: int, snapshot_url: str) -> None:
        """Take an event over, once."""
        if self.paused or (self.received is not None and event.seq <= self.received):
            return
        if len(self._waiting) >= MOST_WAITING:
            self.paused = True
            return
        if self.received is not None and prev > self.received:
            self._put(Gap(self.topic, self.received, prev, "lost", snapshot_url))
        self.received = event.seq
        self._put(event)

    def gap(self, gap: Gap) -> None:
        """Take the server's word that events may be missing."""
        if self.paused:
            return
        received = self.received
        self.received = gap.to_seq if gap.reason == "epoch" else max(gap.to_seq, received or 0)
        if received is not None and gap.reason != "epoch" and gap.from_seq > received:
            # It comes behind a frame that was lost: what that brought is missing too.
            gap = replace(gap, from_seq=received)
        self._put(gap)

    def complete(self, seq: int) -> None:
        """Nothing more will come up to `seq`."""
        if not self.paused and seq > (self.received if self.received is not None else -1):
            self.received = seq
            if self._waiting and isinstance(self._waiting[-1][1], int):
                self._waiting.pop()
            self._put(seq)

    def forget_position(self, snapshot_url: str) -> None:
        """The journal was rebuilt: positions of the old one mean nothing."""
        if self.received is not None:
            self._put(Gap(self.topic, self.received, 0, "epoch", snapshot_url))
        self.received = None

    def fail(self, fault: BaseException) -> None:
        """Let the reader have what arrived, then this."""
        self._fault = fault
        self._arrived.set()

    # --- from the program ----------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while True:
            while self._waiting:
                epoch, item = self._waiting.popleft()
                if self.paused and len(self._waiting) <= RESUME_BELOW:
                    self.paused = False
                    self.generation += 1
                    self._on_room(self)
                if isinstance(item, Event):
                    self._on_position(self.name, item.seq, epoch)  # stored before it is delivered
                    return item
                if isinstance(item, Gap):
                    self._on_position(self.name, item.to_seq, epoch)
                    self._on_gap(item)
                else:
                    self._on_position(self.name, item, epoch)
            if self._fault is not None:
                raise self._fault
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End it; a loop over it ends after what has arrived."""
        if not self._ended:
            self._ended = True
            self._on_end(self)
            self._arrived.set()

    def _put(self, item: Event | Gap | int) -> None:
        self._waiting.append((self.epoch, item))
        self._arrived.set()
