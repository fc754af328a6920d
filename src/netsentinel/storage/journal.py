"""The journal: the append-only log of everything that happened inside, and the one channel between features."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH, Entry, EntryRegistry, NewEntry
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.audit import GENESIS, AuditChain, AuditCheck, AuditedRow, AuditHead, AuditReport
from netsentinel.storage.dialect import Dialect, storable
from netsentinel.storage.follower import Follower
from netsentinel.storage.ports import Database, ReadTx, Row, SqlValue, Tx
from netsentinel.storage.rows import COLUMNS, entry_from_row, newest_seq, trimmed_seq

POLL_SECONDS: Final = 1.0
"""Another process may write without waking us, so we look this often in any case."""

_TRIM_BATCH: Final = 1_000
_VERIFY_PAGE: Final = 1_000

_INSERT: Final = (
    "INSERT INTO journal (tenant, kind, at, principal, subject, payload, cause, audited, mac) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 0, '')"
)
_INSERT_AUDITED: Final = (
    "INSERT INTO journal (seq, tenant, kind, at, principal, subject, payload, cause, audited, mac) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)"
)
_SAVE_HEAD: Final = (
    "INSERT INTO audit_heads (tenant, seq, entries, mac, seal) VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant) DO UPDATE "
    "SET seq = excluded.seq, entries = excluded.entries, mac = excluded.mac, seal = excluded.seal"
)
_SAVE_SEAL: Final = (
    "INSERT INTO meta (key, value) VALUES ('audit_seal', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_ENTRIES: Final = f"SELECT {COLUMNS} FROM journal"  # noqa: S608 - only constants
_AUDITED: Final = "SELECT seq, tenant, kind, at, principal, subject, payload, cause, mac FROM journal"

_PAGE_OF_KIND: Final = (
    "SELECT * FROM (SELECT seq FROM journal WHERE tenant = ? AND kind = ? AND seq > ? ORDER BY seq LIMIT ?) AS page"
)
_KINDS: Final = (
    "WITH RECURSIVE present (kind) AS (SELECT MIN(kind) FROM journal WHERE tenant = ? UNION ALL SELECT"
    " (SELECT MIN(kind) FROM journal WHERE tenant = ? AND kind > present.kind) FROM present"
    " WHERE present.kind IS NOT NULL) SELECT kind FROM present WHERE kind IS NOT NULL"
)

# Sorted keys: the same payload always gives the same text, whatever the order of its dicts.
_encode_payload: Final = msgspec.json.Encoder(order="sorted").encode


class JournalWriter:
    """Appends entries in a transaction that a database is about to commit."""

    def __init__(self, registry: EntryRegistry, clock: Clock, audit_key: bytes) -> None:
        self._registry = registry
        self.clock = clock
        self._chain = AuditChain(audit_key)

    def flush(self, tx: Tx, entries: Sequence[NewEntry], dialect: Dialect) -> None:
        """Insert the entries in order. The database calls this last in the transaction, and only with entries.

        Raises:
            KeyError: an entry's kind is not registered.
            TypeError: an entry's payload is not of its kind's type.
        """
        for entry in entries:
            if not isinstance(entry.payload, self._registry[entry.kind].payload):
                raise TypeError(f"an entry {entry.kind} does not carry a {type(entry.payload).__name__}")
        if dialect.journal_lock:
            tx.rows(dialect.journal_lock)
        if dialect.announce:
            tx.run(dialect.announce)
        audits = any(self._registry[entry.kind].audited for entry in entries)
        sealed = self._is_sealed(tx, audits=audits)
        at = self.clock.now()
        for audited, group in groupby(entries, key=lambda entry: self._registry[entry.kind].audited):
            rows = (_columns(entry, at) for entry in group)
            if audited:
                self._insert_audited(tx, rows, dialect)
            else:
                tx.many(_INSERT, rows)
        if audits and sealed:
            self._seal(tx)

    def _is_sealed(self, tx: Tx, *, audits: bool) -> bool:
        """Whether the seal over all chains may be renewed: it is right as it is. An empty journal gets its first one.

        Where nothing audited comes, nobody renews it, so it is not looked at closely: that costs one look into `meta`.
        """
        seal = load_seal(tx)
        if seal is None and newest_seq(tx) == 0 and not load_heads(tx):
            self._seal(tx)
            return True
        return not audits or self._chain.seals_all(load_heads(tx), seal)

    def _seal(self, tx: Tx) -> None:
        tx.run(_SAVE_SEAL, (self._chain.seal_of_all(load_heads(tx)),))

    def _insert_audited(
        self, tx: Tx, rows: Iterable[tuple[str, str, int, str, str, str, str]], dialect: Dialect
    ) -> None:
        for columns in rows:
            tenant, kind, at, principal, subject, payload, cause = columns
            head = load_head(tx, tenant)
            (seq,) = _one(tx.row(dialect.next_seq))
            row = AuditedRow(seq, tenant, kind, at, principal, subject, payload, cause, mac="")
            mac = self._chain.mac(GENESIS if head is None else head.mac, row)
            tx.run(_INSERT_AUDITED, (seq, *columns, mac))
            new = self._chain.head(tenant, seq, 1 if head is None else head.entries + 1, mac)
            tx.run(_SAVE_HEAD, (new.tenant, new.seq, new.entries, new.mac, new.seal))


class Journal:
    """Reads the journal, follows it, checks its audit chain and trims it.

    Subscribing to the database's commit hints is all that construction does.
    """

    def __init__(self, db: Database, registry: EntryRegistry, audit_key: bytes) -> None:
        self._db = db
        self._registry = registry
        self._chain = AuditChain(audit_key)
        self._epoch = ""
        self._changed = asyncio.Event()
        db.on_commit(self._wake)

    async def epoch(self) -> str:
        """A random text that was drawn when this database was created: positions of another epoch mean nothing here."""
        if not self._epoch:
            row = await self._db.read(lambda tx: tx.row("SELECT value FROM meta WHERE key = 'epoch'"))
            (self._epoch,) = _one(row)
        return self._epoch

    async def read(
        self,
        after: int,
        limit: int,
        *,
        tenant: TenantId | None = None,
        topics: Collection[str] = (),
        kinds: Collection[str] = (),
    ) -> list[Entry]:
        """Entries with a `seq` above `after`, oldest first.

        Args:
            after: 0 for the beginning.
            limit: at most so many.
            tenant: only this tenant's; None is for the system itself, which serves all of them.
            topics: only entries of these topics, where any is given.
            kinds: only entries of these kinds, where any is given.
        """
        wanted = self._wanted(topics, kinds)
        if wanted is not None and not wanted:
            return []

        def query(tx: ReadTx) -> list[Row]:
            if tenant is None:
                return tx.rows(*_selection(after, limit, wanted))
            kept = [kind for kind in _kinds_of(tx, tenant) if wanted is None or kind in wanted]
            return tx.rows(*_merged(after, limit, tenant, kept)) if kept else []

        return [entry_from_row(row) for row in await self._db.read(query)]

    def _wanted(self, topics: Collection[str], kinds: Collection[str]) -> frozenset[str] | None:
        """Names of the kinds to look for; None for all of them."""
        if not topics:
            return frozenset(kinds) or None
        return frozenset(
            kind.name for kind in self._registry if kind.topic in topics and (not kinds or kind.name in kinds)
        )

    async def bounds(self) -> tuple[int, int]:
        """(`seq` from which the journal is complete, newest `seq`); (1, 0) while it is empty.

        Older entries than the first may still be there: trimming keeps audited ones.
        """
        return await self._db.read(lambda tx: (trimmed_seq(tx) + 1, newest_seq(tx)))

    async def first_since(self, at: Micros) -> int:
        """The lowest `seq` of an entry of this time or later; one above the newest where there is none.

        The times of entries may lie a little apart from their order, where several processes write or a clock was set.
        """

        def search(tx: ReadTx) -> int:
            low, high = 1, newest_seq(tx) + 1
            while low < high:
                middle = (low + high) // 2
                row = tx.row("SELECT seq, at FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,))
                if row is None or row[1] >= at:
                    high = middle
                else:
                    low = int(row[0]) + 1
            return low

        return await self._db.read(search)

    def follow(
        self, name: str, kinds: Collection[str] = (), *, wanted: Callable[[ReadTx], Collection[str]] | None = None
    ) -> Follower:
        """A durable cursor of that name; the first use begins before the oldest entry.

        Args:
            name: of the cursor.
            kinds: only entries of these kinds, where any is given.
            wanted: says which kinds count at the moment, in the transaction that reads them; none is possible.
        """
        return Follower(self._db, name, kinds, wanted)

    async def cursors(self) -> dict[str, int]:
        """Each durable cursor by name, with how many positions it is behind."""

        def query(tx: ReadTx) -> dict[str, int]:
            newest = newest_seq(tx)
            return {name: newest - seq for name, seq in tx.rows("SELECT name, seq FROM cursors ORDER BY name")}

        return await self._db.read(query)

    async def forget(self, name: str) -> None:
        """Delete the cursor of a follower that is gone for good, so that trimming no longer waits for it."""

        def remove(tx: Tx) -> None:
            tx.run("DELETE FROM cursors WHERE name = ?", (name,))
            tx.run("DELETE FROM reaction_failures WHERE name = ?", (name,))

        await self._db.write(remove)

    async def wait_beyond(self, seq: int, timeout_s: float) -> int:
        """Wait until there is an entry above `seq`, at most `timeout_s` seconds; the newest `seq` in any case."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            changed = self._changed  # taken before the look, so that no hint falls between
            newest = await self._db.read(newest_seq)
            left = deadline - loop.time()
            if newest > seq or left <= 0:
                return newest
            try:
                async with asyncio.timeout(min(left, POLL_SECONDS)):
                    await changed.wait()
            except TimeoutError:
                continue

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def verify(self, tenant: TenantId) -> AuditReport:
        """Check the tenant's audit chain from its beginning to its head; entries appended meanwhile are left out.

        The seal over the heads of all tenants is checked, too: where a whole chain is gone, every report says so.
        """

        def begin(tx: ReadTx) -> tuple[AuditHead | None, int | None, bool]:
            heads, seal = load_heads(tx), load_seal(tx)
            head = next((one for one in heads if one.tenant == tenant), None)
            # Nothing was ever appended: only then may the seal be missing.
            sealed = self._chain.seals_all(heads, seal) or (seal is None and not heads and newest_seq(tx) == 0)
            beyond = tx.row(
                "SELECT seq FROM journal WHERE tenant = ? AND audited = 1 AND seq > ? ORDER BY seq LIMIT 1",
                (tenant, 0 if head is None else head.seq),
            )
            return head, None if beyond is None else int(beyond[0]), sealed

        head, beyond, sealed = await self._db.read(begin)
        check = AuditCheck(self._chain, tenant, head)
        last = 0
        while head is not None:
            after, upto = last, head.seq
            page = await self._db.read(lambda tx, after=after, upto=upto: _audited_page(tx, tenant, after, upto))
            if bad := check.walk(page):
                return bad
            if len(page) < _VERIFY_PAGE:
                break
            last = page[-1].seq
        if beyond is not None:
            return check.unheaded(beyond)
        report = check.finish()
        return report if sealed or not report.intact else check.unsealed()

    async def trim(self, now: Micros, keep_days: int, keep_entries: int) -> int:
        """Delete what is older than `keep_days` or beyond the newest `keep_entries`; how many entries went.

        Works in small transactions. Audited entries stay, and so does what a durable cursor has not passed yet.
        """
        deleted = 0
        while True:
            batch = await self._db.write(lambda tx: _trim_batch(tx, now - keep_days * DAY, keep_entries))
            deleted += batch
            if batch < _TRIM_BATCH:
                return deleted


