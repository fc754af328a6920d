"""Where breakers and their history are kept."""

from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.model import BreakerChange, KeptBreaker
from netsentinel.storage.ports import ReadTx, Tx


class BreakerStore(Protocol):
    """Keeps one row per breaker, and every change of a mode."""

    def lock(self, tx: Tx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker, which no other transaction changes before this one ends; None when there is none yet.

        Two transactions that make the same breaker at the same time come one after the other as well.
        """
        ...

    def save(self, tx: Tx, breaker: KeptBreaker) -> None:
        """Insert or replace the breaker."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker as of the last commit."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId | None) -> list[KeptBreaker]:
        """The breakers of a tenant by dependency; with None those of all tenants, for the system itself."""
        ...

    def note(self, tx: Tx, change: BreakerChange) -> None:
        """Add a change to the history."""
        ...

    def history(
        self, tx: ReadTx, tenant: TenantId, dependency: str | None, since: Micros, until: Micros, limit: int
    ) -> list[BreakerChange]:
        """The newest changes with `since <= at < until`, oldest first; of all dependencies with None."""
        ...

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete changes from before, and closed breakers unused since; how many rows went. Of all tenants."""
        ...
