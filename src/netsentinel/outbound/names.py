"""Looking names up: with a time-out of its own, and so that one group of callers cannot take everybody's places."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from netsentinel.outbound.errors import BUSY, UnreachableError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, numeric, in the order to try them."""

LOOK_UP_S: Final = 5.0
PLACE_S: Final = 5.0
AT_ONCE: Final = 64
AT_ONCE_PER_GROUP: Final = 4


class Place:
    """The right to look one name up. It is given back when the look-up is over, whether anybody still waits or not."""

    def __init__(self, resolve: Resolve, held: AsyncExitStack, look_up_s: float) -> None:
        self._resolve = resolve
        self._held = held
        self._look_up_s = look_up_s

    async def look_up(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a host.

        Raises:
            UnreachableError: no answer in time.
            OSError: the name cannot be looked up.
        """
        asked = asyncio.ensure_future(self._ask(host, port))
        asked.add_done_callback(_seen)
        limit = asyncio.timeout(self._look_up_s)
        try:
            # The system's resolver cannot be called off: who leaves must not make its thread look free.
            async with limit:
                return await asyncio.shield(asked)
        except TimeoutError as error:
            if not limit.expired():
                raise
            text = f"The name {host} was not looked up within {self._look_up_s:g} s."
            raise UnreachableError(text, reason="timeout") from error

    async def _ask(self, host: str, port: int) -> Sequence[str]:
        async with self._held:
            return await self._resolve(host, port)


class Names:
    """Gives out places to look names up.

    Args:
        resolve: looks names up; the system's resolver when left out.
        at_once: look-ups of everybody.
        per_group: look-ups of one group.
        place_s: seconds to wait for a place.
        look_up_s: seconds for a look-up.
    """

    def __init__(
        self,
        resolve: Resolve | None = None,
        *,
        at_once: int = AT_ONCE,
        per_group: int = AT_ONCE_PER_GROUP,
        place_s: float = PLACE_S,
        look_up_s: float = LOOK_UP_S,
    ) -> None:
        # Threads of its own: name servers that do not answer must not hold those that everybody uses.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="netsentinel-names")
        self._resolve = resolve or self._by_system
        self._everybody = asyncio.Semaphore(at_once)
        self._groups: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._per_group = per_group
        self._place_s = place_s
        self._look_up_s = look_up_s

    async def place(self, group: str) -> Place:
        """Wait for a place.

        Raises:
            UnreachableError: there was none in time; its reason is `BUSY`, and no fault of the other side.
        """
        mine = self._groups.get(group)
        if mine is None:
            mine = self._groups[group] = asyncio.Semaphore(self._per_group)
        try:
            async with asyncio.timeout(self._place_s), AsyncExitStack() as held:
                await held.enter_async_context(mine)
                await held.enter_async_context(self._everybody)
                return Place(self._resolve, held.pop_all(), self._look_up_s)
        except TimeoutError as error:
            raise UnreachableError("Too many names are being looked up; later.", reason=BUSY) from error

    async def _by_system(self, host: str, port: int) -> list[str]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _seen(asked: asyncio.Future[Sequence[str]]) -> None:
    """Have nobody complain of a failure that nobody waited for."""
    if not asked.cancelled():
        asked.exception()
