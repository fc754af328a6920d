"""Suppressions and what they hid, in SQL."""

from collections.abc import Sequence
from typing import Final

import msgspec

from netsentinel.alerts.suppression.model import Condition, HiddenFinding, Suppression
from netsentinel.alerts.suppression.ports import KEPT
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Level, Micros, Principal, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

_COLUMNS = (
    "id, tenant, conditions, reason, alert_id, created_by, created_by_name, created_at, expires_at, lifted_at,"
    " lifted_by, lifted_by_name, hidden, last_hidden_at"
)
_IN_FORCE = "lifted_at = 0 AND (expires_at = 0 OR expires_at > ?)"
_SLOT = (
    "INSERT INTO hidden_findings (tenant, suppression_id, slot, at, rule_id, title, level, entity, src_ip, dst_ip,"
    " event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, suppression_id, slot) DO UPDATE SET"
    " at = excluded.at, rule_id = excluded.rule_id, title = excluded.title, level = excluded.level,"
    " entity = excluded.entity, src_ip = excluded.src_ip, dst_ip = excluded.dst_ip, event = excluded.event"
)

_decode_conditions: Final = msgspec.json.Decoder(tuple[Condition, ...]).decode


def _suppression(row: Row) -> Suppression:
    return Suppression(
        id=row[0],
        tenant=row[1],
        conditions=_decode_conditions(row[2]),
        reason=row[3],
        alert_id=row[4],
        created_by=row[5],
        created_by_name=row[6],
        created_at=row[7],
        expires_at=row[8],
        lifted_at=row[9],
        lifted_by=row[10],
        lifted_by_name=row[11],
        hidden=row[12],
        last_hidden_at=row[13],
    )


def _hidden(row: Row) -> HiddenFinding:
    return HiddenFinding(
        at=row[0],
        rule_id=row[1],
        title=row[2],
        level=Level(row[3]),
        entity=row[4],
        src_ip=row[5],
        dst_ip=row[6],
        event=msgspec.Raw(row[7].encode()),
    )


class SqlSuppressions:
    """The store of suppressions in SQL."""

    def add(self, tx: Tx, suppression: Suppression) -> None:
        """Keep a new one; the revision changes."""
        tx.run(
            f"INSERT INTO suppressions ({_COLUMNS}) VALUES ({', '.join('?' * 14)})",  # noqa: S608 - constants only
            (
                suppression.id,
                suppression.tenant,
                as_json(suppression.conditions),
                suppression.reason,
                suppression.alert_id,
                suppression.created_by,
                suppression.created_by_name,
                suppression.created_at,
                suppression.expires_at,
                suppression.lifted_at,
                suppression.lifted_by,
                suppression.lifted_by_name,
                suppression.hidden,
                suppression.last_hidden_at,
            ),
        )
        self._revise(tx, suppression.created_at)

    def lift(self, tx: Tx, principal: Principal, suppression_id: str, at: Micros) -> bool:
        """End one of the principal's tenant; False when there is none or it is lifted. The revision changes."""
        ended = tx.run(
            "UPDATE suppressions SET lifted_at = ?, lifted_by = ?, lifted_by_name = ?"
            " WHERE tenant = ? AND id = ? AND lifted_at = 0",
            (at, principal.id, principal.name, principal.tenant, suppression_id),
        )
        if ended:
            self._revise(tx, at)
        return ended > 0

    def _revise(self, tx: Tx, at: Micros) -> None:
        # A random name, no counter: a counter that a failed commit took back would come again for another change.
        tx.run("UPDATE suppression_revision SET revision = ? WHERE one = 1", (new_id("rev", at),))

    def get(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> Suppression | None:
        """The suppression, when it belongs to the tenant."""
        row = tx.row(
            f"SELECT {_COLUMNS} FROM suppressions WHERE tenant = ? AND id = ?",  # noqa: S608 - constants only
            (tenant, suppression_id),
        )
        return _suppression(row) if row else None

    def page(
        self, tx: ReadTx, tenant: TenantId, limit: int, after: tuple[Micros, str] | None, active_at: Micros = 0
    ) -> list[Suppression]:
        """By `(created_at, id)`, newest first, beginning below `after`; only those in force then, unless 0."""
        clause, params = "", list[SqlValue]([tenant])
        if active_at:
            clause += f" AND {_IN_FORCE}"
            params.append(active_at)
        if after is not None:
            clause += " AND (created_at < ? OR (created_at = ? AND id < ?))"
            params += [after[0], after[0], after[1]]
        rows = tx.rows(
            f"SELECT {_COLUMNS} FROM suppressions WHERE tenant = ?{clause}"  # noqa: S608 - constants only
            " ORDER BY created_at DESC, id DESC LIMIT ?",
            (*params, limit),
        )
        return [_suppression(row) for row in rows]

    def in_force(self, tx: ReadTx, now: Micros) -> list[Suppression]:
        """Those of every tenant that are in force, oldest first."""
        rows = tx.rows(
            f"SELECT {_COLUMNS} FROM suppressions WHERE {_IN_FORCE} ORDER BY created_at, id",  # noqa: S608 - constants only
            (now,),
        )
        return [_suppression(row) for row in rows]

    def revision(self, tx: ReadTx) -> str:
        """A text that is another one after every change of what is in force, and never an earlier one again."""
        row = tx.row("SELECT revision FROM suppression_revision WHERE one = 1")
        return row[0] if row else ""


class SqlHiddenFindings:
    """The store of what was hidden in SQL."""

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
        row = tx.row(
            "UPDATE suppressions SET hidden = hidden + ?, last_hidden_at = ? WHERE tenant = ? AND id = ?"
            " RETURNING hidden",
            (count, at, tenant, suppression_id),
        )
        if row is None:
            return
        first = row[0] - len(newest)
        tx.many(
            _SLOT,
            [
                (
                    tenant,
                    suppression_id,
                    (first + number) % KEPT,
                    one.at,
                    one.rule_id,
                    one.title,
                    one.level.value,
                    one.entity,
                    one.src_ip,
                    one.dst_ip,
                    as_json(one.event),
                )
                for number, one in enumerate(newest)
            ],
        )

    def examples(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> list[HiddenFinding]:
        """The newest that were hidden, at most `KEPT`, newest first by the time of their events."""
        rows = tx.rows(
            "SELECT at, rule_id, title, level, entity, src_ip, dst_ip, event FROM hidden_findings"
            " WHERE tenant = ? AND suppression_id = ? ORDER BY at DESC, slot DESC",
            (tenant, suppression_id),
        )
        return [_hidden(row) for row in rows]
