"""Models and what happened to them in SQL."""

from typing import Final

import msgspec

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.models.figures import Window
from netsentinel.models.model import (
    Artefact,
    Change,
    ModelChange,
    ModelFilter,
    ModelVersion,
    Provenance,
    Request,
    Scores,
    Stage,
)
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

_COLUMNS: Final = (
    "tenant, id, line, number, artefact, provenance, scores, stage, share, note, trained_at, trained_by,"
    " trained_by_name, task_id, changed_at, request, version, adapts"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM models"  # noqa: S608 - constants only
_INSERT: Final = f"INSERT INTO models ({_COLUMNS}, kind, sha256) VALUES ({', '.join('?' * 20)})"  # noqa: S608 - constants only
_CHANGE_COLUMNS: Final = (
    "seq, tenant, model_id, line, at, principal, principal_name, change, stage_before, stage_after, share, note"
)

_artefact: Final = msgspec.json.Decoder(Artefact).decode
_provenance: Final = msgspec.json.Decoder(Provenance).decode
_scores: Final = msgspec.json.Decoder(Scores).decode
_request: Final = msgspec.json.Decoder(Request | None).decode


def _model(row: Row) -> ModelVersion:
    return ModelVersion(
        tenant=TenantId(row[0]),
        id=row[1],
        line=row[2],
        number=row[3],
        artefact=_artefact(row[4]),
        provenance=_provenance(row[5]),
        scores=_scores(row[6]),
        stage=Stage(row[7]),
        share=row[8],
        note=row[9],
        trained_at=row[10],
        trained_by=row[11],
        trained_by_name=row[12],
        task_id=row[13],
        changed_at=row[14],
        request=_request(row[15]),
        version=row[16],
        adapts=bool(row[17]),
    )


def _change(row: Row) -> ModelChange:
    return ModelChange(
        seq=row[0],
        tenant=TenantId(row[1]),
        model_id=row[2],
        line=row[3],
        at=row[4],
        principal=row[5],
        principal_name=row[6],
        change=Change(row[7]),
        before=Stage(row[8]) if row[8] else None,
        after=Stage(row[9]),
        share=row[10],
        note=row[11],
    )


class SqlModels:
    """Models in SQL."""

    def turn(self, tx: Tx) -> int:
        """Take the one row that every change of models takes first."""
        tx.run("UPDATE model_revision SET revision = revision + 1 WHERE id = 1")
        return self.revision(tx)

    def revision(self, tx: ReadTx) -> int:
        """The number of the newest change."""
        row = tx.row("SELECT revision FROM model_revision WHERE id = 1")
        return int(row[0]) if row else 0

    def insert(self, tx: Tx, model: ModelVersion, report: bytes, plot: bytes) -> None:
        """Keep a new model with its report and its plot."""
        tx.run(
            _INSERT,
            (
                model.tenant,
                model.id,
                model.line,
                model.number,
                as_json(model.artefact),
                as_json(model.provenance),
                as_json(model.scores),
                model.stage.value,
                model.share,
                model.note,
                model.trained_at,
                model.trained_by,
                model.trained_by_name,
                model.task_id,
                model.changed_at,
                as_json(model.request),
                model.version,
                int(model.adapts),
                model.artefact.kind,
                model.artefact.sha256,
            ),
        )
        sql = "INSERT INTO model_reports (tenant, model_id, report, plot) VALUES (?, ?, ?, ?)"
        tx.run(sql, (model.tenant, model.id, report.decode(), plot))

    def save(self, tx: Tx, model: ModelVersion) -> None:
        """Write what can change about a model."""
        sql = (
            "UPDATE models SET stage = ?, share = ?, adapts = ?, changed_at = ?, request = ?, version = ?"
            " WHERE tenant = ? AND id = ?"
        )
        values = (
            model.stage.value,
            model.share,
            int(model.adapts),
            model.changed_at,
            as_json(model.request),
            model.version,
        )
        tx.run(sql, (*values, model.tenant, model.id))

    def get(self, tx: ReadTx, tenant: TenantId, model_id: str) -> ModelVersion | None:
        """The model, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ?", (tenant, model_id))
        return _model(row) if row else None

    def report(self, tx: ReadTx, tenant: TenantId, model_id: str) -> tuple[bytes, bytes] | None:
        """A model's report and plot."""
        row = tx.row("SELECT report, plot FROM model_reports WHERE tenant = ? AND model_id = ?", (tenant, model_id))
        return (row[0].encode(), bytes(row[1])) if row else None

    def page(
        self, tx: ReadTx, tenant: TenantId | None, where: ModelFilter, limit: int, after: str | None
    ) -> list[ModelVersion]:
        """Models by id, newest first."""
        conditions, params = ["1 = 1"], list[SqlValue]()
        for column, value in (
            ("tenant", tenant),
            ("line", where.line),
            ("kind", where.kind),
            ("task_id", where.task_id),
        ):
            if value:
                conditions.append(f"{column} = ?")
                params.append(value)
        if where.stages:
            conditions.append(f"stage IN ({', '.join('?' * len(where.stages))})")
            params += [stage.value for stage in where.stages]
        if after is not None:
            conditions.append("id < ?")
            params.append(after)
        sql = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
        return [_model(row) for row in tx.rows(sql, (*params, limit))]


class SqlChanges:
    """What happened to models, in SQL."""

    def add(self, tx: Tx, change: ModelChange) -> None:
        """Keep one more."""
        sql = f"INSERT INTO model_changes ({_CHANGE_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - constants only
        tx.run(
            sql,
            (
                change.seq,
                change.tenant,
                change.model_id,
                change.line,
                change.at,
                change.principal,
                change.principal_name,
                change.change.value,
                change.before.value if change.before else "",
                change.after.value,
                change.share,
                change.note,
            ),
        )

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, limit: int) -> list[ModelChange]:
        """The newest of a model, oldest first."""
        sql = f"SELECT {_CHANGE_COLUMNS} FROM model_changes WHERE tenant = ? AND model_id = ? ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants only
        return [_change(row) for row in reversed(tx.rows(sql, (tenant, model_id, limit)))]

    def newest(self, tx: ReadTx, tenant: TenantId, line: str, limit: int) -> list[ModelChange]:
        """The newest of a line, newest first."""
        only, params = (" AND line = ?", (line,)) if line else ("", ())
        sql = f"SELECT {_CHANGE_COLUMNS} FROM model_changes WHERE tenant = ?{only} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants only
        return [_change(row) for row in tx.rows(sql, (tenant, *params, limit))]