def _selection(after: int, limit: int, kinds: Collection[str] | None) -> tuple[str, list[SqlValue]]:
    """The query for a page of all tenants' entries, with its parameters."""
    if kinds is None:
        return f"{_ENTRIES} WHERE seq > ? ORDER BY seq LIMIT ?", [after, limit]
    names = sorted(kinds)
    return (
        f"{_ENTRIES} WHERE seq > ? AND kind IN ({', '.join('?' * len(names))}) ORDER BY seq LIMIT ?",
        [after, *names, limit],
    )


def _merged(after: int, limit: int, tenant: TenantId, kinds: Sequence[str]) -> tuple[str, list[SqlValue]]:
    """The query for a page of one tenant's entries, with its parameters.

    A page per kind, merged: each is one walk along the index; `kind IN (...)` would sort or scan everything. Only what
    is left of them is read whole.
    """
    pages = " UNION ALL ".join([_PAGE_OF_KIND] * len(kinds))
    merged: list[SqlValue] = [value for kind in kinds for value in (tenant, kind, after, limit)]
    sql = f"{_ENTRIES} WHERE seq IN (SELECT seq FROM ({pages}) AS pages ORDER BY seq LIMIT ?) ORDER BY seq"  # noqa: S608 - only constants
    return sql, [*merged, limit]


