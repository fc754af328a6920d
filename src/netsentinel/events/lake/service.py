"""What people do with stored events: page through them, count them over time, hunt."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import msgspec

from netsentinel.events.lake.model import (
    COLUMNS,
    FILTERS,
    Bucket,
    EventFilter,
    EventKey,
    Extent,
    Facet,
    HuntResult,
    StoredEvent,
    Terms,
)
from netsentinel.events.lake.ports import EventStore, Hunter
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import InvalidFilterError, InvalidStatementError, NotFoundError
from netsentinel.kernel.types import Micros, TenantId

MAX_TERMS = 20
MAX_FACET_VALUES = 100
_WIDTHS = tuple(
    unit * number
    for unit, numbers in (
        (SECOND, (1, 2, 5, 10, 15, 30)),
        (MINUTE, (1, 2, 5, 10, 15, 30)),
        (HOUR, (1, 2, 3, 6, 12, 24)),
    )
    for number in numbers
)
_ID = re.compile(r"evt_(\d{1,18})_(\d{1,18})")
MAX_SQL = 20_000


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of events, newest first."""

    items: tuple[StoredEvent, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many events there are over time. Spans without events are left out."""

    items: tuple[Bucket, ...]
    since: Micros
    until: Micros
    width: Micros
    """Of one span."""
    stored: Extent | None
    """From when to when there are stored events at all, whatever was asked for; null without any."""
    late: int
    """Where a range up to now is asked for, by the events' own time: how many events arrived within the last hour that
    are older than it, as those of a replay are."""


@dataclass(frozen=True, slots=True)
class HuntLimits:
    """How much a hunt may take."""

    seconds: int = 30
    rows: int = 10_000


class EventLake:
    """Answers questions about a tenant's stored events."""

    def __init__(self, store: EventStore, hunter: Hunter, clock: Clock, limits: HuntLimits | None = None) -> None:
        self._store = store
        self._hunter = hunter
        self._clock = clock
        self._limits = limits or HuntLimits()

    async def page(self, tenant: TenantId, where: EventFilter, *, limit: int, cursor: str = "") -> EventPage:
        """One page of events: fewer than the limit where they weigh much.

        Raises:
            InvalidCursorError: the cursor is not from this list.
            InvalidFilterError: an unknown column, a value of the wrong type, or no regular expression for RE2.
        """
        found = await self._store.search(tenant, where, limit + 1, _key(cursor))
        items, is_more = found.events[:limit], found.is_cut or len(found.events) > limit
        return EventPage(items, encode_cursor(items[-1].key(by_arrival=where.by_arrival)) if is_more else None)

    def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces: for an export."""
        return self._store.scan(tenant, where)

    async def find(self, tenant: TenantId, event_id: str) -> StoredEvent:
        """One event by its id.

        Raises:
            NotFoundError: the tenant has no such stored event.
        """
        parts = _ID.fullmatch(event_id)
        where = EventFilter(ids=((int(parts[1]), int(parts[2])),)) if parts else None
        found = (await self._store.search(tenant, where, 1)).events if where else ()
        if not found:
            raise NotFoundError(f"There is no stored event {event_id!r}; it may have expired, or not be stored yet.")
        return found[0]

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int, by: str = "") -> Histogram:
        """The events over time, in about so many bars.

        An end that is not given is that of what is stored; without both the range is that of what was found, for one
        sensor whose clock begins in 1970 would leave one bar to all the others.

        Raises:
            InvalidFilterError: as for `page`; or the range is empty; or `by` is no column of `GROUPINGS`.
        """
        stored = await self._store.extent(tenant)
        now = self._clock.now()
        until = where.until or max(now, stored.newest + 1 if stored and not where.since else 0)
        since = where.since or min(await self._first(tenant, where, stored) or now - DAY, until - SECOND)
        if since >= until:
            raise InvalidFilterError("since lies before until.")
        found, width = await self._bars(tenant, where, (since, until), bars, by)
        is_open = not where.since and not where.until and not where.by_arrival
        while is_open and found and until - since > bars * SECOND:
            first, last = max(since, found[0].at), min(until, found[-1].at + width)
            if last - first > (until - since) // 2:
                break
            since, until = first, last
            found, width = await self._bars(tenant, where, (since, until), bars, by)
        return Histogram(found, since, until, width, stored, await self._late(tenant, where, now))

    async def _bars(
        self, tenant: TenantId, where: EventFilter, ends: tuple[Micros, Micros], bars: int, by: str
    ) -> tuple[tuple[Bucket, ...], Micros]:
        since, until = ends
        width = _round_width((until - since) / bars)
        ranged = msgspec.structs.replace(where, since=since, until=until)
        return tuple(await self._store.histogram(tenant, ranged, width, by)), width

    async def _first(self, tenant: TenantId, where: EventFilter, stored: Extent | None) -> Micros:
        """When the first stored event happened; by arrival the day on which the first one came; 0 for none."""
        if where.by_arrival:
            days = await self._store.histogram(tenant, where, DAY)
            return days[0].at if days else 0
        return stored.oldest if stored else 0

    async def _late(self, tenant: TenantId, where: EventFilter, now: Micros) -> int:
        if where.by_arrival or not where.since or where.until:
            return 0
        lately = msgspec.structs.replace(where, since=now - HOUR, by_arrival=True, older_than=where.since)
        return (await self._store.facet(tenant, lately, "source", 1)).events

    async def facet(self, tenant: TenantId, where: EventFilter, column: str, *, limit: int) -> Facet:
        """The most frequent values of a column, with how many events have each.

        Raises:
            InvalidFilterError: as for `page`.
        """
        return await self._store.facet(tenant, where, column, min(limit, MAX_FACET_VALUES))

    async def hunt(self, tenant: TenantId, sql: str, *, limit: int) -> HuntResult:
        """What a SELECT over the view `events` gives: the tenant's own events and nothing else.

        Raises:
            InvalidStatementError: it is not one SELECT statement, or asks for what it must not have.
            UnavailableError: it got no turn in time; or took too long or too much memory, and was stopped.
        """
        if len(sql) > MAX_SQL:
            raise InvalidStatementError(f"A hunt has at most {MAX_SQL} characters.")
        return await self._hunter.hunt(tenant, sql, limit=min(limit, self._limits.rows), seconds=self._limits.seconds)


def parse_terms(terms: Iterable[str]) -> tuple[Terms, Terms]:
    """Filters as people type them: what must be (`column=value`), and what must not (`column!=value`).

    One column several times means any of the values, or none of them.

    Raises:
        InvalidFilterError: an unknown column, or a value of the wrong type.
    """
    wanted: tuple[dict[str, list[str | int]], dict[str, list[str | int]]] = ({}, {})
    for number, term in enumerate(terms, 1):
        name, found, value = term.partition("=")
        column = name.removesuffix("!")
        if not found or column not in FILTERS:
            raise InvalidFilterError(
                f"Write column=value or column!=value with one of the columns {', '.join(sorted(FILTERS))}.",
                columns=sorted(FILTERS),
            )
        if number > MAX_TERMS:
            raise InvalidFilterError(f"At most {MAX_TERMS} filters.")
        values = wanted[name.endswith("!")].setdefault(column, [])
        values.append(_whole(column, value) if COLUMNS[column] is int else value)
    equal, unequal = (tuple((column, tuple(values)) for column, values in side.items()) for side in wanted)
    return equal, unequal


def _whole(column: str, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        raise InvalidFilterError(f"{column} is compared with a whole number.", column=column)
    return number


def _round_width(least: float) -> Micros:
    """A span that people count in (whole days from a day on), at least this long."""
    return next((width for width in _WIDTHS if width >= least), -(-int(least) // DAY) * DAY)


def _key(cursor: str) -> EventKey | None:
    if not cursor:
        return None
    time, batch, number = decode_cursor(cursor, int, int, int)
    return int(time), int(batch), int(number)
