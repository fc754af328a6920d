"""Alerts over HTTP: list, explain, judge."""

from enum import StrEnum
from typing import Annotated, Final, Self, TypeVar

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from netsentinel.alerts import (
    Alert,
    AlertDetail,
    AlertFilter,
    AlertOrder,
    AlertPage,
    AlertService,
    AlertStatus,
    Verdict,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfMatch, IfNoneMatch, based_on, precondition, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Level, Permission, Principal

router = LateRouter(prefix="/api/v2/alerts", tags=["alerts"])

Reader = Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.ALERTS_WRITE))]


_Word = TypeVar("_Word", bound=StrEnum)


_ABOUT: Final = (
    "The address, host or user the alert is about. Those of Windows in any spelling of their logs, and a user without"
    " a domain stands for those of that name in every domain."
)


class AlertQuery(BaseModel):
    """Which alerts."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field("", description="One or more of open, acknowledged, closed, separated by commas.")
    verdict: str = Field(
        "", description="One or more of undecided, true_positive, false_positive, benign, separated by commas."
    )
    min_level: Level = Field(Level.INFORMATIONAL, description="This level and above.")
    entity: str = Field("", max_length=255, description=_ABOUT)
    source: str = Field("", max_length=255, description="Name of the source.")
    rule_id: str = Field("", max_length=255, description="Id of the rule or detector.")
    tag: str = Field("", max_length=255, description="A tag, for example `attack.t1110.001`.")
    assignee: str = Field(
        "",
        max_length=64,
        description="Id or name of the user who looks after it; `me` for the caller, `none` for nobody.",
    )
    q: str = Field("", max_length=255, description="Words that title, entity or addresses contain.")
    since: int = Field(
        0, ge=0, le=2**63 - 1, description="Newest finding at or after this time, microseconds since 1970 UTC."
    )
    until: int = Field(0, ge=0, le=2**63 - 1, description="Newest finding before this time; 0 for no end.")

    async def as_filter(self, principal: Principal, alerts: AlertService) -> AlertFilter:
        """The domain's filter; the service knows whom the entity's name means.

        Raises:
            InvalidFilterError: an unknown status or verdict.
        """
        nobody = self.assignee == "none"
        return AlertFilter(
            status=_listed(AlertStatus, "status", self.status),
            verdict=_listed(Verdict, "verdict", self.verdict),
            min_level=self.min_level,
            entities=await alerts.entities_named(principal.tenant, self.entity),
            source=self.source,
            rule_id=self.rule_id,
            tag=self.tag,
            assignee="" if nobody else principal.id if self.assignee == "me" else self.assignee,
            unassigned=nobody,
            text=self.q,
            since=self.since,
            until=self.until,
        )


def _listed(kind: type[_Word], name: str, text: str) -> tuple[_Word, ...]:
    try:
        return tuple(kind(part) for part in text.split(",") if part)
    except ValueError as error:
        known = ", ".join(kind)
        raise InvalidFilterError(f"{name} takes {known}, separated by commas.") from error


class AlertPageQuery(AlertQuery):
    """Which alerts, and how many of them."""

    limit: int = Field(50, ge=1, le=500, description="Alerts a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")
    by_arrival: bool = Field(
        default=False, description="Those first that were raised last, whatever the age of the events they are about."
    )
    by_score: bool = Field(
        default=False, description="Those first that have the highest score; of equal ones the newest finding."
    )

    @property
    def order(self) -> AlertOrder:
        """Which of them come first.

        Raises:
            InvalidFilterError: two orders at once.
        """
        if self.by_arrival and self.by_score:
            message = "by_arrival and by_score are two orders: a list has one."
            raise InvalidFilterError(message)
        return AlertOrder.ARRIVAL if self.by_arrival else AlertOrder.SCORE if self.by_score else AlertOrder.TIME


class AlertChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    status: AlertStatus | None = None
    verdict: Verdict | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.status is None and self.verdict is None:
            message = "send status, verdict or both"
            raise ValueError(message)
        return self


@router.get("", response_model=AlertPage, responses=problems(400, 401, 403))
async def list_alerts(query: Annotated[AlertPageQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's alerts, newest finding first, `by_arrival` what was raised last, `by_score` the gravest."""
    page = await services.alerts.page(
        principal.tenant,
        await query.as_filter(principal, services.alerts),
        limit=query.limit,
        cursor=query.cursor or None,
        order=query.order,
    )
    return answer(page)


@router.get("/{alert_id}", response_model=AlertDetail, responses=UNCHANGED | problems(401, 403, 404))
async def show_alert(alert_id: str, principal: Reader, services: Served, if_none_match: IfNoneMatch = None) -> Response:
    """An alert with the rule, the fields that made it fire, raw events, and other alerts about the same entity."""
    detail = await services.alerts.detail(principal.tenant, alert_id)
    return tagged(detail, detail.alert.version, if_none_match)


@router.patch("/{alert_id}", response_model=Alert, responses=problems(400, 401, 403, 404, 412))
async def change_alert(
    alert_id: str, change: AlertChange, principal: Writer, services: Served, if_match: IfMatch = None
) -> Response:
    """Set an alert's status, verdict or both. Repeating it changes nothing."""
    version = await expected_version(services, principal, alert_id, if_match)
    with precondition(version):
        changed = await services.triage.decisions.judge(
            principal, alert_id, status=change.status, verdict=change.verdict, version=version
        )
    return tagged(changed, changed.version)


async def expected_version(services: Services, principal: Principal, alert_id: str, if_match: str | None) -> int | None:
    """The version of an alert that a change must still find; None when the caller does not care.

    Raises:
        NotFoundError: the principal's tenant has no such alert.
        PreconditionFailedError: it is at another one than the caller names.
    """
    if if_match is None:
        return None
    return based_on(if_match, (await services.alerts.detail(principal.tenant, alert_id)).alert.version)
