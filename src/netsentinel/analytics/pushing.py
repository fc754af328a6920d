"""Announces changed metrics to those who listen: at most twice a second, the last change always."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from netsentinel.analytics.entries import METRICS_CHANGED
from netsentinel.analytics.model import MetricsSummary
from netsentinel.analytics.ports import Audience, PaceStore
from netsentinel.analytics.service import Analytics
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.entries import Entry, NewEntry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, Tx

_log = structlog.get_logger("netsentinel.metrics")

TOPIC: Final = "metrics"
APART: Final[Micros] = SECOND // 2


class Pusher:
    """Writes `metrics.changed` while somebody listens. Every process may run one; together they keep the pace."""

    def __init__(
        self,
        db: Database,
        analytics: Analytics,
        pace: PaceStore,
        audience: Audience,
        clock: Clock,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._analytics = analytics
        self._pace = pace
        self._audience = audience
        self._clock = clock
        self._pause = pause
        self._changed: set[TenantId] = set()
        self._told: dict[TenantId, MetricsSummary] = {}
        self._work = asyncio.Event()

    def on_entry(self, entry: Entry) -> None:
        """The live reaction to whatever moves a figure."""
        if self._audience.is_heard(entry.tenant, TOPIC):
            self._changed.add(entry.tenant)
            self._work.set()

    async def run(self) -> None:
        """Announce until cancelled."""
        while True:
            await self._work.wait()
            try:
                await self.turn()
            except NetSentinelError as error:
                _log.warning("metrics_wait", code=error.code, detail=error.detail)
            await self._pause(APART / SECOND)

    async def turn(self) -> None:
        """Announce what changed, once for each tenant; what another process did just now waits for the next turn.

        Raises:
            NetSentinelError: the storage is not available; what changed is announced the next time.
        """
        self._work.clear()
        changed, self._changed = self._changed, set()
        try:
            for tenant in tuple(changed):
                if await self._announced(tenant):
                    changed.discard(tenant)
        finally:
            self._changed |= changed  # what was too early, or did not come to it
            if self._changed:
                self._work.set()

    async def _announced(self, tenant: TenantId) -> bool:
        """False when it is too early."""
        summary = await self._analytics.summary(tenant)
        if summary == self._told.get(tenant):
            return True

        def announce(tx: Tx) -> bool:
            if not self._pace.claim(tx, tenant, self._clock.now(), APART):
                return False
            tx.append(NewEntry(METRICS_CHANGED, tenant, "system", TOPIC, summary))
            return True

        is_told = await self._db.write(announce)
        if is_told:
            self._told[tenant] = summary
        return is_told
