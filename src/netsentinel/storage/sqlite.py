"""SQLite as the database: one writer thread whose commits are shared, quick reads on the loop, and a few readers."""

# pyright: reportUnknownMemberType=false
# apsw's stubs name the buffer type of a newer Python, which leaves a part of every signature unknown.

import asyncio
import errno
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar, cast

import apsw

from netsentinel.kernel.disk import sync
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import (
    ConflictError,
    NetSentinelError,
    StorageFullError,
    StorageUnavailableError,
    UnavailableError,
    UnsafeStorageError,
)
from netsentinel.storage.dialect import SQLITE, bind
from netsentinel.storage.journal import JournalWriter
from netsentinel.storage.migrate import load_migrations, migrate
from netsentinel.storage.outcome import Call, Outcome, on_loop, settle
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.quick import QuickReads

T = TypeVar("T")

OLDEST_SAFE_SQLITE: Final = 3_051_003
"""SQLite before 3.51.3 can corrupt a WAL database when two connections write and checkpoint at once (WAL-reset bug)."""

MAX_GROUP: Final = 256
"""At most so many closures share a commit."""

_READERS: Final = 4
_BUSY_MS: Final = 10_000
_PAUSE_S: Final = 0.01
"""How long to wait for another process (the command line) that is writing."""

_CHECKPOINT_PAGES: Final = 1_000
"""The write-ahead log is copied back once it has so many pages, when nobody waits for a commit."""

_MOST_PAGES: Final = 4_000
"""With so many pages it is copied back in any case."""
_CACHE_KIB: Final = 16_384
_STATEMENTS: Final = 400
"""Prepared statements that a connection keeps: preparing one takes longer than most run."""
_MAX_LEFT_WAL_BYTES: Final = 64 * 1024 * 1024
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED: Final = "The database is closed."
_FULL: Final = "The disk is full. Free some space; writing resumes by itself."


class _Rows:
    """A read transaction on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
        return cast("list[Row]", self._connection.execute(sql, bind(params)).fetchall())

    def row(self, sql: str, params: Sequence[SqlValue] = ()) -> Row | None:
        found = self.rows(sql, params)
        return found[0] if found else None


class _Transaction(_Rows):
    """A write transaction: a savepoint inside the group's transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self.entries: list[NewEntry] = []

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> int:
        self._connection.execute(sql, bind(params)).fetchall()
        return self._connection.changes()

    def many(self, sql: str, params: Iterable[Sequence[SqlValue]]) -> None:
        self._connection.executemany(sql, map(bind, params)).fetchall()

    def alone(self, what: str) -> None:
        """It always is: there is one writer."""

    def append(self, entry: NewEntry) -> None:
        self.entries.append(entry)


