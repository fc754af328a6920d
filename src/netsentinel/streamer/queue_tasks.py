"""The request queue over durable tasks: document 004's queue is the one engine that everything else uses too."""

from collections.abc import Callable
from typing import Final, Literal, cast

import msgspec

from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.errors import ConflictError, NotAllowedError
from netsentinel.kernel.types import Micros, Permission, Principal, TenantId
from netsentinel.streamer.ports import Asked, Ended, NewRequest, Step
from netsentinel.tasks import Progress, Task, TaskFilter, TaskRequest, TaskService

_MILLI: Final = 1_000
_MOST: Final = 500


class TaskQueue:
    """Requests become tasks, and are found again by the client's id for as long as retention keeps the task."""

    def __init__(self, tasks: TaskService, clock: Clock) -> None:
        self._tasks = tasks
        self._clock = clock

    async def enqueue(self, principal: Principal, request: NewRequest) -> Asked:
        """Make the request a task, or find the one that it is already."""
        made = await self._tasks.submit(principal, self._task_of(principal, request))
        if made.is_duplicate and made.task.action != request.action:
            raise ConflictError(f"The id was used before, for {made.task.action}. Take another one.")
        return Asked(made.task.id, made.is_duplicate)

    async def answer(self, principal: Principal, request: NewRequest, seconds: float) -> bytes | None:
        """The result of an action that only reads, without a task; None where the request has to be one."""
        if request.deadline_ms is not None:
            seconds = min(seconds, request.deadline_ms / _MILLI)
        result = await self._tasks.answer(principal, self._task_of(principal, request), seconds)
        return None if result is None else bytes(result)

    def _task_of(self, principal: Principal, request: NewRequest) -> TaskRequest:
        deadline = request.deadline_ms
        return TaskRequest(
            action=request.action,
            input=msgspec.Raw(request.payload),
            priority=request.priority,
            deadline=None if deadline is None else self._clock.now() + deadline * SECOND // _MILLI,
            unique_key=request_key(principal, request.id),
            origin=f"connection:{request.connection_id}",
        )

    async def update_status(
        self, principal: Principal, task_id: str, status: Literal["cancel", "pause", "resume"]
    ) -> None:
        """Ask for a task's end, its pause, or that it goes on; one's own tasks need no further permission."""
        if not principal.may(Permission.TASKS_WRITE):
            task = await self._tasks.get(principal.tenant, task_id)
            if task.principal != principal.id:
                raise NotAllowedError("Other people's tasks need the permission tasks:write.")
        match status:
            case "cancel":
                await self._tasks.cancel(principal, task_id)
            case "pause":
                await self._tasks.pause(principal, task_id)
            case "resume":
                await self._tasks.resume(principal, task_id)

    async def get_by_connection(self, tenant: TenantId, connection_id: str) -> list[str]:
        """Ids of the tasks that a connection asked for, newest first."""
        page = await self._tasks.page(tenant, TaskFilter(origin=f"connection:{connection_id}"), limit=_MOST)
        return [task.id for task in page.items]

    async def ended(self, tenant: TenantId, task_id: str) -> Ended | None:
        """How a task ended; None while it has not."""
        task = await self._tasks.get(tenant, task_id)
        return _end_of(task) if task.is_final else None

    def estimate(self, action: str, payload: bytes) -> Micros:
        """An action's own guess of how long it takes."""
        found = self._tasks.actions[action]
        return found.estimated_duration(found.read_input(payload))

    def on_progress(self, listener: Callable[[Step], None]) -> None:
        """Have `listener` told how far tasks are."""

        def tell(progress: Progress) -> None:
            listener(
                Step(
                    task_id=progress.task_id,
                    percent=progress.percent,
                    stage=progress.stage,
                    message=progress.message,
                    data=progress.data,
                )
            )

        self._tasks.on_progress(tell)


def request_key(principal: Principal, request_id: str) -> str:
    """The unique key of a principal's request: another one's requests are never found by it."""
    return f"request:{principal.id}:{request_id}"


def _end_of(task: Task) -> Ended:
    return Ended(
        task_id=task.id,
        status=cast("Literal['succeeded', 'failed', 'cancelled', 'dead']", task.state.value),
        result=bytes(task.result) if task.result is not None else b"null",
        error_code=task.error_code or task.reason.value,
        error=task.error,
    )