def _kinds_of(tx: ReadTx, tenant: TenantId) -> list[str]:
    """The kinds that a tenant has entries of: a step along the index for each of them."""
    return [str(kind) for (kind,) in tx.rows(_KINDS, (tenant, tenant))]


def load_head(tx: ReadTx, tenant: str) -> AuditHead | None:
    """The end of a tenant's audit chain; None before its first audited entry."""
    row = tx.row("SELECT tenant, seq, entries, mac, seal FROM audit_heads WHERE tenant = ?", (tenant,))
    return None if row is None else AuditHead(*row)


def load_heads(tx: ReadTx) -> list[AuditHead]:
    """The ends of all tenants' audit chains, in no order that means anything."""
    return [AuditHead(*row) for row in tx.rows("SELECT tenant, seq, entries, mac, seal FROM audit_heads")]


def load_seal(tx: ReadTx) -> str | None:
    """The seal over the heads of all tenants; None where there is none."""
    row = tx.row("SELECT value FROM meta WHERE key = 'audit_seal'")
    return None if row is None else str(row[0])


def _columns(entry: NewEntry, at: Micros) -> tuple[str, str, int, str, str, str, str]:
    cause = entry.cause[-MAX_CAUSE_DEPTH:]  # the newest ones: what led here directly
    return (
        storable(entry.tenant),
        entry.kind,
        at,
        storable(entry.principal),
        storable(entry.subject),
        _encode_payload(entry.payload).decode(),
        msgspec.json.encode(cause).decode(),
    )