class SqliteDatabase:
    """A database in one file.

    Args:
        path: the file; it and its folder are made where they are missing, readable by the owner only.
        journal: appends the entries of each closure.
        synchronous: anything but FULL gives durability up and exists for the crash tests, which prove that they notice.
        vfs: name of a registered SQLite VFS; the default one when empty.
    """

    def __init__(
        self,
        path: Path,
        journal: JournalWriter,
        *,
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL",
        vfs: str | None = None,
    ) -> None:
        self._path = path
        self._journal = journal
        self._synchronous = synchronous
        self._vfs = vfs
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._readers: queue.SimpleQueue[apsw.Connection] = queue.SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._writer: apsw.Connection | None = None
        self._quick: QuickReads | None = None
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = False
        self._wal_pages = 0
        self.commits = 0
        """Transactions committed since it was opened: fewer than writes when they share."""
        self.writes = 0
        """Closures whose effect was committed since it was opened."""

    async def __aenter__(self) -> Self:
        """Open the file and bring its schema up to date.

        Raises:
            UnsafeStorageError: this SQLite has a known fault, or the schema is from a newer NetSentinel.
            StorageUnavailableError: the file cannot be opened.
            StorageFullError: there is no space to make it.
        """
        self._loop = asyncio.get_running_loop()
        self._writer = writer = await asyncio.to_thread(self._prepare)
        self._quick = await asyncio.to_thread(self._look_quickly)
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="netsentinel-reader")
        self._thread = threading.Thread(target=self._write_loop, args=(writer,), name="netsentinel-writer", daemon=True)
        self._open = True
        self._thread.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Finish what was accepted, then close."""
        self._open = False
        await asyncio.to_thread(self._close)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result after the commit is on disk.

        Raises:
            StorageFullError: the disk is full; nothing of `fn` was kept.
            StorageUnavailableError: the database is closed or another process kept it busy; nothing of `fn` was kept.
            ConflictError: `fn` broke a constraint of the schema and let that error out.
        """
        if not self._open:
            raise StorageUnavailableError(_CLOSED)
        loop = asyncio.get_running_loop()
        call = Call(fn, loop, loop.create_future())
        self._calls.put(call)
        return cast("T", (await call.future).unwrap())

    async def read(self, fn: Callable[[ReadTx], T]) -> T:
        """Run `fn` on one snapshot of the database: at once on the event loop, or on a reader where that takes long.

        Raises:
            StorageUnavailableError: the database is closed or cannot be read.
        """
        outcome, loop = None, asyncio.get_running_loop()
        if self._quick is not None and loop is self._loop and await self._quick.turn(fn) and self._open:
            outcome = self._quick.run(fn)
        if outcome is None:
            if not self._open or self._pool is None:
                raise StorageUnavailableError(_CLOSED)
            outcome = await loop.run_in_executor(self._pool, self._read, fn)
        return cast("T", outcome.unwrap())

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called on the event loop, soon after entries of this process became visible."""
        self._listeners.append(listener)

    # Opening.

    def _prepare(self) -> apsw.Connection:
        if apsw.SQLITE_VERSION_NUMBER < OLDEST_SAFE_SQLITE:
            raise UnsafeStorageError(
                f"SQLite {apsw.sqlite_lib_version()} can corrupt a database in WAL mode; 3.51.3 or newer is needed. "
                "Install the apsw wheel, which brings its own SQLite."
            )
        try:
            _create_private(self._path)
            writer = self._connect()
        except (apsw.Error, OSError) as error:
            if isinstance(error, apsw.FullError) or getattr(error, "errno", 0) in _NO_SPACE:
                raise StorageFullError(_FULL) from error
            raise StorageUnavailableError(f"The database {self._path} cannot be opened: {error}") from error
        try:
            migrate(lambda fn: self._alone(writer, fn), SQLITE, self._journal.clock, load_migrations())
        except BaseException as error:
            failure = _translated(error, writer)
            with suppress(apsw.Error):  # what led here is already being told
                writer.close()
            if failure is error:
                raise
            raise failure from error
        return writer

    def _look_quickly(self) -> QuickReads | None:
        """What reads on the event loop; None where the file cannot be opened again, of which the readers tell."""
        try:
            return QuickReads(self._connect(reader=True), _Rows)
        except apsw.Error:
            return None

    def _connect(self, *, reader: bool = False) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | (0 if reader else apsw.SQLITE_OPEN_CREATE)
        connection = apsw.Connection(str(self._path), flags=flags, vfs=self._vfs, statementcachesize=_STATEMENTS)
        connection.set_busy_timeout(_BUSY_MS)
        settings: dict[str, str | int] = {
            "mmap_size": 0,
            "cache_size": -_CACHE_KIB,
            "temp_store": "MEMORY",
            "trusted_schema": 0,
            "foreign_keys": 1,
            "synchronous": self._synchronous,
        }
        for name, value in settings.items():
            connection.pragma(name, value)
        if reader:
            connection.pragma("query_only", 1)
            connection.wal_autocheckpoint(0)  # one checkpointer per file: the writer
        else:
            _use_wal(connection)
            connection.pragma("journal_size_limit", _MAX_LEFT_WAL_BYTES)
            # After a commit was acknowledged, not as a part of it: copying back takes a sync of its own.
            connection.wal_autocheckpoint(0)
            connection.set_wal_hook(self._count_pages)
        return connection

    def _alone(self, connection: apsw.Connection, fn: Callable[[Tx], T]) -> T:
        """Run a closure in a transaction of its own, before the writer thread has begun."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = fn(_Transaction(connection))
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise
        return result

    def _close(self) -> None:
        thread, pool, writer = self._thread, self._pool, self._writer
        if thread is None or pool is None or writer is None:
            return
        self._calls.put(None)
        thread.join()
        pool.shutdown()
        connections = [writer, *((self._quick.connection,) if self._quick else ())]
        with suppress(queue.Empty):
            while True:
                connections.append(self._readers.get_nowait())
        for connection in reversed(connections):  # the writer last: whoever closes last makes the final checkpoint
            with suppress(apsw.Error):  # a checkpoint that fails is made at the next start; no commit depends on it
                connection.close()
        self._thread = self._pool = self._writer = self._quick = None

    # Writing: everything below runs on the writer thread.

    def _write_loop(self, connection: apsw.Connection) -> None:
        closing = False
        while not closing:
            calls = [self._calls.get()]
            with suppress(queue.Empty):
                while len(calls) < MAX_GROUP:
                    calls.append(self._calls.get_nowait())
            group = [call for call in calls if call is not None]
            closing = len(group) < len(calls)
            if group:
                self._commit_group(connection, group)
                self._checkpoint(connection)

    def _count_pages(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self, connection: apsw.Connection) -> None:
        """Copy the write-ahead log back when it has grown. One that fails is made after the next commit."""
        if self._wal_pages >= _CHECKPOINT_PAGES and (self._calls.empty() or self._wal_pages >= _MOST_PAGES):
            with suppress(apsw.Error):
                connection.wal_checkpoint()
            self._wal_pages = 0

    def _commit_group(self, connection: apsw.Connection, group: list[Call]) -> None:
        outcomes: list[Outcome] = []
        announce = False
        try:
            connection.execute("BEGIN IMMEDIATE")
            for call in group:
                outcome, appended = self._run(connection, call)
                outcomes.append(outcome)
                announce = announce or appended
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - the writer outlives every failure, and each caller is told
            failure = _unavailable(error, connection)
            _roll_back(connection)
            # A closure's own error is still the truth; everything else shares the fate of the commit.
            own = [outcome.error for outcome in outcomes] + [None] * (len(group) - len(outcomes))
            settle((call, Outcome(error=mine or failure.again())) for call, mine in zip(group, own, strict=True))
            return
        self.commits += 1
        self.writes += sum(outcome.error is None for outcome in outcomes)
        settle(zip(group, outcomes, strict=True))
        if announce and self._loop is not None:
            on_loop(self._loop, self._announce)

    def _run(self, connection: apsw.Connection, call: Call) -> tuple[Outcome, bool]:
        """One closure in its savepoint: (what it came to, whether it appended entries).

        Raises:
            BaseException: SQLite gave the whole transaction up, so nothing of the group is left.
        """
        tx = _Transaction(connection)
        connection.execute("SAVEPOINT closure")
        try:
            value = call.fn(tx)
            if tx.entries:
                self._journal.flush(tx, tx.entries, SQLITE)
            connection.execute("RELEASE closure")
        except BaseException as error:
            if not connection.in_transaction:
                raise
            failure = _translated(error, connection)
            connection.execute("ROLLBACK TO closure; RELEASE closure")
            return Outcome(error=failure), False
        return Outcome(value), bool(tx.entries)

    def _announce(self) -> None:
        for listener in self._listeners:
            listener()

    # Reading: runs on the reader threads.

    def _read(self, fn: Callable[[ReadTx], Any]) -> Outcome:
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            try:
                connection = self._connect(reader=True)
            except apsw.Error as error:
                return Outcome(error=StorageUnavailableError(f"The database cannot be read: {error}"))
        try:
            connection.execute("BEGIN")
            return Outcome(fn(_Rows(connection)))
        except BaseException as error:  # noqa: BLE001 - whatever a closure raises belongs to whoever awaits it
            return Outcome(error=_translated(error, connection))
        finally:
            _roll_back(connection)
            self._readers.put(connection)


