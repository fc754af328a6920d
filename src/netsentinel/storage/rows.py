"""The journal's rows as entries, and the two positions that everyone asks for."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Row

COLUMNS: Final = "seq, tenant, kind, at, principal, subject, payload, cause, audited"
"""What `entry_from_row` expects, in this order."""

_decode_payload: Final = msgspec.json.Decoder(dict).decode
_decode_cause: Final = msgspec.json.Decoder(tuple[int, ...]).decode


def entry_from_row(row: Row) -> Entry:
    """The entry in a row of `COLUMNS`."""
    seq, tenant, kind, at, principal, subject, payload, cause, audited = row
    return Entry(
        seq=seq,
        tenant=TenantId(tenant),
        kind=kind,
        at=at,
        principal=principal,
        subject=subject,
        payload=_decode_payload(payload),
        cause=_decode_cause(cause),
        audited=bool(audited),
    )


def entries_at(tx: ReadTx, seqs: Collection[int]) -> list[tuple[str, Mapping[str, object]]]:
    """(kind, payload) of these entries; those that are not kept any more are left out."""
    if not seqs:
        return []
    sql = f"SELECT kind, payload FROM journal WHERE seq IN ({', '.join('?' * len(seqs))})"  # noqa: S608 - placeholders only
    return [(kind, _decode_payload(payload)) for kind, payload in tx.rows(sql, tuple(seqs))]


def trimmed_seq(tx: ReadTx) -> int:
    """Up to here, trimming deleted what is not audited; 0 before the first time."""
    row = tx.row("SELECT value FROM meta WHERE key = 'trimmed'")
    return 0 if row is None else int(row[0])


def newest_seq(tx: ReadTx) -> int:
    """The highest `seq` that was ever visible; 0 while nothing was appended.

    After trimming that may be higher than any row's: audited entries stay while younger ones go.
    """
    row = tx.row("SELECT (SELECT MAX(seq) FROM journal), (SELECT value FROM meta WHERE key = 'trimmed')")
    return 0 if row is None else max(int(position or 0) for position in row)
