"""The inbox and the sources in SQL, the same on SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from typing import Final

from netsentinel.events.model import MAX_REJECTED_BYTES
from netsentinel.events.ports import Arrival, Backlog, InboxBatch, SourceReport, SourceStatus
from netsentinel.events.positions import POSITIONS_KEPT, StreamPosition
from netsentinel.events.set_aside import SetAside
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx

MAX_REJECTED_KEPT: Final = 1_000
"""So many of the newest unparsable lines are kept per source; the count of all of them stays exact."""

MAX_REASON_CHARACTERS: Final = 500

_IDS_PER_STATEMENT: Final = 500

_LATER: Final = "Another server was first; this one goes on from the last checkpoint."

_RECORD: Final = """
INSERT INTO sources
  (tenant, name, format, events, rejected, size, first_seen_at, last_seen_at, last_event_at, last_error)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (tenant, name) DO UPDATE SET
  format = CASE WHEN excluded.format = '' THEN sources.format ELSE excluded.format END,
  events = sources.events + excluded.events,
  rejected = sources.rejected + excluded.rejected,
  size = sources.size + excluded.size,
  last_seen_at = excluded.last_seen_at,
  last_event_at =
    CASE WHEN excluded.last_event_at > sources.last_event_at THEN excluded.last_event_at ELSE sources.last_event_at END,
  last_error = CASE WHEN excluded.last_error = '' THEN sources.last_error ELSE excluded.last_error END
"""

# One statement, so that of two equal batches at the same time one moves the position and the other sees it moved.
_ADVANCE: Final = """
INSERT INTO source_positions (tenant, source, stream, position, moved_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (tenant, source, stream) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at
WHERE source_positions.position <= ?
RETURNING position
"""

_WAITING_BY_SOURCE: Final = """
SELECT source, MAX(format), CAST(SUM(records) AS BIGINT), MIN(received_at), MAX(received_at)
FROM inbox WHERE tenant = ? AND done = 0 GROUP BY source
"""

_BATCHES: Final = "SELECT id, tenant, source, format, received_at, records, raw, done FROM inbox"

_FORGET_OLD_REJECTED: Final = """
DELETE FROM rejected_lines WHERE tenant = ? AND source = ? AND id <= (
  SELECT id FROM rejected_lines WHERE tenant = ? AND source = ? ORDER BY id DESC LIMIT 1 OFFSET ?
)
"""


class SqlInbox:
    """The durable waiting room between receiving and processing."""

    def put(self, tx: Tx, batch: InboxBatch) -> int:
        """Store a batch (its `id` is ignored); the id it got."""
        row = tx.row("UPDATE inbox_counter SET last = last + 1 RETURNING last")
        if row is None:
            raise LookupError("the row that counts the inbox is missing")
        tx.run(
            "INSERT INTO inbox (id, tenant, source, format, received_at, records, raw, done) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            (row[0], batch.tenant, batch.source, batch.format, batch.received_at, batch.records, batch.raw),
        )
        return int(row[0])

    def advance(self, tx: Tx, tenant: TenantId, source: str, position: StreamPosition, now: Micros) -> int | None:
        """Move a stream's recorded end to the position's; the recorded end instead when it is beyond the start."""
        if position.start == 0:  # a stream begins: time to forget those that have long ended
            tx.run(
                "DELETE FROM source_positions WHERE tenant = ? AND source = ? AND moved_at < ?",
                (tenant, source, now - POSITIONS_KEPT),
            )
        if tx.row(_ADVANCE, (tenant, source, position.stream, position.end, now, position.start)) is not None:
            return None
        row = tx.row(
            "SELECT position FROM source_positions WHERE tenant = ? AND source = ? AND stream = ?",
            (tenant, source, position.stream),
        )
        if row is None:
            raise LookupError("a stream's position is gone within its own transaction")
        return int(row[0])

    def arrivals(self, tx: ReadTx, after: int, limit: int) -> list[Arrival]:
        """Batches with an id above `after`, in order, done or not."""
        rows = tx.rows(
            "SELECT id, tenant, records, LENGTH(raw) FROM inbox WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        )
        return [Arrival(*columns) for columns in rows]

    def fetch(self, tx: ReadTx, ids: Sequence[int]) -> list[InboxBatch]:
        """These batches, in the order asked for; one that is not there is left out."""
        found: dict[int, InboxBatch] = {}
        for some in _portions(ids):
            rows = tx.rows(f"{_BATCHES} WHERE id IN ({_marks(some)})", some)
            found |= {columns[0]: InboxBatch(*columns, done=bool(done)) for *columns, done in rows}
        return [found[number] for number in ids if number in found]

    def finish(self, tx: Tx, ids: Sequence[int]) -> list[int]:
        """Mark batches as done, in the transaction of their effect; the ids that were not done before."""
        finished: list[int] = []
        for some in _portions(ids):
            sql = f"UPDATE inbox SET done = 1 WHERE done = 0 AND id IN ({_marks(some)}) RETURNING id"  # noqa: S608 - only placeholders
            finished += [int(row[0]) for row in tx.rows(sql, some)]
        return sorted(finished)

    def checkpoint(self, tx: Tx, number: int, covered: Sequence[int], state: bytes) -> None:
        """Record the detectors' state, and delete the batches that it covers."""
        is_newest = tx.row(
            "INSERT INTO inbox_checkpoint (one, number, state) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE "
            "SET number = excluded.number, state = excluded.state WHERE excluded.number > inbox_checkpoint.number "
            "RETURNING number",
            (number, state),
        )
        if is_newest is None:
            raise UnavailableError(_LATER)
        gone = sum(
            tx.run(f"DELETE FROM inbox WHERE done = 1 AND id IN ({_marks(some)})", some)  # noqa: S608 - only placeholders
            for some in _portions(covered)
        )
        if gone != len(covered):
            raise UnavailableError(_LATER)

    def last_checkpoint(self, tx: ReadTx) -> tuple[int, bytes]:
        """The newest checkpoint: number and state; `(0, b"")` before the first."""
        row = tx.row("SELECT number, state FROM inbox_checkpoint")
        return (0, b"") if row is None else (int(row[0]), bytes(row[1]))

    def backlog(self, tx: ReadTx) -> dict[TenantId, Backlog]:
        """What waits of each tenant of which something does."""
        rows = tx.rows("SELECT tenant, COUNT(*), MIN(received_at) FROM inbox WHERE done = 0 GROUP BY tenant")
        return {TenantId(tenant): Backlog(int(count), int(since)) for tenant, count, since in rows}


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _IDS_PER_STATEMENT] for start in range(0, len(ids), _IDS_PER_STATEMENT))


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" * len(ids))


