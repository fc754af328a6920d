"""Tasks, what they need and their attempts in SQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, SqlValue, Tx
from netsentinel.tasks.model import FINAL_STATES, Attempt, AttemptOutcome, Task, TaskFilter, TaskState
from netsentinel.tasks.ports import Ref
from netsentinel.tasks.store_sql.rows import (
    COLUMNS,
    LONGEST_SPAN,
    fixed_values,
    marks,
    moving_values,
    padded,
    task_from_row,
)

FIXED: Final = (
    "tenant, id, action, principal, origin, cause, priority, pool, unique_until, lane, lane_limit, timeout, retry,"
    " dependency, created_at, input"
)
MOVING: Final = (
    "state, reason, unique_key, unmet, needed, not_before, deadline, attempt, failures, deaths, worker, wanted,"
    " updated_at, due_at, queued_at, started_at, ended_at, span, percent, stage, message, error_code, fault,"
    " resolved_at, resolution, error, checkpoint, result"
)
_ALL: Final = f"{FIXED}, {MOVING}".split(", ")
_INSERT: Final = f"INSERT INTO tasks ({', '.join(_ALL)}) VALUES ({marks(_ALL)})"  # noqa: S608 - constants only
_INSERT_NEW: Final = f"{_INSERT} ON CONFLICT DO NOTHING"
_SAVE: Final = f"UPDATE tasks SET {', '.join(f'{name} = ?' for name in MOVING.split(', '))} WHERE tenant = ? AND id = ?"  # noqa: S608 - constants only
_SELECT: Final = f"SELECT {COLUMNS} FROM tasks"  # noqa: S608 - constants only
_LIVE: Final = frozenset(TaskState) - FINAL_STATES
_TROUBLED: Final = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD})

_ATTEMPT_COLUMNS: Final = (
    "tenant, task_id, number, outcome, worker, started_at, ended_at, error_code, error, fault, retry_at"
)
_ADD_ATTEMPT: Final = (
    f"INSERT INTO task_attempts ({_ATTEMPT_COLUMNS}) VALUES ({marks(range(11))})"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, task_id, number) DO UPDATE SET outcome = excluded.outcome, ended_at = excluded.ended_at"
)


class SqlTasks:
    """The task store in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._for_update = dialect.lock_rows

    def insert(self, tx: Tx, tasks: Sequence[Task]) -> list[Task]:
        """Keep new tasks; those that were refused, because their unique key is taken."""
        rows = [(*fixed_values(task), *moving_values(task)) for task in tasks]
        if not any(task.unique_key for task in tasks):
            tx.many(_INSERT, rows)
            return []
        return [task for task, row in zip(tasks, rows, strict=True) if not tx.run(_INSERT_NEW, row)]

    def save(self, tx: Tx, tasks: Sequence[Task]) -> None:
        """Write what can change about tasks that are there."""
        tx.many(_SAVE, ((*moving_values(task), task.tenant, task.id) for task in tasks))

    def lock(self, tx: Tx, refs: Collection[Ref]) -> list[Task]:
        """These tasks, which no other transaction changes before this one ends."""
        by_tenant: dict[TenantId, set[str]] = defaultdict(set)
        for tenant, task_id in refs:
            by_tenant[tenant].add(task_id)
        found: list[Task] = []
        for tenant, task_ids in sorted(by_tenant.items()):
            ids = padded(sorted(task_ids))
            sql = f"{_SELECT} WHERE tenant = ? AND id IN ({marks(ids)}) ORDER BY id {self._for_update}"
            found += map(task_from_row, tx.rows(sql, (tenant, *ids)))
        return found

    def get(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Task | None:
        """The task, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ?", (tenant, task_id))
        return task_from_row(row) if row else None

    def by_key(self, tx: ReadTx, tenant: TenantId, unique_key: str) -> Task | None:
        """The task that holds this unique key."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND unique_key = ?", (tenant, unique_key))
        return task_from_row(row) if row else None

    def page(self, tx: ReadTx, tenant: TenantId, where: TaskFilter, limit: int, after: str | None) -> list[Task]:
        """Tasks by id, newest first, beginning below `after`."""
        clauses, params = _narrowed(where)
        if after is not None:
            clauses.append("id < ?")
            params.append(after)
        sql = f"{_SELECT} WHERE {' AND '.join(['tenant = ?', *clauses])} ORDER BY id DESC LIMIT ?"
        return [task_from_row(row) for row in tx.rows(sql, (tenant, *params, limit))]

    def forget(self, tx: Tx, tenant: TenantId, before: Micros, dead_before: Micros, limit: int) -> int:
        """Delete tasks that ended before (dead letters: before `dead_before`), with all about them; how many went."""
        ids: list[str] = []
        newest = max(before, dead_before)
        for span in range(LONGEST_SPAN + 1):
            rows = tx.rows(
                "SELECT id FROM tasks WHERE tenant = ? AND span = ? AND ended_at < ?"
                " AND ended_at < CASE WHEN state = 'dead' THEN ? ELSE ? END AND ended_at IS NOT NULL"
                " ORDER BY ended_at LIMIT ?",
                (tenant, span, newest, dead_before, before, limit - len(ids)),
            )
            ids += [str(row[0]) for row in rows]
            if len(ids) >= limit:
                break
        for table, column in (("task_attempts", "task_id"), ("task_needs", "task_id"), ("tasks", "id")):
            tx.many(f"DELETE FROM {table} WHERE tenant = ? AND {column} = ?", ((tenant, one) for one in ids))  # noqa: S608 - constants only
        return len(ids)


