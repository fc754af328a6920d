"""What people did about alerts, and alerts in figures, in SQL."""

from netsentinel.alerts.model import Activity, ActivityKind, AlertCount, AlertStatus, RaisedCount
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, Tx


def _activity(row: Row) -> Activity:
    return Activity(
        id=row[0],
        alert_id=row[1],
        at=row[2],
        principal=row[3],
        principal_name=row[4],
        kind=ActivityKind(row[5]),
        text=row[6],
        before=row[7],
        after=row[8],
    )


class SqlActivity:
    """The store of activities in SQL."""

    def add(self, tx: Tx, tenant: TenantId, activity: Activity) -> None:
        """Keep one more."""
        tx.run(
            "INSERT INTO alert_activity (tenant, alert_id, id, at, principal, principal_name, kind, body, was, became)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                tenant,
                activity.alert_id,
                activity.id,
                activity.at,
                activity.principal,
                activity.principal_name,
                activity.kind.value,
                activity.text,
                activity.before,
                activity.after,
            ),
        )

    def of(self, tx: ReadTx, tenant: TenantId, alert_id: str, limit: int) -> list[Activity]:
        """The newest of an alert, oldest first."""
        rows = tx.rows(
            "SELECT id, alert_id, at, principal, principal_name, kind, body, was, became FROM alert_activity"
            " WHERE tenant = ? AND alert_id = ? ORDER BY at DESC, id DESC LIMIT ?",
            (tenant, alert_id, limit),
        )
        return [_activity(row) for row in reversed(rows)]


class SqlFigures:
    """Counts alerts in SQL."""

    def by_status(self, tx: ReadTx, tenant: TenantId) -> list[AlertCount]:
        """By status and level, without those of which there are none."""
        rows = tx.rows(
            "SELECT status, level, count(*) FROM alerts WHERE tenant = ? GROUP BY status, level ORDER BY status, level",
            (tenant,),
        )
        return [AlertCount(AlertStatus(status), Level(level), count) for status, level, count in rows]

    def looked_after(self, tx: ReadTx, tenant: TenantId, assignee: str) -> int:
        """How many that are not closed this user looks after; for the empty id: that nobody looks after."""
        row = tx.row(
            "SELECT count(*) FROM alerts WHERE tenant = ? AND status IN ('open', 'acknowledged') AND assignee = ?",
            (tenant, assignee),
        )
        return row[0] if row else 0

    def raised(self, tx: ReadTx, tenant: TenantId, since: Micros, width: Micros) -> list[RaisedCount]:
        """How many were raised at or after a time, per span of this width, oldest first; empty spans are left out."""
        rows = tx.rows(
            "SELECT span, count(*) FROM (SELECT raised_at - (raised_at - ?) % ? AS span FROM alerts"
            " WHERE tenant = ? AND raised_at >= ?) AS times GROUP BY span ORDER BY span",
            (since, width, tenant, since),
        )
        return [RaisedCount(at, count) for at, count in rows]
