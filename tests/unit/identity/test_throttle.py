"""How often logins may fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.identity import throttle
from netsentinel.identity.throttle import LoginAttempt, LoginThrottle, network_of
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.testing import FakeClock


@pytest.fixture
def logins(clock: FakeClock) -> LoginThrottle:
    return LoginThrottle(clock, 10)


def failures(logins: LoginThrottle, address: str, *account: str) -> int:
    """How many failures are let through in a row."""
    count = 0
    try:
        while count < 1_000:
            logins.start(address, *account)
            count += 1
    except ThrottledError:
        pass
    return count


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_is_counted_is_the_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_account_may_fail_half_as_often_as_an_address(logins: LoginThrottle) -> None:
    assert failures(logins, "192.0.2.1", "default", "ann") == 5
    assert failures(logins, "192.0.2.1", "default", "bob") == 5
    assert failures(logins, "192.0.2.1", "default", "eve") == 0
    assert failures(logins, "192.0.2.2") == 10


def test_nobody_can_lock_an_account_from_elsewhere(logins: LoginThrottle) -> None:
    for last in range(50):
        failures(logins, f"198.51.100.{last}", "default", "ann")
    assert failures(logins, "192.0.2.1", "default", "ann") == 5


def test_it_says_how_long_to_wait_and_then_one_more_is_let_through(logins: LoginThrottle, clock: FakeClock) -> None:
    failures(logins, "192.0.2.1", "default", "ann")
    with pytest.raises(ThrottledError) as caught:
        logins.start("192.0.2.1", "default", "ann")
    assert caught.value.retry_after == 12
    clock.advance(12 * SECOND - 1)
    assert failures(logins, "192.0.2.1", "default", "ann") == 0
    clock.advance(1)
    assert failures(logins, "192.0.2.1", "default", "ann") == 1


def test_a_refused_attempt_takes_nothing(logins: LoginThrottle) -> None:
    failures(logins, "192.0.2.1", "default", "ann")
    for _ in range(100):
        with pytest.raises(ThrottledError):
            logins.start("192.0.2.1", "default", "ann")
    assert failures(logins, "192.0.2.1") == 5


def test_success_counts_for_nothing(logins: LoginThrottle) -> None:
    for _ in range(100):
        attempt = logins.start("192.0.2.1", "default", "ann")
        attempt.take_back()
        attempt.take_back()
    assert failures(logins, "192.0.2.1", "default", "ann") == 5


def test_attempts_at_once_count_before_they_have_failed(logins: LoginThrottle) -> None:
    attempts: list[LoginAttempt] = [logins.start("192.0.2.1", "default", "ann") for _ in range(5)]
    assert failures(logins, "192.0.2.1", "default", "ann") == 0
    attempts[0].take_back()
    assert failures(logins, "192.0.2.1", "default", "ann") == 1


def test_the_memory_is_bounded(logins: LoginThrottle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_BUCKETS", 10)
    for last in range(200):
        logins.start(f"192.0.2.{last}", "default", "ann")
    assert (len(logins.addresses), len(logins.accounts)) == (10, 10)


def test_names_tried_by_a_used_up_address_cost_no_memory(logins: LoginThrottle) -> None:
    assert failures(logins, "192.0.2.1") == 10
    for number in range(100):
        with pytest.raises(ThrottledError):
            logins.start("192.0.2.1", "default", f"user {number}")
    assert len(logins.accounts) == 0


def test_many_names_do_not_push_addresses_out(logins: LoginThrottle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_BUCKETS", 10)
    assert failures(logins, "192.0.2.1") == 10
    for last in range(9):
        for name in range(9):
            logins.start(f"198.51.100.{last}", "default", f"user {name}")
    assert failures(logins, "192.0.2.1") == 0


def test_a_name_of_any_length_or_kind_is_kept_by_sixteen_bytes(logins: LoginThrottle) -> None:
    for name in ("x" * 100_000, "\ud800", "\x00", "a', 'b"):
        logins.start("192.0.2.1", "default", name)
    logins.start("192.0.2.1", "default', 'a", "b")
    assert {len(key) for key in logins.accounts._kept} == {16}
    assert len(logins.accounts) == 5


@given(st.lists(st.integers(0, 90), max_size=60))
def test_never_more_than_the_size_and_the_rate(pauses: list[int]) -> None:
    clock = FakeClock()
    logins = LoginThrottle(clock, 10)
    passed = 0
    for pause in pauses:
        clock.advance(pause * SECOND)
        passed += failures(logins, "192.0.2.1")
        assert passed <= 10 + sum(pauses) * 10 / 60 + 1
