from netsentinel.events.meter import SPAN, SPANS, SourceMeter
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId

T = DEFAULT_TENANT


def meter() -> tuple[SourceMeter, FakeClock]:
    clock = FakeClock()
    clock.advance(SPAN - clock.now() % SPAN)
    return SourceMeter(clock), clock


def test_the_rate_is_of_the_last_minute() -> None:
    counts, clock = meter()
    assert counts.rate(T, "a") == 0
    for _ in range(12):
        counts.count(T, "a", 50)
        clock.advance(SPAN)
    counts.count(T, "a", 0)
    assert counts.rate(T, "a") == 10  # eleven whole spans of 50, and the one that has just begun
    clock.advance(60 * SECOND)
    assert counts.rate(T, "a") == 0


def test_the_series_moves_on_with_time_alone() -> None:
    counts, clock = meter()
    counts.count(T, "a", 7)
    assert counts.series(T, "a") == (*[0] * (SPANS - 1), 7)
    clock.advance(2 * SPAN)
    counts.count(T, "a", 3)
    counts.count(T, "a", 1)
    assert counts.series(T, "a")[-3:] == (7, 0, 4)
    clock.advance((SPANS - 1) * SPAN)
    assert counts.series(T, "a") == (4, *[0] * (SPANS - 1))
    clock.advance(1_000 * SPAN)
    assert counts.series(T, "a") == (0,) * SPANS


def test_a_clock_that_goes_back_loses_nothing() -> None:
    counts, clock = meter()
    counts.count(T, "a", 7)
    clock.advance(-10 * SPAN)
    counts.count(T, "a", 1)
    assert sum(counts.series(T, "a")) == 8


def test_sources_and_tenants_are_counted_on_their_own() -> None:
    counts, _ = meter()
    counts.count(T, "a", 1)
    counts.count(TenantId("other"), "a", 2)
    counts.count(T, "b", 4)
    assert [sum(counts.series(*key)) for key in ((T, "a"), (TenantId("other"), "a"), (T, "b"), (T, "c"))] == [
        1,
        2,
        4,
        0,
    ]


def test_the_memory_it_takes_is_bounded() -> None:
    counts, _ = meter()
    for number in range(5_000):
        counts.count(T, f"s{number}", 1)
    assert sum(counts.series(T, "s0")) == 0
    assert sum(counts.series(T, "s4999")) == 1
