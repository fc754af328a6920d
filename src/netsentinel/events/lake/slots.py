"""Who is next where only so many can be served at once: tenants in turn, however many requests one of them has."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator

from netsentinel.kernel.types import TenantId


class Turns:
    """So many turns at once. Of those who wait, the tenant goes first whose last turn is longest ago.

    Args:
        at_once: turns.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._free = at_once
        self._waiting: dict[TenantId | None, deque[asyncio.Future[None]]] = {}
        self._last: dict[TenantId | None, int] = {}
        """When each tenant's last turn began, counted in turns. Forgotten when nobody is served."""
        self._begun = 0

    @contextlib.asynccontextmanager
    async def own(self, tenant: TenantId | None, wait_s: float | None = None) -> AsyncGenerator[None, None]:
        """A turn of one's own, as long as one stays inside.

        Args:
            tenant: whose turn; None for the server's own, which counts as one more tenant.
            wait_s: so long at most until it begins; without it, as long as it takes.

        Raises:
            TimeoutError: it did not begin in time.
        """
        await self._begin(tenant, wait_s)
        try:
            yield
        finally:
            self._pass_on()

    async def _begin(self, tenant: TenantId | None, wait_s: float | None) -> None:
        if self._free:
            self._free -= 1
            self._note(tenant)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(turn)
        try:
            async with asyncio.timeout(wait_s):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it was given in the very moment in which nobody wanted it any more
            else:
                self._forget(tenant, turn)
            raise

    def _pass_on(self) -> None:
        """Give a turn that ended to the next, or have it free."""
        while self._waiting:
            tenant = min(self._waiting, key=lambda one: self._last.get(one, 0))
            turn = self._waiting[tenant][0]
            self._forget(tenant, turn)
            if not turn.done():
                self._note(tenant)
                turn.set_result(None)
                return
        self._free += 1
        if self._free == self._at_once:
            self._last.clear()

    def _note(self, tenant: TenantId | None) -> None:
        self._begun += 1
        self._last[tenant] = self._begun

    def _forget(self, tenant: TenantId | None, turn: asyncio.Future[None]) -> None:
        """Have it wait no more; it may have been let go already."""
        waiting = self._waiting.get(tenant, deque())
        with contextlib.suppress(ValueError):
            waiting.remove(turn)
        if not waiting:
            self._waiting.pop(tenant, None)
