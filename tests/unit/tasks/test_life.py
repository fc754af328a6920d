"""The life of a task: every change is one the table allows, and nothing goes backwards."""

from dataclasses import replace

import msgspec
import pytest

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.recovery.retry import Failure, Fault, RetryPolicy
from netsentinel.tasks import life
from netsentinel.tasks.errors import TaskStateError
from netsentinel.tasks.model import FINAL_STATES, Progress, Reason, Task, TaskState, Wanted

NOW = 1_780_000_000_000_000
NEW = Task(
    id="tsk_1",
    tenant=DEFAULT_TENANT,
    action="a",
    state=TaskState.QUEUED,
    input=msgspec.Raw(b"{}"),
    principal="p",
    created_at=NOW,
    updated_at=NOW,
    queued_at=NOW,
)
RUNNING = life.started(NEW, NOW + 1, "w")
FAILED = Failure(Fault.RETRYABLE, "broken", "x" * 10_000)
POLICY = RetryPolicy.fixed(delay=SECOND, max_attempts=2)


def test_the_table_knows_every_state() -> None:
    assert set(life.NEXT) == set(TaskState)
    assert life.NEXT[TaskState.SUCCEEDED] == life.NEXT[TaskState.CANCELLED] == frozenset()
    assert not any(TaskState.RUNNING in life.NEXT[state] for state in FINAL_STATES)


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_what_has_ended_does_not_start(state: TaskState) -> None:
    with pytest.raises(TaskStateError, match=state.value):
        life.started(replace(NEW, state=state), NOW, "w")


def test_changing_is_replacing() -> None:
    assert life.changed(NEW, NOW + 5, stage="s") == replace(NEW, stage="s", updated_at=NOW + 5)


def test_a_tasks_own_time_never_runs_backwards() -> None:
    done = life.succeeded(RUNNING, NOW - DAY, msgspec.Raw(b"1"))
    assert (done.started_at, done.ended_at, done.updated_at) == (NOW + 1, NOW + 1, NOW + 1)


def test_a_task_that_succeeded_keeps_what_it_said_last() -> None:
    before = replace(RUNNING, stage="measuring", message="half")
    last = Progress(RUNNING.id, RUNNING.tenant, 9, 100.0, "kept", "all")
    done = life.succeeded(before, NOW, msgspec.Raw(b"1"), last)
    assert (done.percent, done.stage, done.message) == (100.0, "kept", "all")
    silent = life.succeeded(before, NOW, msgspec.Raw(b"1"))
    assert (silent.stage, silent.message) == ("measuring", "half")


def test_a_failure_waits_then_gives_up() -> None:
    once = life.failed(RUNNING, NOW + 2, FAILED, POLICY, lambda: 0.5)
    assert (once.state, once.due_at, once.failures, len(once.error)) == (
        TaskState.RETRY_WAIT,
        NOW + 2 + SECOND,
        1,
        4_000,
    )
    twice = life.failed(replace(RUNNING, failures=1), NOW + 2, FAILED, POLICY, lambda: 0.5)
    assert (twice.state, twice.reason) == (TaskState.DEAD, Reason.RETRIES)
    dropped = life.failed(replace(RUNNING, failures=1), NOW + 2, FAILED, POLICY, lambda: 0.5, keeps_failures=False)
    assert dropped.state is TaskState.FAILED


def test_no_retry_beyond_the_deadline() -> None:
    late = life.failed(replace(RUNNING, deadline=NOW + SECOND), NOW + 2, FAILED, POLICY, lambda: 0.5)
    assert (late.state, late.reason) == (TaskState.DEAD, Reason.DEADLINE)


def test_what_was_to_be_cancelled_is_whatever_became_of_it() -> None:
    wanted = life.wanted(RUNNING, NOW, Wanted.CANCEL)
    assert life.wanted(wanted, NOW, Wanted.PAUSE) is wanted
    for after in (
        life.succeeded(wanted, NOW, msgspec.Raw(b"1")),
        life.failed(wanted, NOW, FAILED, POLICY, lambda: 0.5),
        life.lost(wanted, NOW, FAILED),
        life.released(wanted, NOW),
    ):
        assert (after.state, after.reason, after.result) == (TaskState.CANCELLED, Reason.REQUESTED, None)


def test_a_failure_while_pausing_pauses() -> None:
    after = life.failed(life.wanted(RUNNING, NOW, Wanted.PAUSE), NOW, FAILED, POLICY, lambda: 0.5)
    assert (after.state, after.failures, after.wanted) == (TaskState.PAUSED, 1, Wanted.NOTHING)
