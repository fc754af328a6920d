"""What a breaker remembers of the latest calls: those of the last seconds, or the last so many."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

Bucket = tuple[int, int, int, int]
"""(second, calls, failures, slow calls) of a window over time; of a window by count the second is 0."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How the calls of a window went. A slow call may have failed too."""

    calls: int = 0
    failures: int = 0
    slow: int = 0

    @property
    def failure_rate(self) -> float:
        """Share of the calls that failed, 0 to 1; 0 without calls."""
        return self.failures / self.calls if self.calls else 0.0

    @property
    def slow_rate(self) -> float:
        """Share of the calls that were slow, 0 to 1; 0 without calls."""
        return self.slow / self.calls if self.calls else 0.0


NO_CALLS: Final = Totals()


class Window(Protocol):
    """The calls that count."""

    def add(self, now: Micros, *, failed: bool, slow: bool) -> None:
        """Count a call."""
        ...

    def totals(self, now: Micros) -> Totals:
        """The calls that count now."""
        ...

    def kept(self) -> tuple[Bucket, ...]:
        """Everything, to be stored."""
        ...


class TimeWindow:
    """The calls of the last `seconds` whole seconds, the present one included: one bucket per second.

    resilience4j's `SlidingTimeWindowMetrics`. A clock that is set back by more than the window empties it; by less,
    calls count in the newest second.
    """

    def __init__(self, seconds: int, kept: Iterable[Bucket] = ()) -> None:
        self._seconds = seconds
        self._buckets: deque[list[int]] = deque([list(bucket) for bucket in kept])
        self._calls = sum(bucket[1] for bucket in self._buckets)
        self._failures = sum(bucket[2] for bucket in self._buckets)
        self._slow = sum(bucket[3] for bucket in self._buckets)

    def add(self, now: Micros, *, failed: bool, slow: bool) -> None:
        """Count a call."""
        second = now // SECOND
        self._expire(second)
        buckets = self._buckets
        if not buckets or buckets[-1][0] < second:
            buckets.append([second, 0, 0, 0])
        newest = buckets[-1]
        newest[1] += 1
        newest[2] += failed
        newest[3] += slow
        self._calls += 1
        self._failures += failed
        self._slow += slow

    def totals(self, now: Micros) -> Totals:
        """The calls of the window that ends now."""
        self._expire(now // SECOND)
        return Totals(self._calls, self._failures, self._slow)

    def kept(self) -> tuple[Bucket, ...]:
        """One bucket per second that had calls, oldest first."""
        return tuple((second, calls, failures, slow) for second, calls, failures, slow in self._buckets)

    def _expire(self, second: int) -> None:
        buckets = self._buckets
        if buckets and second <= buckets[-1][0] - self._seconds:  # the clock was set back
            buckets.clear()
            self._calls = self._failures = self._slow = 0
        while buckets and buckets[0][0] <= second - self._seconds:
            _, calls, failures, slow = buckets.popleft()
            self._calls -= calls
            self._failures -= failures
            self._slow -= slow


_FAILED: Final = 1
_SLOW: Final = 2


class CountWindow:
    """The last `size` calls, whenever they were. resilience4j's `FixedSizeSlidingWindowMetrics`."""

    def __init__(self, size: int, kept: Iterable[Bucket] = ()) -> None:
        self._calls: deque[int] = deque((failures | slow << 1 for _, _, failures, slow in kept), maxlen=size)
        self._failures = sum(call & _FAILED for call in self._calls)
        self._slow = sum((call & _SLOW) >> 1 for call in self._calls)

    def add(self, now: Micros, *, failed: bool, slow: bool) -> None:  # noqa: ARG002 - the window's port has the time
        """Count a call; the oldest one no longer counts when there are too many."""
        calls = self._calls
        if len(calls) == calls.maxlen:
            oldest = calls[0]
            self._failures -= oldest & _FAILED
            self._slow -= (oldest & _SLOW) >> 1
        calls.append(failed | slow << 1)
        self._failures += failed
        self._slow += slow

    def totals(self, now: Micros) -> Totals:  # noqa: ARG002 - the window's port has the time
        """The last calls."""
        return Totals(len(self._calls), self._failures, self._slow)

    def kept(self) -> tuple[Bucket, ...]:
        """One bucket per call, oldest first."""
        return tuple((0, 1, call & _FAILED, (call & _SLOW) >> 1) for call in self._calls)
