"""The frames that wait for one client: bounded, in order, and never a reason for anybody else to wait."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Waiting:
    text: str
    size: int
    """Bytes."""
    is_event: bool
    latest: str = ""
    """Of the frames with the same mark here, only the newest is worth sending."""


class Outbox:
    """A queue with one reader, the connection's writer.

    Events are refused above the bound; everything else (`welcome`, `error`, `gap`, `ping`) is always taken, because it
    is small and rare and must not get lost. After a refusal the outbox counts as full until less than half of either
    bound waits.
    """

    def __init__(self, max_bytes: int, max_frames: int, on_room: Callable[[], None]) -> None:
        self._max_bytes = max_bytes
        self._max_frames = max_frames
        self._on_room = on_room
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._sending = 0
        self._ended = False
        self._reader: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self.relieved = 0
        """How often it was full and is not any more."""

    def __len__(self) -> int:
        """Frames waiting."""
        return len(self._waiting)

    @property
    def size(self) -> int:
        """Bytes waiting, with the frame that is being sent."""
        return self._bytes + self._sending

    @property
    def is_full(self) -> bool:
        """Whether an event was refused and the client has not caught up since."""
        return not self._room.is_set()

    @property
    def is_filling(self) -> bool:
        """Whether more than half of either bound waits, and nothing was refused yet."""
        return not self.is_full and not self._is_low()

    def put(self, data: bytes) -> None:
        """Queue a frame that must arrive."""
        self._append(_Waiting(data.decode(), len(data), is_event=False))

    def put_latest(self, mark: str, data: bytes) -> None:
        """Queue a frame that takes the place of an older one of the same mark, should that still wait."""
        for item in self._waiting:
            if item.latest == mark:
                self._waiting.remove(item)
                self._bytes -= item.size
                break
        self._append(_Waiting(data.decode(), len(data), is_event=False, latest=mark))

    def offer(self, text: str, size: int) -> bool:
        """Queue an event, given as text with its length in bytes; False when the client is too far behind."""
        if self.is_full:
            return False
        over = len(self._waiting) >= self._max_frames or self.size + size > self._max_bytes
        if over and self._waiting:  # a frame above the bound all by itself has to go out some time
            self._room.clear()
            return False
        self._append(_Waiting(text, size, is_event=True))
        return True

    async def room(self) -> None:
        """Wait until it is not full."""
        await self._room.wait()

    async def take(self) -> str | None:
        """The next frame, which counts as waiting until the one after it is asked for; None after `end`."""
        self._sending = 0
        if self.is_full:
            self._relieve()
        while not self._waiting:
            if self._ended:
                return None
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        item = self._waiting.popleft()
        self._bytes -= item.size
        self._sending = item.size
        return item.text

    def end(self, *, drop_events: bool) -> None:
        """Let `take` give None after what waits now, with or without the events among it."""
        if drop_events:
            self._waiting = deque(item for item in self._waiting if not item.is_event)
            self._bytes = sum(item.size for item in self._waiting)
        self._ended = True
        self._wake()

    def _append(self, item: _Waiting) -> None:
        if self._ended:
            return
        self._waiting.append(item)
        self._bytes += item.size
        self._wake()

    def _relieve(self) -> None:
        if self._is_low():
            self.relieved += 1
            self._room.set()
            self._on_room()

    def _is_low(self) -> bool:
        return len(self._waiting) * 2 < self._max_frames and self._bytes * 2 < self._max_bytes

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
