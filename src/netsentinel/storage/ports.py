"""The storage port: synchronous closures in transactions, the same on SQLite and PostgreSQL.

A closure does no I/O of its own and may run twice. To join a transaction, pass `tx` on.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self, TypeVar

from netsentinel.kernel.entries import NewEntry

T = TypeVar("T")
Row = tuple[Any, ...]
SqlValue = str | int | float | bytes | None


class ReadTx(Protocol):
    """A consistent view of the database. SQL is the common subset with `?` placeholders."""

    def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def row(self, sql: str, params: Sequence[SqlValue] = ()) -> Row | None:
        """The first row of a query, or None."""
        ...


class Tx(ReadTx, Protocol):
    """A transaction: everything in it is committed together, or nothing is."""

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> int:
        """Execute a statement; the number of rows it changed."""
        ...

    def many(self, sql: str, params: Iterable[Sequence[SqlValue]]) -> None:
        """Execute a statement once per set of parameters."""
        ...

    def alone(self, what: str) -> None:
        """Have every other transaction that states the same wait here until this one has ended.

        For whoever counts and inserts: what others insert is seen by the statements that follow. As early in a closure
        as may be, since whoever waits here keeps the rows from others that it has changed.
        """
        ...

    def append(self, entry: NewEntry) -> None:
        """Append to the journal when the closure has returned: the last statement of the transaction."""
        ...


class Database(Protocol):
    """A database that is opened with `async with`."""

    async def __aenter__(self) -> Self:
        """Open the database and bring its schema up to date.

        Raises:
            UnsafeStorageError: this SQLite has a known fault, or the schema is from a newer NetSentinel.
            StorageUnavailableError: it cannot be opened.
        """
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Finish what was accepted, then close."""
        ...

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result after the commit is on disk.

        Raises:
            StorageFullError: the disk is full; nothing of `fn` was kept.
            StorageUnavailableError: the database is closed or unreachable; nothing of `fn` was kept.
        """
        ...

    async def read(self, fn: Callable[[ReadTx], T]) -> T:
        """Run `fn` on a reader."""
        ...

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called on the event loop, soon after entries became visible. A hint, never a promise."""
        ...