def _use_wal(connection: apsw.Connection) -> None:
    """Have the file written ahead; of two programs that open a new one at once, SQLite refuses one without waiting."""
    until = time.monotonic() + _BUSY_MS / 1_000
    while True:
        try:
            connection.pragma("journal_mode", "WAL")
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _create_private(path: Path) -> None:
    """Make the file, readable by its owner only; SQLite gives its companions the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        sync(path.parent)


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        with suppress(apsw.Error):  # the transaction is over in any case; what led here is already being told
            connection.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a group could not be committed, for each of its callers."""

    kind: type[UnavailableError]
    detail: str
    cause: BaseException

    def again(self) -> UnavailableError:
        """An error object of one's own: tracebacks grow when several callers raise the same one."""
        error = self.kind(self.detail)
        error.__cause__ = self.cause
        return error


def _unavailable(error: BaseException, connection: apsw.Connection) -> _Failure:
    translated = _translated(error, connection)
    if isinstance(translated, UnavailableError):
        return _Failure(type(translated), translated.detail, error)
    return _Failure(StorageUnavailableError, f"The database gave the transaction up: {error}", error)


def _translated(error: BaseException, connection: apsw.Connection) -> BaseException:
    """The error of our tree for an error of SQLite; every other error as it is."""
    translated: NetSentinelError
    match error:
        case apsw.FullError():
            translated = StorageFullError(_FULL)
        case apsw.IOError() if connection.system_errno in _NO_SPACE:
            translated = StorageFullError(_FULL)
        case apsw.ConstraintError():
            translated = ConflictError(f"The change contradicts what is stored: {error}")
        case apsw.BusyError() | apsw.LockedError():
            translated = StorageUnavailableError("Another process kept the database busy for too long.")
        case apsw.IOError() | apsw.CantOpenError() | apsw.CorruptError() | apsw.NotADBError() | apsw.ReadOnlyError():
            translated = StorageUnavailableError(f"The database cannot be used: {error}")
        case _:
            return error
    translated.__cause__ = error
    return translated
