"""The life of a task as pure functions: a task and a moment in, the task in its next state out.

```
waiting -> queued -> running -> succeeded | failed | dead | cancelled
             ^  |       |
             |  +-> parked (breaker)   running -> retry_wait | paused | queued (released)
             +------ retry_wait, parked, paused
```
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros
from netsentinel.recovery.retry import Failure, Fault, RetryPolicy
from netsentinel.tasks.errors import TaskStateError
from netsentinel.tasks.model import (
    FINAL_STATES,
    MAX_DEATHS,
    Attempt,
    AttemptOutcome,
    Progress,
    Reason,
    Task,
    TaskState,
    Wanted,
)

_S = TaskState
_CANCELLABLE: Final = frozenset({_S.CANCELLED})

NEXT: Final[dict[TaskState, frozenset[TaskState]]] = {
    _S.WAITING: _CANCELLABLE | {_S.QUEUED, _S.PAUSED, _S.FAILED, _S.DEAD, _S.WAITING},
    _S.QUEUED: _CANCELLABLE | {_S.RUNNING, _S.PARKED, _S.PAUSED, _S.FAILED, _S.DEAD},
    _S.RUNNING: _CANCELLABLE
    | {_S.SUCCEEDED, _S.RETRY_WAIT, _S.FAILED, _S.DEAD, _S.PAUSED, _S.QUEUED, _S.WAITING, _S.RUNNING},
    _S.RETRY_WAIT: _CANCELLABLE | {_S.QUEUED, _S.WAITING, _S.PAUSED, _S.FAILED, _S.DEAD},
    _S.PARKED: _CANCELLABLE | {_S.QUEUED, _S.WAITING, _S.PAUSED, _S.FAILED, _S.DEAD, _S.PARKED},
    _S.PAUSED: _CANCELLABLE | {_S.QUEUED, _S.WAITING, _S.PAUSED, _S.FAILED, _S.DEAD},
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset({_S.QUEUED, _S.WAITING}),
    _S.CANCELLED: frozenset(),
    _S.DEAD: frozenset({_S.QUEUED, _S.WAITING, _S.DEAD}),
}
"""Which state may follow which. A failed or dead task goes on only when a person asks for another try."""

_MOST_ERROR_CHARACTERS: Final = 4_000
_DEATH_PAUSE: Final = SECOND
"""After a worker's death its tasks wait so long, times the deaths: whatever kills workers must not do it in a row."""


def changed(task: Task, now: Micros, **changes: Any) -> Task:
    """The task with some fields changed. Its own time never runs backwards, whatever the clock does.

    `dataclasses.replace` does the same ten times slower, and a busy worker does this three times a task.

    Raises:
        TaskStateError: its state does not allow the new one.
    """
    state = changes.get("state", task.state)
    if state not in NEXT[task.state] and state is not task.state:
        raise TaskStateError(f"A task that is {task.state} cannot become {state}.", state=task.state)
    changes["updated_at"] = max(now, task.updated_at)
    if task.unique_until == "ended" and state in FINAL_STATES:
        changes["unique_key"] = ""
    return Task.of(task.__dict__ | changes)


def admitted(task: Task, now: Micros, *, has_place: bool) -> Task:
    """The task where it belongs before it starts: waiting for what it needs, its time or its turn; otherwise queued."""
    if task.unmet:
        return changed(task, now, state=_S.WAITING, reason=Reason.NEEDS, due_at=None, queued_at=None)
    if task.not_before is not None and task.not_before > now:
        due = task.not_before
        return changed(task, now, state=_S.WAITING, reason=Reason.NOT_BEFORE, due_at=due, queued_at=None)
    if not has_place:
        return changed(task, now, state=_S.WAITING, reason=Reason.CONCURRENCY, due_at=None, queued_at=None)
    ready = max(now, task.updated_at)
    return changed(task, now, state=_S.QUEUED, reason=Reason.NONE, due_at=None, queued_at=ready, worker="")


def started(task: Task, now: Micros, worker: str) -> Task:
    """A new attempt begins; its number is the fencing token."""
    return changed(
        task,
        now,
        state=_S.RUNNING,
        reason=Reason.NONE,
        attempt=task.attempt + 1,
        worker=worker,
        wanted=Wanted.NOTHING,
        started_at=max(now, task.updated_at),
        percent=0.0,
        stage="",
        message="",
    )


def parked(task: Task, now: Micros, until: Micros) -> Task:
    """The breaker of its dependency is open. No attempt is spent."""
    return changed(task, now, state=_S.PARKED, due_at=until, queued_at=None)


def succeeded(task: Task, now: Micros, result: msgspec.Raw, last: Progress | None = None) -> Task:
    """The attempt succeeded; when the task was to be cancelled meanwhile, its result is dropped.

    Args:
        task: as it runs.
        now: when it ended.
        result: of it.
        last: what it reported last.
    """
    if task.wanted in {Wanted.CANCEL, Wanted.SKIP}:
        return stopped(task, now)
    at = max(now, task.updated_at)
    said = {} if last is None else {"stage": last.stage, "message": last.message}
    return changed(
        task,
        now,
        state=_S.SUCCEEDED,
        ended_at=at,
        result=result,
        percent=100.0,
        wanted=Wanted.NOTHING,
        checkpoint=None,
        **said,
    )


