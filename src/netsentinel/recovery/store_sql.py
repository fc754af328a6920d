"""Breakers and their history in SQL."""

from typing import Final

import msgspec

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import BreakerState, Mode
from netsentinel.recovery.model import BreakerChange, KeptBreaker
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

# One statement that makes the row where it is missing and, on PostgreSQL, locks it until the commit.
_LOCK: Final = (
    "INSERT INTO breakers (tenant, dependency, mode, state, updated_at) VALUES (?, ?, '', '', 0)"
    " ON CONFLICT (tenant, dependency) DO UPDATE SET tenant = excluded.tenant"
    " RETURNING tenant, dependency, state, updated_at"
)
_SAVE: Final = (
    "INSERT INTO breakers (tenant, dependency, mode, state, updated_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (tenant, dependency) DO UPDATE SET mode = excluded.mode, state = excluded.state,"
    " updated_at = excluded.updated_at"
)
_SELECT: Final = "SELECT tenant, dependency, state, updated_at FROM breakers WHERE state <> ''"
_CHANGE_COLUMNS: Final = "tenant, dependency, at, mode_before, mode_after, open_until, reason, calls, failures, slow"
_NOTE: Final = f"INSERT INTO breaker_changes ({_CHANGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
_HISTORY: Final = f"SELECT {_CHANGE_COLUMNS} FROM breaker_changes WHERE tenant = ? AND at >= ? AND at < ?"  # noqa: S608 - constants only

_decode_state: Final = msgspec.json.Decoder(BreakerState).decode


def _kept(row: Row) -> KeptBreaker:
    tenant, dependency, state, updated_at = row
    return KeptBreaker(TenantId(tenant), dependency, _decode_state(state), updated_at)


def _change(row: Row) -> BreakerChange:
    tenant, dependency, at, before, after, until, reason, calls, failures, slow = row
    return BreakerChange(
        TenantId(tenant), dependency, at, Mode(before), Mode(after), until, reason, calls, failures, slow
    )


class SqlBreakers:
    """The breaker store in SQL."""

    def lock(self, tx: Tx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker, which no other transaction changes before this one ends; None when there is none yet."""
        row = tx.row(_LOCK, (tenant, dependency))
        return _kept(row) if row is not None and row[2] else None

    def save(self, tx: Tx, breaker: KeptBreaker) -> None:
        """Insert or replace the breaker."""
        state = as_json(breaker.state)
        tx.run(_SAVE, (breaker.tenant, breaker.dependency, breaker.state.mode.value, state, breaker.updated_at))

    def get(self, tx: ReadTx, tenant: TenantId, dependency: str) -> KeptBreaker | None:
        """The breaker as of the last commit."""
        row = tx.row(f"{_SELECT} AND tenant = ? AND dependency = ?", (tenant, dependency))
        return _kept(row) if row is not None else None

    def all(self, tx: ReadTx, tenant: TenantId | None) -> list[KeptBreaker]:
        """The breakers of a tenant by dependency; with None those of all tenants."""
        if tenant is None:
            return [_kept(row) for row in tx.rows(f"{_SELECT} ORDER BY tenant, dependency")]
        return [_kept(row) for row in tx.rows(f"{_SELECT} AND tenant = ? ORDER BY dependency", (tenant,))]

    def note(self, tx: Tx, change: BreakerChange) -> None:
        """Add a change to the history."""
        tx.run(
            _NOTE,
            (
                change.tenant,
                change.dependency,
                change.at,
                change.before.value,
                change.after.value,
                change.until,
                change.reason,
                change.calls,
                change.failures,
                change.slow,
            ),
        )

    def history(
        self, tx: ReadTx, tenant: TenantId, dependency: str | None, since: Micros, until: Micros, limit: int
    ) -> list[BreakerChange]:
        """The newest changes with `since <= at < until`, oldest first; of all dependencies with None."""
        clause, params = _HISTORY, list[SqlValue]([tenant, since, until])
        if dependency is not None:
            clause += " AND dependency = ?"
            params.append(dependency)
        rows = tx.rows(f"{clause} ORDER BY at DESC, id DESC LIMIT ?", (*params, limit))
        return [_change(row) for row in reversed(rows)]

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete changes from before, and closed breakers unused since; how many rows went. Of all tenants."""
        changes = tx.run("DELETE FROM breaker_changes WHERE at < ?", (before,))
        unused = tx.run("DELETE FROM breakers WHERE updated_at < ? AND mode = ?", (before, Mode.CLOSED.value))
        return changes + unused
