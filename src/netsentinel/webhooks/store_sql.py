"""Endpoints, deliveries and attempts in SQL."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json
from netsentinel.webhooks.model import (
    Delivery,
    DeliveryAttempt,
    DeliveryFilter,
    DeliveryState,
    Endpoint,
    OlderSecret,
    StoppedBy,
    Subscription,
)

_ENDPOINT: Final = (
    "id, tenant, url, description, subscriptions, granted, enabled, stopped_by, generation, older, failing_since,"
    " delivered_at, failed_at, failure, created_by, created_at, updated_at, version"
)
_SELECT: Final = f"SELECT {_ENDPOINT} FROM webhooks"  # noqa: S608 - constants only
_INSERT: Final = f"INSERT INTO webhooks ({_ENDPOINT}) VALUES ({', '.join('?' * 18)})"  # noqa: S608 - constants only
_UPDATE: Final = (
    "UPDATE webhooks SET url = ?, description = ?, subscriptions = ?, granted = ?, enabled = ?, stopped_by = ?,"
    " generation = ?, older = ?, failing_since = ?, delivered_at = ?, failed_at = ?, failure = ?, created_by = ?,"
    " created_at = ?, updated_at = ?, version = ? WHERE id = ? AND tenant = ?"
)
_DELIVERY: Final = (
    "id, tenant, endpoint_id, kind, seq, body, state, task_id, attempts, revivals, status, error, created_at, ended_at"
)
_SELECT_DELIVERY: Final = f"SELECT {_DELIVERY} FROM webhook_deliveries"  # noqa: S608 - constants only
_INSERT_DELIVERY: Final = (
    f"INSERT INTO webhook_deliveries ({_DELIVERY}) VALUES ({', '.join('?' * 14)}) ON CONFLICT DO NOTHING"  # noqa: S608 - constants only
)
_UPDATE_DELIVERY: Final = (
    "UPDATE webhook_deliveries SET state = ?, task_id = ?, attempts = ?, revivals = ?, status = ?, error = ?,"
    " ended_at = ? WHERE id = ? AND tenant = ?"
)
_ATTEMPT: Final = (
    "delivery_id, number, tenant, at, took, status, error, retry_after, request_headers, response_headers,"
    " response_body"
)
_COUNTS: Final = (
    "SELECT endpoint_id, state, COUNT(*) FROM webhook_deliveries WHERE tenant = ? AND created_at >= ? AND kind IN ({})"
    " GROUP BY endpoint_id, state"
)
_OLD: Final = "SELECT id FROM webhook_deliveries WHERE created_at < ? ORDER BY created_at, id LIMIT ?"

_subscriptions: Final = msgspec.json.Decoder(tuple[Subscription, ...]).decode
_granted: Final = msgspec.json.Decoder(frozenset[str]).decode
_older: Final = msgspec.json.Decoder(tuple[OlderSecret, ...]).decode
_headers: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...]).decode


def _values(endpoint: Endpoint) -> tuple[SqlValue, ...]:
    """Everything but the id and the tenant, in the order of the columns."""
    return (
        endpoint.url,
        endpoint.description,
        as_json(endpoint.subscriptions),
        as_json(sorted(endpoint.granted)),
        endpoint.enabled,
        endpoint.stopped_by.value,
        endpoint.generation,
        as_json(endpoint.older),
        endpoint.failing_since,
        endpoint.delivered_at,
        endpoint.failed_at,
        endpoint.failure,
        endpoint.created_by,
        endpoint.created_at,
        endpoint.updated_at,
        endpoint.version,
    )


def _endpoint(row: Row) -> Endpoint:
    return Endpoint(
        id=row[0],
        tenant=TenantId(row[1]),
        url=row[2],
        description=row[3],
        subscriptions=_subscriptions(row[4]),
        granted=_granted(row[5]),
        enabled=bool(row[6]),
        stopped_by=StoppedBy(row[7]),
        generation=row[8],
        older=_older(row[9]),
        failing_since=row[10],
        delivered_at=row[11],
        failed_at=row[12],
        failure=row[13],
        created_by=row[14],
        created_at=row[15],
        updated_at=row[16],
        version=row[17],
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row[0],
        tenant=TenantId(row[1]),
        endpoint_id=row[2],
        kind=row[3],
        seq=row[4],
        body=row[5],
        state=DeliveryState(row[6]),
        task_id=row[7],
        attempts=row[8],
        revivals=row[9],
        status=row[10],
        error=row[11],
        created_at=row[12],
        ended_at=row[13],
    )


class SqlEndpoints:
    """Endpoints in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock = dialect.lock_rows

    def insert(self, tx: Tx, endpoint: Endpoint) -> None:
        """Keep a new one."""
        tx.run(_INSERT, (endpoint.id, endpoint.tenant, *_values(endpoint)))

    def save(self, tx: Tx, endpoint: Endpoint) -> None:
        """Replace what is kept of it."""
        tx.run(_UPDATE, (*_values(endpoint), endpoint.id, endpoint.tenant))

    def delete(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> None:
        """Forget it. Its deliveries stay until retention deletes them."""
        tx.run("DELETE FROM webhooks WHERE tenant = ? AND id = ?", (tenant, endpoint_id))

    def lock(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint, which no other transaction changes before this one ends."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ? {self._lock}", (tenant, endpoint_id))
        return _endpoint(row) if row else None

    def get(self, tx: ReadTx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND id = ?", (tenant, endpoint_id))
        return _endpoint(row) if row else None

    def all(self, tx: ReadTx, tenant: TenantId, *, only_enabled: bool = False) -> list[Endpoint]:
        """The tenant's endpoints, oldest first."""
        only = "AND enabled = 1" if only_enabled else ""
        sql = f"{_SELECT} WHERE tenant = ? {only} ORDER BY created_at, id"
        return [_endpoint(row) for row in tx.rows(sql, (tenant,))]

    def patterns(self, tx: ReadTx) -> set[str]:
        """Every pattern of an enabled endpoint; of all tenants, for the system itself."""
        rows = tx.rows("SELECT DISTINCT subscriptions FROM webhooks WHERE enabled = 1")
        return {one.pattern for row in rows for one in _subscriptions(row[0])}


class SqlDeliveries:
    """Deliveries in SQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock = dialect.lock_rows

    def add(self, tx: Tx, delivery: Delivery) -> bool:
        """Keep a new one; False when the endpoint has one for this entry."""
        values = (
            delivery.id,
            delivery.tenant,
            delivery.endpoint_id,
            delivery.kind,
            delivery.seq,
            delivery.body,
            delivery.state.value,
            delivery.task_id,
            delivery.attempts,
            delivery.revivals,
            delivery.status,
            delivery.error,
            delivery.created_at,
            delivery.ended_at,
        )
        return tx.run(_INSERT_DELIVERY, values) > 0

    def save(self, tx: Tx, delivery: Delivery) -> None:
        """Write what can change about it; its message never does."""
        values = (
            delivery.state.value,
            delivery.task_id,
            delivery.attempts,
            delivery.revivals,
            delivery.status,
            delivery.error,
            delivery.ended_at,
        )
        tx.run(_UPDATE_DELIVERY, (*values, delivery.id, delivery.tenant))

    def lock(self, tx: Tx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery, which no other transaction changes before this one ends."""
        row = tx.row(f"{_SELECT_DELIVERY} WHERE tenant = ? AND id = ? {self._lock}", (tenant, delivery_id))
        return _delivery(row) if row else None

    def get(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT_DELIVERY} WHERE tenant = ? AND id = ?", (tenant, delivery_id))
        return _delivery(row) if row else None

    def by_task(self, tx: Tx, tenant: TenantId, task_id: str) -> Delivery | None:
        """The delivery whose newest task this is, locked."""
        sql = f"{_SELECT_DELIVERY} WHERE tenant = ? AND task_id = ? AND task_id <> '' {self._lock}"
        row = tx.row(sql, (tenant, task_id))
        return _delivery(row) if row else None

    def page(
        self, tx: ReadTx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str | None
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, newest first, beginning below `after`."""
        terms, params = _terms(tenant, endpoint_id, where)
        if after is not None:
            terms.append("id < ?")
            params.append(after)
        sql = f"{_SELECT_DELIVERY} WHERE {' AND '.join(terms)} ORDER BY id DESC LIMIT ?"
        return [_delivery(row) for row in tx.rows(sql, (*params, limit))]

    def oldest(
        self, tx: Tx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, oldest first, beginning above `after`; locked."""
        terms, params = _terms(tenant, endpoint_id, where)
        sql = f"{_SELECT_DELIVERY} WHERE {' AND '.join(terms)} AND id > ? ORDER BY id LIMIT ? {self._lock}"
        return [_delivery(row) for row in tx.rows(sql, (*params, after, limit))]


class SqlHistory:
    """Attempts in SQL, with the counts of deliveries."""

    def note(self, tx: Tx, attempt: DeliveryAttempt) -> None:
        """Keep an attempt that is over."""
        tx.run(
            f"INSERT INTO webhook_attempts ({_ATTEMPT}) VALUES ({', '.join('?' * 11)})",  # noqa: S608 - constants only
            (
                attempt.delivery_id,
                attempt.number,
                attempt.tenant,
                attempt.at,
                attempt.took,
                attempt.status,
                attempt.error,
                attempt.retry_after,
                as_json(attempt.request_headers),
                as_json(attempt.response_headers),
                attempt.response_body,
            ),
        )

    def attempts(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> list[DeliveryAttempt]:
        """The attempts at a delivery, oldest first."""
        sql = f"SELECT {_ATTEMPT} FROM webhook_attempts WHERE tenant = ? AND delivery_id = ? ORDER BY number"  # noqa: S608 - constants only
        return [
            DeliveryAttempt(
                delivery_id=row[0],
                number=row[1],
                tenant=TenantId(row[2]),
                at=row[3],
                took=row[4],
                status=row[5],
                error=row[6],
                retry_after=row[7],
                request_headers=_headers(row[8]),
                response_headers=_headers(row[9]),
                response_body=row[10],
            )
            for row in tx.rows(sql, (tenant, delivery_id))
        ]

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, kinds: Collection[str]
    ) -> Mapping[str, Mapping[DeliveryState, int]]:
        """How the deliveries made since then stand, by endpoint; those of some kinds."""
        found: dict[str, dict[DeliveryState, int]] = {}
        sql = _COUNTS.format(", ".join("?" * len(kinds)))
        for endpoint_id, state, count in tx.rows(sql, (tenant, since, *kinds)):
            found.setdefault(endpoint_id, {})[DeliveryState(state)] = count
        return found

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete deliveries from before, with their attempts; how many went. Of all tenants."""
        ids = [row[0] for row in tx.rows(_OLD, (before, limit))]
        tx.many("DELETE FROM webhook_attempts WHERE delivery_id = ?", [(one,) for one in ids])
        tx.many("DELETE FROM webhook_deliveries WHERE id = ?", [(one,) for one in ids])
        return len(ids)


def _terms(tenant: TenantId, endpoint_id: str, where: DeliveryFilter) -> tuple[list[str], list[SqlValue]]:
    terms, params = ["tenant = ?", "endpoint_id = ?"], list[SqlValue]([tenant, endpoint_id])
    if where.states:
        terms.append(f"state IN ({', '.join('?' * len(where.states))})")
        params += [state.value for state in where.states]
    if where.kind:
        terms.append("kind = ?")
        params.append(where.kind)
    if where.kinds:
        terms.append(f"kind IN ({', '.join('?' * len(where.kinds))})")
        params += where.kinds
    if where.since:
        terms.append("created_at >= ?")
        params.append(where.since)
    if where.until:
        terms.append("created_at < ?")
        params.append(where.until)
    return terms, params
