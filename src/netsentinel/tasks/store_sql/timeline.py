"""The timeline in SQL: counts in two widths, and tasks by how long they were there."""

from collections.abc import Sequence
from typing import Final

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, SqlValue, Tx
from netsentinel.tasks.model import Task, TimelineBucket
from netsentinel.tasks.ports import Tally
from netsentinel.tasks.store_sql.rows import COLUMNS, LONGEST_SPAN, longest_of, marks, task_from_row
from netsentinel.tasks.timeline import WIDTHS, kept_width

_SELECT: Final = f"SELECT {COLUMNS} FROM tasks WHERE tenant = ?"  # noqa: S608 - constants only
_ADD: Final = (
    "INSERT INTO task_counts (tenant, width, at, action, submitted, succeeded, failed, retried, run_us)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, width, at, action) DO UPDATE SET"
    " submitted = task_counts.submitted + excluded.submitted, succeeded = task_counts.succeeded + excluded.succeeded,"
    " failed = task_counts.failed + excluded.failed, retried = task_counts.retried + excluded.retried,"
    " run_us = task_counts.run_us + excluded.run_us"
)


class SqlTimeline:
    """The timeline store in SQL."""

    def add(self, tx: Tx, tallies: Sequence[Tally]) -> None:
        """Add to the counts."""
        sums: dict[tuple[str, int, int, str], list[int]] = {}
        for one in tallies:
            for width in WIDTHS:
                key = (one.tenant, width, one.at // width * width, one.action)
                total = sums.setdefault(key, [0] * 5)
                for place, figure in enumerate((one.submitted, one.succeeded, one.failed, one.retried, one.run_us)):
                    total[place] += figure
        # In one order, so that two transactions never wait for each other.
        tx.many(_ADD, ((*key, *total) for key, total in sorted(sums.items())))

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, bucket: Micros, actions: Sequence[str]
    ) -> list[TimelineBucket]:
        """Counts per action and stretch of `bucket`; empty ones are left out."""
        width = kept_width(bucket)
        of_actions = f" AND action IN ({marks(actions)})" if actions else ""
        sql = (
            "SELECT at / ? * ?, action, SUM(submitted), SUM(succeeded), SUM(failed), SUM(retried), SUM(run_us)"  # noqa: S608 - constants and placeholders
            f" FROM task_counts WHERE tenant = ? AND width = ? AND at >= ? AND at < ?{of_actions} GROUP BY 1, 2"
            " ORDER BY 1, 2"
        )
        params: list[SqlValue] = [bucket, bucket, tenant, width, since // width * width, until, *actions]
        return [TimelineBucket(int(row[0]), row[1], *map(int, row[2:])) for row in tx.rows(sql, params)]

    def longest(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, limit: int, actions: Sequence[str]
    ) -> list[Task]:
        """Tasks that were there between `since` and `until`: those that live, then the longest, at most `limit`."""
        of_actions = f" AND action IN ({marks(actions)})" if actions else ""
        sql = f"{_SELECT} AND ended_at IS NULL AND created_at < ?{of_actions} ORDER BY id LIMIT ?"
        rows = tx.rows(sql, (tenant, until, *actions, limit))
        for span in range(LONGEST_SPAN, -1, -1):
            if len(rows) >= limit:
                break
            sql = (
                f"{_SELECT} AND span = ? AND ended_at >= ? AND ended_at < ? AND ended_at IS NOT NULL"
                f" AND created_at < ?{of_actions} ORDER BY ended_at LIMIT ?"
            )
            upto = until + longest_of(span)
            rows += tx.rows(sql, (tenant, span, since, upto, until, *actions, limit - len(rows)))
        return [task_from_row(row) for row in rows]

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Tenants that have counts."""
        return [TenantId(row[0]) for row in tx.rows("SELECT DISTINCT tenant FROM task_counts ORDER BY tenant")]

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete counts from before, and lanes that nobody is in; how many counts went."""
        tx.run(
            "DELETE FROM task_lanes WHERE NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.lane = task_lanes.lane"
            " AND tasks.lane <> '' AND tasks.ended_at IS NULL)"
        )
        return sum(
            tx.run("DELETE FROM task_counts WHERE width = ? AND at < ?", (width, before - width)) for width in WIDTHS
        )
