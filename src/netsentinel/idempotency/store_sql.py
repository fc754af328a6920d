"""Requests under a key in SQL."""

from typing import Final

import msgspec

from netsentinel.idempotency.model import Answer, Claim, KeptRequest
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Row, Tx
from netsentinel.storage.texts import as_json

_COLUMNS: Final = (
    "tenant, principal, idempotency_key, attempt, fingerprint, locked_until, expires_at, status, headers, body"
)
# One statement that makes the row where it is missing and, on PostgreSQL, locks it until the commit.
_CLAIM: Final = (
    f"INSERT INTO idempotency_keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', ?)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, principal, idempotency_key) DO UPDATE SET tenant = excluded.tenant"
    f" RETURNING {_COLUMNS}"
)
_OF_KEY: Final = "WHERE tenant = ? AND principal = ? AND idempotency_key = ?"
_OF_CLAIM: Final = f"{_OF_KEY} AND attempt = ? AND status = 0"
_FORGET: Final = (
    "DELETE FROM idempotency_keys WHERE (tenant, principal, idempotency_key) IN (SELECT tenant, principal,"
    " idempotency_key FROM idempotency_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
)

_decode_headers: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...]).decode


def _request(row: Row) -> KeptRequest:
    tenant, principal, key, attempt, fingerprint, locked_until, expires_at, status, headers, body = row
    answer = Answer(status, _decode_headers(headers), bytes(body)) if headers else None
    mine = Claim(TenantId(tenant), principal, key, attempt)
    return KeptRequest(mine, fingerprint, locked_until, expires_at, status, answer)


def _key(claim: Claim) -> tuple[str, str, str]:
    return (claim.tenant, claim.principal, claim.key)


class SqlRequests:
    """The store of requests in SQL."""

    def claim(self, tx: Tx, request: KeptRequest) -> KeptRequest:
        """Insert the request, or find the one that has its key; nobody else changes it before this ends."""
        mine = request.claim
        row = tx.row(
            _CLAIM,
            (*_key(mine), mine.id, request.fingerprint, request.locked_until, request.expires_at, b""),
        )
        return request if row is None else _request(row)

    def take_over(self, tx: Tx, request: KeptRequest) -> None:
        """Replace the request that has this one's key."""
        mine = request.claim
        tx.run(
            "UPDATE idempotency_keys SET attempt = ?, fingerprint = ?, locked_until = ?, expires_at = ?, status = 0,"  # noqa: S608 - constants only
            f" headers = '', body = ? {_OF_KEY}",
            (mine.id, request.fingerprint, request.locked_until, request.expires_at, b"", *_key(mine)),
        )

    def renew(self, tx: Tx, claim: Claim, until: Micros) -> bool:
        """Keep the right to carry it out; False when it is somebody else's now."""
        sql = f"UPDATE idempotency_keys SET locked_until = ? {_OF_CLAIM}"  # noqa: S608 - constants only
        return bool(tx.run(sql, (until, *_key(claim), claim.id)))

    def finish(self, tx: Tx, claim: Claim, status: int, answer: Answer | None) -> bool:
        """Note how it was answered, once; False when it is somebody else's now."""
        headers = "" if answer is None else as_json(answer.headers)
        body = b"" if answer is None else answer.body
        sql = f"UPDATE idempotency_keys SET status = ?, headers = ?, body = ? {_OF_CLAIM}"  # noqa: S608 - constants only
        return bool(tx.run(sql, (status, headers, body, *_key(claim), claim.id)))

    def release(self, tx: Tx, claim: Claim) -> bool:
        """Forget the request, so that the next one is carried out; False when it is somebody else's now."""
        sql = f"DELETE FROM idempotency_keys {_OF_CLAIM}"  # noqa: S608 - constants only
        return bool(tx.run(sql, (*_key(claim), claim.id)))

    def forget(self, tx: Tx, now: Micros, limit: int) -> int:
        """Delete so many requests, whoever's, whose time is over, at most; how many rows went."""
        return tx.run(_FORGET, (now, limit))
