"""What tasks announce in the journal: one entry for every change of a task's state. Progress is not among them."""

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros
from netsentinel.tasks.model import Reason, Task, TaskState

TASK_SUBMITTED = "task.submitted"
TASK_QUEUED = "task.queued"
TASK_STARTED = "task.started"
TASK_SUCCEEDED = "task.succeeded"
TASK_RETRYING = "task.retrying"
TASK_PARKED = "task.parked"
TASK_PAUSED = "task.paused"
TASK_FAILED = "task.failed"
TASK_CANCELLED = "task.cancelled"
TASK_DEAD = "task.dead"
TASK_WANTED = "task.wanted"
RETRY_ATTEMPT = "error_recovery.retry_attempt"
DLQ_ENTRY_ADDED = "error_recovery.dlq_entry_added"
DLQ_ENTRY_RESUBMITTED = "error_recovery.dlq_entry_resubmitted"
DLQ_ENTRY_RESOLVED = "error_recovery.dlq_entry_resolved"

STATE_KINDS = {
    TaskState.WAITING: TASK_QUEUED,
    TaskState.QUEUED: TASK_QUEUED,
    TaskState.RUNNING: TASK_STARTED,
    TaskState.RETRY_WAIT: TASK_RETRYING,
    TaskState.PARKED: TASK_PARKED,
    TaskState.PAUSED: TASK_PAUSED,
    TaskState.SUCCEEDED: TASK_SUCCEEDED,
    TaskState.FAILED: TASK_FAILED,
    TaskState.CANCELLED: TASK_CANCELLED,
    TaskState.DEAD: TASK_DEAD,
}
"""Which entry announces that a task came into a state."""

ENDED_KINDS = (TASK_SUCCEEDED, TASK_FAILED, TASK_CANCELLED, TASK_DEAD)


class TaskChange(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """A task came into a state. What is empty is left out."""

    id: str
    """Of the task; the entry's subject as well, which live frames do not carry."""
    action: str
    state: TaskState
    reason: Reason = Reason.NONE
    attempt: int = 0
    failures: int = 0
    deaths: int = 0
    priority: int = 5
    worker: str = ""
    origin: str = ""
    dependency: str = ""
    created_at: Micros
    queued_at: Micros | None = None
    started_at: Micros | None = None
    ended_at: Micros | None = None
    due_at: Micros | None = None
    error_code: str = ""
    error: str = ""
    fault: str = ""

    @classmethod
    def of(cls, task: Task) -> "TaskChange":
        """The task as it is now."""
        return cls(
            id=task.id,
            action=task.action,
            state=task.state,
            reason=task.reason,
            attempt=task.attempt,
            failures=task.failures,
            deaths=task.deaths,
            priority=task.priority,
            worker=task.worker,
            origin=task.origin,
            dependency=task.dependency,
            created_at=task.created_at,
            queued_at=task.queued_at,
            started_at=task.started_at,
            ended_at=task.ended_at,
            due_at=task.due_at,
            error_code=task.error_code,
            error=task.error,
            fault=task.fault,
        )


class TaskWanted(Payload, frozen=True, kw_only=True):
    """Somebody wants a running task to stop; its worker sees to it."""

    id: str
    """Of the task."""
    action: str
    wanted: str
    """`cancel`, `skip` or `pause`."""


class DeadLetterHandled(Payload, frozen=True, kw_only=True):
    """Somebody was done with a dead letter."""

    id: str
    """Of the dead letter."""
    action: str
    note: str = ""
    task: str = ""
    """The new task, of a resubmission."""


def _state(name: str, summary: str) -> EntryKind:
    return EntryKind(name, "tasks", name.replace(".", ":"), TaskChange, summary)


ENTRY_KINDS = (
    _state(TASK_SUBMITTED, "A task was made; `state` says whether it is ready or waits."),
    _state(TASK_QUEUED, "A task became ready again, or waits for its turn."),
    _state(TASK_STARTED, "An attempt at a task began."),
    _state(TASK_SUCCEEDED, "A task succeeded."),
    _state(TASK_RETRYING, "An attempt failed; the next one is due at `due_at`."),
    _state(TASK_PARKED, "A task waits, because the breaker of its dependency is open."),
    _state(TASK_PAUSED, "Somebody paused a task."),
    _state(TASK_FAILED, "A task ended by an error, and is not kept as a dead letter."),
    _state(TASK_CANCELLED, "A task was cancelled; `reason` says how."),
    _state(TASK_DEAD, "A task gave up and is kept as a dead letter."),
    EntryKind(TASK_WANTED, "tasks", "task:wanted", TaskWanted, "Somebody wants a running task to stop."),
    EntryKind(
        RETRY_ATTEMPT,
        "recovery",
        "retry:attempt",
        TaskChange,
        "An attempt failed and another one follows; for those who watch the recovery only.",
    ),
    EntryKind(
        DLQ_ENTRY_ADDED, "recovery", "dlq:entry-added", TaskChange, "A task became a dead letter and needs somebody."
    ),
    EntryKind(
        DLQ_ENTRY_RESUBMITTED,
        "audit",
        "dlq:entry-resubmitted",
        DeadLetterHandled,
        "Somebody submitted a dead letter again.",
        audited=True,
    ),
    EntryKind(
        DLQ_ENTRY_RESOLVED,
        "audit",
        "dlq:entry-resolved",
        DeadLetterHandled,
        "Somebody was done with a dead letter.",
        audited=True,
    ),
)
