"""Lessons over HTTP: found by what they explain, read, and done; and the way to a goal."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.courses import LearningPath, LessonView, Progress
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfNoneMatch, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.course_views import LessonList
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/lessons", tags=["lessons"])
paths = LateRouter(prefix="/api/v2/paths", tags=["lessons"])

Learner = Annotated[Principal, Depends(Requires(Permission.COURSES_LEARN))]


class LessonQuery(BaseModel):
    """What lessons should explain."""

    model_config = ConfigDict(extra="forbid")

    technique: list[Annotated[str, Field(max_length=20)]] = Field(
        default_factory=list[str], max_length=50, description="Ids of ATT&CK techniques, such as T1110.001."
    )
    concept: str = Field("", max_length=200, description="A concept's id, key or name.")
    limit: int = Field(20, ge=1, le=100, description="Lessons at most.")


class GoalQuery(BaseModel):
    """Where to."""

    model_config = ConfigDict(extra="forbid")

    goal: str = Field(min_length=1, max_length=200, description="A concept's id, key or name, such as T1046.")


@router.get("", response_model=LessonList, responses=problems(400, 401, 403))
async def find_lessons(query: Annotated[LessonQuery, Query()], principal: Learner, services: Served) -> Response:
    """Lessons of the courses that the caller may see which explain these techniques, or teach a concept.

    Those that name a technique come first, then those that name the technique of a sub-technique, or one below it.
    """
    techniques = [one.upper() for one in query.technique]
    found = await services.school.learning.explaining(
        principal, techniques=techniques, concept=query.concept, limit=query.limit
    )
    return answer(LessonList(found))


@router.get("/{lesson_id}", response_model=LessonView, responses=UNCHANGED | problems(401, 403, 404))
async def show_lesson(
    lesson_id: str, principal: Learner, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """A lesson to read, also a locked one, with the contents of its course and where its concepts are spoken of."""
    view = await services.school.learning.lesson(principal, lesson_id)
    return tagged(view, view.course.number, if_none_match)


@router.post("/{lesson_id}/read", response_model=Progress, responses=problems(401, 403, 404, 409))
async def begin_lesson(lesson_id: str, principal: Learner, services: Served) -> Response:
    """Note that the caller opened a lesson; its course is begun with it. Twice changes nothing."""
    return answer(await services.school.learning.read(principal, lesson_id))


@router.post("/{lesson_id}/done", response_model=Progress, responses=problems(401, 403, 404, 409))
async def finish_lesson(lesson_id: str, principal: Learner, services: Served) -> Response:
    """Note that the caller is done with a lesson. Twice changes nothing.

    409 `lesson-locked` says in `unmet` what comes first, and which lessons teach it.
    """
    return answer(await services.school.learning.done(principal, lesson_id))


@paths.get("", response_model=LearningPath, responses=problems(400, 401, 403, 404))
async def show_learning_path(query: Annotated[GoalQuery, Query()], principal: Learner, services: Served) -> Response:
    """The lessons that are left on the way to a concept, from what the caller knows already; `gaps` nobody teaches."""
    return answer(await services.school.learning.path(principal, query.goal))
