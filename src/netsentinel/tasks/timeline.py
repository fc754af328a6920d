"""The timeline of tasks for a Gantt chart: a window and a width in pixels in, an answer of a bounded size out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx
from netsentinel.tasks.model import Attempt, AttemptOutcome, Span, Task, TaskState, Timeline, TimelineTask

if TYPE_CHECKING:
    from netsentinel.tasks.engine import TaskStores

WIDTHS: Final = (10 * SECOND, 10 * MINUTE)
"""Counts are kept in stretches of these widths, so that any window is a sum of few rows."""

MOST_TASKS: Final = 400
"""At most so many tasks come whole, at about 250 bytes each; the counts tell of the others."""
_PIXELS_PER_BUCKET: Final = 8
_MOST_PIXELS: Final = 20_000
_MOST_BUCKETS: Final = 1_200
"""At most so many counts come, of all actions together, at about 100 bytes each."""

_OUTCOMES: Final = {
    TaskState.SUCCEEDED: AttemptOutcome.SUCCEEDED,
    TaskState.RUNNING: AttemptOutcome.RUNNING,
}


def kept_width(bucket: Micros) -> Micros:
    """The widest stretches that counts are kept in and that such a bucket is made of."""
    return max((width for width in WIDTHS if width <= bucket), default=WIDTHS[0])


def bucket_width(since: Micros, until: Micros, pixels: int) -> Micros:
    """How wide a bucket is: some pixels, and a multiple of what the counts are kept in."""
    wanted = max(1, (until - since) * _PIXELS_PER_BUCKET // pixels)
    step = kept_width(wanted)
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
        counts = stores.timeline.counts(tx, tenant, since, until, bucket, actions)
    return Timeline(
        since=since,
        until=until,
        bucket_us=bucket,
        is_complete=len(found) <= MOST_TASKS,
        tasks=tuple(_row(task, kept[task.id], now) for task in shown),
        buckets=tuple(counts),
    )


def _row(task: Task, attempts: Sequence[Attempt], now: Micros) -> TimelineTask:
    return TimelineTask(
        task.id, task.action, task.state, task.created_at, task.ended_at, tuple(spans(task, attempts, now))
    )


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