def _one(row: Row | None) -> tuple[Any, ...]:
    if row is None:
        raise LookupError("a query that always has a row gave none")
    return row


def _audited_page(tx: ReadTx, tenant: TenantId, after: int, upto: int) -> list[AuditedRow]:
    sql = f"{_AUDITED} WHERE tenant = ? AND audited = 1 AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    return [AuditedRow(*row) for row in tx.rows(sql, (tenant, after, upto, _VERIFY_PAGE))]


def _trim_batch(tx: Tx, before: Micros, keep_entries: int) -> int:
    newest, trimmed = newest_seq(tx), trimmed_seq(tx)
    (slowest,) = _one(tx.row("SELECT COALESCE(MIN(seq), ?) FROM cursors", (newest,)))
    oldest_kept = newest - keep_entries + 1
    rows = tx.rows(
        "SELECT seq, at FROM journal WHERE seq > ? AND seq <= ? AND audited = 0 ORDER BY seq LIMIT ?",
        (trimmed, slowest, _TRIM_BATCH),
    )
    last = trimmed
    for seq, at in rows:
        if at >= before and seq >= oldest_kept:
            break
        last = seq
    if last == trimmed:
        return 0
    tx.run(
        "INSERT INTO meta (key, value) VALUES ('trimmed', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(last),),
    )
    return tx.run("DELETE FROM journal WHERE seq > ? AND seq <= ? AND audited = 0", (trimmed, last))
