"""PostgreSQL as the database: the same closures on a pool of connections. The only module that knows psycopg."""

import asyncio
import queue
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, Self, TypeVar, cast

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import (
    ConflictError,
    NetSentinelError,
    SettingsError,
    StorageFullError,
    StorageUnavailableError,
    UnsafeStorageError,
)
from netsentinel.storage.dialect import JOURNAL_CHANNEL, POSTGRES, Dialect, bind
from netsentinel.storage.journal import JournalWriter
from netsentinel.storage.migrate import load_migrations, migrate
from netsentinel.storage.outcome import Outcome, on_loop
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx

T = TypeVar("T")
Connection = psycopg.Connection[Row]

OLDEST_POSTGRES: Final = 150_000
"""PostgreSQL 15, the oldest version that the tests run on."""

_CONNECTIONS: Final = 8
_CONNECT_SECONDS: Final = 5
_DEAD_PEER_MS: Final = 30_000
"""A server that confirms nothing for so long is gone (TCP_USER_TIMEOUT)."""

_ATTEMPTS: Final = 6
_BACKOFF_SECONDS: Final = 0.01
_LISTEN_SECONDS: Final = 5
_RECONNECT_SECONDS: Final = 0.5
_CLOSED: Final = "The database is closed."


class _Rows:
    """A read transaction on one connection."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._cursor = connection.cursor(row_factory=tuple_row)
        self._translate = dialect.translate

    def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
        self._execute(sql, params)
        return self._cursor.fetchall() if self._cursor.description else []

    def row(self, sql: str, params: Sequence[SqlValue] = ()) -> Row | None:
        self._execute(sql, params)
        return self._cursor.fetchone() if self._cursor.description else None

    def _execute(self, sql: str, params: Sequence[SqlValue]) -> None:
        self._cursor.execute(self._translate(sql).encode(), bind(params))


class _Transaction(_Rows):
    """A write transaction on one connection."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        super().__init__(connection, dialect)
        self._alone = dialect.alone
        self.entries: list[NewEntry] = []

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> int:
        self._execute(sql, params)
        return max(0, self._cursor.rowcount)

    def many(self, sql: str, params: Iterable[Sequence[SqlValue]]) -> None:
        self._cursor.executemany(self._translate(sql).encode(), list(map(bind, params)))

    def alone(self, what: str) -> None:
        if self._alone:
            self._execute(self._alone, (what,))

    def append(self, entry: NewEntry) -> None:
        self.entries.append(entry)


