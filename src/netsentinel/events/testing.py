"""Fakes for the ports of the intake; they pass the same contract suites as the stores in SQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from netsentinel.events.configured.model import SourceConfig
from netsentinel.events.lake.model import (
    COLUMNS,
    Bucket,
    EventFilter,
    EventKey,
    Extent,
    Facet,
    FoundEvents,
    HuntResult,
    Spool,
    StoredEvent,
    ValueCount,
)
from netsentinel.events.lake.query import check, check_grouping, compiled, value_of
from netsentinel.events.model import MAX_REJECTED_BYTES
from netsentinel.events.ports import Arrival, Backlog, InboxBatch, SourceReport, SourceStatus
from netsentinel.events.positions import POSITIONS_KEPT, StreamPosition
from netsentinel.events.set_aside import SetAside
from netsentinel.events.store_sql import MAX_REASON_CHARACTERS, MAX_REJECTED_KEPT
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx


class MemoryInbox:
    """An inbox in a dict."""

    def __init__(self) -> None:
        self.batches: dict[int, InboxBatch] = {}
        self._last = 0
        self._checkpoint = (0, b"")
        self._positions: dict[tuple[TenantId, str, str], tuple[int, Micros]] = {}

    def put(self, tx: Tx, batch: InboxBatch) -> int:
        """Store a batch (its `id` is ignored); the id it got."""
        del tx
        self._last += 1
        self.batches[self._last] = replace(batch, id=self._last, done=False)
        return self._last

    def advance(self, tx: Tx, tenant: TenantId, source: str, position: StreamPosition, now: Micros) -> int | None:
        """Move a stream's recorded end to the position's; the recorded end instead when it is beyond the start."""
        del tx
        if position.start == 0:
            self._positions = {
                key: (end, at)
                for key, (end, at) in self._positions.items()
                if key[:2] != (tenant, source) or at >= now - POSITIONS_KEPT
            }
        key = (tenant, source, position.stream)
        recorded, _ = self._positions.get(key, (0, 0))
        if recorded > position.start:
            return recorded
        self._positions[key] = (position.end, now)
        return None

    def arrivals(self, tx: ReadTx, after: int, limit: int) -> list[Arrival]:
        """Batches with an id above `after`, in order, done or not."""
        del tx
        found = [batch for number, batch in sorted(self.batches.items()) if number > after]
        return [Arrival(batch.id, batch.tenant, batch.records, len(batch.raw)) for batch in found[:limit]]

    def fetch(self, tx: ReadTx, ids: Sequence[int]) -> list[InboxBatch]:
        """These batches, in the order asked for; one that is not there is left out."""
        del tx
        return [self.batches[number] for number in ids if number in self.batches]

    def finish(self, tx: Tx, ids: Sequence[int]) -> list[int]:
        """Mark batches as done; the ids that were not done before."""
        del tx
        finished = sorted({number for number in ids if number in self.batches and not self.batches[number].done})
        for number in finished:
            self.batches[number] = replace(self.batches[number], done=True)
        return finished

    def checkpoint(self, tx: Tx, number: int, covered: Sequence[int], state: bytes) -> None:
        """Record the detectors' state, and delete the batches that it covers."""
        del tx
        if number <= self._checkpoint[0] or not all(at in self.batches and self.batches[at].done for at in covered):
            raise UnavailableError("Another server was first.")
        self._checkpoint = (number, state)
        for at in covered:
            del self.batches[at]

    def last_checkpoint(self, tx: ReadTx) -> tuple[int, bytes]:
        """The newest checkpoint: number and state; `(0, b"")` before the first."""
        del tx
        return self._checkpoint

    def backlog(self, tx: ReadTx) -> dict[TenantId, Backlog]:
        """What waits of each tenant of which something does."""
        del tx
        times: dict[TenantId, list[Micros]] = {}
        for batch in self.batches.values():
            if not batch.done:
                times.setdefault(batch.tenant, []).append(batch.received_at)
        return {tenant: Backlog(len(each), min(each)) for tenant, each in times.items()}


