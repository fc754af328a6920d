"""Tasks over HTTP: submit, list, look at, stop and go on; and the actions that can be asked for."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.api.v2.task_views import TaskItem, TaskItems, TaskView, item_of, view_of
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.errors import InvalidFilterError, NotAllowedError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.streamer import request_key
from netsentinel.tasks import ResultFile, Task, TaskFilter, TaskRequest, TaskState, Timeline

router = LateRouter(prefix="/api/v2/tasks", tags=["tasks"])
actions = LateRouter(prefix="/api/v2/actions", tags=["tasks"])

Reader = Annotated[Principal, Depends(Requires(Permission.TASKS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.TASKS_WRITE))]

_MAX_TIME = 2**62


class TaskQuery(BaseModel):
    """Which tasks, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    state: str = Field("", description="One or more states, separated by commas.")
    action: str = Field("", max_length=1_000, description="One or more actions, separated by commas.")
    principal: str = Field("", max_length=255, description="Id of whoever asked.")
    origin: str = Field("", max_length=500, description="What asked, for example `schedule:<id>`.")
    error_code: str = Field("", max_length=255, description="Code of the newest error.")
    since: int = Field(0, ge=0, le=_MAX_TIME, description="Made at or after this time, microseconds since 1970 UTC.")
    until: int = Field(0, ge=0, le=_MAX_TIME, description="Made before this time; 0 for no end.")
    limit: int = Field(50, ge=1, le=500, description="Tasks a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")

    def as_filter(self) -> TaskFilter:
        """The domain's filter.

        Raises:
            InvalidFilterError: an unknown state.
        """
        try:
            states = tuple(TaskState(part) for part in self.state.split(",") if part)
        except ValueError as error:
            known = ", ".join(TaskState)
            raise InvalidFilterError(f"state takes {known}, separated by commas.") from error
        return TaskFilter(
            states=states,
            actions=tuple(part for part in self.action.split(",") if part),
            principal=self.principal,
            origin=self.origin,
            error_code=self.error_code,
            since=self.since,
            until=self.until,
        )


class NewTask(BaseModel):
    """What to do, and under which conditions."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(min_length=1, max_length=200, description="For example `events.replay`.")
    input: dict[str, Any] = Field(default_factory=dict, description="The action's input.")
    request_id: str = Field(
        "", max_length=200, description="The same id again gives the task that is there, and runs nothing twice."
    )
    priority: int = Field(5, ge=0, le=9, description="A higher one starts first.")
    not_before: int | None = Field(None, ge=0, le=_MAX_TIME, description="Start at this time or later.")
    deadline_ms: int | None = Field(None, ge=1, le=10**12, description="From now; not started after, stopped at it.")
    concurrency_key: str = Field(
        "",
        max_length=200,
        description="At most `concurrency` of this key run at once; not for actions with a limit of their own.",
    )
    concurrency: int = Field(1, ge=1, le=1_000)
    needs: tuple[str, ...] = Field((), max_length=1_000, description="Ids of tasks that must have succeeded first.")


class TimelineQuery(BaseModel):
    """A window, and the width of the drawing."""

    model_config = ConfigDict(extra="forbid")

    since: int | None = Field(None, ge=0, le=_MAX_TIME, description="Begin; an hour before the end, if not stated.")
    until: int | None = Field(None, ge=0, le=_MAX_TIME, description="End; now, if not stated.")
    width: int = Field(1_600, ge=1, le=20_000, description="In pixels.")
    action: str = Field("", max_length=1_000, description="One or more actions, separated by commas.")


@dataclass(frozen=True, slots=True)
class SubmittedTask:
    """What became of a request."""

    task: TaskItem
    is_duplicate: bool
    """Whether the request had been made before: the task is the earlier one."""


class _Left(msgspec.Struct):
    """What is looked at of the result of a task that leaves a file."""

    file: ResultFile = ResultFile(name="", media_type="application/octet-stream", size=0, url="")


@dataclass(frozen=True, slots=True)
class ActionItem:
    """Something that can be asked for."""

    name: str
    summary: str
    permission: str
    timeout: int
    """Of one attempt, in microseconds."""
    max_attempts: int
    dependency: str
    """The breaker that it asks; empty where there is none or the input decides."""
    input: dict[str, Any]
    """JSON Schema of the input."""


@dataclass(frozen=True, slots=True)
class ActionList:
    """Every action that can be asked for, by name."""

    items: tuple[ActionItem, ...]


@actions.get("", response_model=ActionList, responses=problems(401, 403))
async def list_actions(_principal: Reader, services: Served) -> Response:
    """What can be asked for, here, over the WebSocket, by schedules and from the command line."""
    found = sorted((one for one in services.tasks.actions if not one.is_inner), key=lambda action: action.name)
    return answer(
        ActionList(
            tuple(
                ActionItem(
                    name=action.name,
                    summary=action.summary,
                    permission=action.permission,
                    timeout=action.timeout,
                    max_attempts=action.retry.max_attempts,
                    dependency=action.dependency if isinstance(action.dependency, str) else "",
                    input=schema_of(action.input),
                )
                for action in found
            )
        )
    )


def schema_of(kind: Any) -> dict[str, Any]:
    """JSON Schema of an action's input."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return {**schema, "$defs": components} if components else dict(schema)


