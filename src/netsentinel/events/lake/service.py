"""What people do with stored events: page through them, count them over time, hunt."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import msgspec

from netsentinel.events.lake.model import COLUMNS, FILTERS, Bucket, EventFilter, EventKey, HuntResult, StoredEvent
from netsentinel.events.lake.ports import EventStore, Hunter
from netsentinel.kernel.clock import DAY, SECOND, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Micros, TenantId

MAX_TERMS = 20
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
        """One page of events.

        Raises:
            InvalidCursorError: the cursor is not from this list.
            InvalidFilterError: an unknown column, a value of the wrong type, or no regular expression for RE2.
        """
        found = await self._store.search(tenant, where, limit + 1, _key(cursor))
        items = tuple(found[:limit])
        return EventPage(items, encode_cursor(items[-1].key) if len(found) > limit else None)

    def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces: for an export."""
        return self._store.scan(tenant, where)

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int) -> Histogram:
        """The events over time, in about so many bars; of the last day when no range is given.

        Raises:
            InvalidFilterError: as for `page`; or the range is empty.
        """
        until = where.until or self._clock.now()
        since = where.since or until - DAY
        if since >= until:
            raise InvalidFilterError("since lies before until.")
        width = max(SECOND, -(-(until - since) // (bars * SECOND)) * SECOND)
        ranged = msgspec.structs.replace(where, since=since, until=until)
        return Histogram(tuple(await self._store.histogram(tenant, ranged, width)), since, until, width)

    async def hunt(self, tenant: TenantId, sql: str, *, limit: int) -> HuntResult:
        """What a SELECT over the view `events` gives: the tenant's own events and nothing else.

        Raises:
            InvalidFilterError: it is not one SELECT statement, or asks for what it must not have.
            UnavailableError: it took too long or too much memory, and was stopped.
        """
        if len(sql) > MAX_SQL:
            raise InvalidFilterError(f"A hunt has at most {MAX_SQL} characters.")
        return await self._hunter.hunt(tenant, sql, limit=min(limit, self._limits.rows), seconds=self._limits.seconds)


def parse_terms(terms: Iterable[str]) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
    """Filters as people type them, `column=value`; one column several times means any of the values.

    Raises:
        InvalidFilterError: an unknown column, or a value of the wrong type.
    """
    wanted: dict[str, list[str | int]] = {}
    for number, term in enumerate(terms, 1):
        column, found, value = term.partition("=")
        if not found or column not in FILTERS:
            raise InvalidFilterError(
                f"Write column=value with one of the columns {', '.join(sorted(FILTERS))}.", columns=sorted(FILTERS)
            )
        if number > MAX_TERMS:
            raise InvalidFilterError(f"At most {MAX_TERMS} filters.")
        wanted.setdefault(column, []).append(_whole(column, value) if COLUMNS[column] is int else value)
    return tuple((column, tuple(values)) for column, values in wanted.items())


def _whole(column: str, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        raise InvalidFilterError(f"{column} is compared with a whole number.", column=column)
    return number


def _key(cursor: str) -> EventKey | None:
    if not cursor:
        return None
    time, batch, number = decode_cursor(cursor, int, int, int)
    return int(time), int(batch), int(number)
