"""The breaker against a slow and obvious model that keeps every call, and its rules one by one."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.kernel.clock import DAY, MINUTE, SECOND
from netsentinel.recovery import Admission, Breaker, BreakerPolicy, BreakerState, Fault, Mode, Outcome

T = 1_780_000_000 * SECOND
POLICY = BreakerPolicy()
SMALL = BreakerPolicy(
    window_seconds=10,
    minimum_calls=4,
    slow_after=SECOND,
    open_first=5 * SECOND,
    open_cap=20 * SECOND,
    probes=2,
    probe_wait=8 * SECOND,
)
BY_COUNT = BreakerPolicy(
    window_seconds=0,
    window_calls=6,
    minimum_calls=4,
    slow_after=SECOND,
    open_first=5 * SECOND,
    open_cap=20 * SECOND,
    probes=3,
    probe_wait=8 * SECOND,
)


@dataclass
class Model:
    """What resilience4j's documentation says, with lists of everything and no arithmetic saved."""

    policy: BreakerPolicy
    mode: str = "closed"
    calls: list[tuple[int, bool, bool]] = field(default_factory=list)
    opened: int = 0
    open_since: int = 0
    round: int = 0
    out: list[int] = field(default_factory=list)
    """When each probe of this round went that has not come back and was not given up."""
    went_at: int = 0
    back: list[tuple[bool, bool]] = field(default_factory=list)

    def interval(self) -> int:
        length = self.policy.open_first
        for _ in range(self.opened - 1):
            length = min(length * 2, self.policy.open_cap)
        return length

    def ask(self, now: int) -> tuple[bool, int]:
        if self.mode in ("closed", "forced_closed"):
            return True, 0
        if self.mode == "forced_open":
            return False, 0
        if self.mode == "open":
            if now < self.open_since + self.interval():
                return False, 0
            self.mode, self.back, self.out, self.round = "half_open", [], [], self.round + 1
        elif len(self.out) + len(self.back) >= self.policy.probes:
            if now < self.went_at + self.policy.probe_wait:
                return False, 0
            self.out = []
        self.out.append(now)
        self.went_at = now
        return True, self.round

    def bad(self, results: list[tuple[bool, bool]]) -> bool:
        failed = sum(failed for failed, _ in results) / len(results)
        slow = sum(slow for _, slow in results) / len(results)
        return failed >= self.policy.failure_rate or slow >= self.policy.slow_rate

    def open(self, now: int) -> None:
        self.mode, self.opened, self.open_since = "open", self.opened + 1, now

    def hear(self, now: int, outcome: Outcome, took: int, round_: int) -> None:
        result = (outcome is Outcome.FAILURE, took >= self.policy.slow_after)
        if self.mode == "half_open" and round_ == self.round:
            if self.out:
                self.out.pop()
            if outcome is Outcome.IGNORED:
                return
            self.back.append(result)
            if len(self.back) >= self.policy.probes:
                if self.bad(self.back):
                    self.open(now)
                else:
                    self.force("closed")
        elif self.mode in ("closed", "forced_closed") and outcome is not Outcome.IGNORED:
            self.calls.append((now, *result))
            if self.policy.window_seconds:
                oldest = now // SECOND - self.policy.window_seconds + 1
                counted = [call for call in self.calls if call[0] // SECOND >= oldest]
            else:
                counted = self.calls[-self.policy.window_calls :]
            enough = len(counted) >= self.policy.minimum_calls
            if self.mode == "closed" and enough and self.bad([call[1:] for call in counted]):
                self.open(now)

    def force(self, mode: str) -> None:
        if mode == self.mode and mode != "closed":
            return
        self.mode, self.opened, self.calls = mode, 0, []


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4 * SECOND),
        st.sampled_from(["ask", "ask", "ask", "back", "back", "back", "stray", "open", "close", "reset"]),
        st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE, Outcome.FAILURE, Outcome.IGNORED]),
        st.sampled_from([0, SECOND - 1, SECOND, 9 * SECOND]),
        st.integers(0, 7),
    ),
    max_size=120,
)


@pytest.mark.parametrize("policy", [SMALL, BY_COUNT], ids=["time", "count"])
@settings(max_examples=400)
@given(steps=STEPS, data=st.data())
def test_it_does_what_the_obvious_model_does(
    policy: BreakerPolicy, steps: list[tuple[int, str, Outcome, int, int]], data: st.DataObject
) -> None:
    breaker, model, now = Breaker(policy), Model(policy), T
    under_way: list[Admission] = []
    for step, command, outcome, took, pick in steps:
        now += step
        match command:
            case "ask":
                foreseen = breaker.admission(now)
                admission = breaker.admit(now)
                assert foreseen == admission
                assert (admission.allowed, admission.round) == model.ask(now)
                assert admission.allowed or admission.retry_at == 0 or admission.retry_at > now
                if admission.allowed:
                    under_way.append(admission)
            case "back" if under_way:
                admission = under_way.pop(pick % len(under_way))
                breaker.record(now, outcome, took, admission.round)
                model.hear(now, outcome, took, admission.round)
            case "stray":
                breaker.record(now, outcome, took)
                model.hear(now, outcome, took, 0)
            case "open" if pick == 0:
                breaker.force_open(now)
                model.force("forced_open")
            case "close" if pick == 0:
                breaker.force_close(now)
                model.force("forced_closed")
            case "reset" if pick == 0:
                breaker.reset(now)
                model.force("closed")
            case _:
                pass
        assert breaker.mode == model.mode
        if data.draw(st.booleans()):  # stored and read again, it goes on the same
            stored = msgspec.json.decode(msgspec.json.encode(breaker.state()), type=BreakerState)
            assert stored == breaker.state()
            breaker = Breaker(policy, stored)


