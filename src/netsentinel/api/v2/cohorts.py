"""Cohorts over HTTP: lists of users who learn together."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.courses import Cohort
from netsentinel.academy.courses.hours import MOST_SPANS, MOST_ZONE, Hours, Span
from netsentinel.academy.courses.teaching import MOST_COHORT_NAME, MOST_MEMBERS, CohortPage
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfMatch, IfNoneMatch, based_on, precondition, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.course_views import LearnerNames
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/cohorts", tags=["courses"])

Teacher = Annotated[Principal, Depends(Requires(Permission.COURSES_TEACH))]


class CohortQuery(BaseModel):
    """How many cohorts."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=500, description="Cohorts a page.")
    cursor: str = Field("", max_length=1_024, description="`next` of the previous page.")


class SpanText(BaseModel):
    """The same hours on some days of the week."""

    model_config = ConfigDict(extra="forbid")

    days: list[int] = Field(min_length=1, max_length=7, description="1 for Monday to 7 for Sunday.")
    begins: str = Field(min_length=5, max_length=5, description="By the clock, for example `22:00`.")
    ends: str = Field(min_length=5, max_length=5, description="On the next day when it is not later than `begins`.")


class HoursText(BaseModel):
    """When a cohort is on shift."""

    model_config = ConfigDict(extra="forbid")

    time_zone: str = Field("UTC", min_length=1, max_length=MOST_ZONE, description="For example `Europe/Berlin`.")
    spans: list[SpanText] = Field(min_length=1, max_length=MOST_SPANS)

    def hours(self) -> Hours:
        """As courses know it."""
        spans = (Span(days=tuple(one.days), begins=one.begins, ends=one.ends) for one in self.spans)
        return Hours(time_zone=self.time_zone, spans=tuple(spans))


class CohortText(BaseModel):
    """A cohort."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=MOST_COHORT_NAME)
    members: list[str] = Field(default_factory=list[str], max_length=MOST_MEMBERS, description="Ids of users.")
    hours: HoursText | None = Field(None, description="When they are on shift, if it is a shift.")

    def shift(self) -> Hours | None:
        """The hours as courses know them."""
        return self.hours.hours() if self.hours else None


@router.get("", response_model=CohortPage, responses=problems(400, 401, 403))
async def list_cohorts(query: Annotated[CohortQuery, Query()], principal: Teacher, services: Served) -> Response:
    """The tenant's cohorts by name."""
    return answer(
        await services.school.teaching.cohorts(principal.tenant, limit=query.limit, cursor=query.cursor or None)
    )


@router.post("", response_model=Cohort, status_code=201, responses=problems(400, 401, 403, 404, 409))
async def create_cohort(stated: CohortText, principal: Teacher, services: Served) -> Response:
    """Make a list of users, with the hours when they are on shift if it is one."""
    made = await services.school.teaching.gather(principal, stated.name, stated.members, stated.shift())
    return tagged(made, made.version, status=201)


@router.get("/people", response_model=LearnerNames, responses=problems(401, 403))
async def list_people(principal: Teacher, services: Served) -> Response:
    """Everybody who can be a learner, by name."""
    return answer(LearnerNames(await services.school.teaching.people(principal.tenant)))


@router.get("/{cohort_id}", response_model=Cohort, responses=UNCHANGED | problems(401, 403, 404))
async def show_cohort(
    cohort_id: str, principal: Teacher, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """A cohort."""
    found = await services.school.teaching.cohort(principal.tenant, cohort_id)
    return tagged(found, found.version, if_none_match)


@router.put("/{cohort_id}", response_model=Cohort, responses=problems(400, 401, 403, 404, 409, 412))
async def change_cohort(
    cohort_id: str, stated: CohortText, principal: Teacher, services: Served, if_match: IfMatch = None
) -> Response:
    """Give a cohort another name, other members and other hours."""
    found = await services.school.teaching.cohort(principal.tenant, cohort_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        saved = await services.school.teaching.regather(
            principal, cohort_id, stated.name, stated.members, stated.shift(), expected=expected
        )
    return tagged(saved, saved.version)


@router.delete("/{cohort_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_cohort(cohort_id: str, principal: Teacher, services: Served) -> Response:
    """Forget a cohort, and what is assigned to it."""
    await services.school.teaching.disband(principal, cohort_id)
    return Response(status_code=204)