class MemorySetAside:
    """Batches that were set aside, in a dict."""

    def __init__(self, inbox: MemoryInbox) -> None:
        self._inbox = inbox
        self._kept: dict[int, tuple[InboxBatch, SetAside]] = {}

    def put(self, tx: Tx, batch: InboxBatch, reason: str, tries: int, now: Micros) -> bool:
        """Move a batch out of the inbox; False when it is there no more."""
        del tx
        found = self._inbox.batches.pop(batch.id, None)
        if found is None:
            return False
        size, reason = len(found.raw), reason[:MAX_REASON_CHARACTERS]
        told = SetAside(
            *(found.id, found.source, found.format, found.received_at, found.records), size, now, tries, reason
        )
        self._kept[found.id] = found, told
        return True

    def all(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[SetAside]:
        """A tenant's batches, newest first."""
        del tx
        return [told for _, (batch, told) in sorted(self._kept.items(), reverse=True) if batch.tenant == tenant][:limit]

    def count(self, tx: ReadTx) -> int:
        """How many there are, of all tenants."""
        del tx
        return len(self._kept)

    def take(self, tx: Tx, tenant: TenantId, batch: int) -> InboxBatch | None:
        """Hand a batch over and forget it; None when the tenant has no such batch here."""
        del tx
        found = self._kept.get(batch)
        if found is None or found[0].tenant != tenant:
            return None
        del self._kept[batch]
        return found[0]


class MemorySources:
    """Sources in dicts; `inbox` tells what is waiting."""

    def __init__(self, inbox: MemoryInbox | None = None) -> None:
        self._inbox = inbox or MemoryInbox()
        self._sources: dict[tuple[TenantId, str], SourceStatus] = {}
        self._rejected: dict[tuple[TenantId, str], list[tuple[Micros, bytes, str]]] = {}

    def record(self, tx: Tx, report: SourceReport, now: Micros) -> None:
        """Add one batch's counts."""
        del tx
        key = (report.tenant, report.source)
        old = self._sources.get(key, SourceStatus(report.source, "", 0, 0, 0, now, now, 0, "", 0))
        self._sources[key] = replace(
            old,
            format=report.format or old.format,
            events=old.events + report.events,
            rejected=old.rejected + report.rejected,
            size=old.size + report.size,
            last_seen_at=now,
            last_event_at=max(old.last_event_at, report.last_event_at),
            last_error=report.last_error or old.last_error,
        )

    def keep_rejected(
        self, tx: Tx, tenant: TenantId, source: str, lines: Sequence[tuple[bytes, str]], now: Micros
    ) -> None:
        """Keep unparsable lines with the reason of each."""
        del tx
        kept = self._rejected.setdefault((tenant, source), [])
        kept += [(now, line[:MAX_REJECTED_BYTES], reason[:MAX_REASON_CHARACTERS]) for line, reason in lines]
        del kept[:-MAX_REJECTED_KEPT]

    def all(self, tx: ReadTx, tenant: TenantId) -> list[SourceStatus]:
        """All sources of a tenant, by name; also one whose first batch still waits."""
        del tx
        found = {name: status for (owner, name), status in self._sources.items() if owner == tenant}
        for batch in self._inbox.batches.values():
            if batch.tenant != tenant or batch.done:
                continue
            at = batch.received_at
            status = found.get(batch.source) or SourceStatus(batch.source, "", 0, 0, 0, at, at, 0, "", 0)
            if (tenant, batch.source) not in self._sources:
                first, last = min(status.first_seen_at, at), max(status.last_seen_at, at)
                stated = max(status.format, batch.format)
                status = replace(status, format=stated, first_seen_at=first, last_seen_at=last)
            since = min(status.waiting_since or at, at)
            found[batch.source] = replace(status, waiting=status.waiting + batch.records, waiting_since=since)
        return [found[name] for name in sorted(found)]

    def rejected(self, tx: ReadTx, tenant: TenantId, source: str, limit: int) -> list[tuple[Micros, bytes, str]]:
        """The newest unparsable lines: when, the line, why."""
        del tx
        return self._rejected.get((tenant, source), [])[::-1][:limit]


class MemoryEventStore:
    """Stored events in a list. `hunt` knows no SQL: it answers every column of every event of the tenant."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept: list[tuple[Micros, StoredEvent]] = []

    async def append(self, spool: Spool, also: Callable[[Tx], None]) -> int:
        """Store the events of a spool, and run `also` in the commit that makes them visible; how many."""
        lines = await asyncio.to_thread(Path(spool.path).read_bytes) if spool.path else b""
        events = msgspec.json.Decoder(StoredEvent).decode_lines(lines)
        await self._db.write(also)
        now = self._clock.now()
        self._kept += [(now, event) for event in events]
        if spool.path:
            await asyncio.to_thread(Path(spool.path).unlink)
        return len(events)

    async def search(
        self, tenant: TenantId, where: EventFilter, limit: int, after: EventKey | None = None
    ) -> FoundEvents:
        """The newest events of a tenant, going on after a key."""
        found = [event for event in self._matching(tenant, where) if after is None or _key(event, where) < after]
        return FoundEvents(tuple(sorted(found, key=lambda event: _key(event, where), reverse=True)[:limit]))

    async def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces."""
        found = (await self.search(tenant, where, len(self._kept))).events
        for start in range(0, len(found), 2):
            yield list(found[start : start + 2])

    async def histogram(self, tenant: TenantId, where: EventFilter, width: Micros, by: str = "") -> list[Bucket]:
        """How many events per time span, oldest first."""
        check_grouping(by)
        bars: dict[Micros, Counter[str | int]] = {}
        for event in self._matching(tenant, where):
            at = _key(event, where)[0] // width * width
            bars.setdefault(at, Counter())[getattr(event, by) if by else ""] += 1
        return [Bucket(at, parts.total(), _ranked(parts) if by else ()) for at, parts in sorted(bars.items())]

    async def facet(self, tenant: TenantId, where: EventFilter, column: str, limit: int) -> Facet:
        """The most frequent values of a column."""
        value_of(column)
        counts = Counter[str | int](getattr(event, column) for event in self._matching(tenant, where))
        return Facet(column, _ranked(counts)[:limit], len(counts), counts.total())

    async def extent(self, tenant: TenantId) -> Extent | None:
        """From when to when there are events; None when nothing is stored."""
        times = [event.time for _, event in self._kept if event.tenant == tenant]
        return Extent(min(times), max(times)) if times else None

    async def hunt(self, tenant: TenantId, sql: str, *, limit: int, seconds: int) -> HuntResult:
        """Everything the tenant has."""
        found = (await self.search(tenant, EventFilter(), limit + 1)).events
        rows = tuple(msgspec.structs.astuple(event) for event in found[:limit])
        return HuntResult(tuple(COLUMNS), rows, truncated=len(found) > limit, seconds=0.0)

    async def expire(self, tenant: TenantId, before: Micros) -> int:
        """Forget what was stored before a time; how many events."""
        kept = [(at, event) for at, event in self._kept if event.tenant != tenant or at >= before]
        gone, self._kept = len(self._kept) - len(kept), kept
        return gone

    def _matching(self, tenant: TenantId, where: EventFilter) -> list[StoredEvent]:
        check(where)
        pattern: Any = compiled(where.regex) if where.regex else None
        return [
            event
            for _, event in self._kept
            if event.tenant == tenant
            and where.since <= _key(event, where)[0]
            and (not where.until or _key(event, where)[0] < where.until)
            and (not where.older_than or event.time < where.older_than)
            and all(getattr(event, column) in wanted for column, wanted in where.equal)
            and not any(getattr(event, column) in unwanted for column, unwanted in where.unequal)
            and (not where.ids or (event.batch, event.number) in where.ids)
            and where.text.lower() in f"{event.native}\n{event.raw}".lower()
            and (pattern is None or pattern.search(event.native) or (event.raw and pattern.search(event.raw)))
        ]


def _key(event: StoredEvent, where: EventFilter) -> EventKey:
    return event.key(by_arrival=where.by_arrival)


class MemorySourceConfigs:
    """Configurations of sources in a dict."""

    def __init__(self) -> None:
        self._configs: dict[tuple[TenantId, str], SourceConfig] = {}

    def add(self, tx: Tx, config: SourceConfig) -> bool:
        """Insert a configuration; False when the tenant has one of that name."""
        del tx
        return self._configs.setdefault((config.tenant, config.name), config) is config

    def change(self, tx: Tx, config: SourceConfig) -> bool:
        """Replace all but who made it and when; False when there is none of that name."""
        old = self.find(tx, config.tenant, config.name)
        if old is not None:
            kept = replace(config, created_at=old.created_at, created_by=old.created_by)
            self._configs[config.tenant, config.name] = kept
        return old is not None

    def remove(self, tx: Tx, tenant: TenantId, name: str) -> bool:
        """Forget a configuration; False when there is none of that name."""
        del tx
        return self._configs.pop((tenant, name), None) is not None

    def find(self, tx: ReadTx, tenant: TenantId, name: str) -> SourceConfig | None:
        """The configuration of this name."""
        del tx
        return self._configs.get((tenant, name))

    def all(self, tx: ReadTx) -> list[SourceConfig]:
        """Every tenant's, by tenant and name."""
        del tx
        return [config for _, config in sorted(self._configs.items())]


def _ranked(counts: Counter[str | int]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(*one) for one in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
