"""Suppressions over HTTP: try one out, make it, see what it hid, end it."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.alerts.suppression import (
    Condition,
    Match,
    Suppression,
    SuppressionDetail,
    SuppressionPage,
    SuppressionPreview,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/suppressions", tags=["suppressions"])

Reader = Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.ALERTS_WRITE))]


class ConditionText(BaseModel):
    """One condition: the field has one of the values."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(
        max_length=1_024,
        description="rule_id, detector, entity, source, src_ip, dst_ip, user, device, or `event.` and a field's name.",
    )
    match: Match = Field(Match.EQUALS, description="How the values are compared; capital letters count.")
    values: list[str] = Field(min_length=1, max_length=100, description="One of them is enough.")


class Scope(BaseModel):
    """Which findings."""

    model_config = ConfigDict(extra="forbid")

    conditions: list[ConditionText] = Field(min_length=1, max_length=10, description="All of them must hold.")

    def as_conditions(self) -> tuple[Condition, ...]:
        """The domain's conditions."""
        return tuple(Condition(one.field, one.match, tuple(one.values)) for one in self.conditions)


class PreviewRequest(Scope):
    """Which findings, and how far back to look."""

    days: int = Field(30, ge=1, le=365, description="The alerts of so many days are looked at.")


class NewSuppression(Scope):
    """Which findings raise no alert any more, why, and for how long."""

    reason: str = Field(min_length=1, max_length=1_000, description="Why they are not worth an alert.")
    expires_at: int = Field(0, ge=0, le=2**63 - 1, description="Until when, microseconds since 1970 UTC; 0 for good.")
    alert_id: str = Field("", max_length=64, description="The alert it is made from.")


class SuppressionQuery(BaseModel):
    """Which suppressions, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    active: bool = Field(default=False, description="Only those in force.")
    limit: int = Field(50, ge=1, le=500, description="Suppressions a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


@router.get("", response_model=SuppressionPage, responses=problems(400, 401, 403))
async def list_suppressions(
    query: Annotated[SuppressionQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The tenant's suppressions, newest first, also those that are over, with what each has hidden."""
    page = await services.suppressions.page(
        principal.tenant, limit=query.limit, cursor=query.cursor, only_active=query.active
    )
    return answer(page)


@router.post("/preview", response_model=SuppressionPreview, responses=problems(400, 401, 403))
async def preview_suppression(wanted: PreviewRequest, principal: Reader, services: Served) -> Response:
    """What a suppression would have hidden in the last days. Nothing is made."""
    return answer(await services.suppressions.preview(principal.tenant, wanted.as_conditions(), days=wanted.days))


@router.post("", status_code=201, response_model=Suppression, responses=problems(400, 401, 403, 404))
async def create_suppression(wanted: NewSuppression, principal: Writer, services: Served) -> Response:
    """Hide findings for which all conditions hold, from the next batch of events on. They are counted."""
    made = await services.suppressions.create(
        principal,
        wanted.as_conditions(),
        reason=wanted.reason,
        expires_at=wanted.expires_at,
        alert_id=wanted.alert_id,
    )
    return answer(made, 201)


@router.get("/{suppression_id}", response_model=SuppressionDetail, responses=problems(401, 403, 404))
async def show_suppression(suppression_id: str, principal: Reader, services: Served) -> Response:
    """A suppression with the newest findings that it has hidden."""
    return answer(await services.suppressions.detail(principal.tenant, suppression_id))


@router.delete("/{suppression_id}", response_model=Suppression, responses=problems(401, 403, 404))
async def lift_suppression(suppression_id: str, principal: Writer, services: Served) -> Response:
    """End a suppression. It stays in the list, with who ended it. Twice changes nothing."""
    return answer(await services.suppressions.lift(principal, suppression_id))
