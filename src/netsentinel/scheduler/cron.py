"""Cron expressions: five fields or six (seconds first), in an IANA time zone, with both changes of the clock handled.

Fields and words are Vixie cron's; `L` and `#` are Quartz's. Differences between implementations are settled like this:
a day matches either of day-of-month and day-of-week when both are restricted, and a field is restricted when it is
anything but `*` or `?`; a range may wrap around (`22-2`, `fri-mon`); `5/15` means 5-59/15; days like `fri#2` and `5L`
stand alone, beside no other days.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros
from netsentinel.scheduler.errors import InvalidScheduleError

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SEARCHED_YEARS: Final = 41
"""29 February on a given weekday comes once in 28 years, and once in 40 where a century is in between."""
_PART: Final = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?", re.ASCII)
_NTH: Final = re.compile(r"(\w+)#([1-5])", re.ASCII)
_LAST: Final = re.compile(r"l(\w+)|(\w+)l", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Field:
    """The values that one place of an expression may have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    first_name: int = 0

    def parse(self, text: str) -> tuple[int, ...]:
        """Every value that the text names, ascending."""
        found: set[int] = set()
        for part in text.split(","):
            found.update(self._part(part))
        return tuple(sorted(found))

    def value(self, text: str) -> int:
        """A number or a name."""
        if text in self.names:
            return self.names.index(text) + self.first_name
        if not text.isdecimal() or not self.low <= int(text) <= self.high:
            expected = f"{self.low} to {self.high}" + (
                f", or {self.names[0]} to {self.names[-1]}" if self.names else ""
            )
            raise InvalidScheduleError(f"{text!r} is no {self.name}: expected {expected}.")
        return int(text)

    def _part(self, part: str) -> Sequence[int]:
        match = _PART.fullmatch(part)
        if match is None:
            raise InvalidScheduleError(f"{part!r} is not understood as a {self.name}.")
        star, first, last, step_text = match.groups()
        step = int(step_text) if step_text else 1
        if not 1 <= step <= self.high - self.low + 1:
            raise InvalidScheduleError(f"A step of {step} does not fit a {self.name}.")
        if star:
            return range(self.low, self.high + 1)[::step]
        begin = self.value(first)
        if last is None:
            return range(begin, self.high + 1)[::step] if step_text else (begin,)
        end = self.value(last)
        if begin <= end:
            return range(begin, end + 1)[::step]
        return [*range(begin, self.high + 1), *range(self.low, end + 1)][::step]  # around the end