def _calls(breaker: Breaker, now: int, count: int, outcome: Outcome, took: int = 0) -> None:
    for _ in range(count):
        breaker.record(now, outcome, took)


def test_with_the_defaults_twenty_calls_half_of_which_fail_open_it_for_thirty_seconds() -> None:
    breaker = Breaker(POLICY)
    _calls(breaker, T, 10, Outcome.SUCCESS)
    _calls(breaker, T, 9, Outcome.FAILURE)
    assert breaker.mode is Mode.CLOSED
    _calls(breaker, T, 1, Outcome.FAILURE)
    assert breaker.mode is Mode.OPEN
    assert breaker.admit(T + 30 * SECOND - 1) == Admission(allowed=False, retry_at=T + 30 * SECOND)
    assert breaker.admit(T + 30 * SECOND) == Admission(allowed=True, round=1)
    (change, *_) = breaker.changes
    assert (change.before, change.after, change.reason) == (Mode.CLOSED, Mode.OPEN, "failure rate")
    assert (change.totals.calls, change.totals.failures, change.until) == (20, 10, T + 30 * SECOND)


def test_slow_calls_open_it_although_they_succeed() -> None:
    breaker = Breaker(POLICY)
    _calls(breaker, T, 4, Outcome.SUCCESS)
    _calls(breaker, T, 16, Outcome.SUCCESS, took=MINUTE)
    assert breaker.mode is Mode.OPEN
    assert breaker.changes[-1].reason == "slow rate"


def test_a_rate_above_one_switches_its_rule_off() -> None:
    breaker = Breaker(BreakerPolicy(failure_rate=1.1, slow_rate=1.1))
    _calls(breaker, T, 100, Outcome.FAILURE, took=DAY)
    assert breaker.mode is Mode.CLOSED


def test_the_interval_doubles_up_to_its_cap_and_begins_anew_after_it_closed() -> None:
    breaker, now, seen = Breaker(POLICY), T, []
    _calls(breaker, now, 20, Outcome.FAILURE)
    for _ in range(8):
        until = breaker.admission(now).retry_at
        seen.append((until - now) // SECOND)
        now = until
        probes = [breaker.admit(now) for _ in range(5)]
        assert all(probe.allowed for probe in probes)
        assert not breaker.admit(now).allowed
        for probe in probes:
            breaker.record(now, Outcome.FAILURE, 0, probe.round)
    assert seen == [30, 60, 120, 240, 480, 600, 600, 600]
    now = breaker.admission(now).retry_at
    for probe in [breaker.admit(now) for _ in range(5)]:
        breaker.record(now, Outcome.SUCCESS, 0, probe.round)
    assert breaker.mode is Mode.CLOSED
    _calls(breaker, now, 20, Outcome.FAILURE)
    assert breaker.admission(now).retry_at == now + 30 * SECOND


def test_a_clock_set_back_a_day_does_not_hold_it_open_for_a_day() -> None:
    breaker = Breaker(POLICY)
    _calls(breaker, T, 20, Outcome.FAILURE)
    assert breaker.admit(T - DAY).allowed


def test_lost_probes_do_not_hold_it_half_open_for_ever() -> None:
    breaker = Breaker(SMALL)
    _calls(breaker, T, 4, Outcome.FAILURE)
    now = T + 5 * SECOND
    first = [breaker.admit(now) for _ in range(2)]
    assert breaker.admit(now) == Admission(allowed=False, retry_at=now + 8 * SECOND)
    now += 8 * SECOND
    second = [breaker.admit(now) for _ in range(2)]
    assert all(probe.allowed for probe in (*first, *second))
    for probe in second:
        breaker.record(now, Outcome.SUCCESS, 0, probe.round)
    assert breaker.mode is Mode.CLOSED
    breaker.record(now, Outcome.FAILURE, 0, first[0].round)  # came back after all: of a round that is over
    assert breaker.totals(now).failures == 1  # an ordinary call of the closed breaker


def test_only_what_speaks_of_the_dependency_counts() -> None:
    assert Outcome.of(None) is Outcome.SUCCESS
    assert Outcome.of(Fault.RETRYABLE) is Outcome.FAILURE
    assert Outcome.of(Fault.PERMANENT) is Outcome.IGNORED
    assert Outcome.of(Fault.POISON) is Outcome.IGNORED


def test_forced_open_only_a_person_can_change() -> None:
    breaker = Breaker(POLICY)
    breaker.force_open(T)
    breaker.force_open(T + 1)
    assert breaker.admit(T + DAY) == Admission(allowed=False)
    breaker.reset(T + DAY)
    assert breaker.admit(T + DAY).allowed
    assert [change.reason for change in breaker.changes] == ["forced open", "reset"]


def test_forced_closed_counts_and_never_opens() -> None:
    breaker = Breaker(POLICY)
    breaker.force_close(T)
    _calls(breaker, T, 100, Outcome.FAILURE)
    assert breaker.admit(T).allowed
    assert breaker.totals(T).failures == 100


@pytest.mark.parametrize(
    "figures",
    [
        {"window_seconds": -1},
        {"window_seconds": 0, "window_calls": 10, "minimum_calls": 11},
        {"minimum_calls": 0},
        {"probes": 0},
        {"failure_rate": 0},
        {"slow_rate": 0},
        {"open_first": 0},
        {"open_first": 2, "open_cap": 1},
        {"probe_wait": 0},
    ],
)
def test_impossible_figures_are_refused(figures: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"(at least|must hold|above 0)"):
        BreakerPolicy(**figures)  # type: ignore[arg-type] - the figures of the table
