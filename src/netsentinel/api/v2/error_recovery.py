"""Error recovery over HTTP: retries, and the dead letters of tasks that gave up."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.task_views import AttemptItem, TaskItem, TaskItems, TaskView, attempt_of, item_of, view_of
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.tasks import Resubmission, TaskFilter, TaskState

router = LateRouter(prefix="/api/v2/error-recovery", tags=["error recovery"])

Reader = Annotated[Principal, Depends(Requires(Permission.RECOVERY_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.RECOVERY_WRITE))]

_MAX_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryView:
    """How a task stands with its retries."""

    task: TaskItem
    max_attempts: int
    """Failures after which it gives up."""
    next_at: Micros | None
    """When the next attempt is due; null when none is."""
    attempts: tuple[AttemptItem, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dead letter that is not resubmitted, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResubmissionView:
    """What resubmitting came to, or would."""

    matched: int
    items: tuple[TaskItem, ...]
    """The new tasks; of a dry run, the dead letters."""
    refused: tuple[Refusal, ...]
    is_dry_run: bool


class DeadLetterChoice(BaseModel):
    """Which dead letters."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field("", max_length=1_000, description="One or more actions, separated by commas.")
    error_code: str = Field("", max_length=255, description="Code of the last error.")
    fault: str = Field("", max_length=20, description="`retryable`, `permanent` or `poison`.")
    since: int = Field(0, ge=0, le=_MAX_TIME, description="Made at or after this time, microseconds since 1970 UTC.")
    until: int = Field(0, ge=0, le=_MAX_TIME, description="Made before this time; 0 for no end.")

    def as_filter(self, *, is_resolved: bool | None) -> TaskFilter:
        """The domain's filter."""
        return TaskFilter(
            states=(TaskState.DEAD,),
            actions=tuple(part for part in self.action.split(",") if part),
            error_code=self.error_code,
            fault=self.fault,
            since=self.since,
            until=self.until,
            is_resolved=is_resolved,
        )


class DeadLetterQuery(DeadLetterChoice):
    """Which dead letters, and how many of them."""

    resolved: bool | None = Field(None, description="Only those that a person is done with, or only the others.")
    limit: int = Field(50, ge=1, le=500, description="Dead letters a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class ResubmitOne(BaseModel):
    """How to submit a dead letter again."""

    model_config = ConfigDict(extra="forbid")

    input: dict[str, Any] | None = Field(None, description="In place of its own input.")


class ResubmitMany(DeadLetterChoice):
    """Which dead letters to submit again."""

    limit: int = Field(1_000, ge=1, le=1_000, description="At most so many.")
    dry_run: bool = Field(default=False, description="Only say which.")


class Resolution(BaseModel):
    """Why nothing more is to be done."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=1, max_length=2_000)


@router.get("/retry/{task_id}", response_model=RetryView, responses=problems(401, 403, 404))
async def show_retry(task_id: str, principal: Reader, services: Served) -> Response:
    """How often a task was tried, with what outcome, and when it is tried next."""
    detail = await services.tasks.detail(principal.tenant, task_id)
    task = detail.task
    limit = services.tasks.max_attempts(task)
    due = task.due_at if task.state is TaskState.RETRY_WAIT else None
    attempts = tuple(map(attempt_of, detail.attempts))
    return answer(RetryView(task=item_of(task), max_attempts=limit, next_at=due, attempts=attempts))


@router.post("/retry/{task_id}/retry", response_model=TaskItem, responses=problems(401, 403, 404, 409))
async def retry(task_id: str, principal: Writer, services: Served) -> Response:
    """Try a task again now."""
    return answer(item_of(await services.tasks.retry_now(principal, task_id)))


@router.get("/dlq/entries", response_model=TaskItems, responses=problems(400, 401, 403))
async def list_dead_letters(
    query: Annotated[DeadLetterQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The tenant's dead letters, newest first."""
    page = await services.tasks.page(
        principal.tenant, query.as_filter(is_resolved=query.resolved), limit=query.limit, cursor=query.cursor or None
    )
    return answer(TaskItems(tuple(map(item_of, page.items)), page.next))


@router.get("/dlq/entries/{task_id}", response_model=TaskView, responses=problems(401, 403, 404))
async def show_dead_letter(task_id: str, principal: Reader, services: Served) -> Response:
    """A dead letter with its input and every attempt."""
    detail = await services.tasks.detail(principal.tenant, task_id)
    if detail.task.state is not TaskState.DEAD:
        raise NotFoundError(f"The task {task_id[:60]} is no dead letter.")
    return answer(view_of(detail, await services.identity.name_of(principal.tenant, detail.task.principal)))


@router.post("/dlq/resubmit", response_model=ResubmissionView, responses=problems(400, 401, 403, 503))
async def resubmit_dead_letters(chosen: ResubmitMany, principal: Writer, services: Served) -> Response:
    """Submit every unresolved dead letter again that fits; or, as a dry run, only say which those are."""
    made = await services.tasks.dead_letters.resubmit_matching(
        principal, chosen.as_filter(is_resolved=False), limit=chosen.limit, is_dry_run=chosen.dry_run
    )
    return answer(_viewed(made))


@router.post("/dlq/{task_id}/resubmit", response_model=TaskItem, responses=problems(400, 401, 403, 404, 409, 413))
async def resubmit_dead_letter(
    task_id: str, principal: Writer, services: Served, how: ResubmitOne | None = None
) -> Response:
    """Submit a dead letter again as a new task, with its own input or another; the letter is then resolved."""
    edited = how.input if how else None
    return answer(item_of(await services.tasks.dead_letters.resubmit(principal, task_id, edited)))


@router.post("/dlq/{task_id}/resolve", response_model=TaskItem, responses=problems(400, 401, 403, 404, 409))
async def resolve_dead_letter(task_id: str, resolution: Resolution, principal: Writer, services: Served) -> Response:
    """Be done with a dead letter, and say why. It is kept until retention deletes it."""
    return answer(item_of(await services.tasks.dead_letters.resolve(principal, task_id, resolution.note)))


def _viewed(made: Resubmission) -> ResubmissionView:
    return ResubmissionView(
        made.matched,
        tuple(map(item_of, made.tasks)),
        tuple(Refusal(identifier, why) for identifier, why in made.refused),
        made.is_dry_run,
    )