class _Connections:
    """Connections that wait to be used again; there are never more of them than threads.

    Not `psycopg_pool`: while the server is away it waits longer and longer between its attempts, so that a caller gets
    a time-out instead of an error, and the server is found again only much later.
    """

    def __init__(self, url: str) -> None:
        self._options: dict[str, Any] = {
            "connect_timeout": _CONNECT_SECONDS,
            "tcp_user_timeout": _DEAD_PEER_MS,
            "application_name": "netsentinel",
            **conninfo_to_dict(url),
        }
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()

    def connect(self, *, autocommit: bool = False) -> Connection:
        return Connection.connect(**self._options, autocommit=autocommit)

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and commit.

        When a connection turns out to be dead before the commit was sent, nothing was kept, so `work` runs again on a
        new one. The others that wait are as old and are dropped with it.
        """
        while True:
            connection, reused = self._take()
            committing = False
            try:
                result = work(connection)
                if connection.info.transaction_status == TransactionStatus.INERROR:
                    # COMMIT would answer without an error, and keep nothing.
                    raise StorageUnavailableError("The transaction went on after one of its statements had failed.")
                committing = True
                connection.commit()
            except psycopg.OperationalError:
                if connection.closed and reused and not committing:
                    self.close()
                    continue
                raise
            else:
                return result
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close those that wait."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _take(self) -> tuple[Connection, bool]:
        try:
            return self._idle.get_nowait(), True
        except queue.Empty:
            return self.connect(), False

    def _give_back(self, connection: Connection) -> None:
        try:
            connection.rollback()  # does nothing after a commit
        except psycopg.Error:
            connection.close()
        else:
            self._idle.put(connection)


class PostgresDatabase:
    """A database on a server.

    Args:
        url: `postgresql://user:password@host/name`.
        journal: appends the entries of each closure.
        dialect: anything but `POSTGRES` exists for the tests, which prove what the journal lock is for.
    """

    def __init__(self, url: str, journal: JournalWriter, *, dialect: Dialect = POSTGRES) -> None:
        self._url = url
        self._journal = journal
        self._dialect = dialect
        self._connections: _Connections | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._listener: threading.Thread | None = None
        self._closing = threading.Event()
        self._end: socket.socket | None = None
        """Closed, it wakes the listener."""
        self._listeners: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        """Connect and bring the schema up to date.

        Raises:
            UnsafeStorageError: the server is too old, or the schema is from a newer NetSentinel.
            StorageUnavailableError: the server cannot be reached or refuses us.
            SettingsError: the URL cannot be understood.
        """
        self._loop = asyncio.get_running_loop()
        self._closing.clear()
        self._end, ended = socket.socketpair()
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="netsentinel-pg")
        try:
            self._connections = await asyncio.to_thread(self._prepare)
            listener = threading.Thread(target=self._listen, args=(ended,), name="netsentinel-pg-listen", daemon=True)
            listener.start()
        except BaseException:
            ended.close()
            await self.__aexit__()
            raise
        self._listener = listener
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Finish what was accepted, then close."""
        connections, threads, listener = self._connections, self._threads, self._listener
        self._connections = self._threads = self._listener = None
        self._closing.set()
        if self._end is not None:
            self._end.close()
        if threads is not None:
            await asyncio.to_thread(threads.shutdown)
        if listener is not None:
            await asyncio.to_thread(listener.join)
        if connections is not None:
            await asyncio.to_thread(connections.close)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result after the commit; after a deadlock it runs again.

        Raises:
            StorageFullError: the server's disk is full; nothing of `fn` was kept.
            StorageUnavailableError: the database is closed or unreachable. When the connection broke during the commit
                itself, whether it took effect is not known.
            ConflictError: `fn` broke a constraint of the schema and let that error out.
        """
        return cast("T", await self._in_thread(lambda connections: self._write(connections, fn)))

    async def read(self, fn: Callable[[ReadTx], T]) -> T:
        """Run `fn` on one snapshot of the database.

        Raises:
            StorageUnavailableError: the database is closed or unreachable.
        """
        return cast("T", await self._in_thread(lambda connections: self._read(connections, fn)))

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called on the event loop, soon after entries of any process became visible."""
        self._listeners.append(listener)

    async def _in_thread(self, work: Callable[[_Connections], Any]) -> Any:
        connections, threads = self._connections, self._threads
        if connections is None or threads is None:
            raise StorageUnavailableError(_CLOSED)
        outcome = await asyncio.get_running_loop().run_in_executor(threads, _outcome, lambda: work(connections))
        return outcome.unwrap()

    # Everything below runs on threads.

    def _prepare(self) -> "_Connections":
        try:
            connections = _Connections(self._url)
        except psycopg.ProgrammingError:  # not quoted: its text repeats the URL, and with it the password
            raise SettingsError("`database_url` is not a URL that PostgreSQL understands.") from None
        try:
            with connections.connect() as connection:
                version = connection.info.server_version
        except psycopg.Error as error:
            raise StorageUnavailableError(f"PostgreSQL cannot be reached: {_first_line(error)}") from error
        if version < OLDEST_POSTGRES:
            raise UnsafeStorageError(f"PostgreSQL {version // 10_000} is too old; 15 or newer is needed.")
        try:
            migrate(lambda fn: self._write(connections, fn), self._dialect, self._journal.clock, load_migrations())
        except BaseException:
            connections.close()
            raise
        return connections

    def _write(self, connections: "_Connections", fn: Callable[[Tx], T]) -> T:
        def work(connection: Connection) -> T:
            tx = _Transaction(connection, self._dialect)
            result = fn(tx)
            if tx.entries:
                self._journal.flush(tx, tx.entries, self._dialect)
            return result

        for attempt in range(_ATTEMPTS):
            try:
                return connections.run(work)
            except (errors.SerializationFailure, errors.DeadlockDetected):
                time.sleep(random.uniform(0, _BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - spreads retries, guards nothing
            except psycopg.Error as error:
                raise _translated(error) from error
        raise StorageUnavailableError("The transaction met others too often; try again.")

    def _read(self, connections: "_Connections", fn: Callable[[ReadTx], T]) -> T:
        def work(connection: Connection) -> T:
            connection.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return fn(_Rows(connection, self._dialect))

        try:
            return connections.run(work)
        except psycopg.Error as error:
            raise _translated(error) from error

    def _listen(self, ended: socket.socket) -> None:
        """Pass notifications on as hints, over a connection of our own that is made again whenever it breaks."""
        with ended:
            while not self._closing.is_set():
                try:
                    with _Connections(self._url).connect(autocommit=True) as connection:
                        self._hear(connection, ended)
                except psycopg.Error:
                    self._closing.wait(_RECONNECT_SECONDS)  # hints only: followers look by themselves once a second

    def _hear(self, connection: Connection, ended: socket.socket) -> None:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(JOURNAL_CHANNEL)))
        self._hint()  # for what was committed while nobody listened
        with selectors.DefaultSelector() as either:
            for one in (connection, ended):
                either.register(one, selectors.EVENT_READ)
            while not self._closing.is_set():
                either.select(_LISTEN_SECONDS)
                if any(True for _ in connection.notifies(timeout=0)):
                    self._hint()

    def _hint(self) -> None:
        if self._loop is not None:
            on_loop(self._loop, self._announce)

    def _announce(self) -> None:
        for listener in self._listeners:
            listener()


def _outcome(work: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(work())
    except BaseException as error:  # noqa: BLE001 - whatever a closure raises belongs to whoever awaits it
        return Outcome(error=error)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]


def _translated(error: psycopg.Error) -> NetSentinelError | psycopg.Error:
    """The error of our tree for an error of PostgreSQL; a mistake in a statement stays what it is."""
    match error:
        case errors.DiskFull():
            return StorageFullError("The disk of the database server is full. Writing resumes by itself.")
        case errors.IntegrityError():
            return ConflictError(f"The change contradicts what is stored: {_first_line(error)}")
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return StorageUnavailableError(f"PostgreSQL is not available: {_first_line(error)}")
        case _:
            return error