def _narrowed(where: TaskFilter) -> tuple[list[str], list[SqlValue]]:
    """The conditions of a filter, with their parameters."""
    clauses: list[str] = []
    params: list[SqlValue] = []
    for column, values in (("state", where.states), ("action", where.actions)):
        if values:
            clauses.append(f"{column} IN ({marks(values)})")
            params += values
    # So that the database sees which of its partial indexes serves.
    if where.states and _LIVE.issuperset(where.states):
        clauses.append("ended_at IS NULL")
    elif where.states and _TROUBLED.issuperset(where.states):
        clauses.append("state IN ('failed', 'cancelled', 'dead')")
    for column in ("principal", "origin", "error_code", "fault"):
        if value := getattr(where, column):
            clauses.append(f"{column} = ?")
            params.append(value)
    if where.since:
        clauses.append("created_at >= ?")
        params.append(where.since)
    if where.until:
        clauses.append("created_at < ?")
        params.append(where.until)
    if where.is_resolved is not None:
        clauses.append(f"resolved_at IS {'NOT ' if where.is_resolved else ''}NULL")
    return clauses, params


class SqlNeeds:
    """Which task needs which, in SQL."""

    def add(self, tx: Tx, tenant: TenantId, task_id: str, needs: Iterable[str]) -> None:
        """Note that the task needs these."""
        tx.many(
            "INSERT INTO task_needs (tenant, task_id, need) VALUES (?, ?, ?)",
            ((tenant, task_id, need) for need in sorted(set(needs))),
        )

    def dependants(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that need this one."""
        sql = "SELECT task_id FROM task_needs WHERE tenant = ? AND need = ? ORDER BY task_id"
        return [str(row[0]) for row in tx.rows(sql, (tenant, task_id))]

    def needs(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that this one needs."""
        sql = "SELECT need FROM task_needs WHERE tenant = ? AND task_id = ? ORDER BY need"
        return [str(row[0]) for row in tx.rows(sql, (tenant, task_id))]


class SqlAttempts:
    """Attempts in SQL."""

    def add(self, tx: Tx, attempts: Sequence[Attempt]) -> None:
        """Keep attempts that have ended."""
        tx.many(_ADD_ATTEMPT, map(_attempt_values, attempts))

    def of(self, tx: ReadTx, tenant: TenantId, task_ids: Sequence[str]) -> list[Attempt]:
        """The attempts kept of these tasks, by task and number."""
        if not task_ids:
            return []
        ids = padded(task_ids)
        sql = (
            f"SELECT {_ATTEMPT_COLUMNS} FROM task_attempts WHERE tenant = ? AND task_id IN ({marks(ids)})"  # noqa: S608 - constants and placeholders
            " ORDER BY task_id, number"
        )
        return [
            Attempt(
                tenant=TenantId(row[0]),
                task_id=row[1],
                number=row[2],
                outcome=AttemptOutcome(row[3]),
                worker=row[4],
                started_at=row[5],
                ended_at=row[6],
                error_code=row[7],
                error=row[8],
                fault=row[9],
                retry_at=row[10],
            )
            for row in tx.rows(sql, (tenant, *ids))
        ]


def _attempt_values(one: Attempt) -> tuple[SqlValue, ...]:
    return (
        one.tenant,
        one.task_id,
        one.number,
        one.outcome.value,
        one.worker,
        one.started_at,
        one.ended_at,
        one.error_code,
        one.error,
        one.fault,
        one.retry_at,
    )
