"""Keeps another store equal to the graph's tables: it takes what is newer than it has, in a transaction of its own."""

import asyncio
from typing import Final, Protocol

import structlog

from netsentinel.academy.graph.model import Change
from netsentinel.academy.graph.ports import GraphCounts, GraphRows
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import Database

_log = structlog.get_logger("netsentinel.graph")

_LOOK_AGAIN_S: Final = 5.0


class Projected(Protocol):
    """A store that is filled from the tables and knows how far it is."""

    async def version(self, tenant: TenantId) -> int:
        """The version that the tenant's graph is at there; 0 for none."""
        ...

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        """Take what is different and its version, all of it or nothing."""
        ...

    async def clear(self, tenant: TenantId) -> None:
        """Forget the tenant's graph."""
        ...


class Projection:
    """Fills a store. The tables are the outbox: every row says at which version it became what it is, also when gone.

    The store's own version says what it has, and moves in the transaction of the change. So whatever is cut off in
    between, nothing is lost and nothing is taken twice.
    """

    def __init__(self, db: Database, rows: GraphRows, counts: GraphCounts, store: Projected) -> None:
        self._db = db
        self._rows = rows
        self._counts = counts
        self._store = store
        self._changed = asyncio.Event()

    def on_entry(self, _entry: Entry) -> None:
        """The live reaction to a changed graph, of this or another process."""
        self._changed.set()

    async def catch_up(self, tenant: TenantId) -> int:
        """Bring a tenant's graph up to date in the store; the version it is at then.

        Raises:
            UnavailableError: the store does not answer.
        """
        had = await self._store.version(tenant)
        change = await self._db.read(lambda tx: self._rows.since(tx, tenant, had))
        if change.version > had:
            await self._store.upsert(tenant, change)
        return max(change.version, had)

    async def rebuild(self, tenant: TenantId) -> int:
        """Fill a tenant's graph anew. Errors as for `catch_up`."""
        await self._store.clear(tenant)
        return await self.catch_up(tenant)

    async def turn(self) -> bool:
        """Bring every tenant up to date; False when the store does not answer."""
        self._changed.clear()
        try:
            for tenant in await self._db.read(self._counts.tenants):
                await self.catch_up(tenant)
        except UnavailableError as error:
            _log.warning("projection_waits", code=error.code, detail=error.detail)
            return False
        return True

    async def run(self) -> None:
        """Keep the store up to date until cancelled."""
        while True:
            await self.turn()
            try:
                async with asyncio.timeout(_LOOK_AGAIN_S):
                    await self._changed.wait()
            except TimeoutError:
                continue
