"""Retry delays against the distribution that the policy states, and which error is worth another attempt."""

import errno
import math
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import (
    InvalidInputError,
    NetSentinelError,
    NotFoundError,
    StorageFullError,
    ThrottledError,
    UnavailableError,
)
from netsentinel.recovery import (
    Backoff,
    Failure,
    Fault,
    PermanentError,
    PoisonError,
    RetryLaterError,
    RetryOverride,
    RetryPolicy,
    classify,
)

RETRYABLE = Failure(Fault.RETRYABLE, "unavailable", "later")
POLICIES = st.builds(
    lambda backoff, first, more, attempts, jitter: RetryPolicy(
        backoff=backoff, first=first, cap=first + more, max_attempts=attempts, jitter=jitter
    ),
    st.sampled_from(Backoff),
    st.integers(0, 3_600 * SECOND),
    st.integers(0, 86_400 * SECOND),
    st.integers(1, 100),
    st.floats(0, 1),
)


def _ceilings(policy: RetryPolicy, count: int) -> list[int]:
    """The delays without jitter, by repeating the step instead of by a formula."""
    found: list[int] = []
    delay = policy.first
    for _ in range(count):
        found.append(min(delay, policy.cap))
        if policy.backoff is Backoff.EXPONENTIAL:
            delay += delay
        elif policy.backoff is Backoff.LINEAR:
            delay += policy.first
    return found


@given(POLICIES)
def test_the_longest_delays_grow_as_their_name_says(policy: RetryPolicy) -> None:
    assert [policy.longest(failures) for failures in range(1, 101)] == _ceilings(policy, 100)