class _Detail(msgspec.Struct, frozen=True):
    findings: int
    scores: tuple[int, ...]
    features: dict[str, tuple[int, ...]]


_detail: Final = msgspec.json.Decoder(_Detail).decode
_WINDOW: Final = "SELECT at, judged, flagged, nanoseconds, detail FROM model_windows"
_PUT_WINDOW: Final = (
    "INSERT INTO model_windows (tenant, model_id, at, judged, flagged, nanoseconds, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, model_id, at) DO UPDATE SET judged = excluded.judged,"
    " flagged = excluded.flagged, nanoseconds = excluded.nanoseconds, detail = excluded.detail"
)


class SqlWindows:
    """What models did, in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock = dialect.lock_rows

    def add(self, tx: Tx, window: Window) -> None:
        """Add to the window of its model and time, or begin it."""
        where = f"{_WINDOW} WHERE tenant = ? AND model_id = ? AND at = ? {self._lock}"
        row = tx.row(where, (window.tenant, window.model_id, window.at))
        whole = _window(window.tenant, window.model_id, row).plus(window) if row else window
        detail = _Detail(whole.findings, whole.scores, dict(whole.features))
        values = (whole.judged, whole.flagged, whole.nanoseconds, as_json(detail))
        tx.run(_PUT_WINDOW, (whole.tenant, whole.model_id, whole.at, *values))

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, since: Micros) -> list[Window]:
        """A model's windows that began at or after a time, oldest first."""
        rows = tx.rows(
            f"{_WINDOW} WHERE tenant = ? AND model_id = ? AND at >= ? ORDER BY at", (tenant, model_id, since)
        )
        return [_window(tenant, model_id, row) for row in rows]

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete windows from before a time; how many went."""
        found = tx.rows(
            "SELECT tenant, model_id, at FROM model_windows WHERE at < ? ORDER BY at LIMIT ?", (before, limit)
        )
        tx.many("DELETE FROM model_windows WHERE tenant = ? AND model_id = ? AND at = ?", found)
        return len(found)


def _window(tenant: TenantId, model_id: str, row: Row) -> Window:
    detail = _detail(row[4])
    return Window(
        tenant=tenant,
        model_id=model_id,
        at=row[0],
        judged=row[1],
        flagged=row[2],
        findings=detail.findings,
        nanoseconds=row[3],
        scores=detail.scores,
        features=detail.features,
    )
