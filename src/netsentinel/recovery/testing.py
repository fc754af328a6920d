"""An in-memory fake of the breaker store; it passes the same contract suite as the one in SQL."""

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import Mode
from netsentinel.recovery.model import BreakerChange, KeptBreaker
from netsentinel.storage.ports import ReadTx, Tx


class MemoryBreakers:
    """Breakers in a dictionary."""

    def __init__(self) -> None:
        self._breakers: dict[tuple[str, str], KeptBreaker] = {}
        self._changes: list[BreakerChange] = []

    def lock(self, tx: Tx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker; closures run one after the other here."""
        return self._breakers.get((tenant, dependency))

    def save(self, tx: Tx, breaker: KeptBreaker) -> None:
        """Insert or replace the breaker."""
        self._breakers[breaker.tenant, breaker.dependency] = breaker

    def get(self, tx: ReadTx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker."""
        return self._breakers.get((tenant, dependency))

    def all(self, tx: ReadTx, tenant: TenantId | None) -> list[KeptBreaker]:
        """The breakers of a tenant by dependency; with None those of all tenants."""
        return [kept for _, kept in sorted(self._breakers.items()) if tenant in (None, kept.tenant)]

    def note(self, tx: Tx, change: BreakerChange) -> None:
        """Add a change to the history."""
        self._changes.append(change)

    def history(
        self, tx: ReadTx, tenant: TenantId, dependency: str | None, since: Micros, until: Micros, limit: int
    ) -> list[BreakerChange]:
        """The newest changes with `since <= at < until`, oldest first; of all dependencies with None."""
        found = [
            change
            for change in self._changes
            if change.tenant == tenant and dependency in (None, change.dependency) and since <= change.at < until
        ]
        return sorted(found, key=lambda change: change.at)[-limit:]

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete changes from before, and closed breakers unused since; how many rows went."""
        kept = [change for change in self._changes if change.at >= before]
        unused = [
            key
            for key, breaker in self._breakers.items()
            if breaker.updated_at < before and breaker.state.mode is Mode.CLOSED
        ]
        gone = len(self._changes) - len(kept) + len(unused)
        self._changes = kept
        for key in unused:
            del self._breakers[key]
        return gone
