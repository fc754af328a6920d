"""Tasks as programs see them: the rows without what is the engine's own business, JSON where JSON was given."""

from dataclasses import dataclass
from typing import Any

from netsentinel.kernel.types import Micros
from netsentinel.tasks import Attempt, Task, TaskDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskItem:
    """A task in a list. Times are microseconds since 1970 UTC."""

    id: str
    action: str
    state: str
    reason: str
    """Why it is in this state, where the state alone does not say it."""
    principal: str
    """Id of whoever asked."""
    origin: str
    priority: int
    """0 to 9; a higher one starts first."""
    dependency: str
    """The breaker that it asks before an attempt; empty for none."""
    attempt: int
    """How often it was started."""
    failures: int
    deaths: int
    """Attempts whose worker died."""
    wanted: str
    """`cancel`, `skip` or `pause` while its worker has not yet seen to it."""
    created_at: Micros
    updated_at: Micros
    due_at: Micros | None
    """When it goes on by itself."""
    started_at: Micros | None
    ended_at: Micros | None
    deadline: Micros | None
    percent: float
    stage: str
    message: str
    error_code: str
    error: str
    fault: str
    """`retryable`, `permanent` or `poison`."""
    resolved_at: Micros | None
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptItem:
    """One try of a task."""

    number: int
    outcome: str
    worker: str
    started_at: Micros
    ended_at: Micros | None
    error_code: str
    error: str
    fault: str
    retry_at: Micros | None
    """When the next attempt was due; null when there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task with everything about it."""

    task: TaskItem
    principal_name: str
    """Of the user or key it is done for; empty when there is none of the id any more."""
    input: Any
    result: Any
    checkpoint: Any
    """What its handler saved to go on from."""
    attempts: tuple[AttemptItem, ...]
    """Oldest first; the running one is among them."""
    needs: tuple[str, ...]
    """Ids of the tasks that it needs."""


@dataclass(frozen=True, slots=True)
class TaskItems:
    """One page of tasks, newest first."""

    items: tuple[TaskItem, ...]
    next: str | None
    """Cursor of the next page; null on the last."""


def item_of(task: Task) -> TaskItem:
    """The task for a list."""
    return TaskItem(
        id=task.id,
        action=task.action,
        state=task.state,
        reason=task.reason,
        principal=task.principal,
        origin=task.origin,
        priority=task.priority,
        dependency=task.dependency,
        attempt=task.attempt,
        failures=task.failures,
        deaths=task.deaths,
        wanted=task.wanted,
        created_at=task.created_at,
        updated_at=task.updated_at,
        due_at=task.due_at,
        started_at=task.started_at,
        ended_at=task.ended_at,
        deadline=task.deadline,
        percent=task.percent,
        stage=task.stage,
        message=task.message,
        error_code=task.error_code,
        error=task.error,
        fault=task.fault,
        resolved_at=task.resolved_at,
        resolution=task.resolution,
    )


def view_of(detail: TaskDetail, principal_name: str) -> TaskView:
    """The task with everything about it."""
    task = detail.task
    return TaskView(
        task=item_of(task),
        principal_name=principal_name,
        input=task.input,
        result=task.result,
        checkpoint=task.checkpoint,
        attempts=tuple(map(attempt_of, detail.attempts)),
        needs=detail.needs,
    )


def attempt_of(attempt: Attempt) -> AttemptItem:
    """The attempt for a list."""
    return AttemptItem(
        number=attempt.number,
        outcome=attempt.outcome,
        worker=attempt.worker,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        error_code=attempt.error_code,
        error=attempt.error,
        fault=attempt.fault,
        retry_at=attempt.retry_at,
    )