class SqlSetAside:
    """Batches that could not be processed."""

    def put(self, tx: Tx, batch: InboxBatch, reason: str, tries: int, now: Micros) -> bool:
        """Move a batch out of the inbox; False when it is there no more."""
        row = tx.row("DELETE FROM inbox WHERE id = ? RETURNING done, raw", (batch.id,))
        if row is None:
            return False
        done, raw = int(row[0]), bytes(row[1])
        tx.run(
            "INSERT INTO inbox_set_aside (id, tenant, source, format, received_at, records, done, raw, size, "
            "set_aside_at, tries, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(batch.id, batch.tenant, batch.source, batch.format, batch.received_at, batch.records, done, raw),
                *(len(raw), now, tries, reason[:MAX_REASON_CHARACTERS]),
            ),
        )
        return True

    def all(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[SetAside]:
        """A tenant's batches, newest first."""
        rows = tx.rows(
            "SELECT id, source, format, received_at, records, size, set_aside_at, tries, reason FROM inbox_set_aside "
            "WHERE tenant = ? ORDER BY id DESC LIMIT ?",
            (tenant, limit),
        )
        return [SetAside(*row) for row in rows]

    def count(self, tx: ReadTx) -> int:
        """How many there are, of all tenants."""
        row = tx.row("SELECT COUNT(*) FROM inbox_set_aside")
        return 0 if row is None else int(row[0])

    def take(self, tx: Tx, tenant: TenantId, batch: int) -> InboxBatch | None:
        """Hand a batch over and forget it; None when the tenant has no such batch here."""
        row = tx.row(
            "DELETE FROM inbox_set_aside WHERE tenant = ? AND id = ? "
            "RETURNING id, tenant, source, format, received_at, records, raw, done",
            (tenant, batch),
        )
        if row is None:
            return None
        *columns, done = row
        return InboxBatch(*columns, done=bool(done))


class SqlSources:
    """Counts and errors per source, and the records that could not be parsed."""

    def record(self, tx: Tx, report: SourceReport, now: Micros) -> None:
        """Add one batch's counts. An empty format or error leaves the last one that was stated."""
        tx.run(
            _RECORD,
            (
                report.tenant,
                report.source,
                report.format,
                report.events,
                report.rejected,
                report.size,
                now,
                now,
                report.last_event_at,
                report.last_error,
            ),
        )

    def keep_rejected(
        self, tx: Tx, tenant: TenantId, source: str, lines: Sequence[tuple[bytes, str]], now: Micros
    ) -> None:
        """Keep unparsable lines with the reason of each, the newest `MAX_REJECTED_KEPT` per source."""
        tx.many(
            "INSERT INTO rejected_lines (tenant, source, at, line, reason) VALUES (?, ?, ?, ?, ?)",
            [
                (tenant, source, now, line[:MAX_REJECTED_BYTES], reason[:MAX_REASON_CHARACTERS])
                for line, reason in lines[-MAX_REJECTED_KEPT:]
            ],
        )
        tx.run(_FORGET_OLD_REJECTED, (tenant, source, tenant, source, MAX_REJECTED_KEPT))

    def all(self, tx: ReadTx, tenant: TenantId) -> list[SourceStatus]:
        """All sources of a tenant, by name; also one whose first batch still waits."""
        waiting = {name: rest for name, *rest in tx.rows(_WAITING_BY_SOURCE, (tenant,))}
        rows = tx.rows(
            "SELECT name, format, events, rejected, size, first_seen_at, last_seen_at, last_event_at, last_error "
            "FROM sources WHERE tenant = ?",
            (tenant,),
        )
        found: dict[str, SourceStatus] = {}
        for row in rows:
            _, records, since, _ = waiting.get(row[0], ("", 0, 0, 0))
            found[row[0]] = SourceStatus(*row, waiting=records, waiting_since=since)
        for name, (stated, records, first, last) in waiting.items():
            if name not in found:
                found[name] = SourceStatus(name, stated, 0, 0, 0, first, last, 0, "", records, waiting_since=first)
        return [found[name] for name in sorted(found)]

    def rejected(self, tx: ReadTx, tenant: TenantId, source: str, limit: int) -> list[tuple[Micros, bytes, str]]:
        """The newest unparsable lines: when, the line, why."""
        rows = tx.rows(
            "SELECT at, line, reason FROM rejected_lines WHERE tenant = ? AND source = ? ORDER BY id DESC LIMIT ?",
            (tenant, source, limit),
        )
        return [(int(at), bytes(line), reason) for at, line, reason in rows]
