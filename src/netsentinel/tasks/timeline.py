"""The timeline of tasks for a Gantt chart: a window and a width in pixels in, an answer of a bounded size out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx
from netsentinel.tasks.model import (
    Attempt,
    AttemptOutcome,
    Span,
    Task,
    TaskState,
    Timeline,
    TimelineBucket,
    TimelineTask,
)

if TYPE_CHECKING:
    from netsentinel.tasks.engine import TaskStores

WIDTHS: Final = (10 * SECOND, 10 * MINUTE)
"""Counts are kept in stretches of these widths, so that any window is a sum of few rows."""

MOST_TASKS: Final = 300
"""At most so many tasks come whole, at about 320 bytes each; the counts tell of the others."""
_MOST_SPANS: Final = 800
"""At most so many stretches come, of all tasks together: tasks that were tried often leave others out."""
_PIXELS_PER_BUCKET: Final = 8
_MOST_PIXELS: Final = 20_000
_MOST_OF_ONE: Final = 100
"""At most so many stretches of one task come: the first and the last ones."""
_MOST_BUCKETS: Final = 600
"""At most so many counts come, of all actions together, at about 130 bytes each."""

_OUTCOMES: Final = {
    TaskState.SUCCEEDED: AttemptOutcome.SUCCEEDED,
    TaskState.RUNNING: AttemptOutcome.RUNNING,
}


def kept_width(bucket: Micros) -> Micros:
    """The widest stretches that counts are kept in and that such a bucket is made of."""
    return max((width for width in WIDTHS if width <= bucket), default=WIDTHS[0])


def bucket_width(since: Micros, until: Micros, pixels: int) -> Micros:
    """How wide a bucket is: some pixels, and a multiple of what the counts are kept in.

    Up to twice as wide as wanted where that makes it a sum of a few wide stretches instead of many narrow ones.
    """
    wanted = max(1, (until - since) * _PIXELS_PER_BUCKET // pixels)
    step = kept_width(2 * wanted)
    return -(-wanted // step) * step


def read_timeline(
    tx: ReadTx,
    stores: "TaskStores",
    tenant: TenantId,
    since: Micros,
    until: Micros,
    pixels: int,
    actions: Sequence[str],
    now: Micros,
) -> Timeline:
    """What happened in a window.

    Raises:
        InvalidInputError: the window or the width is impossible.
    """
    if since >= until:
        raise InvalidInputError("A window ends after it begins.")
    if not 1 <= pixels <= _MOST_PIXELS:
        raise InvalidInputError(f"A drawing is from 1 to {_MOST_PIXELS:,} pixels wide.")
    found = stores.timeline.longest(tx, tenant, since, until, MOST_TASKS + 1, actions)
    shown = found[:MOST_TASKS]
    kept: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in stores.attempts.of(tx, tenant, [task.id for task in shown if task.attempt > 1 or task.failures]):
        kept[attempt.task_id].append(attempt)
    bucket = bucket_width(since, until, pixels)
    counts = stores.timeline.counts(tx, tenant, since, until, bucket, actions)
    while len(counts) > _MOST_BUCKETS:  # many actions: wider buckets
        bucket *= 2
        counts = _wider(counts, bucket)
    rows = _fitting([_row(task, kept[task.id], now) for task in shown])
    return Timeline(
        since=since,
        until=until,
        bucket_us=bucket,
        is_complete=len(rows) == len(found),
        tasks=tuple(rows),
        buckets=tuple(counts),
    )


def _fitting(rows: Sequence[TimelineTask]) -> list[TimelineTask]:
    """The first rows, as long as all their stretches together are few enough; one row at least."""
    total = 0
    fitting: list[TimelineTask] = []
    for row in rows:
        total += len(row.spans)
        if total > _MOST_SPANS and fitting:
            break
        fitting.append(row)
    return fitting


def _wider(counts: Sequence[TimelineBucket], bucket: Micros) -> list[TimelineBucket]:
    """The same counts in wider buckets."""
    sums: dict[tuple[Micros, str], TimelineBucket] = {}
    for one in counts:
        key = (one.at // bucket * bucket, one.action)
        old = sums.get(key)
        sums[key] = TimelineBucket(
            key[0],
            one.action,
            one.submitted + (old.submitted if old else 0),
            one.succeeded + (old.succeeded if old else 0),
            one.failed + (old.failed if old else 0),
            one.retried + (old.retried if old else 0),
            one.run_us + (old.run_us if old else 0),
        )
    return [sums[key] for key in sorted(sums)]


def _row(task: Task, attempts: Sequence[Attempt], now: Micros) -> TimelineTask:
    found = spans(task, attempts, now)
    if len(found) > _MOST_OF_ONE:  # the beginning and the end say most
        found = [*found[: _MOST_OF_ONE // 2], *found[-_MOST_OF_ONE // 2 :]]
    return TimelineTask(task.id, task.action, task.state, task.created_at, task.ended_at, tuple(found))


def spans(task: Task, attempts: Sequence[Attempt], now: Micros) -> list[Span]:
    """The stretches of a task's life, one after the other: waiting or queued, then each attempt."""
    runs = [
        Span("running", attempt.started_at, attempt.ended_at, attempt.number, attempt.outcome) for attempt in attempts
    ]
    outcome = _OUTCOMES.get(task.state)
    if outcome is not None and task.started_at is not None and all(run.attempt != task.attempt for run in runs):
        runs.append(Span("running", task.started_at, task.ended_at, task.attempt, outcome))
    found: list[Span] = []
    at = task.created_at
    for run in runs:
        if run.start > at:
            found.append(_pause(task, at, run.start))
        found.append(run)
        at = run.end if run.end is not None else now
    end = task.ended_at
    if task.state is not TaskState.RUNNING and (end is None or end > at):
        found.append(_pause(task, at, end))
    return found


def _pause(task: Task, start: Micros, end: Micros | None) -> Span:
    """A stretch in which it did not run: before its first attempt it is queued, unless it waits for something."""
    waits = task.state is not TaskState.QUEUED if end is None else start != task.created_at
    if end is not None and start == task.created_at and task.not_before is not None and task.not_before > start:
        waits = True
    return Span("waiting" if waits else "queued", start, end)
