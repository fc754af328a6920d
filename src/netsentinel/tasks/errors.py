"""What can go wrong with tasks, for whoever submits them, works on them or looks after them."""

from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from netsentinel.recovery.retry import Failure


class UnknownActionError(NotFoundError):
    """No action of that name is registered."""

    code = "unknown-action"
    title = "There is no such action"


class InnerActionError(NotAllowedError):
    """Only the server itself asks for this action, as a part of something that has a route of its own."""

    code = "inner-action"
    title = "The action cannot be asked for by name"


class InvalidTaskInputError(InvalidInputError):
    """The input is not what the action takes."""

    code = "invalid-task-input"
    title = "The input does not fit the action"


class TaskTooLargeError(TooLargeError):
    """An input, result or checkpoint is larger than a task may carry; `limit` is in bytes."""

    code = "task-too-large"
    title = "A task cannot carry that much"


class UnserialisableResultError(InvalidInputError):
    """A handler returned something that JSON cannot hold."""

    code = "unserialisable-result"
    title = "The result cannot be kept"
    status = 500


class TaskStateError(ConflictError):
    """The task is in a state in which that is not possible."""

    code = "task-state"
    title = "The task's state does not allow that"


class FeedbackLoopError(ConflictError):
    """The chain of causes is too long: what a task causes would go round in circles."""

    code = "feedback-loop"
    title = "This chain of causes ends here"


class LeaseLostError(ConflictError):
    """The task belongs to another attempt by now; nothing of this one is kept."""

    code = "lease-lost"
    title = "Another worker has the task"


class InterruptedTaskError(ConflictError):
    """The task was cancelled, paused or stopped; its handler lets this out."""

    code = "task-interrupted"
    title = "The task was stopped"


class TaskTimeoutError(UnavailableError):
    """An attempt took longer than its timeout."""

    code = "task-timeout"
    title = "The task took too long"
    status = 504


class WorkerLostError(UnavailableError):
    """The worker of an attempt died or was not heard of for a lease."""

    code = "worker-lost"
    title = "The worker died"


class HandlerFailedError(UnavailableError):
    """A handler failed in a process of its own, which has said already what that amounts to."""

    code = "handler-failed"
    title = "The handler failed"

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class BatchFailedError(ConflictError):
    """An operation of an atomic batch failed, so that nothing was kept; `results` has the outcome of each."""

    code = "batch-failed"
    title = "The batch failed as a whole"
