"""Next times, passed times and jitter, against plain arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.scheduler import Trigger, TriggerKind
from netsentinel.scheduler.timing import latest_ticks, next_tick, put_off, ticks_between

T = 1_780_000_000 * SECOND
INTERVALS = st.builds(
    lambda every, at: Trigger(kind=TriggerKind.INTERVAL, every=every, at=at),
    st.integers(SECOND, DAY),
    st.integers(T - DAY, T + DAY),
)


@given(INTERVALS, st.integers(T - 2 * DAY, T + 2 * DAY))
def test_an_interval_is_the_next_point_of_its_grid(trigger: Trigger, after: int) -> None:
    tick = next_tick(trigger, after)
    assert tick is not None
    assert tick > after
    assert tick >= trigger.at
    assert (tick - trigger.at) % trigger.every == 0
    assert tick == trigger.at or tick - trigger.every <= after


@given(
    INTERVALS
    | st.sampled_from(["* * * * *", "*/7 */3 * * *", "0 0 1 * *"]).map(
        lambda text: Trigger(kind=TriggerKind.CRON, cron=text)
    ),
    st.integers(T - DAY, T),
    st.integers(0, 3 * HOUR),
    st.integers(1, 12),
)
def test_the_latest_times_are_the_end_of_all_times(trigger: Trigger, after: int, span: int, limit: int) -> None:
    every_time = ticks_between(trigger, after, after + span, 1_000_000)
    assert latest_ticks(trigger, after, after + span, limit) == every_time[-limit:]
    assert ticks_between(trigger, after, after + span, limit) == every_time[:limit]


def test_once_and_events() -> None:
    once = Trigger(kind=TriggerKind.ONCE, at=T)
    assert [next_tick(once, T - 1), next_tick(once, T)] == [T, None]
    assert next_tick(Trigger(kind=TriggerKind.EVENT, on="x"), 0) is None


@given(st.text(), st.integers(0, T), st.integers(0, DAY))
def test_jitter_delays_by_at_most_so_much_and_always_the_same(schedule: str, tick: int, jitter: int) -> None:
    assert tick <= put_off(schedule, tick, jitter) <= tick + jitter
    assert put_off(schedule, tick, jitter) == put_off(schedule, tick, jitter)


def test_jitter_is_spread_over_its_whole_width() -> None:
    delays = [put_off("sch_1", T + n * MINUTE, 10 * SECOND) - T - n * MINUTE for n in range(1_000)]
    tenths = [sum(1 for delay in delays if delay // SECOND == tenth) for tenth in range(10)]
    assert min(tenths) > 60
    assert put_off("sch_1", T, 10 * SECOND) != put_off("sch_2", T, 10 * SECOND)
    assert put_off("sch_1", T, 0) == pytest.approx(T)
