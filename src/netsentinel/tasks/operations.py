"""What a batch can do with tasks and dead letters."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from netsentinel.kernel.types import Permission, Principal
from netsentinel.storage.ports import Tx
from netsentinel.tasks.batch import Applied, Operation
from netsentinel.tasks.model import Reason, Task, Wanted
from netsentinel.tasks.service import TaskService


class OfTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which task."""

    task_id: str


class Resubmitted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dead letter, and what to submit it with in place of its own input."""

    task_id: str
    input: dict[str, Any] | None = None


class Resolved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dead letter, and why nothing more is to be done."""

    task_id: str
    note: Annotated[str, Meta(min_length=1, max_length=2_000)]


def task_operations(tasks: TaskService) -> tuple[Operation, ...]:
    """Retry, skip, cancel, resubmit and resolve, each with the permission of its route."""

    def retry(tx: Tx, principal: Principal, wanted: OfTask) -> Applied:
        return _of(tasks.retry_in(tx, principal, wanted.task_id))

    def skip(tx: Tx, principal: Principal, wanted: OfTask) -> Applied:
        return _of(tasks.stop_in(tx, principal, wanted.task_id, Wanted.SKIP, Reason.SKIPPED))

    def cancel(tx: Tx, principal: Principal, wanted: OfTask) -> Applied:
        return _of(tasks.stop_in(tx, principal, wanted.task_id, Wanted.CANCEL, Reason.REQUESTED))

    def resubmit(tx: Tx, principal: Principal, wanted: Resubmitted) -> Applied:
        return _of(tasks.dead_letters.resubmit_in(tx, principal, wanted.task_id, wanted.input))

    def resolve(tx: Tx, principal: Principal, wanted: Resolved) -> Applied:
        letter = tasks.dead_letters.resolve_in(tx, principal, wanted.task_id, wanted.note)
        return Applied(letter.id, "resolved")

    return (
        Operation("retry", Permission.RECOVERY_WRITE, OfTask, retry),
        Operation("skip", Permission.TASKS_WRITE, OfTask, skip),
        Operation("cancel", Permission.TASKS_WRITE, OfTask, cancel),
        Operation("resubmit", Permission.RECOVERY_WRITE, Resubmitted, resubmit),
        Operation("resolve", Permission.RECOVERY_WRITE, Resolved, resolve),
    )


def _of(task: Task) -> Applied:
    return Applied(task.id, task.state.value)
