"""What a course is made of: lessons in versions that never change, who should take them, and how far people are."""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.academy.courses.hours import Hours
from netsentinel.kernel.types import Micros, TenantId

COURSE_PREFIX: Final = "crs"
COHORT_PREFIX: Final = "coh"
ASSIGNMENT_PREFIX: Final = "asg"

DRAFT: Final = 0
"""The number of the version that is still being written."""

_ID_BYTES: Final = 10


def lesson_id(course_slug: str, lesson_slug: str) -> str:
    """The id of a lesson: it follows from the slugs, and so stays the same in every version of its course."""
    digest = hashlib.blake2b(f"{course_slug}/{lesson_slug}".encode(), digest_size=_ID_BYTES).digest()
    return "lsn_" + base64.b32encode(digest).decode().lower()


def lesson_key(course_slug: str, lesson_slug: str) -> str:
    """The key of the concept that stands for a lesson in the graph."""
    return f"lesson:{course_slug}/{lesson_slug}"


class CourseState(StrEnum):
    """Who may see a course."""

    DRAFT = "draft"
    """Only those who may teach: no version has been published."""
    PUBLISHED = "published"
    RETIRED = "retired"
    """Nobody begins it any more; those who did may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a medium that a lesson's text is taken from, both ends included."""

    medium: str
    """Its id."""
    first: str = ""
    """Position as the medium's passages have it, for example `page 3`, `slide 12`, `00:12:31.500` or `#heading`; empty
    for the beginning."""
    last: str = ""
    """The last position that belongs to it; empty for the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A concept that must be known before a lesson."""

    concept: str
    """Its key."""
    name: str
    because: str = ""
    """Name of the concept that the lesson teaches and that builds on this one; empty when the lesson itself says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A concept that a lesson teaches."""

    concept: str
    """Its key."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson of one version of a course. Its text is kept beside it."""

    id: str
    """The same in every version: `lesson_id` of the slugs."""
    slug: str
    """Unique within the course, for example `04-scans`."""
    title: str
    minutes: int
    """That reading it takes."""
    teaches: tuple[Taught, ...]
    needs: tuple[Need, ...]
    """What the lesson says that it requires, and what its concepts build on and the course teaches elsewhere."""
    techniques: tuple[str, ...]
    """Ids of ATT&CK techniques that it explains, for example `T1046`."""
    section: Section | None = None
    """Where the text was taken from."""
    words: int = 0
    sha256: str = ""
    """Of the text, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseVersion:
    """What a course was when it was published. It never changes; only number 0, the draft, is replaced."""

    course: str
    """Id of the course."""
    tenant: TenantId
    number: int
    title: str
    summary: str
    lessons: tuple[Lesson, ...]
    """In an order in which they can be learned: none stands before one that teaches what it needs."""
    note: str = ""
    """What is different from the version before, in the teacher's words."""
    by: str
    """Id of the principal."""
    at: Micros

    @property
    def minutes(self) -> int:
        """That reading all of it takes."""
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course, whichever versions it has. Times are microseconds since 1970 UTC."""

    id: str
    tenant: TenantId
    slug: str
    """Unique within the tenant; it never changes."""
    title: str
    """Of the newest version; of the draft while there is none."""
    summary: str
    state: CourseState
    latest: int = DRAFT
    """Number of the newest version; 0 for none."""
    lessons: int
    """How many the newest version has, or the draft while there is none."""
    minutes: int
    has_changes: bool
    """Whether the draft is different from the newest version."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1
    """Of this record, for `If-Match`; not of what is taught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A list of users who learn together."""

    id: str
    tenant: TenantId
    name: str
    """Unique within the tenant."""
    members: tuple[str, ...]
    """Ids of users, sorted."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1
    hours: Hours | None = None
    """When they are on shift; None for a cohort that is none."""


class AssignedTo(StrEnum):
    """Who is meant by an assignment."""

    USER = "user"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Somebody should take a course."""

    id: str
    tenant: TenantId
    course: str
    to: AssignedTo
    target: str
    """Id of the user or the cohort."""
    due_at: Micros
    """0 for no date."""
    by: str
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A learner has begun a course. New versions leave it alone until the learner moves."""

    tenant: TenantId
    learner: str
    course: str
    number: int
    """Of the version that the learner sees."""
    started_at: Micros
    moved_at: Micros = 0
    finished_at: Micros = 0
    """When every lesson of the learner's version was done; 0 before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a learner is with a lesson. Nothing but the learner changes it."""

    tenant: TenantId
    learner: str
    course: str
    lesson: str
    read_at: Micros
    """When it was opened for the first time."""
    done_at: Micros = 0
    """0 before."""
    number: int = DRAFT
    """Of the version that it was done in."""
    sha256: str = ""
    """Of the text that it was done with."""
