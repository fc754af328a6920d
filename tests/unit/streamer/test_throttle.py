"""Throttles: who may knock, how many frames, and a clock without jumps."""

import pytest

from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.testing import FakeClock
from netsentinel.streamer.errors import TooManyFramesError
from netsentinel.streamer.throttle import Attempts, FrameBudget, SteadyClock, network_of


def test_the_steady_clock_goes_with_the_clock_but_does_not_jump() -> None:
    clock = FakeClock()
    steady = SteadyClock(clock)
    clock.advance(10 * SECOND)
    assert steady.now() == 10 * SECOND
    clock.advance(-HOUR)
    assert steady.now() == 10 * SECOND
    clock.advance(2 * HOUR)
    assert steady.now() == 10 * SECOND
    clock.advance(MINUTE)
    assert steady.now() == 10 * SECOND + MINUTE


def test_a_budget_is_a_burst_and_a_rate() -> None:
    clock = FakeClock()
    budget = FrameBudget(SteadyClock(clock), per_second=10, burst=3)
    for _ in range(3):
        budget.spend()
    with pytest.raises(TooManyFramesError) as caught:
        budget.spend()
    assert caught.value.retry_after == 1
    clock.advance(SECOND // 10)
    budget.spend()
    clock.advance(50 * SECOND)
    for _ in range(3):
        budget.spend()
    with pytest.raises(TooManyFramesError):
        budget.spend()


def test_attempts_are_counted_for_a_minute() -> None:
    clock = FakeClock()
    attempts = Attempts(SteadyClock(clock), per_minute=2)
    attempts.count("192.0.2.1")
    clock.advance(20 * SECOND)
    attempts.count("192.0.2.1")
    with pytest.raises(ThrottledError) as caught:
        attempts.check("192.0.2.1")
    assert caught.value.retry_after == 40
    attempts.check("192.0.2.2")
    clock.advance(40 * SECOND)
    attempts.check("192.0.2.1")


def test_more_failures_than_it_takes_keep_the_door_shut_for_a_minute_from_the_last_ones() -> None:
    clock = FakeClock()
    attempts = Attempts(SteadyClock(clock), per_minute=2)
    for seconds in (0, 30, 20):
        clock.advance(seconds * SECOND)
        attempts.count("192.0.2.1")
    with pytest.raises(ThrottledError) as caught:
        attempts.check("192.0.2.1")
    assert caught.value.retry_after == 40
    clock.advance(40 * SECOND)
    attempts.check("192.0.2.1")


def test_a_forgiven_attempt_does_not_count() -> None:
    attempts = Attempts(SteadyClock(FakeClock()), per_minute=1)
    attempts.count("192.0.2.1")
    attempts.forgive("192.0.2.1")
    attempts.check("192.0.2.1")
    attempts.forgive("192.0.2.1")  # more than there were
    attempts.check("192.0.2.1")


def test_one_ipv6_site_is_one_address() -> None:
    attempts = Attempts(SteadyClock(FakeClock()), per_minute=1)
    attempts.count("2001:db8:1:2::1")
    with pytest.raises(ThrottledError):
        attempts.check("2001:db8:1:2:ffff::9")
    attempts.check("2001:db8:1:3::1")


def test_memory_for_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.streamer.throttle._MAX_NETWORKS", 3)
    attempts = Attempts(SteadyClock(FakeClock()), per_minute=1)
    for n in range(10):
        attempts.count(f"192.0.2.{n}")
    assert len(attempts._recent) == 3
    attempts.check("192.0.2.0")
    with pytest.raises(ThrottledError):
        attempts.check("192.0.2.9")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("somewhere", "somewhere"),
        ("", ""),
    ],
)
def test_what_is_counted(address: str, network: str) -> None:
    assert network_of(address) == network
