"""Batches that could not be processed: kept whole, shown, and tried again when somebody asks for it."""

from dataclasses import dataclass
from typing import Protocol

from netsentinel.events.ports import Inbox, InboxBatch
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx


@dataclass(frozen=True, slots=True)
class SetAside:
    """A batch that was set aside, without its content."""

    id: int
    """Its id in the inbox."""
    source: str
    format: str
    received_at: Micros
    records: int
    size: int
    """Bytes, compressed."""
    set_aside_at: Micros
    tries: int
    reason: str


class SetAsideStore(Protocol):
    """Keeps what was set aside."""

    def put(self, tx: Tx, batch: InboxBatch, reason: str, tries: int, now: Micros) -> bool:
        """Move a batch out of the inbox; False when it is there no more."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[SetAside]:
        """A tenant's batches, newest first."""
        ...

    def count(self, tx: ReadTx) -> int:
        """How many there are, of all tenants."""
        ...

    def take(self, tx: Tx, tenant: TenantId, batch: int) -> InboxBatch | None:
        """Hand a batch over and forget it; None when the tenant has no such batch here."""
        ...


class SetAsideBatches:
    """Shows a tenant's batches that were set aside, and puts them back into the inbox."""

    def __init__(self, db: Database, inbox: Inbox, store: SetAsideStore) -> None:
        self._db = db
        self._inbox = inbox
        self._store = store

    async def all(self, tenant: TenantId, limit: int) -> list[SetAside]:
        """The newest ones first."""
        return await self._db.read(lambda tx: self._store.all(tx, tenant, limit))

    async def retry(self, tenant: TenantId, batch: int) -> int:
        """Put a batch at the end of the inbox; its new id there. If it fails again, it is set aside again.

        Raises:
            NotFoundError: the tenant has no such batch.
        """

        def put_back(tx: Tx) -> int:
            found = self._store.take(tx, tenant, batch)
            if found is None:
                raise NotFoundError(f"There is no batch {batch} that was set aside.", batch=str(batch))
            number = self._inbox.put(tx, found)
            if found.done:  # its alerts are recorded: only its events are still to be stored
                self._inbox.finish(tx, [number])
            return number

        return await self._db.write(put_back)
