"""Counts of requests in SQL."""

from collections.abc import Sequence
from typing import Final

from netsentinel.kernel.types import TenantId
from netsentinel.limits.model import DayCount, Key, RequestClass
from netsentinel.storage.ports import ReadTx, Row, Tx

_COLUMNS: Final = "tenant, principal, class, day, used, refused, minute, minute_used, carried"
# One statement that makes the row where it is missing and, on PostgreSQL, locks it until the commit.
_LOCK: Final = (
    f"INSERT INTO usage_days ({_COLUMNS}) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0)"  # noqa: S608 - constants only
    f" ON CONFLICT (tenant, principal, class, day) DO UPDATE SET tenant = excluded.tenant RETURNING {_COLUMNS}"
)
_SAVE: Final = (
    "UPDATE usage_days SET used = ?, refused = ?, minute = ?, minute_used = ?, carried = ?"
    " WHERE tenant = ? AND principal = ? AND class = ? AND day = ?"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM usage_days"  # noqa: S608 - constants only
_NEWEST_FIRST: Final = "ORDER BY day DESC, principal, class"


def _count(row: Row) -> DayCount:
    tenant, principal, name, *figures = row
    return DayCount((TenantId(tenant), principal, RequestClass(name)), *figures)


class SqlUsage:
    """The usage store in SQL."""

    def lock(self, tx: Tx, key: Key, day: int) -> DayCount:
        """The count, which no other transaction changes before this one ends; nothing used when there is none yet."""
        row = tx.row(_LOCK, (*key, day))
        return DayCount(key, day) if row is None else _count(row)

    def save(self, tx: Tx, count: DayCount) -> None:
        """Replace the count that was locked."""
        figures = (count.used, count.refused, count.minute, count.minute_used, count.carried)
        tx.run(_SAVE, (*figures, *count.key, count.day))

    def of_day(self, tx: ReadTx, day: int) -> Sequence[DayCount]:
        """The counts of a day of all tenants, for the system itself."""
        return [_count(row) for row in tx.rows(f"{_SELECT} WHERE day = ? ORDER BY tenant, principal, class", (day,))]

    def since(self, tx: ReadTx, tenant: TenantId, principal: str | None, day: int) -> Sequence[DayCount]:
        """The counts of a principal of the tenant from this day on, newest first; with None those of all of them."""
        if principal is None:
            rows = tx.rows(f"{_SELECT} WHERE tenant = ? AND day >= ? {_NEWEST_FIRST}", (tenant, day))
        else:
            wanted = f"{_SELECT} WHERE tenant = ? AND principal = ? AND day >= ? {_NEWEST_FIRST}"
            rows = tx.rows(wanted, (tenant, principal, day))
        return [_count(row) for row in rows]

    def forget(self, tx: Tx, before: int) -> int:
        """Delete the counts of earlier days; how many rows went. Of all tenants."""
        return tx.run("DELETE FROM usage_days WHERE day < ?", (before,))
