"""Reads that many want at the same moment, made once: a crowd that comes back asks the database the same few things."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class SharedReads(Generic[Key, Found]):
    """Gives everybody what a read found that began after they had asked, so that nothing is ever out of date.

    Who asks first reads at once; whoever asks while that is under way shares the next read. It remembers nothing.

    Args:
        read: finds what a key stands for.
        at_once: reads of different keys under way.
    """

    def __init__(self, read: Callable[[Key], Awaitable[Found]], *, at_once: int = 8) -> None:
        self._read = read
        self._places = asyncio.Semaphore(at_once)
        self._next: dict[Key, asyncio.Task[Found]] = {}
        self._running: dict[Key, asyncio.Future[None]] = {}

    async def get(self, key: Key) -> Found:
        """What a read finds that begins now or soon.

        Raises:
            Exception: whatever the read raised, for everyone who shares it.
        """
        if key not in self._running and key not in self._next:
            return await self._make(key)
        read = self._next.get(key)
        if read is None:
            read = self._next[key] = asyncio.create_task(self._make_next(key))
            read.add_done_callback(_heard)
        return await asyncio.shield(read)  # one who goes away must not end it for the others

    async def _make_next(self, key: Key) -> Found:
        while (before := self._running.get(key)) is not None:
            await asyncio.wait({before})
        return await self._make(key)

    async def _make(self, key: Key) -> Found:
        mine = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            async with self._places:
                if self._next.get(key) is asyncio.current_task():
                    del self._next[key]  # whoever asks from now on gets the next one
                return await self._read(key)
        finally:
            del self._running[key]
            mine.set_result(None)


def _heard(read: asyncio.Task[Found]) -> None:
    """Those who asked may all be gone; then nobody has to hear of a failure."""
    if not read.cancelled():
        read.exception()
