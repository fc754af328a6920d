"""Figures of failed attempts and dead letters in SQL. Every query is answered by an index alone."""

from typing import Final

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx
from netsentinel.tasks.model import TaskState
from netsentinel.tasks.ports import FailedAttempts, Letters, OpenLetters

_FAILED: Final = (
    "SELECT number, fault, error_code, COUNT(*) FROM task_attempts WHERE tenant = ? AND ended_at >= ? AND ended_at < ?"
    " AND outcome IN ('failed', 'timed_out', 'lost') GROUP BY number, fault, error_code"
    " ORDER BY number, fault, error_code"
)
_LETTERS: Final = (
    "SELECT ended_at / ? * ? AS stretch, action, error_code, COUNT(*) FROM tasks WHERE tenant = ? AND state = 'dead'"
    " AND ended_at >= ? AND ended_at < ? GROUP BY stretch, action, error_code ORDER BY stretch, action, error_code"
)
_RESOLVED: Final = (
    "SELECT resolved_at / ? * ? AS stretch, COUNT(*) FROM tasks WHERE tenant = ? AND state = 'dead'"
    " AND resolved_at >= ? AND resolved_at < ? GROUP BY stretch ORDER BY stretch"
)
_OPEN: Final = (
    "SELECT COUNT(*), COALESCE(MIN(ended_at), 0) FROM tasks WHERE tenant = ? AND state = 'dead' AND resolved_at IS NULL"
)
_HELD: Final = "SELECT state, COUNT(*) FROM tasks WHERE tenant = ? AND state IN ('retry_wait', 'parked') GROUP BY state"


class SqlFigures:
    """The figure store in SQL."""

    def failed(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros) -> list[FailedAttempts]:
        """Attempts that failed with `since <= ended_at < until`, counted by number, fault and error code."""
        return [FailedAttempts(*row) for row in tx.rows(_FAILED, (tenant, since, until))]

    def letters(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> list[Letters]:
        """Dead letters that gave up in the window, counted by stretch, action and error code."""
        return [Letters(*row) for row in tx.rows(_LETTERS, (width, width, tenant, since, until))]

    def resolved(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> dict[Micros, int]:
        """How many dead letters somebody was done with, by stretch."""
        return {row[0]: row[1] for row in tx.rows(_RESOLVED, (width, width, tenant, since, until))}

    def open_letters(self, tx: ReadTx, tenant: TenantId) -> OpenLetters:
        """Dead letters that nobody is done with."""
        row = tx.row(_OPEN, (tenant,))
        return OpenLetters(*row) if row else OpenLetters(0, 0)

    def held(self, tx: ReadTx, tenant: TenantId) -> dict[TaskState, int]:
        """How many tasks wait for their next attempt, and how many for a breaker."""
        return {TaskState(row[0]): row[1] for row in tx.rows(_HELD, (tenant,))}
