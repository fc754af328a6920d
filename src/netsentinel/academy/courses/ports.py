"""Where courses are kept, and what they ask of others: what a person masters, what a medium says, who there is."""

from collections.abc import Collection, Mapping
from typing import Protocol

from netsentinel.academy.courses.model import Assignment, Cohort, Course, CourseVersion, Enrolment, Progress, Section
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class Mastery(Protocol):
    """Says what people master. The practice of the academy answers it; without practice, nobody masters anything."""

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:
        """Key of a concept -> how well the user masters it now, 0 to 1. What nothing is known of may be left out.

        Args:
            tenant: whose user it is.
            user: id of the principal.
            concepts: keys of concepts (`Concept.key` of the graph), at most some hundreds.
        """
        ...


class Sections(Protocol):
    """Gives the text of a part of a medium."""

    async def text(self, tenant: TenantId, section: Section) -> str:
        """Its text as Markdown.

        Raises:
            NotFoundError: the tenant has no such medium, or it has no such position.
        """
        ...


class People(Protocol):
    """Says who there is."""

    async def all(self, tenant: TenantId) -> Mapping[str, str]:
        """Id -> name, of everybody who can log in, by name."""
        ...

    async def names(self, tenant: TenantId, ids: Collection[str]) -> Mapping[str, str]:
        """Id -> name, of those users of the tenant that there are."""
        ...


class CourseStore(Protocol):
    """Keeps what courses there are."""

    def insert(self, tx: Tx, course: Course) -> bool:
        """Keep a new one; False when the tenant has one of that slug."""
        ...

    def save(self, tx: Tx, course: Course) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, course_id: str) -> bool:
        """Forget it with all its versions; False when there was none."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str) -> Course | None:
        """The course, when it belongs to the tenant."""
        ...

    def named(self, tx: ReadTx, tenant: TenantId, slug: str) -> Course | None:
        """The tenant's course of that slug."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Course]:
        """Courses by slug, beginning after that slug."""
        ...


class VersionStore(Protocol):
    """Keeps what courses are and were."""

    def put(self, tx: Tx, version: CourseVersion, texts: Mapping[str, str]) -> None:
        """Keep a version with its texts (id of a lesson -> Markdown); the draft takes the place of the one before."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> CourseVersion | None:
        """A version of a course."""
        ...

    def newest(self, tx: ReadTx, tenant: TenantId) -> list[CourseVersion]:
        """The newest version of every course that is published, by slug of the course."""
        ...

    def history(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[CourseVersion]:
        """Every published version of a course, newest first."""
        ...

    def text(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int, lesson: str) -> str | None:
        """The Markdown of a lesson."""
        ...

    def texts(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> dict[str, str]:
        """Id of a lesson -> Markdown, of all lessons of a version."""
        ...


class LearnerStore(Protocol):
    """Keeps how far learners are."""

    def enrol(self, tx: Tx, enrolment: Enrolment) -> None:
        """Keep it; the one that the learner has for this course is replaced."""
        ...

    def enrolment(self, tx: ReadTx, tenant: TenantId, learner: str, course_id: str) -> Enrolment | None:
        """What the learner has begun."""
        ...

    def enrolments(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Enrolment]:
        """Everything that the learner has begun, by id of the course."""
        ...

    def learners(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Enrolment]:
        """Everybody who has begun the course, by id."""
        ...

    def mark(self, tx: Tx, progress: Progress) -> None:
        """Keep it; what is known of this learner and lesson is replaced."""
        ...

    def progress(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Progress]:
        """How far the learner is with every lesson that was opened, by id of the lesson."""
        ...

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Progress]:
        """How far everybody is with the lessons of a course, by learner and lesson."""
        ...


class CohortStore(Protocol):
    """Keeps lists of users."""

    def insert(self, tx: Tx, cohort: Cohort) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        ...

    def save(self, tx: Tx, cohort: Cohort) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not, or the name is taken."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, cohort_id: str) -> bool:
        """Forget it; False when there was none."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, cohort_id: str) -> Cohort | None:
        """The cohort, when it belongs to the tenant."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Cohort]:
        """Cohorts by name, beginning after that name."""
        ...

    def of_member(self, tx: ReadTx, tenant: TenantId, user: str) -> list[str]:
        """Ids of the cohorts that a user is in, sorted."""
        ...


class AssignmentStore(Protocol):
    """Keeps who should take what."""

    def put(self, tx: Tx, assignment: Assignment) -> Assignment:
        """Keep it. One of the same course to the same target gets the new date and keeps its id, which is returned."""
        ...

    def drop(self, tx: Tx, tenant: TenantId, assignment_id: str) -> Assignment | None:
        """Forget it; what it was, or None when there was none."""
        ...

    def drop_target(self, tx: Tx, tenant: TenantId, target: str) -> None:
        """Forget all to a user or a cohort."""
        ...

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Assignment]:
        """Who should take a course: those with a date first, the nearest date first."""
        ...

    def to(self, tx: ReadTx, tenant: TenantId, targets: Collection[str]) -> list[Assignment]:
        """What these users and cohorts should take, in the same order."""
        ...
