"""Courses and lessons as one learner has them: what the pages and the API show."""

from dataclasses import dataclass

from netsentinel.academy.courses.locks import LessonState, NeedView, needs_of, state_of
from netsentinel.academy.courses.model import Course, CourseState, CourseVersion, Taught
from netsentinel.academy.courses.outlook import Outlook
from netsentinel.kernel.types import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCard:
    """A course, and how far the learner is."""

    id: str
    slug: str
    title: str
    summary: str
    state: CourseState
    version: int
    """Of the course's record, for `If-Match`."""
    latest: int
    """Number of the newest version; 0 for none."""
    has_changes: bool
    """Whether there is a draft that was not published."""
    number: int
    """Of the version that the learner sees; 0 for the draft."""
    lessons: int
    """Of that version."""
    minutes: int
    done: int
    """How many of its lessons the learner is done with."""
    started_at: Micros
    """0 before the course was begun."""
    finished_at: Micros
    is_assigned: bool
    due_at: Micros
    """0 for no date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonOutline:
    """A lesson in the list of its course."""

    id: str
    slug: str
    title: str
    minutes: int
    state: LessonState
    teaches: tuple[Taught, ...]
    techniques: tuple[str, ...]
    needs: tuple[NeedView, ...]
    read_at: Micros
    done_at: Micros
    is_changed: bool
    """Whether the learner did it with another text."""
    medium: str
    """Id of the medium that its text was taken from; empty for one that was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseView:
    """A course with its lessons in the order to learn them in."""

    course: CourseCard
    lessons: tuple[LessonOutline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptEvidence:
    """Where something is said of a concept."""

    origin: str
    """For example `medium:med_...` or `course:crs_...`."""
    position: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptView:
    """A concept that a lesson teaches."""

    concept: str
    """Its key."""
    id: str
    """In the graph; empty when the graph does not have it."""
    name: str
    text: str
    """What it is, in a sentence, where the graph knows it."""
    mastery: float
    evidence: tuple[ConceptEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonView:
    """A lesson to read."""

    course: CourseCard
    lesson: LessonOutline
    text: str
    """Markdown without HTML. Links to other lessons of the course are `slug.md`."""
    teaches: tuple[ConceptView, ...]
    contents: tuple[LessonOutline, ...]
    """All lessons of the course, this one among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCard:
    """A lesson that explains something, found from outside of its course."""

    course: str
    """Slug of the course."""
    course_title: str
    lesson: LessonOutline


def card_of(course: Course, seen: Outlook) -> CourseCard:
    """A course, and how far the learner is."""
    snapshot = seen.snapshot
    version, begun = snapshot.shown.get(course.id), snapshot.enrolments.get(course.id)
    lessons = version.lessons if version else ()
    assigned = snapshot.assignments.get(course.id, ())
    return CourseCard(
        id=course.id,
        slug=course.slug,
        title=version.title if version else course.title,
        summary=version.summary if version else course.summary,
        state=course.state,
        version=course.version,
        latest=course.latest,
        has_changes=course.has_changes,
        number=version.number if version else course.latest,
        lessons=len(lessons),
        minutes=version.minutes if version else 0,
        done=sum(bool(one and one.done_at) for one in (snapshot.progress.get(lesson.id) for lesson in lessons)),
        started_at=begun.started_at if begun else 0,
        finished_at=begun.finished_at if begun else 0,
        is_assigned=bool(assigned),
        due_at=min((one.due_at for one in assigned if one.due_at), default=0),
    )


def outline_of(version: CourseVersion, seen: Outlook) -> tuple[LessonOutline, ...]:
    """The lessons of a version, as the learner has them."""
    found: list[LessonOutline] = []
    for lesson in version.lessons:
        progress = seen.snapshot.progress.get(lesson.id)
        needs = needs_of(lesson, seen.known, seen.taught)
        found.append(
            LessonOutline(
                id=lesson.id,
                slug=lesson.slug,
                title=lesson.title,
                minutes=lesson.minutes,
                state=state_of(progress, needs),
                teaches=lesson.teaches,
                techniques=lesson.techniques,
                needs=needs,
                read_at=progress.read_at if progress else 0,
                done_at=progress.done_at if progress else 0,
                is_changed=bool(progress and progress.done_at and progress.sha256 != lesson.sha256),
                medium=lesson.section.medium if lesson.section else "",
            )
        )
    return tuple(found)
