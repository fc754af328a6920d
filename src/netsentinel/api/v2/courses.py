"""Courses over HTTP: what there is to learn, and what teachers do with it."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.courses import Course, CourseVersion, CourseView, Draft
from netsentinel.academy.courses.draft import MAX_NAME, MAX_SUMMARY, MOST_LESSONS
from netsentinel.academy.courses.service import MOST_NOTE
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfMatch, IfNoneMatch, based_on, precondition, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.course_views import CourseList, DraftView, LessonText, VersionList
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/courses", tags=["courses"])

Learner = Annotated[Principal, Depends(Requires(Permission.COURSES_LEARN))]
Teacher = Annotated[Principal, Depends(Requires(Permission.COURSES_TEACH))]


class CourseQuery(BaseModel):
    """How many courses."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=500, description="Courses a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class DraftText(BaseModel):
    """A course as it is written, its lessons in the teacher's order."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=MAX_NAME)
    summary: str = Field("", max_length=MAX_SUMMARY, description="What it is about, in a sentence or two.")
    lessons: list[LessonText] = Field(default_factory=list[LessonText], max_length=MOST_LESSONS)


class NewCourse(DraftText):
    """A course to begin."""

    slug: str = Field(min_length=1, max_length=64, description="a-z, 0-9 and hyphens; it never changes.")


class Publication(BaseModel):
    """What to publish."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=MOST_NOTE, description="What is different from the version before.")


@router.get("", response_model=CourseList, responses=problems(400, 401, 403))
async def list_courses(query: Annotated[CourseQuery, Query()], principal: Learner, services: Served) -> Response:
    """The courses that the caller may see, by slug, with how far the caller is and when they should be done.

    Drafts and retired courses are for those who may teach; a retired one also for those who began it.
    """
    cards = await services.school.learning.cards(principal)
    return answer(CourseList.page(cards, query.cursor, query.limit))


@router.post("", response_model=Course, status_code=201, responses=problems(400, 401, 403, 404, 409, 413))
async def create_course(stated: NewCourse, principal: Teacher, services: Served) -> Response:
    """Begin a course. Only those who may teach see it before it is published."""
    made = await services.school.courses.create(principal, stated.slug, draft_of(stated))
    return tagged(made, made.version, status=201)


@router.get("/{course_id}", response_model=CourseView, responses=UNCHANGED | problems(401, 403, 404))
async def show_course(
    course_id: str, principal: Learner, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """A course by id or slug: the lessons of the version that the caller began, else of the newest.

    Each lesson says how far the caller is; a `locked` one names in `needs` what is not met, and where it is taught.
    """
    view = await services.school.learning.course(principal, course_id)
    return tagged(view, view.course.version, if_none_match)


@router.delete("/{course_id}", status_code=204, responses=problems(401, 403, 404, 409, 412))
async def delete_course(course_id: str, principal: Teacher, services: Served, if_match: IfMatch = None) -> Response:
    """Forget a course that was never published."""
    found = await services.school.courses.find(principal.tenant, course_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        await services.school.courses.delete(principal, found.id, expected=expected)
    return Response(status_code=204)


@router.get("/{course_id}/draft", response_model=DraftView, responses=UNCHANGED | problems(401, 403, 404))
async def show_draft(
    course_id: str, principal: Teacher, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """What is being written of a course, texts included."""
    found, draft = await services.school.courses.draft(principal.tenant, course_id)
    return tagged(DraftView(found, draft), found.version, if_none_match)


@router.put("/{course_id}/draft", response_model=Course, responses=problems(400, 401, 403, 404, 409, 412, 413))
async def replace_draft(
    course_id: str, stated: DraftText, principal: Teacher, services: Served, if_match: IfMatch = None
) -> Response:
    """Replace what is being written of a course. What was published stays as it is.

    400 `invalid-course` lists what is wrong with which lesson in `faults`; 409 `lesson-cycle` names the lessons that
    require each other.
    """
    found = await services.school.courses.find(principal.tenant, course_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        saved = await services.school.courses.edit(principal, found.id, draft_of(stated), expected=expected)
    return tagged(saved, saved.version)


@router.post(
    "/{course_id}/publish",
    response_model=CourseVersion,
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 412),
)
async def publish_course(
    course_id: str, wanted: Publication, principal: Teacher, services: Served, if_match: IfMatch = None
) -> Response:
    """Make the draft the newest version, which never changes. Learners stay on the one they began until they move."""
    found = await services.school.courses.find(principal.tenant, course_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        made = await services.school.courses.publish(principal, found.id, note=wanted.note, expected=expected)
    return answer(made, 201)


@router.get("/{course_id}/versions", response_model=VersionList, responses=problems(401, 403, 404))
async def list_versions(course_id: str, principal: Teacher, services: Served) -> Response:
    """What was published of a course, newest first."""
    return answer(VersionList(await services.school.courses.history(principal.tenant, course_id)))


@router.post("/{course_id}/retire", response_model=Course, responses=problems(401, 403, 404, 409, 412))
async def retire_course(course_id: str, principal: Teacher, services: Served, if_match: IfMatch = None) -> Response:
    """Have nobody begin a course any more; who began it may go on. Twice changes nothing."""
    found = await services.school.courses.find(principal.tenant, course_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        saved = await services.school.courses.retire(principal, found.id, expected=expected)
    return tagged(saved, saved.version)


@router.post("/{course_id}/restore", response_model=Course, responses=problems(401, 403, 404, 409, 412))
async def restore_course(course_id: str, principal: Teacher, services: Served, if_match: IfMatch = None) -> Response:
    """Offer a retired course again. Twice changes nothing."""
    found = await services.school.courses.find(principal.tenant, course_id)
    expected = based_on(if_match, found.version)
    with precondition(expected):
        saved = await services.school.courses.restore(principal, found.id, expected=expected)
    return tagged(saved, saved.version)


def draft_of(stated: DraftText) -> Draft:
    """The domain's draft."""
    lessons = tuple(lesson.as_lesson() for lesson in stated.lessons)
    return Draft(title=stated.title, summary=stated.summary, lessons=lessons)