_SECOND_FIELD: Final = _Field("second", 0, 59)
_MINUTE_FIELD: Final = _Field("minute", 0, 59)
_HOUR_FIELD: Final = _Field("hour", 0, 23)
_DAY_FIELD: Final = _Field("day of the month", 1, 31)
_MONTH_FIELD: Final = _Field("month", 1, 12, _MONTHS, 1)
_WEEKDAY_FIELD: Final = _Field("day of the week", 0, 6, _DAYS)


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days of a month match."""

    of_month: frozenset[int]
    """Empty where any day of the month will do."""
    last: bool
    """Whether the last day of the month is among them."""
    of_week: frozenset[int]
    """0 for Sunday; empty where any weekday will do."""
    nth: frozenset[tuple[int, int]]
    """(weekday, which of the month), -1 for the last."""

    def of(self, year: int, month: int) -> list[int]:
        """The matching days of a month, ascending."""
        length = _length_of(year, month)
        weekday_of_first = (datetime(year, month, 1, tzinfo=UTC).weekday() + 1) % 7
        by_date = bool(self.of_month) or self.last
        by_weekday = bool(self.of_week) or bool(self.nth)
        if not by_date and not by_weekday:
            return list(range(1, length + 1))
        found: list[int] = []
        for day in range(1, length + 1):
            weekday = (weekday_of_first + day - 1) % 7
            if (by_date and (day in self.of_month or (self.last and day == length))) or (
                by_weekday and self._is_weekday(day, weekday, length)
            ):
                found.append(day)
        return found

    def _is_weekday(self, day: int, weekday: int, length: int) -> bool:
        which = (day - 1) // 7 + 1
        return (
            weekday in self.of_week or (weekday, which) in self.nth or ((weekday, -1) in self.nth and day + 7 > length)
        )


def _length_of(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day


def _parse_days(day_text: str, weekday_text: str) -> _Days:
    of_month: set[int] = set()
    last = False
    if day_text not in {"*", "?"}:
        parts = day_text.split(",")
        last = "l" in parts  # the last day of the month
        rest = [part for part in parts if part != "l"]
        of_month.update(_DAY_FIELD.parse(",".join(rest)) if rest else ())
    of_week: set[int] = set()
    nth: set[tuple[int, int]] = set()
    if weekday_text not in {"*", "?"}:
        for part in weekday_text.split(","):
            if match := _NTH.fullmatch(part):
                nth.add((_weekday(match[1]), int(match[2])))
            elif part not in _DAYS and (match := _LAST.fullmatch(part)):
                nth.add((_weekday(match[1] or match[2]), -1))
            else:
                of_week.update(_weekdays(part))
    if nth and (of_month or last or of_week):
        raise InvalidScheduleError(
            "A day like fri#2 or 5L stands alone: implementations do not agree what it means beside other days."
        )
    return _Days(frozenset(of_month), last, frozenset(of_week), frozenset(nth))


def _weekday(text: str) -> int:
    return 0 if text == "7" else _WEEKDAY_FIELD.value(text)


def _weekdays(part: str) -> Sequence[int]:
    """Weekdays of one part, where 7 is Sunday like 0: at the end of a range and alone."""
    match = _PART.fullmatch(part)
    if match is None or match[1]:
        return _WEEKDAY_FIELD.parse(part)
    _, first, last, step = match.groups()
    if last == "7":
        begin = _weekday(first)
        days = range(begin, 8) if first != "7" else range(7, 8)
        return [day % 7 for day in days[:: _step(step)]]
    return _WEEKDAY_FIELD.parse(re.sub(r"^7(?!\d)", "0", part))


def _step(text: str | None) -> int:
    step = int(text) if text else 1
    if not 1 <= step <= len(_DAYS):
        raise InvalidScheduleError(f"A step of {step} does not fit a day of the week.")
    return step


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression in a time zone. `parse` makes one.

    A local time that does not exist, because the clock goes forward, is run at the first instant after the gap; several
    of one gap are run once. A local time that exists twice, because the clock goes back, is run the first time only. An
    expression for every hour means "so often", not "at that time": it follows elapsed time through both, as Debian's
    cron does, without an extra run and without an hour of silence.
    """

    text: str
    zone: ZoneInfo
    _seconds: tuple[int, ...] = field(repr=False)
    _minutes: tuple[int, ...] = field(repr=False)
    _hours: tuple[int, ...] = field(repr=False)
    _days: _Days = field(repr=False)
    _months: tuple[int, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str, zone: str = "UTC") -> "Cron":
        """The expression in the zone.

        Raises:
            InvalidScheduleError: one of them is not understood, or no date will ever match.
        """
        fields = ALIASES.get(text.strip().lower(), text).lower().split()
        match len(fields):
            case 5:
                fields = ["0", *fields]
            case 6:
                pass
            case count:
                raise InvalidScheduleError(
                    f"A cron expression has five fields, or six with seconds first; {text!r} has {count}."
                )
        second, minute, hour, day, month, weekday = fields
        cron = cls(
            text,
            _zone(zone),
            _SECOND_FIELD.parse(second),
            _MINUTE_FIELD.parse(minute),
            _HOUR_FIELD.parse(hour),
            _parse_days(day, weekday),
            _MONTH_FIELD.parse(month),
        )
        if next(cron.local_after(datetime(2000, 1, 1)), None) is None:  # noqa: DTZ001 - wall-clock time of no zone
            raise InvalidScheduleError(f"No date will ever match {text!r}.")
        return cron

    def next_after(self, at: Micros) -> Micros | None:
        """The first tick after an instant; None when there is none in 40 years."""
        moment = _EPOCH + timedelta(microseconds=at)
        local = moment.astimezone(self.zone)
        follows_elapsed_time = len(self._hours) == _HOUR_FIELD.high + 1
        found: datetime | None = None
        for tick in self.local_after(local.replace(tzinfo=None, fold=0)):
            instants = self._instants(tick, every=follows_elapsed_time)
            found = next((instant for instant in instants if instant > moment), None)
            if found is not None:
                break
        if follows_elapsed_time and found is not None:
            found = min(found, self._in_second_pass(moment, local) or found)
        return None if found is None else _micros(found)

    def local_after(self, local: datetime) -> Iterator[datetime]:
        """Matching wall-clock times after one, ascending, for 40 years. They know nothing of zones."""
        year, month = local.year, local.month
        for _ in range(_SEARCHED_YEARS * 12):
            if month in self._months:
                for day in self._days.of(year, month):
                    today = datetime(year, month, day)  # noqa: DTZ001 - wall-clock time of no zone
                    if today.date() >= local.date():
                        yield from self._times_of(today, local)
            year, month = year + month // 12, month % 12 + 1

    def _times_of(self, today: datetime, local: datetime) -> Iterator[datetime]:
        is_first = today.date() == local.date()
        for hour in self._hours:
            if is_first and hour < local.hour:
                continue
            for minute in self._minutes:
                if is_first and (hour, minute) < (local.hour, local.minute):
                    continue
                for second in self._seconds:
                    tick = today.replace(hour=hour, minute=minute, second=second)
                    if tick > local:
                        yield tick

    def _instants(self, tick: datetime, *, every: bool) -> tuple[datetime, ...]:
        """When a wall-clock time is, in UTC: once, twice, never, or moved to the end of its gap."""
        first = tick.replace(tzinfo=self.zone).astimezone(UTC)
        second = tick.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        if first == second:
            return (first,)
        if first < second:  # the clock goes back
            return (first, second) if every else (first,)
        # The clock goes forward: read with the offset after the gap it is before it, and the other way round.
        return () if every else (self._change(second, first),)

    def _in_second_pass(self, moment: datetime, local: datetime) -> datetime | None:
        """The first tick of the hour that comes again, seen from its first pass."""
        again = local.replace(fold=1).astimezone(UTC)
        if local.fold or again <= moment:
            return None
        change = self._change(moment, again)
        begin = change.astimezone(self.zone).replace(tzinfo=None, fold=0)
        tick = next(self.local_after(begin - _STEP), None)
        return None if tick is None else tick.replace(tzinfo=self.zone, fold=1).astimezone(UTC)

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The first second with the offset that `after` has, where the offset changes once in between."""
        offset = after.astimezone(self.zone).utcoffset()
        low, high = int(before.timestamp()), int(after.timestamp())
        while high - low > 1:
            middle = (low + high) // 2
            if datetime.fromtimestamp(middle, self.zone).utcoffset() == offset:
                high = middle
            else:
                low = middle
        return datetime.fromtimestamp(high, UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidScheduleError(f"{name!r} is no time zone; write one as Europe/Berlin or UTC.") from error


def _micros(moment: datetime) -> Micros:
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds
