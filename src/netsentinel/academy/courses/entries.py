"""What courses announce in the journal. Their texts stay out of it."""

from netsentinel.academy.courses.model import AssignedTo
from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros

COURSE_CHANGED = "course.changed"
COURSE_PUBLISHED = "course.published"
COURSE_ASSIGNED = "course.assigned"
COURSE_COMPLETED = "course.completed"
LESSON_COMPLETED = "lesson.completed"


class CourseChanged(Payload, frozen=True, kw_only=True):
    """A teacher did something to a course. The entry's subject is the course's id."""

    id: str
    slug: str
    """Empty, as is the title, before the first publication: learners read this, too."""
    title: str
    change: str
    """`created`, `edited`, `retired`, `restored` or `deleted`."""


class CoursePublished(Payload, frozen=True, kw_only=True):
    """A version of a course is there to learn from. The entry's subject is the course's id."""

    id: str
    slug: str
    title: str
    number: int
    """Of the version."""
    lessons: int
    minutes: int


class CourseAssigned(Payload, frozen=True, kw_only=True):
    """Somebody should take a course, or no longer. The entry's subject is the course's id."""

    id: str
    """Of the assignment."""
    course: str
    slug: str
    title: str
    to: AssignedTo
    target: str
    """Id of the user or the cohort."""
    due_at: Micros
    """0 for no date."""
    change: str
    """`assigned` or `withdrawn`."""


class LessonCompleted(Payload, frozen=True, kw_only=True):
    """A learner is done with a lesson. The entry's subject is the lesson's id, its principal the learner."""

    id: str
    slug: str
    title: str
    course: str
    """Id of the course."""
    course_slug: str
    number: int
    """Of the course's version."""
    learner: str
    concepts: tuple[str, ...]
    """Keys of the concepts that it teaches."""


class CourseCompleted(Payload, frozen=True, kw_only=True):
    """A learner is done with every lesson of a course. The entry's subject is the course's id."""

    id: str
    slug: str
    title: str
    number: int
    learner: str


ENTRY_KINDS = (
    EntryKind(
        COURSE_CHANGED,
        "courses",
        "course:changed",
        CourseChanged,
        "A course was created, edited, retired, restored or deleted.",
    ),
    EntryKind(
        COURSE_PUBLISHED,
        "courses",
        "course:published",
        CoursePublished,
        "A version of a course was published.",
    ),
    EntryKind(
        COURSE_ASSIGNED,
        "learning",
        "course:assigned",
        CourseAssigned,
        "Somebody should take a course, or no longer.",
    ),
    EntryKind(
        LESSON_COMPLETED,
        "learning",
        "lesson:completed",
        LessonCompleted,
        "A learner is done with a lesson.",
    ),
    EntryKind(
        COURSE_COMPLETED,
        "learning",
        "course:completed",
        CourseCompleted,
        "A learner is done with every lesson of a course.",
    ),
)
