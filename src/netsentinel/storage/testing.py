"""Fakes of the storage ports, and the kinds of entries that tests append."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Never, Self, TypeVar

from netsentinel.kernel.entries import EntryKind, NewEntry, Payload
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx

T = TypeVar("T")


class MemoryTx:
    """A transaction for stores in memory: it collects entries and knows no SQL."""

    def __init__(self) -> None:
        self.entries: list[NewEntry] = []

    def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
        """Refused: a store that asks for this is not one in memory."""
        return _refuse(sql, params)

    def row(self, sql: str, params: Sequence[SqlValue] = ()) -> Row | None:
        """Refused, like `rows`."""
        return _refuse(sql, params)

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> int:
        """Refused, like `rows`."""
        return _refuse(sql, params)

    def many(self, sql: str, params: Iterable[Sequence[SqlValue]]) -> None:
        """Refused, like `rows`."""
        _refuse(sql, params)

    def alone(self, what: str) -> None:
        """It always is: one closure runs at a time."""

    def append(self, entry: NewEntry) -> None:
        """Remember the entry."""
        self.entries.append(entry)


def _refuse(sql: str, params: object) -> Never:
    raise TypeError(f"a transaction in memory cannot execute {sql!r} with {params!r}")


class MemoryDatabase:
    """Runs closures at once on a `MemoryTx`, so that services can be tested with stores in memory.

    The stores themselves are not rolled back when a closure raises; only its entries are dropped.
    """

    def __init__(self) -> None:
        self.entries: list[NewEntry] = []
        """What was appended and committed, in order."""
        self.failure: NetSentinelError | None = None
        """Raised by every write while it is set, as a full disk would."""
        self._listeners: list[Callable[[], None]] = []

    async def __aenter__(self) -> Self:
        """There is nothing to open."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """There is nothing to close."""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn`; its entries are kept when it returns."""
        if self.failure is not None:
            raise self.failure
        tx = MemoryTx()
        result = fn(tx)
        self.entries += tx.entries
        if tx.entries:
            for listener in self._listeners:
                listener()
        return result

    async def read(self, fn: Callable[[ReadTx], T]) -> T:
        """Run `fn`."""
        return fn(MemoryTx())

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when entries were kept."""
        self._listeners.append(listener)


class Happened(Payload, frozen=True):
    """What entries of the kinds below carry."""

    text: str = ""


TEST_KINDS: Final = (
    EntryKind("test.happened", "tests", "test:happened", Happened, "Something happened in a test."),
    EntryKind("test.other", "others", "test:other", Happened, "Something else happened in a test."),
    EntryKind("test.audited", "tests", "test:audited", Happened, "Something audited happened in a test.", audited=True),
)


def happened(
    text: str = "",
    *,
    kind: str = "test.happened",
    tenant: TenantId = DEFAULT_TENANT,
    cause: tuple[int, ...] = (),
) -> NewEntry:
    """An entry of one of `TEST_KINDS`."""
    return NewEntry(kind, tenant, "system", "thing", Happened(text=text), cause)
