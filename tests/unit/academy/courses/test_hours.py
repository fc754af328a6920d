"""Hours of shifts: by the clock on the wall of one place, past midnight, and when that clock is changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from netsentinel.academy.courses.hours import Hours, Span, checked, is_on
from netsentinel.kernel.errors import InvalidInputError

BERLIN = "Europe/Berlin"
DAY = Span(days=(1, 2, 3, 4, 5), begins="08:00", ends="16:00")
NIGHT = Span(days=(5, 7), begins="22:00", ends="06:00")


def at(text: str, zone: str = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def hours(*spans: Span, zone: str = BERLIN) -> Hours:
    return Hours(time_zone=zone, spans=spans)


@pytest.mark.parametrize(
    ("when", "is_day", "is_night"),
    [
        ("2026-11-20T07:59", False, False),  # a Friday
        ("2026-11-20T08:00", True, False),
        ("2026-11-20T15:59", True, False),
        ("2026-11-20T16:00", False, False),
        ("2026-11-20T22:00", False, True),
        ("2026-11-21T05:59", False, True),  # of Friday's night
        ("2026-11-21T06:00", False, False),
        ("2026-11-21T22:00", False, False),  # none begins on Saturday
        ("2026-11-22T23:00", False, True),
        ("2026-11-23T05:00", False, True),  # Monday, of Sunday's night
        ("2026-11-23T22:00", False, False),
    ],
)
def test_days_and_nights(when: str, *, is_day: bool, is_night: bool) -> None:
    assert is_on(hours(DAY), at(when)) == is_day
    assert is_on(hours(NIGHT), at(when)) == is_night
    assert is_on(hours(DAY, NIGHT), at(when)) == (is_day or is_night)


def test_the_clock_on_the_wall_counts() -> None:
    # 07:30 UTC is 08:30 in Berlin in winter, 09:30 in summer; 06:30 UTC is 07:30, and 08:30 in summer.
    assert [is_on(hours(DAY), at(f"2026-{day}T06:30", "UTC")) for day in ("01-05", "07-06")] == [False, True]
    # In the night to 25 October the clock goes back: the shift that ends at six ends an hour later.
    late = hours(Span(days=(6,), begins="22:00", ends="06:00"))
    assert is_on(late, at("2026-10-25T04:59", "UTC"))
    assert not is_on(late, at("2026-10-25T05:00", "UTC"))


def test_a_whole_day_begins_and_ends_at_the_same_time() -> None:
    whole = hours(Span(days=(6,), begins="08:00", ends="08:00"), zone="UTC")
    told = [is_on(whole, at(when, "UTC")) for when in ("2026-11-21T07:59", "2026-11-21T08:00", "2026-11-22T07:59")]
    assert told == [False, True, True]


def test_days_come_sorted_and_once() -> None:
    assert checked(hours(Span(days=(7, 1, 7), begins="00:00", ends="12:00"))).spans[0].days == (1, 7)


@pytest.mark.parametrize(
    "wrong",
    [
        hours(),
        hours(*[DAY] * 15),
        hours(DAY, zone="Mars/Olympus"),
        hours(DAY, zone="../etc/passwd"),
        hours(DAY, zone=""),
        hours(Span(days=(), begins="08:00", ends="09:00")),
        hours(Span(days=(0,), begins="08:00", ends="09:00")),
        hours(Span(days=(8,), begins="08:00", ends="09:00")),
        hours(Span(days=(1,), begins="24:00", ends="09:00")),
        hours(Span(days=(1,), begins="8:00", ends="09:00")),
        hours(Span(days=(1,), begins="08:00", ends="09:60")),
        hours(Span(days=(1,), begins="08:00\n", ends="09:00")),
    ],
)
def test_impossible_hours_are_refused(wrong: Hours) -> None:
    with pytest.raises(InvalidInputError):
        checked(wrong)
