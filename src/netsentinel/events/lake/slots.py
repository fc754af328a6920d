"""Slots where only so many can be served at once: tenants have them in turn, however many requests one of them has."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator

from netsentinel.kernel.types import TenantId


class Slots:
    """So many slots. Of those who wait for one, the tenant goes first that got its last one longest ago.

    Args:
        at_once: how many there are.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._free = at_once
        self._waiting: dict[TenantId | None, deque[asyncio.Future[None]]] = {}
        self._last: dict[TenantId | None, int] = {}
        """When each tenant got its last slot, counted in slots given. Forgotten when nobody is served."""
        self._given = 0

    @contextlib.asynccontextmanager
    async def hold(self, tenant: TenantId | None, wait_s: float | None = None) -> AsyncGenerator[None, None]:
        """A slot of one's own, as long as one stays inside.

        Args:
            tenant: who asks; None for the server itself, which counts as one more tenant.
            wait_s: so long at most until it gets one; without it, as long as it takes.

        Raises:
            TimeoutError: none became free in time.
        """
        await self._get(tenant, wait_s)
        try:
            yield
        finally:
            self._pass_on()

    async def _get(self, tenant: TenantId | None, wait_s: float | None) -> None:
        if self._free:
            self._free -= 1
            self._note(tenant)
            return
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(slot)
        try:
            async with asyncio.timeout(wait_s):
                await slot
        except BaseException:
            if slot.done() and not slot.cancelled():
                self._pass_on()  # it was given in the very moment in which nobody wanted it any more
            else:
                self._forget(tenant, slot)
            raise

    def _pass_on(self) -> None:
        """Give a slot to the next, or have it free."""
        while self._waiting:
            tenant = min(self._waiting, key=lambda one: self._last.get(one, 0))
            slot = self._waiting[tenant][0]
            self._forget(tenant, slot)
            if not slot.done():
                self._note(tenant)
                slot.set_result(None)
                return
        self._free += 1
        if self._free == self._at_once:
            self._last.clear()

    def _note(self, tenant: TenantId | None) -> None:
        self._given += 1
        self._last[tenant] = self._given

    def _forget(self, tenant: TenantId | None, slot: asyncio.Future[None]) -> None:
        """Have it wait no more; it may have been let go already."""
        waiting = self._waiting.get(tenant, deque())
        with contextlib.suppress(ValueError):
            waiting.remove(slot)
        if not waiting:
            self._waiting.pop(tenant, None)
