"""Many operations in one request over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import authenticated, charge_items
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.suppressions import ConditionText
from netsentinel.api.v2.task_views import TaskItem, item_of
from netsentinel.kernel.types import Principal
from netsentinel.tasks.batch import INLINE, MOST_OPERATIONS, BatchReport, BatchRequest, OperationRequest

router = LateRouter(prefix="/api/v2/batch", tags=["batch"])

Caller = Annotated[Principal, Depends(authenticated())]

_TaskId = Annotated[str, Field(max_length=200, description="Id of the task.")]


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TaskOperation(_Operation):
    """Try a task again now, end it as if it had succeeded, or end it."""

    op: Literal["retry", "skip", "cancel"]
    task_id: _TaskId


class ResubmitOperation(_Operation):
    """Submit a dead letter again."""

    op: Literal["resubmit"]
    task_id: _TaskId
    input: dict[str, Any] | None = Field(None, description="In place of its own input.")


class ResolveOperation(_Operation):
    """Be done with a dead letter."""

    op: Literal["resolve"]
    task_id: _TaskId
    note: str = Field(min_length=1, max_length=2_000, description="Why nothing more is to be done.")


class TriggerOperation(_Operation):
    """Say that something happened, or fire a schedule: one of the two."""

    op: Literal["trigger"]
    event: str = Field("", max_length=200, description="For example `webhook.received`.")
    data: dict[str, Any] = Field(default_factory=dict, description="What filters of schedules look at.")
    schedule: str = Field("", max_length=200, description="Id or name of a schedule.")


class AcknowledgeOperation(_Operation):
    """Have an alert acknowledged."""

    op: Literal["acknowledge"]
    alert_id: str = Field(max_length=200, description="Id of the alert.")
    note: str = Field("", max_length=10_000, description="Written about it.")


class SuppressOperation(_Operation):
    """Hide findings from the alerts."""

    op: Literal["suppress"]
    conditions: list[ConditionText] = Field(min_length=1, max_length=10, description="All of them must hold.")
    reason: str = Field(min_length=1, max_length=1_000, description="Why they are not worth an alert.")
    expires_at: int = Field(0, ge=0, le=2**63 - 1, description="Until when, microseconds since 1970 UTC; 0 for good.")
    alert_id: str = Field("", max_length=64, description="The alert it is made from.")


AnyOperation = Annotated[
    TaskOperation | ResubmitOperation | ResolveOperation | TriggerOperation | AcknowledgeOperation | SuppressOperation,
    Field(discriminator="op"),
]


class BatchText(BaseModel):
    """Operations, in the order in which they are done."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "operations": [
                        {"op": "retry", "task_id": "tsk_01"},
                        {"op": "skip", "task_id": "tsk_02"},
                        {"op": "trigger", "event": "webhook.received"},
                    ]
                }
            ]
        },
    )

    operations: list[AnyOperation] = Field(min_length=1, max_length=MOST_OPERATIONS, description="At most 1,000.")
    atomic: bool = Field(default=False, description="All of them in one commit, or none.")
    dry_run: bool = Field(default=False, description="Say what would happen, and keep nothing.")

    def as_request(self) -> BatchRequest:
        """The domain's request."""
        operations = tuple(
            OperationRequest(one.op, one.model_dump(mode="json", exclude={"op"}, exclude_unset=True))
            for one in self.operations
        )
        return BatchRequest(operations, self.atomic, self.dry_run)


@router.post(
    "/operations",
    response_model=BatchReport,
    responses={202: {"model": TaskItem, "description": "A task does them: `Location` names it."}}
    | problems(400, 401, 403, 409, 413, 503),
)
async def run_batch(batch: BatchText, principal: Caller, request: Request, services: Served) -> Response:
    """Do up to 1,000 operations, in order, each with an outcome of its own.

    Each needs the permission of its own route; one that is not allowed or not possible fails alone, unless `atomic`
    makes it fail all. Each counts as a request. Above 100 they become a task of `batch.operations`, whose result is the
    report.
    """
    wanted = batch.as_request()
    await charge_items(request, len(wanted.operations))
    if len(wanted.operations) <= INLINE:
        return answer(await services.batch.run(principal, wanted))
    task = (await services.batch.submit(principal, wanted)).task
    response = answer(item_of(task), 202)
    response.headers["Location"] = f"/api/v2/tasks/{task.id}"
    return response
