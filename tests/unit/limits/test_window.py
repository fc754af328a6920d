"""The arithmetic of minutes and days against what it promises over any stretch of time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.limits import DayCount, Rate, RequestClass
from netsentinel.limits.window import added, carried_over, day_left, merged, minute_left, moved, next_day

KEY = (DEFAULT_TENANT, "key_1", RequestClass.API)
RATE = Rate(100, 20, 10_000)
FIRST = DayCount(KEY, 20_000, minute=20_000 * 1_440, carried=20)


def _minutes(wanted: list[tuple[int, int]], rate: Rate) -> list[tuple[int, int]]:
    """(minute, how many it took) when so many come after so many minutes."""
    count, taken = replace(FIRST, carried=rate.burst), list[tuple[int, int]]()
    minute = count.minute
    for step, asked in wanted:
        minute += step
        count = moved(count, minute, rate)
        took = min(asked, minute_left(count, rate))
        count = added(count, took)
        taken.append((minute, took))
    return taken


def test_a_minute_takes_120_once_and_then_100() -> None:
    greedy = [took for _, took in _minutes([(1, 500)] * 5, RATE)]
    assert greedy == [120, 100, 100, 100, 100]


def test_what_a_minute_leaves_unused_comes_back_up_to_the_burst() -> None:
    taken = [took for _, took in _minutes([(1, 500), (1, 95), (1, 500), (1, 500), (2, 500), (1, 500)], RATE)]
    assert taken == [120, 95, 105, 100, 120, 100]


def test_a_minute_of_exactly_the_rate_keeps_what_it_was_handed() -> None:
    taken = [took for _, took in _minutes([(1, 100), (1, 100), (1, 500), (1, 500)], RATE)]
    assert taken == [100, 100, 120, 100]


RATES = st.builds(
    lambda per_minute, percent: Rate(per_minute, per_minute * percent // 100), st.integers(1, 300), st.integers(0, 100)
)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 700)), min_size=1, max_size=40), RATES)
def test_any_minutes_in_a_row_take_their_rate_and_one_burst_at_most(wanted: list[tuple[int, int]], rate: Rate) -> None:
    taken = _minutes(wanted, rate)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = taken[last][0] - taken[first][0] + 1
            total = sum(took for _, took in taken[first : last + 1])
            assert total <= span * rate.per_minute + rate.burst
    for (_, asked), (_, took) in zip(wanted, taken, strict=True):
        assert took >= min(asked, rate.per_minute)  # nobody gets less than the rate


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 30)), max_size=30), st.data())
def test_counts_that_are_merged_later_are_the_same(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    stored = direct = FIRST
    waiting: dict[int, int] = {}
    minute = FIRST.minute
    for step, units in steps:
        minute += step
        direct = added(moved(direct, minute, RATE), units)
        waiting[minute] = waiting.get(minute, 0) + units
        if data.draw(st.booleans()):
            stored, waiting = merged(stored, waiting, 0, RATE), {}
    assert merged(stored, waiting, 0, RATE) == direct


def test_time_that_steps_back_stands_still() -> None:
    count = added(moved(FIRST, FIRST.minute + 5, RATE), 7)
    assert moved(count, FIRST.minute + 2, RATE) == count
    late = merged(count, {FIRST.minute + 2: 3}, 1, RATE)
    assert (late.used, late.minute_used, late.refused) == (10, 7, 1)


def test_a_day_begins_with_nothing_but_what_is_carried_over() -> None:
    last = FIRST.minute + 1_439
    count = added(moved(FIRST, last, RATE), 110)
    assert next_day(count, FIRST.day + 1, RATE) == DayCount(KEY, FIRST.day + 1, minute=last + 1, carried=10)
    assert next_day(count, FIRST.day + 2, RATE).carried == 20


def test_a_day_without_a_limit_has_nothing_left_to_tell() -> None:
    assert day_left(added(FIRST, 4_000), RATE) == 6_000
    assert day_left(FIRST, Rate(100)) == 0


def test_a_burst_that_was_made_smaller_counts_at_once() -> None:
    assert minute_left(FIRST, Rate(100, 5)) == 105
    assert carried_over(FIRST, FIRST.minute + 1, Rate(100, 5)) == 5
