"""Alerts, evidence and threats in SQL."""

from collections.abc import Sequence
from typing import Final

import msgspec

from netsentinel.alerts.model import (
    Alert,
    AlertFilter,
    AlertOrder,
    AlertSample,
    AlertStatus,
    RuleText,
    Threat,
    Verdict,
    key_fields,
)
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.cursor import CursorKey
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json, containing, decode_texts, ending

_ALERT_COLUMNS = (
    "id, tenant, fingerprint, detector, rule_id, title, description, level, score, status, verdict, tags, entity,"
    " entity_kind, src_ip, dst_ip, user_name, device, source, findings, first_at, last_at, raised_at,"
    " updated_at, version, assignee, assignee_name"
)
_SAVE_ALERT = (
    f"INSERT INTO alerts ({_ALERT_COLUMNS}, level_rank) VALUES ({', '.join('?' * 28)})"  # noqa: S608 - constants only
    " ON CONFLICT (id) DO UPDATE SET score = excluded.score, status = excluded.status, verdict = excluded.verdict,"
    " level = excluded.level, level_rank = excluded.level_rank, src_ip = excluded.src_ip, dst_ip = excluded.dst_ip,"
    " user_name = excluded.user_name, device = excluded.device, findings = excluded.findings,"
    " first_at = excluded.first_at, last_at = excluded.last_at, updated_at = excluded.updated_at,"
    " version = excluded.version, assignee = excluded.assignee, assignee_name = excluded.assignee_name"
    " WHERE alerts.tenant = excluded.tenant"
)
_SELECT_ALERTS = f"SELECT {_ALERT_COLUMNS} FROM alerts WHERE tenant = ?"  # noqa: S608 - constants only
_SAMPLE_COLUMNS = "at, matched, event, source, src_ip, dst_ip, user_name, device"
_IDS_AT_ONCE = 500
_THREAT_COLUMNS = "tenant, entity, entity_kind, score, alerts, level, tags, first_at, last_at, at, raised_at"
_SELECT_THREATS = f"SELECT heat, {_THREAT_COLUMNS} FROM threats WHERE tenant = ?"  # noqa: S608 - constants only

_decode_matched: Final = msgspec.json.Decoder(tuple[MatchedField, ...]).decode


def _alert(row: Row) -> Alert:
    return Alert(
        id=row[0],
        tenant=row[1],
        fingerprint=row[2],
        detector=row[3],
        rule_id=row[4],
        title=row[5],
        description=row[6],
        level=Level(row[7]),
        score=row[8],
        status=AlertStatus(row[9]),
        verdict=Verdict(row[10]),
        tags=decode_texts(row[11]),
        entity=row[12],
        entity_kind=row[13],
        src_ip=row[14],
        dst_ip=row[15],
        user=row[16],
        device=row[17],
        source=row[18],
        count=row[19],
        first_at=row[20],
        last_at=row[21],
        raised_at=row[22],
        updated_at=row[23],
        version=row[24],
        assignee=row[25],
        assignee_name=row[26],
    )


def _threat(row: Row) -> Threat:
    return Threat(
        tenant=row[0],
        entity=row[1],
        entity_kind=row[2],
        score=row[3],
        alerts=row[4],
        level=Level(row[5]),
        tags=decode_texts(row[6]),
        first_at=row[7],
        last_at=row[8],
        at=row[9],
        raised_at=row[10],
    )


