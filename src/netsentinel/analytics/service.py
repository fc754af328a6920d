"""The metrics of error recovery and schedules, read from what the features keep anyway: they are never behind."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netsentinel.analytics.model import (
    AttemptFigures,
    BreakerMetrics,
    BreakerTimeline,
    Cause,
    LetterBucket,
    LetterGroup,
    LetterMetrics,
    MetricsSummary,
    ModeSpan,
    RetryMetrics,
    RunBucket,
    ScheduleMetrics,
    TaskBucket,
    Window,
)
from netsentinel.analytics.windows import window_of
from netsentinel.kernel.clock import HOUR, Clock
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery import BreakerBoard, BreakerChange, BreakerView, Mode
from netsentinel.scheduler import RunOutcome, Schedules
from netsentinel.storage.ports import Database, ReadTx
from netsentinel.tasks import TaskState
from netsentinel.tasks.ports import FigureStore, TimelineStore

SUMMED: Final = HOUR
"""The summary is of the last hour."""

_MOST: Final = 10
_MOST_CHANGES: Final = 1_000
_OPENED: Final = frozenset({Mode.OPEN, Mode.FORCED_OPEN})
_NOT_CLOSED: Final = frozenset({Mode.OPEN, Mode.HALF_OPEN, Mode.FORCED_OPEN})


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from."""

    db: Database
    figures: FigureStore
    timeline: TimelineStore
    breakers: BreakerBoard
    schedules: Schedules


