"""The windows against a list of all calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.recovery.window import CountWindow, TimeWindow, Totals

Call = tuple[int, bool, bool]
CALLS = st.lists(st.tuples(st.integers(0, 5 * SECOND), st.booleans(), st.booleans()), max_size=80)
T = 1_780_000_000 * SECOND


def _totals(calls: list[Call]) -> Totals:
    return Totals(len(calls), sum(failed for _, failed, _ in calls), sum(slow for _, _, slow in calls))


@given(CALLS, st.integers(1, 12), st.data())
def test_a_window_over_time_counts_the_calls_of_the_last_seconds(
    steps: list[Call], seconds: int, data: st.DataObject
) -> None:
    window, calls, now = TimeWindow(seconds), list[Call](), T
    for step, failed, slow in steps:
        now += step
        calls.append((now, failed, slow))
        window.add(now, failed=failed, slow=slow)
        if data.draw(st.booleans()):
            window = TimeWindow(seconds, window.kept())
        assert window.totals(now) == _totals(
            [call for call in calls if now // SECOND - seconds < call[0] // SECOND <= now // SECOND]
        )


@given(CALLS, st.integers(1, 20), st.data())
def test_a_window_by_count_counts_the_last_calls(steps: list[Call], size: int, data: st.DataObject) -> None:
    window, calls = CountWindow(size), list[Call]()
    for step, failed, slow in steps:
        calls.append((step, failed, slow))
        window.add(step, failed=failed, slow=slow)
        if data.draw(st.booleans()):
            window = CountWindow(size, window.kept())
        assert window.totals(0) == _totals(calls[-size:])


def test_a_clock_set_back_a_day_does_not_freeze_the_window() -> None:
    window = TimeWindow(60)
    window.add(T, failed=True, slow=True)
    window.add(T - DAY, failed=False, slow=False)
    assert window.totals(T - DAY) == Totals(1, 0, 0)
    assert window.totals(T - DAY + 60 * SECOND) == Totals(0, 0, 0)


def test_a_clock_set_back_a_little_counts_in_the_newest_second() -> None:
    window = TimeWindow(60)
    window.add(T, failed=True, slow=False)
    window.add(T - 3 * SECOND, failed=False, slow=False)
    assert window.kept() == ((T // SECOND, 2, 1, 0),)


def test_rates_are_shares() -> None:
    assert (Totals(8, 2, 4).failure_rate, Totals(8, 2, 4).slow_rate) == (0.25, 0.5)
    assert Totals().failure_rate == pytest.approx(0.0)
