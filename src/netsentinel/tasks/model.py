"""Tasks, their attempts, and what one asks for when submitting one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, Protocol

import msgspec

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.retry import RetryOverride
from netsentinel.storage.ports import Tx

LOWEST_PRIORITY: Final = 0
USUAL_PRIORITY: Final = 5
HIGHEST_PRIORITY: Final = 9

MAX_DEATHS: Final = 3
"""A task whose worker died under it so often is poison: nobody starts it again without having looked at it."""


class TaskState(StrEnum):
    """Where a task is in its life."""

    WAITING = "waiting"
    """For a time, for tasks that it needs, or for its turn; the task's `reason` says which."""
    QUEUED = "queued"
    """May start as soon as a worker has room."""
    RUNNING = "running"
    RETRY_WAIT = "retry_wait"
    """An attempt failed; the next one is due at `due_at`."""
    PARKED = "parked"
    """The breaker of its dependency is open. This spends no attempt."""
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Ended by an error that its action does not keep as a dead letter, or because its deadline passed."""
    CANCELLED = "cancelled"
    DEAD = "dead"
    """Gave up, and is kept whole as a dead letter."""


FINAL_STATES: Final = frozenset({TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD})
TIMED_STATES: Final = frozenset({TaskState.WAITING, TaskState.RETRY_WAIT, TaskState.PARKED})
"""States that may end by themselves at `due_at`."""


class Pool(StrEnum):
    """What runs a handler."""

    LOOP = "loop"
    """The event loop: for `async def` handlers that wait more than they compute."""
    CALL = "call"
    """The event loop, too, for those that wait for servers of others: places of their own, shared out by tenant."""
    THREAD = "thread"
    """A thread: for plain functions that block."""
    PROCESS = "process"
    """A process of its own, which is ended when the task is cancelled, times out or takes too much memory."""


class Wanted(StrEnum):
    """What somebody wants of a running task; its worker does it."""

    NOTHING = ""
    CANCEL = "cancel"
    SKIP = "skip"
    PAUSE = "pause"


class AttemptOutcome(StrEnum):
    """How one attempt ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    """Its worker died, or was not heard of for a lease."""
    INTERRUPTED = "interrupted"
    """Paused, or its worker shut down. This does not count against the retries."""
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a task is in the state it is in, where the state alone does not say it."""

    NONE = ""
    NEEDS = "needs"
    """Waits for tasks that it needs."""
    NOT_BEFORE = "not_before"
    """Waits for its time."""
    CONCURRENCY = "concurrency"
    """Waits until fewer tasks of its key run."""
    SKIPPED = "skipped"
    """Cancelled by skipping: what needs it goes on as if it had succeeded."""
    REQUESTED = "requested"
    """Somebody cancelled it."""
    NEED_FAILED = "need_failed"
    """Cancelled, because a task that it needs did not succeed."""
    REPLACED = "replaced"
    """Cancelled in favour of a newer one."""
    DEADLINE = "deadline"
    """Its deadline passed."""
    RETRIES = "retries"
    """Every attempt that its policy allows failed."""
    PERMANENT = "permanent"
    """Trying again would not help."""
    POISON = "poison"
    """It harms whoever works on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """What to do, and under which conditions. Everything but the action has a default."""

    action: str
    input: object = None
    """A value of the action's input type, or JSON of that shape (objects as dicts, or `msgspec.Raw`)."""
    priority: int = USUAL_PRIORITY
    """0 to 9; a higher one starts first."""
    not_before: Micros | None = None
    deadline: Micros | None = None
    """It is not started after this, and is stopped at it."""
    timeout: Micros | None = None
    """Of one attempt; the action's when None."""
    unique_key: str = ""
    """A second request of the tenant with the same key gives the first one's task. Empty for none."""
    unique_until: Literal["forgotten", "ended"] = "forgotten"
    """How long the key stays taken: until retention deletes the task, or only until the task ends."""
    concurrency_key: str = ""
    """At most `concurrency` tasks of this key run at once in the tenant. Empty for none."""
    concurrency: int = 1
    needs: tuple[str, ...] = ()
    """Ids of tasks that must have succeeded (or been skipped) first; of the tenant, or of the same `submit_many`."""
    retry: RetryOverride | None = None
    """What this task wants otherwise than its action's policy."""
    dependency: str | None = None
    """Name of the breaker to ask; the action's when None."""
    cause: tuple[int, ...] = ()
    """`seq` of the entries that led here, oldest first: pass on `(*entry.cause, entry.seq)`."""
    id: str = ""
    """An id from `new_task_id`, for tasks that need each other in one `submit_many`; usually empty."""
    origin: str = ""
    """What asked for it, for people: `schedule:<id>`, `request:<id>`, `resubmit:<task>`, ..."""
    by_server: bool = False
    """Whether the server's own code wants it, with an input that it made: actions that are `is_inner` need that."""


