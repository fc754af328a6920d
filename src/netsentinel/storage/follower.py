"""A durable cursor over the journal: its reactions happen once in effect, in the order of the entries."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import Micros
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.storage.rows import COLUMNS, entry_from_row, newest_seq

_SAVE_EVERY: Final = 1_000
"""Entries of other kinds are passed over in memory; the durable cursor is moved past them only this often."""

_MAX_ERROR_CHARACTERS: Final = 2_000

# One statement that makes the cursor where it is missing and, on PostgreSQL, locks its row until the commit.
_LOCK_CURSOR: Final = (
    "INSERT INTO cursors (name, seq) VALUES (?, 0) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING seq"
)

# What failed and then worked after all is no news; what was parked stays.
_FORGET_FAILURES: Final = "DELETE FROM reaction_failures WHERE name = ? AND seq <= ? AND parked_at IS NULL"


@dataclass(frozen=True, slots=True)
class ReactionFailure:
    """A reaction that raised for one entry, and has not worked since."""

    name: str
    seq: int
    attempts: int
    error: str
    failed_at: Micros
    parked_at: Micros | None
    """When it was given up; None while it will be tried again."""


class Follower:
    """A named position in the journal that moves in the transaction of what is done about the entries."""

    def __init__(
        self,
        db: Database,
        name: str,
        kinds: Collection[str],
        wanted: Callable[[ReadTx], Collection[str]] | None = None,
    ) -> None:
        self._db = db
        self._wanted = wanted
        self.name = name
        self._kinds = tuple(sorted(kinds))
        self._passed = 0

    async def step(self, fn: Callable[[Tx, Entry], None], limit: int = 200, upto: int | None = None) -> int:
        """Run `fn` for the next entries and move the cursor, all in one transaction.

        At most `limit` entries, and none beyond `upto`.

        Returns how many entries `fn` saw; 0 when there is nothing to do. Whatever `fn` raises comes out here, with the
        cursor where it was and nothing of this step kept.
        """
        if not await self._has_work(upto):
            return 0

        def process(tx: Tx) -> tuple[int, int]:
            cursor = self._locked(tx)
            looked, entries = self._next(tx, cursor, limit, upto)
            for entry in entries:
                fn(tx, entry)
            if looked > cursor:
                self._move(tx, looked)
            if entries:
                tx.run(_FORGET_FAILURES, (self.name, looked))
            return len(entries), looked

        count, self._passed = await self._db.write(process)
        return count

    async def position(self) -> int:
        """`seq` of the last entry that is done with, as stored."""
        return await self._db.read(self._position)

    async def lag(self) -> int:
        """How many positions of the journal lie between the newest entry and this follower."""
        return await self._db.read(lambda tx: max(0, newest_seq(tx) - max(self._position(tx), self._passed)))

    async def record_failure(self, seq: int, error: str, now: Micros) -> int:
        """Count one failed attempt at an entry; how many there were so far."""

        def record(tx: Tx) -> int:
            row = tx.row(
                "INSERT INTO reaction_failures (name, seq, attempts, error, failed_at) VALUES (?, ?, 1, ?, ?) "
                "ON CONFLICT (name, seq) DO UPDATE SET attempts = reaction_failures.attempts + 1, "
                "error = excluded.error, failed_at = excluded.failed_at RETURNING attempts",
                (self.name, seq, error[:_MAX_ERROR_CHARACTERS], now),
            )
            return 0 if row is None else int(row[0])

        return await self._db.write(record)

    async def park(self, seq: int, reason: str, now: Micros) -> None:
        """Give an entry up: move the cursor past it and keep a row that says why."""

        def give_up(tx: Tx) -> None:
            tx.run(
                "INSERT INTO reaction_failures (name, seq, attempts, error, failed_at, parked_at) "
                "VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (name, seq) DO UPDATE SET error = excluded.error, "
                "parked_at = excluded.parked_at",
                (self.name, seq, reason[:_MAX_ERROR_CHARACTERS], now, now),
            )
            if seq > self._locked(tx):
                self._move(tx, seq)

        await self._db.write(give_up)

    async def failures(self, limit: int = 100) -> list[ReactionFailure]:
        """The newest failures of this follower, parked or not."""
        sql = (
            "SELECT name, seq, attempts, error, failed_at, parked_at FROM reaction_failures "
            "WHERE name = ? ORDER BY seq DESC LIMIT ?"
        )
        return [ReactionFailure(*row) for row in await self._db.read(lambda tx: tx.rows(sql, (self.name, limit)))]

    async def _has_work(self, upto: int | None) -> bool:
        """Whether a step would see an entry, or the cursor has fallen far behind what was passed over."""

        def look(tx: ReadTx) -> tuple[int, int, bool]:
            stored = self._position(tx)
            looked, entries = self._next(tx, max(stored, self._passed), 1, upto)
            return stored, looked, bool(entries)

        stored, looked, found = await self._db.read(look)
        if found:
            return True
        self._passed = looked
        return looked - stored >= _SAVE_EVERY

    def _next(self, tx: ReadTx, after: int, limit: int, upto: int | None) -> tuple[int, list[Entry]]:
        """(how far the journal was looked at, the entries found there)."""
        newest = newest_seq(tx) if upto is None else upto
        wanted = self._kinds if self._wanted is None else tuple(sorted(self._wanted(tx)))
        if self._wanted is not None and not wanted:
            return max(newest, after), []
        kinds = f"AND kind IN ({', '.join('?' * len(wanted))})" if wanted else ""
        sql = f"SELECT {COLUMNS} FROM journal WHERE seq > ? AND seq <= ? {kinds} ORDER BY seq LIMIT ?"  # noqa: S608 - only constants and placeholders
        entries = [entry_from_row(row) for row in tx.rows(sql, (after, newest, *wanted, limit))]
        return (entries[-1].seq if len(entries) == limit else max(newest, after)), entries

    def _position(self, tx: ReadTx) -> int:
        row = tx.row("SELECT seq FROM cursors WHERE name = ?", (self.name,))
        return 0 if row is None else int(row[0])

    def _locked(self, tx: Tx) -> int:
        row = tx.row(_LOCK_CURSOR, (self.name,))
        return 0 if row is None else int(row[0])

    def _move(self, tx: Tx, seq: int) -> None:
        tx.run("UPDATE cursors SET seq = ? WHERE name = ?", (seq, self.name))
