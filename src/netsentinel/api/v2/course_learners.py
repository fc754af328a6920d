"""Who takes a course, over HTTP: assignments, how far everybody is, and moving to the newest version."""

from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.courses import AssignedTo, Assignment, Enrolment
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.course_views import AssignmentList, LearnerList
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/courses", tags=["courses"])

Learner = Annotated[Principal, Depends(Requires(Permission.COURSES_LEARN))]
Teacher = Annotated[Principal, Depends(Requires(Permission.COURSES_TEACH))]


class NewAssignment(BaseModel):
    """Who should take a course, and by when."""

    model_config = ConfigDict(extra="forbid")

    to: AssignedTo = Field(AssignedTo.USER, description="Whether the target is a user or a cohort.")
    target: str = Field(min_length=1, max_length=64, description="Id of the user or the cohort.")
    due_at: int = Field(0, ge=0, le=2**53, description="Microseconds since 1970 UTC; 0 for no date.")


@router.post("/{course_id}/move", response_model=Enrolment, responses=problems(401, 403, 404, 409))
async def move_on(course_id: str, principal: Learner, services: Served) -> Response:
    """Go on with the newest version of a course that the caller began. What is done stays done."""
    return answer(await services.school.learning.move(principal, course_id))


@router.get("/{course_id}/learners", response_model=LearnerList, responses=problems(401, 403, 404))
async def list_learners(course_id: str, principal: Teacher, services: Served) -> Response:
    """Everybody who began a course or should take it: what they have done, and who is late."""
    return answer(LearnerList(await services.school.teaching.learners(principal.tenant, course_id)))


@router.get("/{course_id}/assignments", response_model=AssignmentList, responses=problems(401, 403, 404))
async def list_assignments(course_id: str, principal: Teacher, services: Served) -> Response:
    """Who should take a course: those with a date first, the nearest date first."""
    return answer(AssignmentList(await services.school.teaching.assignments(principal.tenant, course_id)))


@router.post(
    "/{course_id}/assignments",
    response_model=Assignment,
    status_code=201,
    responses=problems(400, 401, 403, 404, 409),
)
async def assign_course(course_id: str, wanted: NewAssignment, principal: Teacher, services: Served) -> Response:
    """Have a user or a cohort take a course. Once more to the same target gives another date."""
    made = await services.school.teaching.assign(principal, course_id, wanted.to, wanted.target, due_at=wanted.due_at)
    return answer(made, 201)


@router.delete("/{course_id}/assignments/{assignment_id}", status_code=204, responses=problems(401, 403, 404))
async def withdraw_assignment(course_id: str, assignment_id: str, principal: Teacher, services: Served) -> Response:
    """Take an assignment back. What learners did stays."""
    await services.school.teaching.withdraw(principal, course_id, assignment_id)
    return Response(status_code=204)
