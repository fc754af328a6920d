"""Metrics of error recovery and schedules, as dashboards draw them. Times are microseconds since 1970 UTC."""

from dataclasses import dataclass

from netsentinel.kernel.types import Micros
from netsentinel.recovery import BreakerChange, BreakerView


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time and how it is divided: buckets begin at multiples of their width."""

    since: Micros
    until: Micros
    bucket_us: Micros

    def starts(self) -> range:
        """The begin of every bucket."""
        return range(self.since, self.until, self.bucket_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskBucket:
    """How tasks went in one stretch of time."""

    at: Micros
    succeeded: int
    failed: int
    """Those that gave up, and cancelled ones that were not skipped."""
    retried: int
    """Attempts that failed and were followed by another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFigures:
    """How many attempts failed that were the n-th of their task."""

    attempt: int
    """n, from 1."""
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why attempts failed."""

    error_code: str
    fault: str
    """`retryable`, `permanent` or `poison`."""
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryMetrics:
    """How attempts go."""

    since: Micros
    until: Micros
    bucket_us: Micros
    succeeded: int
    failed: int
    retried: int
    success_rate: float | None
    """Of the tasks that ended, 0 to 1; null when none did."""
    waiting: int
    """Tasks that wait for their next attempt now."""
    parked: int
    """Tasks that wait for an open breaker now."""
    distribution: tuple[AttemptFigures, ...]
    """By the number of the attempt."""
    causes: tuple[Cause, ...]
    """The ten most frequent."""
    buckets: tuple[TaskBucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSpan:
    """A stretch of time that a breaker spent in one mode, cut at the window."""

    mode: str
    start: Micros
    end: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTimeline:
    """What one breaker was like over time."""

    dependency: str
    spans: tuple[ModeSpan, ...]
    """One after the other, without gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerMetrics:
    """How the breakers stand, and how they stood."""

    since: Micros
    until: Micros
    opened: int
    """How often one opened in the window."""
    breakers: tuple[BreakerView, ...]
    timeline: tuple[BreakerTimeline, ...]
    changes: tuple[BreakerChange, ...]
    """The newest 1,000 of the window, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBucket:
    """What became of dead letters in one stretch of time."""

    at: Micros
    added: int
    resolved: int
    """Somebody was done with them: by a note, or by submitting them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterGroup:
    """Dead letters that are alike."""

    action: str
    error_code: str
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterMetrics:
    """The trend of dead letters."""

    since: Micros
    until: Micros
    bucket_us: Micros
    open: int
    """Those that nobody is done with, of all times."""
    oldest_at: Micros
    """When the oldest of them gave up; 0 for none."""
    added: int
    resolved: int
    groups: tuple[LetterGroup, ...]
    """Of the window: the ten most frequent."""
    buckets: tuple[LetterBucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBucket:
    """What schedules came to in one stretch of time."""

    at: Micros
    submitted: int
    skipped: int
    missed: int
    refused: int
    succeeded: int
    """Of the submitted ones: their task has succeeded by now."""
    failed: int
    """Of the submitted ones: their task has ended otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMetrics:
    """What schedules came to."""

    since: Micros
    until: Micros
    bucket_us: Micros
    schedules: int
    paused: int
    next_at: Micros | None
    """When the next one fires; null when none will."""
    submitted: int
    skipped: int
    missed: int
    refused: int
    succeeded: int
    failed: int
    success_rate: float | None
    """Of the tasks that ended, 0 to 1; null when none did."""
    buckets: tuple[RunBucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSummary:
    """The figures of the last hour, and how things stand now: what is pushed when it changes."""

    window_us: Micros
    succeeded: int
    failed: int
    retried: int
    waiting: int
    parked: int
    breakers_open: int
    """Those that are not closed: open, half open or forced open."""
    letters_open: int
    letters_added: int
    runs_submitted: int
    runs_failed: int
    runs_skipped: int
    """Skipped, missed and refused ones."""