class SqlAlerts:
    """The alert store in SQL."""

    def reaching(self, tx: ReadTx, tenant: TenantId, fingerprint: str, since: Micros, until: Micros) -> Alert | None:
        """The newest alert of this fingerprint that is not closed, and whose findings reach into this span of time."""
        near = "AND fingerprint = ? AND last_at >= ? AND first_at <= ? AND status <> ? ORDER BY last_at DESC LIMIT 1"
        row = tx.row(f"{_SELECT_ALERTS} {near}", (tenant, fingerprint, since, until, AlertStatus.CLOSED.value))
        return _alert(row) if row else None

    def save(self, tx: Tx, alert: Alert) -> None:
        """Insert the alert, or replace the row with its id."""
        tx.run(
            _SAVE_ALERT,
            (
                alert.id,
                alert.tenant,
                alert.fingerprint,
                alert.detector,
                alert.rule_id,
                alert.title,
                alert.description,
                alert.level.value,
                alert.score,
                alert.status.value,
                alert.verdict.value,
                as_json(alert.tags),
                alert.entity,
                alert.entity_kind,
                alert.src_ip,
                alert.dst_ip,
                alert.user,
                alert.device,
                alert.source,
                alert.count,
                alert.first_at,
                alert.last_at,
                alert.raised_at,
                alert.updated_at,
                alert.version,
                alert.assignee,
                alert.assignee_name,
                alert.level.rank,
            ),
        )

    def get(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> Alert | None:
        """The alert, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT_ALERTS} AND id = ?", (tenant, alert_id))
        return _alert(row) if row else None

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        where: AlertFilter,
        limit: int,
        after: CursorKey | None,
        *,
        order: AlertOrder = AlertOrder.TIME,
    ) -> list[Alert]:
        """Alerts in an order, beginning below `after`, which `key_of` says of the last one that is known."""
        conditions, params = _alert_conditions(where)
        if where.assignee:
            spelled = [where.assignee, *self._spelled(tx, tenant, where.assignee)]
            conditions.append(f"(assignee = ? OR assignee_name IN ({', '.join('?' * len(spelled))}))")
            params += [where.assignee, *spelled]
        first, *others = fields = key_fields(order)
        if after is not None:
            conditions.append(f"({', '.join(fields)}) < ({', '.join('?' * len(fields))})")
            params += after
        clause = "".join(f" AND {condition}" for condition in conditions)
        # Of several entities SQLite would rather walk all alerts, newest first; a sum no index has in order.
        keys = [f"{first} + 0" if len(where.entities) > 1 else first, *others]
        sql = f"{_SELECT_ALERTS}{clause} ORDER BY {', '.join(f'{key} DESC' for key in keys)} LIMIT ?"
        return [_alert(row) for row in tx.rows(sql, (tenant, *params, limit))]

    @staticmethod
    def _spelled(tx: ReadTx, tenant: TenantId, name: str) -> list[str]:
        """A name as alerts have it, whatever its case; SQLite's own lower() knows that of ASCII alone."""
        rows = tx.rows("SELECT DISTINCT assignee_name FROM alerts WHERE tenant = ? AND assignee <> ''", (tenant,))
        return [found for (found,) in rows if found.casefold() == name.casefold()]

    def about(self, tx: ReadTx, tenant: TenantId, entity: str, limit: int) -> list[Alert]:
        """The newest alerts about an entity."""
        sql = f"{_SELECT_ALERTS} AND entity = ? ORDER BY last_at DESC, id DESC LIMIT ?"
        return [_alert(row) for row in tx.rows(sql, (tenant, entity, limit))]

    def count_about(self, tx: ReadTx, tenant: TenantId, entity: str) -> int:
        """How many alerts are about an entity."""
        row = tx.row("SELECT count(*) FROM alerts WHERE tenant = ? AND entity = ?", (tenant, entity))
        return row[0] if row else 0

    def tagged(self, tx: ReadTx, tenant: TenantId, since: Micros) -> list[tuple[tuple[str, ...], int, Micros]]:
        """(tags, how many alerts raised or with findings since then have just these, when the newest was)."""
        newest = "max(CASE WHEN raised_at > last_at THEN raised_at ELSE last_at END)"
        sql = (
            f"SELECT tags, count(*), {newest} FROM alerts WHERE tenant = ? AND (last_at >= ? OR raised_at >= ?)"  # noqa: S608 - constants only
            f" GROUP BY tags ORDER BY {newest} DESC, tags"
        )
        return [(decode_texts(row[0]), row[1], row[2]) for row in tx.rows(sql, (tenant, since, since))]


def _exact_conditions(where: AlertFilter) -> tuple[list[str], list[SqlValue]]:
    """Those that compare a column with given values."""
    conditions: list[str] = []
    params: list[SqlValue] = []
    for column, wanted in (("status", where.status), ("verdict", where.verdict)):
        if wanted:
            conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            params += [one.value for one in wanted]
    if where.min_level is not Level.INFORMATIONAL:
        conditions.append("level_rank >= ?")
        params.append(where.min_level.rank)
    if where.entities:
        conditions.append(_is_one_of("entity", where.entities))
        params += where.entities
    for column in ("source", "rule_id"):
        value: str = getattr(where, column)
        if value:
            conditions.append(f"{column} = ?")
            params.append(value)
    if where.unassigned:
        conditions.append("assignee = ''")
    return conditions, params


def _is_one_of(column: str, values: Sequence[str]) -> str:
    """The condition that a column has one of these values, which are its parameters."""
    return f"{column} = ?" if len(values) == 1 else f"{column} IN ({', '.join('?' * len(values))})"


def _alert_conditions(where: AlertFilter) -> tuple[list[str], list[SqlValue]]:
    """The SQL conditions of a filter, and their parameters in order."""
    conditions, params = _exact_conditions(where)
    if where.tag:
        conditions.append("lower(tags) LIKE ? ESCAPE '\\'")
        params.append(containing(f'"{where.tag}"'))
    for word in where.text.split():
        conditions.append("lower(title || ' ' || entity || ' ' || src_ip || ' ' || dst_ip) LIKE ? ESCAPE '\\'")
        params.append(containing(word))
    for comparison, at in (("last_at >= ?", where.since), ("last_at < ?", where.until)):
        if at:
            conditions.append(comparison)
            params.append(at)
    if where.known_since:
        conditions.append("(last_at >= ? OR raised_at >= ?)")
        params += [where.known_since] * 2
    return conditions, params


def _sample(row: Row) -> AlertSample:
    return AlertSample(
        at=row[0],
        matched=_decode_matched(row[1]),
        event=msgspec.Raw(row[2].encode()),
        source=row[3],
        src_ip=row[4],
        dst_ip=row[5],
        user=row[6],
        device=row[7],
    )


class SqlEvidence:
    """The evidence store in SQL."""

    def keep_sample(self, tx: Tx, tenant: TenantId, alert_id: str, slot: int, sample: AlertSample) -> None:
        """Put a sample into a slot of the alert, replacing what was there."""
        tx.run(
            f"INSERT INTO alert_samples (tenant, alert_id, slot, {_SAMPLE_COLUMNS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608 - constants only
            " ON CONFLICT (tenant, alert_id, slot) DO UPDATE SET at = excluded.at, matched = excluded.matched,"
            " event = excluded.event, source = excluded.source, src_ip = excluded.src_ip, dst_ip = excluded.dst_ip,"
            " user_name = excluded.user_name, device = excluded.device",
            (
                tenant,
                alert_id,
                slot,
                sample.at,
                as_json(sample.matched),
                as_json(sample.event),
                sample.source,
                sample.src_ip,
                sample.dst_ip,
                sample.user,
                sample.device,
            ),
        )

    def samples(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> list[AlertSample]:
        """The alert's samples, oldest first."""
        return self.samples_of(tx, tenant, [alert_id]).get(alert_id, [])

    def samples_of(self, tx: ReadTx, tenant: TenantId, alert_ids: Sequence[str]) -> dict[str, list[AlertSample]]:
        """The samples of several alerts by the alert's id, oldest first; an alert without samples is left out."""
        found: dict[str, list[AlertSample]] = {}
        for start in range(0, len(alert_ids), _IDS_AT_ONCE):
            some = alert_ids[start : start + _IDS_AT_ONCE]
            rows = tx.rows(
                f"SELECT alert_id, {_SAMPLE_COLUMNS} FROM alert_samples WHERE tenant = ?"  # noqa: S608 - constants only
                f" AND alert_id IN ({', '.join('?' * len(some))}) ORDER BY at, slot",
                (tenant, *some),
            )
            for row in rows:
                found.setdefault(row[0], []).append(_sample(row[1:]))
        return found

    def keep_rule(self, tx: Tx, tenant: TenantId, rule: RuleText) -> None:
        """Keep the text of the rule as it was when it last raised an alert."""
        tx.run(
            "INSERT INTO rule_texts (tenant, rule_id, title, description, false_positives, reference_list, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, rule_id) DO UPDATE SET title = excluded.title,"
            " description = excluded.description, false_positives = excluded.false_positives,"
            " reference_list = excluded.reference_list, source = excluded.source",
            (
                tenant,
                rule.rule_id,
                rule.title,
                rule.description,
                as_json(rule.false_positives),
                as_json(rule.references),
                rule.source,
            ),
        )

    def rule(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleText | None:
        """The rule's text."""
        row = tx.row(
            "SELECT rule_id, title, description, false_positives, reference_list, source FROM rule_texts"
            " WHERE tenant = ? AND rule_id = ?",
            (tenant, rule_id),
        )
        return RuleText(row[0], row[1], row[2], decode_texts(row[3]), decode_texts(row[4]), row[5]) if row else None


class SqlThreats:
    """The threat store in SQL."""

    def save(self, tx: Tx, threat: Threat, heat: float) -> None:
        """Insert or replace the entity's row."""
        tx.run(
            f"INSERT INTO threats ({_THREAT_COLUMNS}, heat) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - constants only
            " ON CONFLICT (tenant, entity) DO UPDATE SET entity_kind = excluded.entity_kind, score = excluded.score,"
            " alerts = excluded.alerts, level = excluded.level, tags = excluded.tags, first_at = excluded.first_at,"
            " last_at = excluded.last_at, at = excluded.at, raised_at = excluded.raised_at, heat = excluded.heat",
            (
                threat.tenant,
                threat.entity,
                threat.entity_kind,
                threat.score,
                threat.alerts,
                threat.level.value,
                as_json(threat.tags),
                threat.first_at,
                threat.last_at,
                threat.at,
                threat.raised_at,
                heat,
            ),
        )

    def get(self, tx: ReadTx, tenant: TenantId, entity: str) -> Threat | None:
        """The entity's row as it was saved."""
        row = tx.row(f"{_SELECT_THREATS} AND entity = ?", (tenant, entity))
        return _threat(row[1:]) if row else None

    def named(self, tx: ReadTx, tenant: TenantId, names: Sequence[str], account: str, limit: int) -> list[str]:
        r"""Entities that have one of these names, and users `...\account` of any domain, in whatever case; by name.

        Users have an index of their own (`threats_users`): there may be many more addresses.
        """
        sql = (
            f"SELECT entity FROM threats WHERE tenant = ? AND {_is_one_of('entity', names)}"  # noqa: S608 - constants only
            " UNION SELECT entity FROM threats WHERE tenant = ? AND entity_kind = 'user'"
            " AND lower(entity) LIKE ? ESCAPE '\\' ORDER BY entity LIMIT ?"
        )
        return [name for (name,) in tx.rows(sql, (tenant, *names, tenant, ending(f"\\{account}"), limit))]

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        *,
        min_heat: float,
        kinds: Sequence[str],
        text: str,
        limit: int,
        after: tuple[float, str] | None,
    ) -> list[tuple[float, Threat]]:
        """Rows with their heat by `(heat, entity)`, hottest first, beginning below `after`."""
        clause, params = " AND heat >= ?", list[SqlValue]([min_heat])
        if kinds:
            clause += f" AND entity_kind IN ({', '.join('?' * len(kinds))})"
            params += kinds
        if text:
            clause += " AND lower(entity) LIKE ? ESCAPE '\\'"
            params.append(containing(text))
        if after is not None:
            clause += " AND (heat < ? OR (heat = ? AND entity < ?))"
            params += [after[0], after[0], after[1]]
        sql = f"{_SELECT_THREATS}{clause} ORDER BY heat DESC, entity DESC LIMIT ?"
        return [(row[0], _threat(row[1:])) for row in tx.rows(sql, (tenant, *params, limit))]
