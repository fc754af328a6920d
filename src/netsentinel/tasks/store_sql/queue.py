"""How the next task is found, in SQL: every query here is one walk along a partial index."""

from collections.abc import Collection, Sequence
from typing import Final

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.tasks.model import Pool, Progress, Task
from netsentinel.tasks.ports import WorkerSeen
from netsentinel.tasks.store_sql.rows import COLUMNS, marks, padded, task_from_row

_SELECT: Final = f"SELECT {COLUMNS} FROM tasks"  # noqa: S608 - constants only
_BACK: Final = MINUTE
"""A wait that seems to have begun so long after now began before the clock was set back."""


class SqlQueue:
    """The queue in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._skip_locked = dialect.skip_locked

    def ready(self, tx: Tx, pool: Pool, limit: int, without: Collection[TenantId] = ()) -> list[Task]:
        """Queued tasks of a pool: highest priority first, then those that have been ready longest."""
        left_out = padded(sorted(without)) if without else []
        others = f" AND tenant NOT IN ({marks(left_out)})" if without else ""
        sql = (
            f"{_SELECT} WHERE state = 'queued' AND pool = ?{others}"
            f" ORDER BY priority DESC, queued_at LIMIT ? {self._skip_locked}"
        )
        return [task_from_row(row) for row in tx.rows(sql, (pool.value, *left_out, limit))]

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Task]:
        """Tasks in a timed state whose time has come, or whose wait began before the clock was set back."""
        sql = f"{_SELECT} WHERE due_at <= ? ORDER BY due_at LIMIT ? {self._skip_locked}"
        found = [task_from_row(row) for row in tx.rows(sql, (now, limit))]
        if len(found) < limit:
            sql = (
                f"{_SELECT} WHERE due_at > ? AND updated_at > ? AND state IN ('retry_wait', 'parked')"
                f" ORDER BY due_at LIMIT ? {self._skip_locked}"
            )
            found += [task_from_row(row) for row in tx.rows(sql, (now, now + _BACK, limit - len(found)))]
        return found

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next timed task is due."""
        row = tx.row("SELECT MIN(due_at) FROM tasks WHERE due_at IS NOT NULL")
        return None if row is None else row[0]

    def parked(self, tx: Tx, tenant: TenantId, dependency: str, limit: int) -> list[Task]:
        """Tasks that wait for the breaker of a dependency, oldest first."""
        sql = (
            f"{_SELECT} WHERE tenant = ? AND dependency = ? AND state = 'parked'"
            f" ORDER BY id LIMIT ? {self._skip_locked}"
        )
        return [task_from_row(row) for row in tx.rows(sql, (tenant, dependency, limit))]

    def lane(self, tx: Tx, lane: str) -> int:
        """Lock a lane until the end of the transaction; how many of its tasks are queued or running."""
        tx.run(
            "INSERT INTO task_lanes (lane, touched) VALUES (?, 0) ON CONFLICT (lane)"
            " DO UPDATE SET touched = 1 - task_lanes.touched",
            (lane,),
        )
        row = tx.row(
            "SELECT COUNT(*) FROM tasks WHERE lane = ? AND lane <> '' AND state IN ('queued', 'running')"
            " AND ended_at IS NULL",
            (lane,),
        )
        return 0 if row is None else int(row[0])

    def next_in_lane(self, tx: Tx, lane: str, limit: int) -> list[Task]:
        """Tasks that wait for their turn in a lane, in the order of `ready`."""
        sql = (
            f"{_SELECT} WHERE lane = ? AND lane <> '' AND state = 'waiting' AND reason = 'concurrency'"
            f" AND ended_at IS NULL ORDER BY priority DESC, created_at LIMIT ? {self._skip_locked}"
        )
        return [task_from_row(row) for row in tx.rows(sql, (lane, limit))]

    def has_work(self, tx: ReadTx, worker: str) -> bool:
        """Whether any task is ready, or one that this worker runs is wanted to stop."""
        ready = "SELECT 1 FROM tasks WHERE state = 'queued' LIMIT 1"
        wanted = "SELECT 1 FROM tasks WHERE worker = ? AND state = 'running' AND wanted <> '' LIMIT 1"
        return tx.row(ready) is not None or tx.row(wanted, (worker,)) is not None


class SqlLeases:
    """Workers and what they run, in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._for_update = dialect.lock_rows

    def enter(self, tx: Tx, worker: str, label: str, now: Micros) -> None:
        """A worker begins."""
        tx.run(
            "INSERT INTO task_workers (id, label, beats, entered_at, seen_at) VALUES (?, ?, 0, ?, ?)",
            (worker, label, now, now),
        )

    def beat(self, tx: Tx, worker: str, now: Micros) -> bool:
        """A worker is alive; whether it still counts as such."""
        return tx.run("UPDATE task_workers SET beats = beats + 1, seen_at = ? WHERE id = ?", (now, worker)) > 0

    def leave(self, tx: Tx, worker: str) -> None:
        """A worker is gone."""
        tx.run("DELETE FROM task_workers WHERE id = ?", (worker,))

    def workers(self, tx: ReadTx) -> list[WorkerSeen]:
        """All that did not leave, and those that left tasks behind."""
        sql = (
            "SELECT id, beats FROM task_workers UNION ALL"
            " SELECT DISTINCT worker, -1 FROM tasks WHERE state = 'running'"
            " AND worker NOT IN (SELECT id FROM task_workers) ORDER BY 1"
        )
        return [WorkerSeen(*row) for row in tx.rows(sql)]

    def running(self, tx: Tx, worker: str, limit: int, *, only_wanted: bool = False) -> list[Task]:
        """Tasks that this worker runs, locked; only those that somebody wants to stop, where stated."""
        narrowed = " AND wanted <> ''" if only_wanted else ""
        sql = f"{_SELECT} WHERE worker = ? AND state = 'running'{narrowed} ORDER BY id LIMIT ? {self._for_update}"
        return [task_from_row(row) for row in tx.rows(sql, (worker, limit))]

    def report(self, tx: Tx, reports: Sequence[tuple[Task, Progress]]) -> None:
        """Note how far tasks are, unless they are in other hands by now."""
        tx.many(
            "UPDATE tasks SET percent = ?, stage = ?, message = ?"
            " WHERE tenant = ? AND id = ? AND attempt = ? AND state = 'running'",
            ((p.percent, p.stage, p.message, task.tenant, task.id, task.attempt) for task, p in reports),
        )
