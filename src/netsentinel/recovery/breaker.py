"""A circuit breaker as a pure state machine: calls and times in, admissions and changes of its mode out."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros
from netsentinel.recovery.retry import Fault
from netsentinel.recovery.window import NO_CALLS, Bucket, CountWindow, TimeWindow, Totals, Window

_MAX_DOUBLINGS: Final = 62


class Mode(StrEnum):
    """What a breaker does with calls."""

    CLOSED = "closed"
    """Lets them through and watches how they go."""
    OPEN = "open"
    """Refuses them until the interval is over."""
    HALF_OPEN = "half_open"
    """Lets a few probes through; how they go decides."""
    FORCED_OPEN = "forced_open"
    """Refuses them until a person says otherwise."""
    FORCED_CLOSED = "forced_closed"
    """Lets them through, whatever becomes of them, until a person says otherwise."""


class Outcome(StrEnum):
    """How a call went, as far as the dependency is concerned."""

    SUCCESS = "success"
    FAILURE = "failure"
    IGNORED = "ignored"
    """It says nothing about the dependency: the input was wrong, or the task was cancelled."""

    @classmethod
    def of(cls, fault: Fault | None) -> "Outcome":
        """The outcome of an attempt that ended with this fault; None for one that succeeded."""
        if fault is None:
            return cls.SUCCESS
        return cls.FAILURE if fault is Fault.RETRYABLE else cls.IGNORED


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens, and how it closes again. The words are resilience4j's.

    Raises:
        ValueError: a figure is impossible.
    """

    window_seconds: int = 60
    """Calls of the last so many seconds count; 0 for a window by count."""
    window_calls: int = 100
    """The last so many calls count, where `window_seconds` is 0."""
    minimum_calls: int = 20
    """With fewer calls in the window nothing is decided."""
    failure_rate: float = 0.5
    """It opens when this share of the calls failed, or more; above 1 it never does."""
    slow_rate: float = 0.8
    """It opens when this share of the calls was slow, or more; above 1 it never does."""
    slow_after: Micros = MINUTE
    """A call that takes this long or longer is slow."""
    open_first: Micros = 30 * SECOND
    """How long it stays open the first time; twice as long each further time in a row."""
    open_cap: Micros = 10 * MINUTE
    """It never stays open longer than this at a time."""
    probes: int = 5
    """So many calls are let through while it is half open."""
    probe_wait: Micros = 2 * MINUTE
    """When no probe has come back for so long, others may go: their worker may be gone."""

    def __post_init__(self) -> None:
        if self.window_seconds < 0 or self.window_calls < 1 or self.minimum_calls < 1 or self.probes < 1:
            raise ValueError("a window, the fewest calls and the probes are at least 1")
        if not self.window_seconds and self.minimum_calls > self.window_calls:
            raise ValueError("a window by count must hold minimum_calls")
        if self.failure_rate <= 0 or self.slow_rate <= 0:
            raise ValueError("a rate is above 0")
        if self.open_first < 1 or self.open_cap < self.open_first or self.probe_wait < 1 or self.slow_after < 0:
            raise ValueError("an interval is above 0, and open_cap at least open_first")

    def window(self, kept: tuple[Bucket, ...] = ()) -> Window:
        """A window of the stated kind."""
        if self.window_seconds:
            return TimeWindow(self.window_seconds, kept)
        return CountWindow(self.window_calls, kept)

    def interval(self, opened: int) -> Micros:
        """How long it stays open for the `opened`-th time in a row (from 1)."""
        return min(self.open_cap, self.open_first << min(opened - 1, _MAX_DOUBLINGS))

    def exceeds(self, totals: Totals) -> str:
        """Why these calls open it; empty when they do not. How many they are is not looked at."""
        if totals.failure_rate >= self.failure_rate:
            return "failure rate"
        return "slow rate" if totals.slow_rate >= self.slow_rate else ""