@given(POLICIES, st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_never_longer_than_the_cap_nor_shorter_than_its_fixed_part(
    policy: RetryPolicy, failures: int, drawn: float
) -> None:
    delay = policy.delay(failures, lambda: drawn)
    longest = policy.longest(failures)
    assert longest - int(longest * policy.jitter) <= delay <= longest <= policy.cap


def _ks_distance(samples: list[float], cdf: Callable[[float], float]) -> float:
    """Kolmogorov's distance between samples and a continuous distribution."""
    ordered, count = sorted(samples), len(samples)
    return max(
        max(abs((rank + 1) / count - cdf(value)), abs(rank / count - cdf(value))) for rank, value in enumerate(ordered)
    )


@pytest.mark.parametrize("jitter", [1.0, 0.5])
@pytest.mark.parametrize("failures", [1, 4, 30])
def test_delays_are_spread_evenly_over_their_random_part(jitter: float, failures: int) -> None:
    policy = RetryPolicy(first=SECOND, cap=MINUTE, jitter=jitter)
    draw = random.Random(20_261_121).random  # noqa: S311 - a fixed seed, so that the test cannot fail by chance
    longest = [SECOND, 0, 0, 8 * SECOND][failures - 1] if failures <= 4 else MINUTE
    low = longest * (1 - jitter)
    samples = [float(policy.delay(failures, draw)) for _ in range(5_000)]
    distance = _ks_distance(samples, lambda value: (value - low) / (longest - low))
    assert distance < 1.95 / math.sqrt(len(samples))  # the 0.1 % critical value of the Kolmogorov-Smirnov test


def test_linear_and_fixed_have_no_jitter_unless_stated() -> None:
    assert [RetryPolicy.linear(first=2 * SECOND).delay(n) for n in (1, 2, 3)] == [2 * SECOND, 4 * SECOND, 6 * SECOND]
    assert [RetryPolicy.fixed(delay=7 * SECOND).delay(n) for n in (1, 2, 9)] == [7 * SECOND] * 3
    assert RetryPolicy.fixed(delay=10 * SECOND, jitter=0.5).delay(1, lambda: 0.0) == 5 * SECOND


def test_the_last_attempt_is_followed_by_none() -> None:
    policy = RetryPolicy.fixed(max_attempts=3)
    assert [policy.next_delay(failures, RETRYABLE) for failures in (1, 2, 3, 4)] == [SECOND, SECOND, None, None]
    assert RetryPolicy(max_attempts=1).next_delay(1, RETRYABLE) is None


@pytest.mark.parametrize("fault", [Fault.PERMANENT, Fault.POISON])
def test_what_will_not_succeed_is_not_tried_again(fault: Fault) -> None:
    assert RetryPolicy().next_delay(1, Failure(fault, "x", "y")) is None


def test_what_the_other_side_asks_for_is_kept_beyond_the_cap() -> None:
    policy = RetryPolicy.fixed(delay=SECOND)
    assert policy.next_delay(1, Failure(Fault.RETRYABLE, "throttled", "slow down", 3 * MINUTE)) == 3 * MINUTE


@pytest.mark.parametrize(
    "figures",
    [
        {"max_attempts": 0},
        {"max_attempts": 101},
        {"first": -1},
        {"first": 2 * MINUTE, "cap": MINUTE},
        {"jitter": -0.1},
        {"jitter": 1.1},
        {"jitter": math.nan},
    ],
)
def test_impossible_figures_are_refused(figures: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"is (from|a share|at least)"):
        RetryPolicy(**figures)  # type: ignore[arg-type] - the figures of the table


def test_a_task_overrides_single_figures_of_its_action() -> None:
    policy = RetryPolicy(first=SECOND, cap=MINUTE, max_attempts=5)
    assert policy.overridden(None) is policy
    assert policy.overridden(RetryOverride(max_attempts=9)).max_attempts == 9
    assert policy.overridden(RetryOverride(jitter=0.0)).delay(1) == SECOND
    assert policy.overridden(RetryOverride(backoff=Backoff.LINEAR, jitter=0)).delay(3) == 3 * SECOND
    lower = policy.overridden(RetryOverride(cap=SECOND // 2))
    assert (lower.first, lower.cap) == (SECOND // 2, SECOND // 2)
    higher = policy.overridden(RetryOverride(first=2 * MINUTE))
    assert (higher.first, higher.cap) == (2 * MINUTE, 2 * MINUTE)
    with pytest.raises(ValueError, match="max_attempts"):
        policy.overridden(RetryOverride(max_attempts=1_000))


def test_an_override_is_stored_as_json_and_says_only_what_it_changes() -> None:
    encoded = msgspec.json.encode(RetryOverride(max_attempts=2, backoff=Backoff.FIXED))
    assert encoded == b'{"backoff":"fixed","max_attempts":2}'
    assert msgspec.json.decode(encoded, type=RetryOverride) == RetryOverride(max_attempts=2, backoff=Backoff.FIXED)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"attempts":2}', type=RetryOverride)


class _OddError(Exception):
    pass


FAULTS = [
    (ConnectionResetError(), Fault.RETRYABLE),
    (TimeoutError(), Fault.RETRYABLE),
    (OSError(errno.ENOSPC, "no space left"), Fault.RETRYABLE),
    (OSError(errno.EROFS, "read-only"), Fault.PERMANENT),
    (FileNotFoundError(errno.ENOENT, "gone"), Fault.PERMANENT),
    (_OddError("who knows"), Fault.RETRYABLE),
    (KeyError("missing"), Fault.PERMANENT),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), Fault.PERMANENT),
    (msgspec.ValidationError("wrong type"), Fault.PERMANENT),
    (RecursionError(), Fault.PERMANENT),
    (MemoryError(), Fault.POISON),
    (SystemExit(1), Fault.PERMANENT),
    (UnavailableError("later"), Fault.RETRYABLE),
    (StorageFullError("full"), Fault.RETRYABLE),
    (InvalidInputError("wrong"), Fault.PERMANENT),
    (NotFoundError("gone"), Fault.PERMANENT),
    (NetSentinelError("inside"), Fault.PERMANENT),
    (PermanentError("never"), Fault.PERMANENT),
    (PoisonError("look at it"), Fault.POISON),
    (RetryLaterError("soon", retry_after=9), Fault.RETRYABLE),
]


@pytest.mark.parametrize(("error", "fault"), FAULTS, ids=lambda value: type(value).__name__)
def test_which_error_is_which_fault(error: BaseException, fault: Fault) -> None:
    assert classify(error).fault is fault


def test_the_most_specific_class_decides_and_an_action_may_say_otherwise() -> None:
    mine: dict[type[BaseException], Fault] = {
        LookupError: Fault.RETRYABLE,
        ConnectionError: Fault.POISON,
        NotFoundError: Fault.RETRYABLE,
    }
    assert classify(KeyError("x"), mine).fault is Fault.RETRYABLE
    assert classify(ConnectionResetError(), mine).fault is Fault.POISON
    assert classify(NotFoundError("not yet"), mine).fault is Fault.RETRYABLE
    assert classify(InvalidInputError("wrong"), mine).fault is Fault.PERMANENT
    assert classify(FileNotFoundError(), {OSError: Fault.RETRYABLE}).fault is Fault.PERMANENT


def test_a_failure_keeps_the_code_the_sentence_and_the_wish() -> None:
    assert classify(ThrottledError("Slow down.", retry_after=7)) == Failure(
        Fault.RETRYABLE, "throttled", "Slow down.", 7 * SECOND
    )
    assert classify(ValueError("odd")) == Failure(Fault.PERMANENT, "ValueError", "odd")
    assert classify(TimeoutError()).detail == "TimeoutError"
