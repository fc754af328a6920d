"""Gathers what listeners receive into batches, hands them over, and says when there is no room for more."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from netsentinel.events.positions import StreamPosition
from netsentinel.events.sources.port import Activity, Outgoing, Patience, Place
from netsentinel.kernel.disk import write_whole
from netsentinel.kernel.errors import NetSentinelError

_log = structlog.get_logger("netsentinel.sources")

BATCH_BYTES: Final = 1024 * 1024
BATCH_LINES: Final = 20_000
"""A server takes 100,000 records in one batch."""
FULL_BYTES: Final = 8 * 1024 * 1024
"""So much may wait before senders have to; they go on when half of it is gone."""
_LINGER_S: Final = 0.1
"""How long the first line of a batch waits for more."""
_LAST_WORDS_S: Final = 5.0
_LEFT: Final = ".lines"


class Gathering:
    """Lines on their way to the inbox."""

    def __init__(self, place: Place, activity: Activity, on_room: Callable[[], None]) -> None:
        """Construction does no I/O.

        Args:
            place: the source's surroundings.
            activity: where pauses are counted.
            on_room: told when there is room again after `is_full`.
        """
        self._place = place
        self._on_room = on_room
        self._patience = Patience(place.sink, activity)
        self._pieces: deque[tuple[bytes, int]] = deque()
        self._came = asyncio.Event()
        self._stream = secrets.token_hex(8)
        self._sent = 0
        self._batch: tuple[bytes, int] | None = None
        """Being handed over; it stays here until it is on disk."""
        self._is_blocked = False
        self.size = 0
        """Bytes that wait."""
        self.dropped = 0
        """Lines for which there was no room."""

    @property
    def is_full(self) -> bool:
        """Whether senders have to wait."""
        if self.size >= FULL_BYTES:
            self._is_blocked = True
        return self._is_blocked

    def add(self, lines: bytes) -> None:
        """Whole lines, each with its end, in their order."""
        count = lines.count(b"\n")
        if count > BATCH_LINES:
            found = lines.splitlines(keepends=True)
            for start in range(0, len(found), BATCH_LINES):
                self._append(b"".join(found[start : start + BATCH_LINES]))
        else:
            self._append(lines)

    def offer(self, lines: bytes) -> None:
        """As `add`, but lines for which there is no room are dropped and counted."""
        if self.is_full:
            self.dropped += lines.count(b"\n")
        else:
            self._append(lines)

    async def run(self) -> None:
        """Hand over until cancelled.

        Raises:
            NetSentinelError: the server refuses; sending again would not help.
        """
        await self._hand_over_left()
        while True:
            await self._came.wait()
            if self.size < BATCH_BYTES:
                await asyncio.sleep(_LINGER_S)
            while self._pieces:
                await self._hand_over()
            self._came.clear()

    async def finish(self) -> None:
        """Hand over what is left; what the server cannot take now is kept on disk for the next start.

        Not with `asyncio.timeout`: the source's task is cancelled already, and there Debian 12's Python 3.11.2 cancels
        it once more instead of raising TimeoutError (gh-102780).
        """
        self._patience.stopping.set()
        try:
            await asyncio.wait_for(self._hand_over_all(), _LAST_WORDS_S)
        except (NetSentinelError, TimeoutError):
            bodies = [*([self._batch] if self._batch else []), *self._pieces]
            await asyncio.to_thread(self._remember, b"".join(body for body, _ in bodies))
            _log.warning("lines_kept_for_the_next_start", source=self._place.source, bytes=self.size)

    async def _hand_over_all(self) -> None:
        while self._batch or self._pieces:
            await self._hand_over()

    def _append(self, lines: bytes) -> None:
        self._pieces.append((lines, lines.count(b"\n")))
        self.size += len(lines)
        self._came.set()

    async def _hand_over(self) -> None:
        """One batch. Sent again after a failure it keeps its position, so that it is stored once."""
        if self._batch is None:
            self._batch = self._next()
        body, count = self._batch
        if body.strip():
            position = StreamPosition(self._stream, self._sent, self._sent + count)
            place = self._place
            await self._patience.deliver(Outgoing(place.source, place.format, body, position))
        self._sent += count
        self._batch = None
        self.size -= len(body)
        if self._is_blocked and self.size <= FULL_BYTES // 2:
            self._is_blocked = False
            self._on_room()

    def _next(self) -> tuple[bytes, int]:
        taken: list[bytes] = []
        size = count = 0
        while self._pieces and (not taken or (size < BATCH_BYTES and count + self._pieces[0][1] <= BATCH_LINES)):
            lines, number = self._pieces.popleft()
            taken.append(lines)
            size, count = size + len(lines), count + number
        return b"".join(taken), count

    async def _hand_over_left(self) -> None:
        """What earlier runs could not hand over. The file's name is the stream's: done twice, it is stored once."""
        for file in sorted(await asyncio.to_thread(lambda: list(self._place.state.glob(f"*{_LEFT}")))):
            lines = (await asyncio.to_thread(file.read_bytes)).splitlines(keepends=True)
            stream, _, begun = file.name.removesuffix(_LEFT).partition("-")
            for start in range(0, len(lines), BATCH_LINES):
                part = lines[start : start + BATCH_LINES]
                position = StreamPosition(stream, int(begun) + start, int(begun) + start + len(part))
                body = b"".join(part)
                if body.strip():
                    await self._patience.deliver(Outgoing(self._place.source, self._place.format, body, position))
            await asyncio.to_thread(file.unlink)

    def _remember(self, left: bytes) -> None:
        write_whole(self._place.state / f"{self._stream}-{self._sent}{_LEFT}", left)
