"""Schedules and their runs in SQL."""

from collections.abc import Collection
from typing import Final

import msgspec

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.scheduler.model import By, Run, RunCount, RunOutcome, Schedule, ScheduleDraft
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

_COLUMNS: Final = (
    "id, tenant, name, enabled, is_system, draft, on_event, from_seq, next_at, due_at, planned_at, fired, last_at,"
    " last_task, created_by, created_at, updated_at, version"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM schedules"  # noqa: S608 - constants only
_INSERT: Final = (
    f"INSERT INTO schedules ({_COLUMNS}) VALUES ({', '.join('?' * 18)}) ON CONFLICT (tenant, name) DO NOTHING"  # noqa: S608 - constants only
)
_UPDATE: Final = (
    "UPDATE schedules SET name = ?, enabled = ?, is_system = ?, draft = ?, on_event = ?, from_seq = ?, next_at = ?,"
    " due_at = ?, planned_at = ?, fired = ?, last_at = ?, last_task = ?, created_by = ?, created_at = ?,"
    " updated_at = ?, version = ? WHERE id = ? AND tenant = ?"
)
_RUN_COLUMNS: Final = (
    "id, tenant, schedule_id, number, fired_by, tick, at, outcome, reason, task_id, event_seq, state, ended_at"
)
_INSERT_RUN: Final = f"INSERT INTO schedule_runs ({_RUN_COLUMNS}) VALUES ({', '.join('?' * 13)})"  # noqa: S608 - constants only
_SELECT_RUNS: Final = f"SELECT {_RUN_COLUMNS} FROM schedule_runs WHERE tenant = ?"  # noqa: S608 - constants only
_END_RUN: Final = (
    "UPDATE schedule_runs SET state = ?, ended_at = ? WHERE tenant = ? AND task_id = ? AND task_id <> ''"  # noqa: S608 - constants only
    f" AND state = '' RETURNING {_RUN_COLUMNS}"
)

_decode_draft: Final = msgspec.json.Decoder(ScheduleDraft).decode


def _values(schedule: Schedule) -> tuple[SqlValue, ...]:
    """Everything but the id and the tenant, in the order of the columns."""
    draft = schedule.draft
    return (
        draft.name,
        draft.enabled,
        schedule.is_system,
        as_json(draft),
        draft.trigger.on,
        schedule.from_seq,
        schedule.next_at,
        schedule.due_at,
        schedule.planned_at,
        schedule.fired,
        schedule.last_at,
        schedule.last_task,
        schedule.created_by,
        schedule.created_at,
        schedule.updated_at,
        schedule.version,
    )


def _schedule(row: Row) -> Schedule:
    return Schedule(
        id=row[0],
        tenant=TenantId(row[1]),
        draft=_decode_draft(row[5]),
        is_system=bool(row[4]),
        from_seq=row[7],
        next_at=row[8],
        due_at=row[9],
        planned_at=row[10],
        fired=row[11],
        last_at=row[12],
        last_task=row[13],
        created_by=row[14],
        created_at=row[15],
        updated_at=row[16],
        version=row[17],
    )


def _run(row: Row) -> Run:
    return Run(
        id=row[0],
        tenant=TenantId(row[1]),
        schedule_id=row[2],
        number=row[3],
        by=By(row[4]),
        tick=row[5],
        at=row[6],
        outcome=RunOutcome(row[7]),
        reason=row[8],
        task_id=row[9],
        event_seq=row[10],
        state=row[11],
        ended_at=row[12],
    )


class SqlSchedules:
    """Schedules in SQL, for people and for the timer."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock = dialect.lock_rows
        self._skip_locked = dialect.skip_locked

    def insert(self, tx: Tx, schedule: Schedule) -> bool:
        """Keep a new one; False when its name is taken."""
        return tx.run(_INSERT, (schedule.id, schedule.tenant, *_values(schedule))) > 0

    def save(self, tx: Tx, schedule: Schedule) -> bool:
        """Replace what is kept of it; False when its name is taken by another."""
        other = self.by_name(tx, schedule.tenant, schedule.draft.name)
        if other is not None and other.id != schedule.id:
            return False
        tx.run(_UPDATE, (*_values(schedule), schedule.id, schedule.tenant))
        return True

    def delete(self, tx: Tx, tenant: TenantId, schedule_id: str) -> None:
        """Forget it. Its runs stay."""
        tx.run("DELETE FROM schedules WHERE tenant = ? AND id = ?", (tenant, schedule_id))

    def lock(self, tx: Tx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule, which no other transaction changes before this one ends."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ? {self._lock}", (tenant, schedule_id))
        return _schedule(row) if row else None

    def get(self, tx: ReadTx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ?", (tenant, schedule_id))
        return _schedule(row) if row else None

    def by_name(self, tx: ReadTx, tenant: TenantId, name: str) -> Schedule | None:
        """The schedule of that name."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND name = ?", (tenant, name))
        return _schedule(row) if row else None

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Schedule]:
        """The tenant's schedules by name."""
        return [_schedule(row) for row in tx.rows(f"{_SELECT} WHERE tenant = ? ORDER BY name", (tenant,))]

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Schedule]:
        """Enabled schedules whose time has come, locked; those that another process has locked are left out."""
        sql = f"{_SELECT} WHERE due_at <= ? ORDER BY due_at LIMIT ? {self._skip_locked}"
        return [_schedule(row) for row in tx.rows(sql, (now, limit))]

    def turned_back(self, tx: Tx, after: Micros, limit: int) -> list[Schedule]:
        """Enabled schedules whose next time was worked out after `after`; locked as in `due`."""
        sql = f"{_SELECT} WHERE due_at IS NOT NULL AND planned_at > ? ORDER BY due_at LIMIT ? {self._skip_locked}"
        return [_schedule(row) for row in tx.rows(sql, (after, limit))]

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next one is due."""
        row = tx.row("SELECT MIN(due_at) FROM schedules WHERE due_at IS NOT NULL")
        return None if row is None else row[0]

    def names(self, tx: ReadTx) -> list[str]:
        """Every name of an event that an enabled schedule waits for."""
        sql = "SELECT DISTINCT on_event FROM schedules WHERE on_event <> '' AND enabled = 1 ORDER BY on_event"
        return [row[0] for row in tx.rows(sql)]

    def on(self, tx: Tx, tenant: TenantId, name: str) -> list[Schedule]:
        """Enabled schedules of the tenant that wait for this event, locked, by name."""
        sql = (
            f"{_SELECT} WHERE tenant = ? AND on_event = ? AND on_event <> '' AND enabled = 1 ORDER BY name {self._lock}"
        )
        return [_schedule(row) for row in tx.rows(sql, (tenant, name))]


class SqlRuns:
    """Runs in SQL."""

    def add(self, tx: Tx, run: Run) -> None:
        """Keep a new one."""
        tx.run(
            _INSERT_RUN,
            (
                run.id,
                run.tenant,
                run.schedule_id,
                run.number,
                run.by.value,
                run.tick,
                run.at,
                run.outcome.value,
                run.reason,
                run.task_id,
                run.event_seq,
                run.state,
                run.ended_at,
            ),
        )

    def end(self, tx: Tx, tenant: TenantId, task_id: str, state: str, at: Micros) -> Run | None:
        """Note how the task of a run ended; the run as it is then, or None when it had ended or is nobody's."""
        row = tx.row(_END_RUN, (state, at, tenant, task_id))
        return _run(row) if row else None

    def page(self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, limit: int, after: str | None) -> list[Run]:
        """Runs by id, newest first, beginning below `after`; of all schedules with None."""
        sql, params = _SELECT_RUNS, list[SqlValue]([tenant])
        if schedule_id is not None:
            sql += " AND schedule_id = ?"
            params.append(schedule_id)
        if after is not None:
            sql += " AND id < ?"
            params.append(after)
        return [_run(row) for row in tx.rows(f"{sql} ORDER BY id DESC LIMIT ?", (*params, limit))]

    def latest(self, tx: ReadTx, tenant: TenantId) -> list[Run]:
        """The newest run of each of the tenant's schedules that has fired."""
        columns = ", ".join(f"r.{name}" for name in _RUN_COLUMNS.split(", "))
        sql = (
            f"SELECT {columns} FROM schedules s"  # noqa: S608 - constants only
            " JOIN schedule_runs r ON r.schedule_id = s.id AND r.number = s.fired WHERE s.tenant = ? ORDER BY r.id"
        )
        return [_run(row) for row in tx.rows(sql, (tenant,))]

    def counts(
        self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, since: Micros, until: Micros, width: Micros
    ) -> list[RunCount]:
        """How many runs there were with `since <= at < until`, in stretches of `width` from `since` on."""
        only, params = ("", ()) if schedule_id is None else (" AND schedule_id = ?", (schedule_id,))
        sql = (
            "SELECT (at - ?) / ? AS stretch, outcome, state, COUNT(*) FROM schedule_runs"  # noqa: S608 - constants only
            f" WHERE tenant = ? AND at >= ? AND at < ?{only}"
            " GROUP BY stretch, outcome, state ORDER BY stretch, outcome, state"
        )
        rows = tx.rows(sql, (since, width, tenant, since, until, *params))
        return [
            RunCount(since + stretch * width, RunOutcome(outcome), state, runs)
            for stretch, outcome, state, runs in rows
        ]

    def started_by(self, tx: ReadTx, tenant: TenantId, seqs: Collection[int]) -> bool:
        """Whether one of these entries fired a schedule."""
        if not seqs:
            return False
        sql = (
            "SELECT 1 FROM schedule_runs WHERE tenant = ? AND event_seq > 0"  # noqa: S608 - placeholders only
            f" AND event_seq IN ({', '.join('?' * len(seqs))}) LIMIT 1"
        )
        return tx.row(sql, (tenant, *seqs)) is not None

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete runs from before; how many went. Of all tenants."""
        sql = "DELETE FROM schedule_runs WHERE id IN (SELECT id FROM schedule_runs WHERE at < ? ORDER BY at LIMIT ?)"
        return tx.run(sql, (before, limit))
