"""In-memory fakes of the suppressions' ports; they pass the same contract suite as the SQL stores."""

from collections.abc import Sequence
from dataclasses import replace

from netsentinel.alerts.suppression.model import HiddenFinding, Suppression, SuppressionState
from netsentinel.alerts.suppression.ports import KEPT, SuppressionStores
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemorySuppressions:
    """Suppressions in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, Suppression] = {}
        self._revision = ""

    def add(self, tx: Tx, suppression: Suppression) -> None:
        """Keep a new one; the revision changes."""
        self.kept[suppression.id] = suppression
        self._revision = new_id("rev")

    def lift(self, tx: Tx, principal: Principal, suppression_id: str, at: Micros) -> bool:
        """End one of the principal's tenant; False when there is none or it is lifted. The revision changes."""
        found = self.get(tx, principal.tenant, suppression_id)
        if found is None or found.lifted_at:
            return False
        self.kept[found.id] = replace(found, lifted_at=at, lifted_by=principal.id, lifted_by_name=principal.name)
        self._revision = new_id("rev")
        return True

    def get(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> Suppression | None:
        """The suppression, when it belongs to the tenant."""
        found = self.kept.get(suppression_id)
        return found if found is not None and found.tenant == tenant else None

    def page(
        self, tx: ReadTx, tenant: TenantId, limit: int, after: tuple[Micros, str] | None, active_at: Micros = 0
    ) -> list[Suppression]:
        """By `(created_at, id)`, newest first, beginning below `after`; only those in force then, unless 0."""
        found = [one for one in self.kept.values() if one.tenant == tenant]
        found = [one for one in found if not active_at or one.state_at(active_at) is SuppressionState.ACTIVE]
        found.sort(key=lambda one: (one.created_at, one.id), reverse=True)
        return [one for one in found if after is None or (one.created_at, one.id) < after][:limit]

    def in_force(self, tx: ReadTx, now: Micros) -> list[Suppression]:
        """Those of every tenant that are in force, oldest first."""
        found = [one for one in self.kept.values() if one.state_at(now) is SuppressionState.ACTIVE]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def revision(self, tx: ReadTx) -> str:
        """A text that is another one after every change of what is in force, and never an earlier one again."""
        return self._revision


class MemoryHiddenFindings:
    """Counts in a `MemorySuppressions`, keeps the newest in lists."""

    def __init__(self, suppressions: MemorySuppressions) -> None:
        self._suppressions = suppressions
        self._newest: dict[tuple[TenantId, str], list[HiddenFinding]] = {}

    def record(
        self,
        tx: Tx,
        tenant: TenantId,
        suppression_id: str,
        count: int,
        newest: Sequence[HiddenFinding],
        at: Micros,
    ) -> None:
        """Add to the count; `newest` (at most `KEPT`) are the last of them, oldest first."""
        found = self._suppressions.get(tx, tenant, suppression_id)
        if found is None:
            return
        self._suppressions.kept[found.id] = replace(found, hidden=found.hidden + count, last_hidden_at=at)
        kept = [*self._newest.get((tenant, suppression_id), []), *newest]
        self._newest[tenant, suppression_id] = kept[-KEPT:]

    def examples(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> list[HiddenFinding]:
        """The newest that were hidden, at most `KEPT`, newest first by the time of their events."""
        kept = self._newest.get((tenant, suppression_id), [])
        return sorted(kept, key=lambda one: one.at, reverse=True)


def memory_suppressions() -> SuppressionStores:
    """Both stores in memory."""
    suppressions = MemorySuppressions()
    return SuppressionStores(suppressions, MemoryHiddenFindings(suppressions))
