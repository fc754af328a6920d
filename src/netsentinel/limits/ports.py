"""Where the counts are kept."""

from collections.abc import Sequence
from typing import Protocol

from netsentinel.kernel.types import TenantId
from netsentinel.limits.model import DayCount, Key
from netsentinel.storage.ports import ReadTx, Tx


class UsageStore(Protocol):
    """Keeps one row per principal, class and day."""

    def lock(self, tx: Tx, key: Key, day: int) -> DayCount:
        """The count, which no other transaction changes before this one ends; nothing used when there is none yet."""
        ...

    def save(self, tx: Tx, count: DayCount) -> None:
        """Replace the count that was locked."""
        ...

    def of_day(self, tx: ReadTx, day: int) -> Sequence[DayCount]:
        """The counts of a day of all tenants, for the system itself."""
        ...

    def since(self, tx: ReadTx, tenant: TenantId, principal: str | None, day: int) -> Sequence[DayCount]:
        """The counts of a principal of the tenant from this day on, newest first; with None those of all of them."""
        ...

    def forget(self, tx: Tx, before: int) -> int:
        """Delete the counts of earlier days; how many rows went. Of all tenants."""
        ...