@router.get("", response_model=TaskItems, responses=problems(400, 401, 403))
async def list_tasks(query: Annotated[TaskQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's tasks, newest first."""
    page = await services.tasks.page(
        principal.tenant, query.as_filter(), limit=query.limit, cursor=query.cursor or None
    )
    return answer(TaskItems(tuple(map(item_of, page.items)), page.next))


@router.post(
    "",
    status_code=201,
    response_model=SubmittedTask,
    responses={200: {"model": SubmittedTask, "description": "It was asked for before."}}
    | problems(400, 401, 403, 404, 409, 413, 503),
)
async def submit_task(new: NewTask, principal: Writer, services: Served) -> Response:
    """Make a task. It is durable when this answers, and runs at least once."""
    deadline = None if new.deadline_ms is None else services.clock.now() + new.deadline_ms * SECOND // 1_000
    made = await services.tasks.submit(
        principal,
        TaskRequest(
            action=new.action,
            input=new.input,
            priority=new.priority,
            not_before=new.not_before,
            deadline=deadline,
            unique_key=request_key(principal, new.request_id) if new.request_id else "",
            concurrency_key=new.concurrency_key,
            concurrency=new.concurrency,
            needs=new.needs,
            origin=f"request:{new.request_id}" if new.request_id else "api",
        ),
    )
    return answer(SubmittedTask(item_of(made.task), made.is_duplicate), 200 if made.is_duplicate else 201)


@router.get("/timeline", response_model=Timeline, responses=problems(400, 401, 403))
async def show_timeline(query: Annotated[TimelineQuery, Query()], principal: Reader, services: Served) -> Response:
    """What happened in a window: the longest tasks whole, and counts whose number depends on the width only."""
    until = services.clock.now() if query.until is None else query.until
    since = max(0, until - HOUR) if query.since is None else query.since
    chosen = tuple(part for part in query.action.split(",") if part)
    found = await services.tasks.timeline(principal.tenant, since, until, pixels=query.width, actions=chosen)
    return answer(found)


def _lacks(principal: Principal, services: Services, task: Task) -> Permission | None:
    """The permission of the task's action, when the principal does not have it."""
    if task.action not in services.tasks.actions:
        return None
    needed = services.tasks.actions[task.action].permission
    return None if principal.may(needed) else needed


def _need_action(principal: Principal, services: Services, task: Task) -> None:
    needed = _lacks(principal, services, task)
    if needed is not None:
        raise NotAllowedError(f"This needs the permission {needed}.", permission=needed.value)


@router.get("/{task_id}", response_model=TaskView, responses=problems(401, 403, 404))
async def show_task(task_id: str, principal: Reader, services: Served) -> Response:
    """A task with every attempt; its input and result for those who may ask for its action."""
    detail = await services.tasks.detail(principal.tenant, task_id)
    view = view_of(detail, await services.identity.name_of(principal.tenant, detail.task.principal))
    if _lacks(principal, services, detail.task):
        view = replace(view, input=msgspec.Raw(b"null"), result=None, checkpoint=None)
    return answer(view)


@router.get("/{task_id}/result", responses=problems(401, 403, 404))
async def show_result(task_id: str, principal: Reader, services: Served) -> Response:
    """What a task that succeeded gave, as it is; `null` for any other. It takes the permission of the task's action."""
    task = await services.tasks.get(principal.tenant, task_id)
    _need_action(principal, services, task)
    return answer(task.result)


@router.get(
    "/{task_id}/file",
    response_class=FileResponse,
    responses=problems(401, 403, 404)
    | {200: {"description": "The file as the task's result names it.", "content": {"*/*": {}}}},
)
async def show_file(
    task_id: str,
    principal: Reader,
    services: Served,
    show: Annotated[bool, Query(description="Have a browser show it instead of saving it.")] = False,
) -> Response:
    """The file that a task left: an export, a report. It takes the permission of the task's action."""
    task = await services.tasks.get(principal.tenant, task_id)
    _need_action(principal, services, task)
    left = msgspec.json.decode(task.result or b"{}", type=_Left)
    path = await services.files.find(principal.tenant, task_id)
    return FileResponse(
        path,
        media_type=left.file.media_type,
        filename=left.file.name,
        content_disposition_type="inline" if show else "attachment",
        # Whatever it is, it runs nothing and asks nobody: what it says came from outside.
        headers={"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"},
    )


@router.post("/{task_id}/cancel", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def cancel_task(task_id: str, principal: Writer, services: Served) -> Response:
    """End a task. One that runs is stopped by its worker: `wanted` is `cancel` until then."""
    return answer(item_of(await services.tasks.cancel(principal, task_id)))


@router.post("/{task_id}/skip", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def skip_task(task_id: str, principal: Writer, services: Served) -> Response:
    """End a task as cancelled, and let what needs it go on as if it had succeeded."""
    return answer(item_of(await services.tasks.skip(principal, task_id)))


@router.post("/{task_id}/pause", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def pause_task(task_id: str, principal: Writer, services: Served) -> Response:
    """Hold a task until it is resumed."""
    return answer(item_of(await services.tasks.pause(principal, task_id)))


@router.post("/{task_id}/resume", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def resume_task(task_id: str, principal: Writer, services: Served) -> Response:
    """Let a paused task go on, from its checkpoint."""
    return answer(item_of(await services.tasks.resume(principal, task_id)))


@router.post("/{task_id}/retry", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def retry_task(task_id: str, principal: Writer, services: Served) -> Response:
    """Try a task again now: one that waits for its time or its breaker, or one that failed or gave up."""
    return answer(item_of(await services.tasks.retry_now(principal, task_id)))
