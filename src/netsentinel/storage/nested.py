"""Several tries inside one transaction: each is kept or undone by itself, and all of them are one commit."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.storage.ports import Row, SqlValue, Tx

T = TypeVar("T")


class _Nested:
    """A transaction inside of another one: its entries count only when it is kept."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.entries: list[NewEntry] = []

    def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
        return self._tx.rows(sql, params)

    def row(self, sql: str, params: Sequence[SqlValue] = ()) -> Row | None:
        return self._tx.row(sql, params)

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> int:
        return self._tx.run(sql, params)

    def many(self, sql: str, params: Iterable[Sequence[SqlValue]]) -> None:
        self._tx.many(sql, params)

    def alone(self, what: str) -> None:
        self._tx.alone(what)

    def append(self, entry: NewEntry) -> None:
        self.entries.append(entry)


def savepoint(tx: Tx, fn: Callable[[Tx], T]) -> T:
    """Run `fn` so that nothing of it stays when it raises an error of ours; the transaction itself goes on.

    Raises:
        NetSentinelError: what `fn` raised.
    """
    tx.run("SAVEPOINT nested")
    inner = _Nested(tx)
    try:
        result = fn(inner)
    except NetSentinelError:
        tx.run("ROLLBACK TO SAVEPOINT nested")
        tx.run("RELEASE SAVEPOINT nested")
        raise
    tx.run("RELEASE SAVEPOINT nested")
    for entry in inner.entries:
        tx.append(entry)
    return result