def failed(
    task: Task,
    now: Micros,
    failure: Failure,
    policy: RetryPolicy,
    draw: Callable[[], float],
    *,
    keeps_failures: bool = True,
) -> Task:
    """The attempt failed: another one follows, or the task gives up."""
    if task.wanted in {Wanted.CANCEL, Wanted.SKIP}:
        return stopped(task, now)
    error: dict[str, Any] = _error(failure) | {"failures": task.failures + 1}
    delay = policy.next_delay(task.failures + 1, failure, draw)
    if delay is None:
        reason = {Fault.PERMANENT: Reason.PERMANENT, Fault.POISON: Reason.POISON}.get(failure.fault, Reason.RETRIES)
        return given_up(task, now, reason, keeps_failures=keeps_failures, **error)
    due = max(now, task.updated_at) + delay
    if task.deadline is not None and due >= task.deadline:
        return given_up(task, now, Reason.DEADLINE, keeps_failures=keeps_failures, **error)
    if task.wanted is Wanted.PAUSE:
        return changed(task, now, state=_S.PAUSED, wanted=Wanted.NOTHING, worker="", **error)
    return changed(task, now, state=_S.RETRY_WAIT, due_at=due, worker="", **error)


def given_up(task: Task, now: Micros, reason: Reason, *, keeps_failures: bool = True, **changes: Any) -> Task:
    """No further attempt: a dead letter, or failed where the action keeps none."""
    at = max(now, task.updated_at)
    state = _S.DEAD if keeps_failures else _S.FAILED
    changes |= {"wanted": Wanted.NOTHING, "due_at": None, "resolved_at": None, "resolution": ""}
    return changed(task, now, state=state, reason=reason, ended_at=at, **changes)


def lost(task: Task, now: Micros, failure: Failure, *, keeps_failures: bool = True) -> Task:
    """The worker died under it. Three deaths are poison; fewer cost nothing but a pause."""
    if task.wanted is not Wanted.NOTHING:
        return stopped(changed(task, now, deaths=task.deaths + 1), now)
    error: dict[str, Any] = _error(failure) | {"deaths": task.deaths + 1}
    if task.deaths + 1 >= MAX_DEATHS:
        error["fault"] = Fault.POISON.value
        return given_up(task, now, Reason.POISON, keeps_failures=keeps_failures, **error)
    due = max(now, task.updated_at) + task.deaths * _DEATH_PAUSE
    return changed(task, now, state=_S.RETRY_WAIT, due_at=due, worker="", **error)


def released(task: Task, now: Micros) -> Task:
    """Its worker shuts down in good order: it is ready for another one."""
    if task.wanted is not Wanted.NOTHING:
        return stopped(task, now)
    ready = max(now, task.updated_at)
    return changed(task, now, state=_S.QUEUED, queued_at=ready, worker="")


def stopped(task: Task, now: Micros) -> Task:
    """A running task was stopped, as somebody wanted."""
    if task.wanted is Wanted.PAUSE:
        return changed(task, now, state=_S.PAUSED, wanted=Wanted.NOTHING, worker="")
    return cancelled(task, now, Reason.SKIPPED if task.wanted is Wanted.SKIP else Reason.REQUESTED)


def cancelled(task: Task, now: Micros, reason: Reason) -> Task:
    """It ends here, whatever it was doing."""
    at = max(now, task.updated_at)
    return changed(
        task, now, state=_S.CANCELLED, reason=reason, ended_at=at, due_at=None, wanted=Wanted.NOTHING, queued_at=None
    )


def paused(task: Task, now: Micros) -> Task:
    """It waits until somebody resumes it."""
    return changed(task, now, state=_S.PAUSED, reason=Reason.NONE, due_at=None, queued_at=None)


def wanted(task: Task, now: Micros, want: Wanted) -> Task:
    """A running task whose worker is to stop it. Cancelling outranks pausing."""
    if task.wanted in {Wanted.CANCEL, Wanted.SKIP}:
        return task
    return changed(task, now, wanted=want)


def revived(task: Task, now: Micros) -> Task:
    """A person asks for another try: the retries begin anew, and the time to wait is over."""
    return changed(
        task,
        now,
        failures=0,
        deaths=0,
        ended_at=None,
        not_before=None,
        resolved_at=None,
        resolution="",
        deadline=None if task.deadline is not None and task.deadline <= now else task.deadline,
    )


def blamed(task: Task, now: Micros, failure: Failure) -> Task:
    """The task with what went wrong with it."""
    return changed(task, now, **_error(failure))


def attempt_of(task: Task, outcome: AttemptOutcome, *, ended_at: Micros | None, retry_at: Micros | None) -> Attempt:
    """The newest attempt of a task, as it is kept."""
    told = outcome in {AttemptOutcome.FAILED, AttemptOutcome.TIMED_OUT, AttemptOutcome.LOST}
    return Attempt(
        task_id=task.id,
        tenant=task.tenant,
        number=task.attempt,
        outcome=outcome,
        worker=task.worker,
        started_at=task.started_at or task.created_at,
        ended_at=ended_at,
        error_code=task.error_code if told else "",
        error=task.error if told else "",
        fault=task.fault if told else "",
        retry_at=retry_at,
    )


def _error(failure: Failure) -> dict[str, Any]:
    return {
        "error_code": failure.code[:200],
        "error": failure.detail[:_MOST_ERROR_CHARACTERS],
        "fault": failure.fault.value,
    }
