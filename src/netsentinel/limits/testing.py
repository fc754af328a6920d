"""An in-memory fake of the usage store; it passes the same contract suite as the one in SQL."""

from collections.abc import Sequence

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.types import TenantId
from netsentinel.limits.model import DayCount, Key, LimitPlan
from netsentinel.limits.service import RequestLimits
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.storage.testing import MemoryDatabase


class MemoryUsage:
    """Counts in a dictionary."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Key, int], DayCount] = {}

    def lock(self, tx: Tx, key: Key, day: int) -> DayCount:
        """The count; closures run one after the other here."""
        return self._counts.setdefault((key, day), DayCount(key, day))

    def save(self, tx: Tx, count: DayCount) -> None:
        """Replace the count that was locked."""
        self._counts[count.key, count.day] = count

    def of_day(self, tx: ReadTx, day: int) -> Sequence[DayCount]:
        """The counts of a day of all tenants, for the system itself."""
        return [count for (_, of), count in sorted(self._counts.items(), key=lambda item: item[0]) if of == day]

    def since(self, tx: ReadTx, tenant: TenantId, principal: str | None, day: int) -> Sequence[DayCount]:
        """The counts of a principal of the tenant from this day on, newest first; with None those of all of them."""
        found = [
            count
            for count in self._counts.values()
            if count.key[0] == tenant and principal in (None, count.key[1]) and count.day >= day
        ]
        return sorted(found, key=lambda count: (-count.day, count.key))

    def forget(self, tx: Tx, before: int) -> int:
        """Delete the counts of earlier days; how many rows went. Of all tenants."""
        old = [key for key in self._counts if key[1] < before]
        for key in old:
            del self._counts[key]
        return len(old)


def memory_limits(clock: Clock, plan: LimitPlan | None = None) -> RequestLimits:
    """RequestLimits that count in memory alone."""
    return RequestLimits(MemoryDatabase(), MemoryUsage(), clock, plan)
