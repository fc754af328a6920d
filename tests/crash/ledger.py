"""Work whose loss, halves and doubles can be told: each write is one batch in the inbox and one audited entry."""

from pathlib import Path

import apsw

from netsentinel.events.ports import InboxBatch
from netsentinel.events.store_sql import SqlInbox
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import Database, Journal, JournalWriter, SqliteDatabase, Tx
from netsentinel.storage.testing import TEST_KINDS, happened

KEY = b"the audit key of the crash tests"
REGISTRY = EntryRegistry(TEST_KINDS)
INBOX = SqlInbox()


def journal_writer() -> JournalWriter:
    """What appends the entries."""
    return JournalWriter(REGISTRY, SystemClock(), KEY)


async def deposit(db: Database, key: str, size: int) -> None:
    """One write: returns when it is acknowledged."""

    def change(tx: Tx) -> None:
        INBOX.put(tx, InboxBatch(0, DEFAULT_TENANT, key, "", 0, 1, bytes(size)))
        tx.append(happened(key, kind="test.audited"))

    await db.write(change)


def react(tx: Tx, entry: Entry) -> None:
    """One effect per entry; a second one for the same entry is refused by the primary key."""
    tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (f"effect.{entry.seq}",))


async def examine(path: Path) -> set[str]:
    """Open the database with nothing but SQLite's own files, check that it is sound, and tell what it holds.

    Raises:
        AssertionError: something in it contradicts something else.
    """
    connection = apsw.Connection(str(path))
    try:
        found = connection.pragma("integrity_check")
    except apsw.Error as error:
        found = str(error)
    finally:
        connection.close()
    assert found == "ok", found
    async with SqliteDatabase(path, journal_writer()) as db:
        batches = [str(row[0]) for row in await db.read(lambda tx: tx.rows("SELECT source FROM inbox"))]
        journal = Journal(db, REGISTRY, KEY)
        entries = await journal.read(0, 1_000_000)
        report = await journal.verify(DEFAULT_TENANT)
        cursor = await journal.follow("effects").position()
        effects = await db.read(lambda tx: tx.rows("SELECT key FROM meta WHERE key LIKE 'effect.%'"))
    assert report.intact, report
    assert report.entries == len(entries)
    assert len(batches) == len(set(batches)), "a write took effect twice"
    assert sorted(batches) == sorted(entry.payload["text"] for entry in entries), "half of a write was kept"
    assert {row[0] for row in effects} == {f"effect.{entry.seq}" for entry in entries if entry.seq <= cursor}
    return set(batches)
