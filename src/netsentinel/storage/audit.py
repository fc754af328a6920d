"""The audit chain: entries that nobody can edit, remove, reorder or cut off unnoticed without the key.

Each tenant has its own chain over its audited entries, in the order of `seq`:

    mac(n) = HMAC-SHA256(key, mac(n-1) || JSON([seq, tenant, kind, at, principal, subject, payload, cause]))

`mac(0)` is 32 zero bytes. `payload` and `cause` are the JSON texts exactly as stored, so the array holds only integers
and strings; written without white space it is canonical in the sense of RFC 8785. The head row seals the chain's end:

    seal = HMAC-SHA256(key, "head" || JSON([tenant, seq, entries, mac]))

One more code seals all heads together, so that no tenant's chain can go as a whole, head row included:

    audit_seal = HMAC-SHA256(key, "heads" || JSON([[tenant, seq, entries, mac], ...]))

The heads stand in the order of their tenants' UTF-8 bytes. The seal stands in `meta` from the first entry of a database
on. Each transaction with audited entries renews it, but only when it was right before: a seal that is wrong or gone
stays so, whatever is appended later.

What the codes cannot show is a database that was put back as a whole to an earlier state (or emptied as a whole), heads
and seal included; that takes a copy of the seal outside.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from netsentinel.kernel.types import TenantId

GENESIS: Final = "00" * 32
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class AuditedRow:
    """An audited entry as it is stored."""

    seq: int
    tenant: str
    kind: str
    at: int
    principal: str
    subject: str
    payload: str
    cause: str
    mac: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The sealed end of one tenant's chain."""

    tenant: str
    seq: int
    entries: int
    mac: str
    seal: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of one tenant's chain found."""

    tenant: TenantId
    entries: int
    """How many entries are in order, from the beginning."""
    first_bad_seq: int | None
    """Where the chain breaks: the first entry that does not follow from the one before; None when it is whole."""
    reason: str
    """Why it breaks; empty when it is whole."""

    @property
    def intact(self) -> bool:
        """Whether nothing was edited, removed, reordered or cut off."""
        return self.first_bad_seq is None


class AuditChain:
    """The formulas, bound to one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mac(self, previous: str, row: AuditedRow) -> str:
        """The code of a row (whose own `mac` is not looked at) after the one with the code `previous`, in hex."""
        fields = [row.seq, row.tenant, row.kind, row.at, row.principal, row.subject, row.payload, row.cause]
        return hmac.digest(self._key, bytes.fromhex(previous) + _encode(fields), "sha256").hex()

    def seal(self, tenant: str, seq: int, entries: int, mac: str) -> str:
        """The code of a head row, in hex."""
        return hmac.digest(self._key, b"head" + _encode([tenant, seq, entries, mac]), "sha256").hex()

    def seal_of_all(self, heads: Iterable[AuditHead]) -> str:
        """The code of all heads together, in hex."""
        ordered = sorted(heads, key=lambda head: head.tenant.encode())
        rows = [[head.tenant, head.seq, head.entries, head.mac] for head in ordered]
        return hmac.digest(self._key, b"heads" + _encode(rows), "sha256").hex()

    def seals_all(self, heads: Iterable[AuditHead], seal: str | None) -> bool:
        """Whether this is the code of all heads together; None is what a database has where the code is gone."""
        return seal is not None and _same(self.seal_of_all(heads), seal)

    def head(self, tenant: str, seq: int, entries: int, mac: str) -> AuditHead:
        """A sealed head."""
        return AuditHead(tenant, seq, entries, mac, self.seal(tenant, seq, entries, mac))


class AuditCheck:
    """Walks one tenant's chain, a page at a time, up to its head."""

    def __init__(self, chain: AuditChain, tenant: TenantId, head: AuditHead | None) -> None:
        self._chain = chain
        self._tenant = tenant
        self._head = head
        self._mac = GENESIS
        self._entries = 0

    def walk(self, rows: Iterable[AuditedRow]) -> AuditReport | None:
        """Check the next rows in order of `seq`; a report as soon as one is bad."""
        for row in rows:
            expected = self._chain.mac(self._mac, row)
            if row.tenant != self._tenant or not _same(expected, row.mac):
                return self._broken(row.seq, "the entry was changed, or an entry before it was changed or removed")
            self._mac = expected
            self._entries += 1
        return None

    def finish(self) -> AuditReport:
        """Compare the end of the chain with its head, when every row was walked."""
        head = self._head
        if head is None:
            return AuditReport(self._tenant, self._entries, None, "")
        seal = self._chain.seal(self._tenant, head.seq, head.entries, head.mac)
        if not _same(seal, head.seal):
            return self._broken(head.seq, "the head of the chain was changed")
        if (head.entries, head.mac) != (self._entries, self._mac):
            return self._broken(head.seq, "entries are missing at the end of the chain")
        return AuditReport(self._tenant, self._entries, None, "")

    def unheaded(self, seq: int) -> AuditReport:
        """The report when an audited entry lies beyond the head (or there is no head at all)."""
        return self._broken(seq, "the entry is not covered by the head of the chain")

    def unsealed(self) -> AuditReport:
        """The report when the tenant's chain is in order, but the heads of all tenants are not those that were sealed.

        Some tenant's chain was removed, shortened or added; its entries are gone, so the report names the place behind
        the last entry of this one.
        """
        seq = 0 if self._head is None else self._head.seq
        return self._broken(seq, "the heads of all chains together were changed: a whole chain may have been removed")

    def _broken(self, seq: int, reason: str) -> AuditReport:
        return AuditReport(self._tenant, self._entries, seq, reason)


def _same(expected: str, stored: object) -> bool:
    # str(): SQLite stores what it is given, and a code of another type must be a finding, not a crash.
    return hmac.compare_digest(expected.encode(), str(stored).encode())
