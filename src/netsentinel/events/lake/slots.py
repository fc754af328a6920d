"""Slots where only so many can be served at once: tenants share their time, however many requests one of them has."""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Callable
from typing import Final

from netsentinel.kernel.types import TenantId

_AHEAD_S: Final = 60.0


class Slots:
    """So many slots. Of those who wait for one, the tenant goes first that has had least of their time.

    Who asked for little or nothing is at most a minute ahead of the one who was served last: more cannot be saved up.
    Among equals the one goes first that got its last slot longest ago.

    Args:
        at_once: how many there are.
        now: seconds since some moment.
    """

    def __init__(self, at_once: int, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at_once = at_once
        self._free = at_once
        self._waiting: dict[TenantId | None, deque[asyncio.Future[None]]] = {}
        self._last: dict[TenantId | None, int] = {}
        """When each tenant got its last slot, counted in slots given. Forgotten when nobody is served."""
        self._given = 0
        self._had: dict[TenantId | None, float] = {}
        """Seconds that each tenant has had, with what it could not save up. Forgotten when nobody is served."""
        self._least = 0.0
        """Whoever is not served has had as much at least."""
        self._served: Counter[TenantId | None] = Counter()
        self._since: defaultdict[TenantId | None, float] = defaultdict(float)
        """Until when the time of those who are served is in `_had`."""

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
            self._leave(tenant)

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
                self._leave(tenant)  # it was given in the very moment in which nobody wanted it any more
            else:
                self._forget(tenant, slot)
            raise

    def _leave(self, tenant: TenantId | None) -> None:
        self._charge(tenant)
        self._served[tenant] -= 1
        self._pass_on()

    def _pass_on(self) -> None:
        """Give a slot to the next, or have it free."""
        while self._waiting:
            tenant = min(self._waiting, key=lambda one: (self._charge(one), self._last.get(one, 0)))
            slot = self._waiting[tenant][0]
            self._forget(tenant, slot)
            if not slot.done():
                self._note(tenant)
                slot.set_result(None)
                return
        self._free += 1
        if self._free == self._at_once:
            for known in (self._last, self._had, self._served, self._since):
                known.clear()
            self._least = 0.0

    def _charge(self, tenant: TenantId | None) -> float:
        """What it has had until now."""
        now = self._now()
        spent = self._served[tenant] * (now - self._since[tenant])
        self._had[tenant] = max(self._had.get(tenant, 0.0), self._least if not self._served[tenant] else 0.0) + spent
        self._since[tenant] = now
        return self._had[tenant]

    def _note(self, tenant: TenantId | None) -> None:
        self._least = max(self._least, self._charge(tenant) - _AHEAD_S)
        self._served[tenant] += 1
        self._given += 1
        self._last[tenant] = self._given

    def _forget(self, tenant: TenantId | None, slot: asyncio.Future[None]) -> None:
        """Have it wait no more; it may have been let go already."""
        waiting = self._waiting.get(tenant, deque())
        with contextlib.suppress(ValueError):
            waiting.remove(slot)
        if not waiting:
            self._waiting.pop(tenant, None)