@dataclass(frozen=True, kw_only=True)  # no slots: a busy worker copies tasks by their dicts
class Task:
    """One durable run of an action. Times are microseconds since 1970 UTC."""

    id: str
    tenant: TenantId
    action: str
    state: TaskState
    reason: Reason = Reason.NONE
    input: msgspec.Raw
    principal: str
    """Id of whoever asked."""
    origin: str = ""
    cause: tuple[int, ...] = ()
    priority: int = USUAL_PRIORITY
    pool: Pool = Pool.LOOP
    unique_key: str = ""
    unique_until: Literal["forgotten", "ended"] = "forgotten"
    lane: str = ""
    """Tasks of one lane share `lane_limit` places; empty for those that run as there is room."""
    lane_limit: int = 0
    unmet: int = 0
    """How many of the tasks that it needs have not succeeded yet."""
    needed: bool = False
    """Whether another task needs it."""
    not_before: Micros | None = None
    deadline: Micros | None = None
    timeout: Micros | None = None
    retry: RetryOverride | None = None
    dependency: str = ""
    attempt: int = 0
    """How often it was started. It is also the fencing token: only the newest attempt can write."""
    failures: int = 0
    """Attempts that failed and count against the retries."""
    deaths: int = 0
    """Attempts whose worker died; they count on their own."""
    worker: str = ""
    wanted: Wanted = Wanted.NOTHING
    created_at: Micros
    updated_at: Micros
    due_at: Micros | None = None
    """When it goes on by itself, in one of the timed states."""
    queued_at: Micros | None = None
    """When it last became ready to start."""
    started_at: Micros | None = None
    """When its newest attempt started."""
    ended_at: Micros | None = None
    percent: float = 0.0
    stage: str = ""
    message: str = ""
    checkpoint: msgspec.Raw | None = None
    """What the handler saved to go on from."""
    result: msgspec.Raw | None = None
    error_code: str = ""
    """Of the newest failed attempt."""
    error: str = ""
    fault: str = ""
    """`retryable`, `permanent` or `poison`."""
    resolved_at: Micros | None = None
    """When a person was done with this dead letter."""
    resolution: str = ""

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL_STATES

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Task":
        """A task of all its fields, which are right: ten times faster than a constructor that sets 45 frozen fields."""
        new = object.__new__(cls)
        new.__dict__.update(fields)
        return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a task."""

    task_id: str
    tenant: TenantId
    number: int
    outcome: AttemptOutcome
    worker: str
    started_at: Micros
    ended_at: Micros | None = None
    error_code: str = ""
    error: str = ""
    fault: str = ""
    retry_at: Micros | None = None
    """When the next attempt was due; None when there was none."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a request."""

    task: Task
    is_duplicate: bool
    """Whether the key was taken: the task is the earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks to list. What is empty does not narrow."""

    states: tuple[TaskState, ...] = ()
    actions: tuple[str, ...] = ()
    principal: str = ""
    origin: str = ""
    error_code: str = ""
    fault: str = ""
    since: Micros = 0
    """Made at this time or later."""
    until: Micros = 0
    """Made before this time; 0 for no end."""
    is_resolved: bool | None = None
    """Only dead letters that a person is done with, or only those that nobody is."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of tasks, newest first."""

    items: tuple[Task, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task with everything about it."""

    task: Task
    attempts: tuple[Attempt, ...]
    """Oldest first; the running one is among them."""
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resubmission:
    """What resubmitting dead letters came to, or would."""

    matched: int
    """Dead letters that the filter names, at most as many as were allowed at once."""
    tasks: tuple[Task, ...]
    """The new tasks; of a dry run, the dead letters that would be resubmitted."""
    refused: tuple[tuple[str, str], ...]
    """(id of the dead letter, why not)."""
    is_dry_run: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running task is. Not durable: the newest one is on the task's row within half a second."""

    task_id: str
    tenant: TenantId
    n: int
    """Counts the progress reports of this attempt."""
    percent: float
    stage: str
    message: str
    data: Any = None


Effect = Callable[[Tx], None]
"""Changes rows in the transaction that completes the task: it happens once, however often the task is run."""


class Reporter(Protocol):
    """What a handler may do besides working. All but saving returns at once and may be called on any thread."""

    @property
    def task(self) -> Task:
        """The task as it was when this attempt began; its `checkpoint` is what an earlier attempt saved."""
        ...

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        """Say how far it is (0 to 100). The newest report wins; watchers see at most ten a second."""
        ...

    def commit(self, effect: Effect) -> None:
        """Have `effect` run in the transaction that completes the task, and only there. Several run in order."""
        ...

    async def save(self, checkpoint: object) -> None:
        """Keep a JSON value that the next attempt finds in `task.checkpoint`; durable when this returns.

        Raises:
            LeaseLostError: another worker has the task; stop.
        """
        ...

    def save_blocking(self, checkpoint: object) -> None:
        """`save` for handlers on threads and in processes.

        Raises:
            LeaseLostError: another worker has the task; stop.
        """
        ...

    def check(self) -> None:
        """For handlers on threads: stop here when the task was cancelled, paused or has run too long.

        Raises:
            InterruptedTaskError: stop now and let it out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a task's life on the timeline."""

    kind: Literal["queued", "waiting", "running"]
    start: Micros
    end: Micros | None
    """None while it lasts."""
    attempt: int = 0
    """Of a running stretch."""
    outcome: str = ""
    """Of a running stretch: an `AttemptOutcome`."""


@dataclass(frozen=True, slots=True)
class TimelineTask:
    """One row of the timeline."""

    id: str
    action: str
    state: TaskState
    start: Micros
    end: Micros | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TimelineBucket:
    """What happened in one stretch of the window, of one action."""

    at: Micros
    action: str
    submitted: int
    succeeded: int
    failed: int
    """Including dead ones and cancelled ones that were not skipped."""
    retried: int
    run_us: Micros
    """Time that attempts ended here took together."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A window of the timeline: its size depends on its width in pixels, not on the number of tasks."""

    since: Micros
    until: Micros
    bucket_us: Micros
    """Width of a bucket, at least one pixel."""
    is_complete: bool
    """Whether `tasks` are all tasks of the window. Otherwise they are the longest ones, and `buckets` count all."""
    tasks: tuple[TimelineTask, ...]
    buckets: tuple[TimelineBucket, ...]
