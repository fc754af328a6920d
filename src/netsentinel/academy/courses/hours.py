"""When a cohort is on shift: hours of the week by the clock of one place."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros

MOST_SPANS: Final = 14
MOST_ZONE: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_DAYS: Final = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The same hours on some days of the week."""

    days: tuple[int, ...]
    """On which it begins, 1 for Monday to 7 for Sunday, sorted."""
    begins: str
    """By the clock, for example `22:00`."""
    ends: str
    """On the next day when it is not later than `begins`; the shift is over at this minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A week of a cohort that works in shifts."""

    time_zone: str
    """A name of the IANA data base, for example `Europe/Berlin`."""
    spans: tuple[Span, ...]


def checked(hours: Hours) -> Hours:
    """The hours in one form.

    Raises:
        InvalidInputError: there is no such time zone, day or time, or there are too many or no spans.
    """
    try:
        ZoneInfo(hours.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"{hours.time_zone[:MOST_ZONE]!r} is no time zone; write one as Europe/Berlin or UTC."
        ) from error
    if not 0 < len(hours.spans) <= MOST_SPANS:
        raise InvalidInputError(f"A shift has 1 to {MOST_SPANS} spans of hours.")
    return Hours(time_zone=hours.time_zone, spans=tuple(_checked(span) for span in hours.spans))


def _checked(span: Span) -> Span:
    days = tuple(sorted(set(span.days)))
    if not days or not _DAYS.issuperset(days):
        raise InvalidInputError("The days of a shift are 1 for Monday to 7 for Sunday, and at least one.")
    for time in (span.begins, span.ends):
        if not _TIME.fullmatch(time):
            raise InvalidInputError(f"{time[:20]!r} is no time of a day; write it as 08:00.")
    return Span(days=days, begins=span.begins, ends=span.ends)


def is_on(hours: Hours, at: Micros) -> bool:
    """Whether somebody who works these hours is on shift: the clock on their wall counts, also when it is changed."""
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(hours.time_zone))
    day, time = local.isoweekday(), f"{local:%H:%M}"
    before = (day - 2) % 7 + 1
    for span in hours.spans:
        if span.begins < span.ends:
            is_in = day in span.days and span.begins <= time < span.ends
        else:
            is_in = (day in span.days and span.begins <= time) or (before in span.days and time < span.ends)
        if is_in:
            return True
    return False
