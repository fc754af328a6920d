"""From alerts to lessons over HTTP: what an alert teaches its viewer, and what a team has not mastered."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.briefing import AlertLessons, CoverageReport
from netsentinel.academy.courses.teaching import MOST_COHORT_NAME
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2", tags=["graph"])

AlertReader = Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]
GraphReader = Annotated[Principal, Depends(Requires(Permission.GRAPH_READ))]


class CoverageQuery(BaseModel):
    """Of which time."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(30, ge=1, le=365, description="Alerts with findings in the last so many days.")
    shift: str = Field(
        "",
        max_length=MOST_COHORT_NAME,
        description="Whose mastery counts: `now` for those on shift now, or the id or name of a cohort; for teachers.",
    )


@router.get("/alerts/{alert_id}/lessons", response_model=AlertLessons, responses=problems(401, 403, 404))
async def show_alert_lessons(alert_id: str, principal: AlertReader, services: Served) -> Response:
    """An alert's techniques, the lessons that explain them, and what the caller has to understand first."""
    return answer(await services.briefings.lessons.lessons(principal, alert_id))


@router.get("/graph/coverage", response_model=CoverageReport, responses=problems(400, 401, 403, 404))
async def show_coverage(query: Annotated[CoverageQuery, Query()], principal: GraphReader, services: Served) -> Response:
    """Techniques that alerts named lately, those first that nobody who looks after alerts has mastered.

    Who has mastered what is shown to those who may teach; others see how many have, of three people or more.
    """
    return answer(await services.briefings.coverage.report(principal, query.days, query.shift))