@dataclass(frozen=True, slots=True)
class BreakerState:
    """Everything a breaker has to remember, as it is stored."""

    mode: Mode = Mode.CLOSED
    since: Micros = 0
    """When it came into this mode."""
    until: Micros = 0
    """When an open one lets probes through; 0 in every other mode."""
    opened: int = 0
    """How often it opened in a row, without having been closed."""
    round: int = 0
    """Grows with each time it is half open: a probe belongs to one round."""
    admitted: int = 0
    """Probes of this round that were let through."""
    admitted_at: Micros = 0
    """When the latest of them went."""
    probed: Totals = NO_CALLS
    """How those that came back went."""
    window: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a call may go; hand it back with how the call went."""

    allowed: bool
    round: int = 0
    """Above 0 for a probe."""
    retry_at: Micros = 0
    """When asking again makes sense, for a call that may not go; 0 when only a person can change that."""


ALLOWED: Final = Admission(allowed=True)


@dataclass(frozen=True, slots=True)
class Change:
    """A breaker came into another mode."""

    at: Micros
    before: Mode
    after: Mode
    until: Micros
    reason: str
    totals: Totals
    """The calls that led to it."""


class Breaker:
    """One breaker. Times come from outside, so that it does the same in a test, in memory and in a transaction.

    Args:
        policy: when it opens.
        state: what it remembered; a new one is closed.
    """

    def __init__(self, policy: BreakerPolicy, state: BreakerState | None = None) -> None:
        self._policy = policy
        self._state = state or BreakerState()
        self._window = policy.window(self._state.window)
        self.changes: list[Change] = []
        """What happened to its mode since it was made, oldest first."""

    @property
    def mode(self) -> Mode:
        """Its mode as of the last call; an open one whose interval is over is still open until somebody asks."""
        return self._state.mode

    def state(self) -> BreakerState:
        """What is to be stored."""
        return replace(self._state, window=self._window.kept())

    def totals(self, now: Micros) -> Totals:
        """The calls that count: of the window, or of the probes while it is half open."""
        return self._state.probed if self._state.mode is Mode.HALF_OPEN else self._window.totals(now)

    def admission(self, now: Micros) -> Admission:
        """What `admit` would answer; nothing changes."""
        state = self._state
        match state.mode:
            case Mode.CLOSED | Mode.FORCED_CLOSED:
                return ALLOWED
            case Mode.FORCED_OPEN:
                return Admission(allowed=False)
            case Mode.OPEN:
                if not self._is_over(now):
                    return Admission(allowed=False, retry_at=state.until)
                return Admission(allowed=True, round=state.round + 1)
            case Mode.HALF_OPEN:
                if state.admitted < self._policy.probes or self._is_stuck(now):
                    return Admission(allowed=True, round=state.round)
                return Admission(allowed=False, retry_at=state.admitted_at + self._policy.probe_wait)

    def admit(self, now: Micros) -> Admission:
        """Whether a call may go now. A probe takes one of the places of its round."""
        admission = self.admission(now)
        if not admission.round:
            return admission
        if self._state.mode is Mode.OPEN:
            self._become(Mode.HALF_OPEN, now, "interval over")
        elif self._is_stuck(now):  # as if the ones that are out had never gone
            self._state = replace(self._state, admitted=self._state.probed.calls)
        self._state = replace(self._state, admitted=self._state.admitted + 1, admitted_at=now)
        return admission

    def record(self, now: Micros, outcome: Outcome, took: Micros, round: int = 0) -> None:  # noqa: A002 - the field's name
        """Take in how a call went.

        Args:
            now: when it ended.
            outcome: how it went; an ignored one gives its place back when it was a probe.
            took: how long it was under way.
            round: of its admission. What a probe of an earlier round, or a call from before it opened, comes to no
                longer matters.
        """
        state = self._state
        failed, slow = outcome is Outcome.FAILURE, took >= self._policy.slow_after
        if state.mode is Mode.HALF_OPEN:
            if round == state.round:
                self._probed(now, outcome, failed=failed, slow=slow)
        elif outcome is not Outcome.IGNORED and state.mode in {Mode.CLOSED, Mode.FORCED_CLOSED}:
            self._window.add(now, failed=failed, slow=slow)
            if state.mode is Mode.CLOSED:
                self._decide(now)

    def force_open(self, now: Micros) -> None:
        """Refuse calls until a person says otherwise."""
        self._become(Mode.FORCED_OPEN, now, "forced open")

    def force_close(self, now: Micros) -> None:
        """Let calls through until a person says otherwise; they are still counted."""
        self._become(Mode.FORCED_CLOSED, now, "forced closed")

    def reset(self, now: Micros) -> None:
        """Closed and with nothing remembered, as if it were new."""
        self._become(Mode.CLOSED, now, "reset")

    def _decide(self, now: Micros) -> None:
        totals = self._window.totals(now)
        if totals.calls >= self._policy.minimum_calls:
            reason = self._policy.exceeds(totals)
            if reason:
                self._become(Mode.OPEN, now, reason)

    def _probed(self, now: Micros, outcome: Outcome, *, failed: bool, slow: bool) -> None:
        state, probed = self._state, self._state.probed
        if outcome is Outcome.IGNORED:
            self._state = replace(state, admitted=max(probed.calls, state.admitted - 1))
            return
        probed = Totals(probed.calls + 1, probed.failures + failed, probed.slow + slow)
        # A probe whose place had been given up may come back after all: it counts, too.
        self._state = replace(state, probed=probed, admitted=max(state.admitted, probed.calls))
        if probed.calls < self._policy.probes:
            return
        reason = self._policy.exceeds(probed)
        if reason:
            self._become(Mode.OPEN, now, f"{reason} of the probes")
        else:
            self._become(Mode.CLOSED, now, "probes succeeded")

    def _is_over(self, now: Micros) -> bool:
        """Whether an open one has been open long enough; a clock that was set back does not make it longer."""
        return now >= self._state.until or now < self._state.since

    def _is_stuck(self, now: Micros) -> bool:
        at = self._state.admitted_at
        return now >= at + self._policy.probe_wait or now < at

    def _become(self, mode: Mode, now: Micros, reason: str) -> None:
        old, totals = self._state, self.totals(now)
        if mode is old.mode and mode in {Mode.FORCED_OPEN, Mode.FORCED_CLOSED}:
            return
        opened = {Mode.OPEN: old.opened + 1, Mode.HALF_OPEN: old.opened}.get(mode, 0)
        until = now + self._policy.interval(opened) if mode is Mode.OPEN else 0
        round_ = old.round + (mode is Mode.HALF_OPEN)
        self._state = BreakerState(mode, now, until, opened, round_)
        if mode in {Mode.CLOSED, Mode.HALF_OPEN, Mode.FORCED_CLOSED}:
            self._window = self._policy.window()
        if mode is not old.mode:
            self.changes.append(Change(now, old.mode, mode, until, reason, totals))