class Analytics:
    """Answers with figures of one tenant over a window that ends now."""

    def __init__(self, sources: Sources, clock: Clock) -> None:
        self._from = sources
        self._clock = clock

    async def retry(self, tenant: TenantId, length: Micros) -> RetryMetrics:
        """How attempts went, which of them failed and why, and what waits now."""
        window = window_of(length, self._clock.now())
        since, until, width = window.since, window.until, window.bucket_us

        def read(tx: ReadTx) -> RetryMetrics:
            buckets = self._tasks(tx, tenant, window)
            failures = self._from.figures.failed(tx, tenant, since, until)
            held = self._from.figures.held(tx, tenant)
            by_number, by_cause = Counter[int](), Counter[tuple[str, str]]()
            for one in failures:
                by_number[one.number] += one.attempts
                by_cause[one.error_code, one.fault] += one.attempts
            succeeded, failed = sum(one.succeeded for one in buckets), sum(one.failed for one in buckets)
            return RetryMetrics(
                since=since,
                until=until,
                bucket_us=width,
                succeeded=succeeded,
                failed=failed,
                retried=sum(one.retried for one in buckets),
                success_rate=_rate(succeeded, failed),
                waiting=held.get(TaskState.RETRY_WAIT, 0),
                parked=held.get(TaskState.PARKED, 0),
                distribution=tuple(AttemptFigures(attempt=n, failed=count) for n, count in sorted(by_number.items())),
                causes=tuple(
                    Cause(error_code=code, fault=fault, failed=count)
                    for (code, fault), count in by_cause.most_common(_MOST)
                ),
                buckets=buckets,
            )

        return await self._from.db.read(read)

    async def circuit_breaker(self, tenant: TenantId, length: Micros) -> BreakerMetrics:
        """How the breakers stand, and what happened to them."""
        now = self._clock.now()
        since, until = max(0, now - length), now + 1
        breakers = await self._from.breakers.all(tenant)
        changes = await self._from.breakers.history(tenant, since=since, until=until)
        return BreakerMetrics(
            since=since,
            until=now,
            opened=_opened(changes),
            breakers=tuple(breakers),
            timeline=tuple(timelines(breakers, changes, since, now)),
            changes=tuple(changes[-_MOST_CHANGES:]),
        )

    async def dlq(self, tenant: TenantId, length: Micros) -> LetterMetrics:
        """How many tasks gave up, how many of them somebody was done with, and how many are left."""
        window = window_of(length, self._clock.now())
        since, until, width = window.since, window.until, window.bucket_us

        def read(tx: ReadTx) -> LetterMetrics:
            figures = self._from.figures
            added, groups = Counter[Micros](), Counter[tuple[str, str]]()
            for one in figures.letters(tx, tenant, since, until, width):
                added[one.at] += one.letters
                groups[one.action, one.error_code] += one.letters
            resolved = figures.resolved(tx, tenant, since, until, width)
            left = figures.open_letters(tx, tenant)
            return LetterMetrics(
                since=since,
                until=until,
                bucket_us=width,
                open=left.letters,
                oldest_at=left.oldest_at,
                added=added.total(),
                resolved=sum(resolved.values()),
                groups=tuple(
                    LetterGroup(action=action, error_code=code, letters=count)
                    for (action, code), count in groups.most_common(_MOST)
                ),
                buckets=tuple(
                    LetterBucket(at=at, added=added[at], resolved=resolved.get(at, 0)) for at in window.starts()
                ),
            )

        return await self._from.db.read(read)

    async def scheduler(self, tenant: TenantId, length: Micros) -> ScheduleMetrics:
        """What the schedules came to, and when the next one fires."""
        window = window_of(length, self._clock.now())
        schedules = await self._from.schedules.all(tenant)
        buckets = await self._runs(tenant, window)
        succeeded, failed = sum(one.succeeded for one in buckets), sum(one.failed for one in buckets)
        return ScheduleMetrics(
            since=window.since,
            until=window.until,
            bucket_us=window.bucket_us,
            schedules=len(schedules),
            paused=sum(not one.draft.enabled for one in schedules),
            next_at=min((one.due_at for one in schedules if one.due_at is not None), default=None),
            submitted=sum(one.submitted for one in buckets),
            skipped=sum(one.skipped for one in buckets),
            missed=sum(one.missed for one in buckets),
            refused=sum(one.refused for one in buckets),
            succeeded=succeeded,
            failed=failed,
            success_rate=_rate(succeeded, failed),
            buckets=buckets,
        )

    async def summary(self, tenant: TenantId) -> MetricsSummary:
        """The figures of the last hour in a few numbers."""
        window = window_of(SUMMED, self._clock.now())
        since, until, width = window.since, window.until, window.bucket_us

        def read(tx: ReadTx) -> tuple[tuple[TaskBucket, ...], dict[TaskState, int], int, int]:
            figures = self._from.figures
            added = sum(one.letters for one in figures.letters(tx, tenant, since, until, width))
            held = figures.held(tx, tenant)
            return self._tasks(tx, tenant, window), held, added, figures.open_letters(tx, tenant).letters

        tasks, held, added, left = await self._from.db.read(read)
        breakers = await self._from.breakers.all(tenant)
        runs = await self._runs(tenant, window)
        return MetricsSummary(
            window_us=SUMMED,
            succeeded=sum(one.succeeded for one in tasks),
            failed=sum(one.failed for one in tasks),
            retried=sum(one.retried for one in tasks),
            waiting=held.get(TaskState.RETRY_WAIT, 0),
            parked=held.get(TaskState.PARKED, 0),
            breakers_open=sum(one.mode in _NOT_CLOSED for one in breakers),
            letters_open=left,
            letters_added=added,
            runs_submitted=sum(one.submitted for one in runs),
            runs_failed=sum(one.failed for one in runs),
            runs_skipped=sum(one.skipped + one.missed + one.refused for one in runs),
        )

    def _tasks(self, tx: ReadTx, tenant: TenantId, window: Window) -> tuple[TaskBucket, ...]:
        since, until, width = window.since, window.until, window.bucket_us
        sums: dict[Micros, list[int]] = defaultdict(lambda: [0, 0, 0])
        for one in self._from.timeline.counts(tx, tenant, since, until, width, ()):
            total = sums[one.at]
            for place, figure in enumerate((one.succeeded, one.failed, one.retried)):
                total[place] += figure
        empty = [0, 0, 0]
        return tuple(
            TaskBucket(at=at, succeeded=figures[0], failed=figures[1], retried=figures[2])
            for at, figures in ((at, sums.get(at, empty)) for at in window.starts())
        )

    async def _runs(self, tenant: TenantId, window: Window) -> tuple[RunBucket, ...]:
        starts = window.starts()
        counts = await self._from.schedules.counts(tenant, since=window.since, until=window.until, buckets=len(starts))
        outcomes, ends = Counter[tuple[Micros, RunOutcome]](), Counter[tuple[Micros, bool]]()
        for one in counts:
            outcomes[one.at, one.outcome] += one.runs
            if one.state:
                ends[one.at, one.state == TaskState.SUCCEEDED] += one.runs
        return tuple(
            RunBucket(
                at=at,
                submitted=outcomes[at, RunOutcome.SUBMITTED],
                skipped=outcomes[at, RunOutcome.SKIPPED],
                missed=outcomes[at, RunOutcome.MISSED],
                refused=outcomes[at, RunOutcome.REFUSED],
                succeeded=ends[at, True],
                failed=ends[at, False],
            )
            for at in starts
        )


def timelines(
    breakers: Iterable[BreakerView], changes: Iterable[BreakerChange], since: Micros, until: Micros
) -> list[BreakerTimeline]:
    """The modes of every breaker over a window, from its changes; one without any was all the time as it is now."""
    by_name: dict[str, list[BreakerChange]] = defaultdict(list)
    for change in changes:
        by_name[change.dependency].append(change)
    modes = {one.dependency: one.mode for one in breakers}
    found: list[BreakerTimeline] = []
    for name in sorted(modes.keys() | by_name.keys()):
        happened = by_name[name]
        mode, start = happened[0].before if happened else modes[name], since
        spans: list[ModeSpan] = []
        for change in happened:
            if change.at > start:
                spans.append(ModeSpan(mode=mode, start=start, end=change.at))
            mode, start = change.after, max(start, change.at)
        if until > start:
            spans.append(ModeSpan(mode=mode, start=start, end=until))
        found.append(BreakerTimeline(dependency=name, spans=tuple(spans)))
    return found


def _opened(changes: Iterable[BreakerChange]) -> int:
    return sum(change.after in _OPENED for change in changes)


def _rate(succeeded: int, failed: int) -> float | None:
    ended = succeeded + failed
    return succeeded / ended if ended else None
