"""Cron times against croniter, against trying every minute around changes of the clock, and against cases by hand."""

import random
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from croniter import CroniterBadDateError, croniter

from netsentinel.kernel.clock import SECOND, from_iso, to_iso
from netsentinel.scheduler.cron import ALIASES, Cron
from netsentinel.scheduler.errors import InvalidScheduleError
from tests.unit.scheduler.expressions import expression

EXPRESSIONS = 10_000
CHUNKS = 20
QUICK = 4
"""So many chunks are compared by `make test`, all by `make test-long`."""
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Asia/Tehran",
    "America/St_Johns",
]


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND + moment.microsecond


def _quiet(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the zone's clock does not change within three days of the moment: croniter goes its own ways there."""
    offsets = {(moment + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-73, -24, -1, 0, 1, 24, 73)}
    return len(offsets) == 1


def _ever(oracle: croniter) -> bool:
    try:
        oracle.get_next(datetime)
    except CroniterBadDateError:
        return False
    return True


@pytest.mark.parametrize(
    "chunk", [*range(QUICK), *(pytest.param(chunk, marks=pytest.mark.long) for chunk in range(QUICK, CHUNKS))]
)
@pytest.mark.untraced
def test_ten_thousand_expressions_in_all_kinds_of_zones_agree_with_croniter(chunk: int) -> None:
    draw = random.Random(f"cron {chunk}")  # noqa: S311 - a fixed seed, so that the test cannot fail by chance
    compared = never = 0
    for _ in range(EXPRESSIONS // CHUNKS):
        text = expression(draw, seconds=draw.random() < 0.4)
        zone = ZoneInfo(draw.choice(ZONES))
        start = datetime(2012, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.randrange(20 * 365 * 86_400))
        oracle = croniter(text, start.astimezone(zone), second_at_beginning=True, max_years_between_matches=41)
        if not _ever(oracle):
            with pytest.raises(InvalidScheduleError, match="No date will ever match"):
                Cron.parse(text, zone.key)
            never += 1
            continue
        cron = Cron.parse(text, zone.key)
        oracle.set_current(start.astimezone(zone))
        at = start
        for _ in range(4):
            expected = oracle.get_next(datetime)
            found = cron.next_after(_micros(at))
            if not _quiet(expected, zone) or not _quiet(at, zone):
                break
            assert found is not None
            assert to_iso(found) == to_iso(_micros(expected)), f"{text!r} in {zone.key} after {at.isoformat()}"
            compared += 1
            at = expected
    assert compared > EXPRESSIONS // CHUNKS * 2
    assert never < EXPRESSIONS // CHUNKS // 10


CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00:00"),
    ("Europe/Berlin", "2026-10-25T01:00:00"),
    ("America/New_York", "2026-11-01T06:00:00"),
    ("America/New_York", "2026-03-08T07:00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00"),  # midnight does not exist
    ("America/Sao_Paulo", "2019-02-17T02:00:00"),  # 23:00 exists twice
    ("Pacific/Apia", "2011-12-30T10:00:00"),  # a whole day does not exist
    ("Africa/Casablanca", "2026-02-15T02:00:00"),
]


def _by_trying(cron: Cron, begin: datetime, end: datetime, *, every_hour: bool) -> list[datetime]:
    """Every tick in a span, by looking at each minute: the rules as the documentation states them.

    The expressions have five fields, so that nothing fires between, and these clocks change at whole minutes.
    """
    minute = timedelta(minutes=1)
    moments = [begin + minute * n for n in range(-1, (end - begin) // minute)]
    locals_ = [moment.astimezone(cron.zone).replace(tzinfo=None) for moment in moments]
    matching = _matching(cron.text, min(locals_), max(locals_))
    found: list[datetime] = []
    seen = set[datetime]()
    for moment, previous, local in zip(moments[1:], locals_, locals_[1:], strict=False):
        fires = local in matching and (every_hour or local not in seen)
        if not every_hour and not fires:  # the clock may have gone forward over a match
            fires = any(previous < one < local for one in matching)
        seen.add(local)
        if fires:
            found.append(moment)
    return found


def _matching(text: str, first: datetime, last: datetime) -> set[datetime]:
    """Every wall-clock time in a span that croniter says matches."""
    oracle = croniter(text, first - timedelta(seconds=1))
    return set(takewhile(lambda one: one <= last, oracle.all_next(datetime)))


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize(
    "text",
    [
        "30 2 * * *",
        "*/20 2 * * *",
        "0 0 * * *",
        "15 1,2,3 * * *",
        "0 3 * * *",
        "*/30 * * * *",
        "7 * * * *",
        "45 23 * * *",
        "10 */2 * * *",
        "59 0-5 * * *",
    ],
)
def test_around_a_change_of_the_clock_it_does_what_is_stated(zone: str, change: str, text: str) -> None:
    middle = datetime.fromisoformat(change).replace(tzinfo=UTC)
    begin, end = middle - timedelta(hours=4), middle + timedelta(hours=4)
    cron = Cron.parse(text, zone)
    expected = _by_trying(cron, begin, end, every_hour=text.split()[1] == "*")
    found: list[datetime] = []
    at = _micros(begin) - 1
    while (tick := cron.next_after(at)) is not None and tick < _micros(end):
        found.append(datetime.fromtimestamp(tick // SECOND, UTC))
        at = tick
    assert found == expected


@pytest.mark.parametrize(
    ("text", "zone", "after", "expected"),
    [
        ("@daily", "UTC", "2026-11-21T00:00:00", "2026-11-22T00:00:00"),
        ("0 0 * 2 mon#1", "UTC", "2026-11-21T00:00:00", "2027-02-01T00:00:00"),
        ("0 0 ? * mon#1,fri#3", "UTC", "2026-11-21T00:00:00", "2026-12-07T00:00:00"),
        ("0 0 29 2 *", "UTC", "2096-03-01T00:00:00", "2104-02-29T00:00:00"),
        ("0 8 * * 5L", "Europe/Berlin", "2026-11-21T00:00:00", "2026-11-27T07:00:00"),
        ("0 8 * * friL", "Europe/Berlin", "2026-11-21T00:00:00", "2026-11-27T07:00:00"),
        ("*/15 30 9 * * mon-fri", "America/New_York", "2026-11-21T00:00:00", "2026-11-23T14:30:00"),
        ("0 0 13 * fri", "UTC", "2026-11-13T00:00:00", "2026-11-20T00:00:00"),
        ("0 0 */2 * 7", "UTC", "2026-11-21T00:00:00", "2026-11-22T00:00:00"),
        ("50-10/7 * * * *", "UTC", "2026-11-21T00:57:00", "2026-11-21T01:04:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T00:59:00", "2026-03-29T01:00:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ("30 * * * *", "Europe/Berlin", "2026-10-25T00:30:00", "2026-10-25T01:30:00"),
    ],
)
def test_cases_by_hand(text: str, zone: str, after: str, expected: str) -> None:
    found = Cron.parse(text, zone).next_after(from_iso(after))
    assert found is not None
    assert to_iso(found) == f"{expected}.000000Z"


def test_an_alias_is_its_expression() -> None:
    now = from_iso("2026-11-21T12:34:56")
    for alias, text in ALIASES.items():
        assert Cron.parse(alias.upper()).next_after(now) == Cron.parse(text).next_after(now)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("* * * *", "has 4"),
        ("* * * * * * *", "has 7"),
        ("", "has 0"),
        ("60 * * * *", "'60' is no minute: expected 0 to 59"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 0 0 * *", "'0' is no day of the month"),
        ("0 0 * 13 *", "'13' is no month: expected 1 to 12, or jan to dec"),
        ("0 0 * * 8", "'8' is no day of the week"),
        ("0 0 * * 70", "'70' is no day of the week"),
        ("0 0 * * fry", "'fry' is no day of the week"),
        ("*/70 * * * *", "A step of 70 does not fit a minute"),
        ("*/0 * * * *", "A step of 0"),
        ("0 0 * * 1-7/9", "A step of 9"),
        ("1- * * * *", "'1-' is not understood as a minute"),
        ("1,,2 * * * *", "'' is not understood"),
        ("0 0 * * fri#6", "is not understood as a day of the week"),
        ("0 0 31 2 *", "No date will ever match"),
        ("\u0661 * * * *", "is not understood"),
        ("@reboot", "has 1"),
        ("0 0 L-3 * *", "'l' is no day of the month"),
        ("0 0 1 * fri#1", "stands alone"),
        ("0 0 L * 5L", "stands alone"),
        ("0 0 * * mon,fri#1", "stands alone"),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidScheduleError) as refused:
        Cron.parse(text)
    assert says in refused.value.detail


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "Europe"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidScheduleError, match="no time zone"):
        Cron.parse("* * * * *", zone)
