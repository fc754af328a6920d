"""Courses in memory, for tests. There are no transactions: what a failed one wrote stays."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from netsentinel.academy.courses.model import (
    DRAFT,
    Assignment,
    Cohort,
    Course,
    CourseVersion,
    Enrolment,
    Progress,
    Section,
)
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryMastery:
    """Says what a test told it."""

    def __init__(self) -> None:
        self._known: dict[tuple[TenantId, str], dict[str, float]] = {}

    def say(self, tenant: TenantId, user: str, concepts: Mapping[str, float]) -> None:
        """Have a user master concepts from now on: key -> 0 to 1."""
        self._known.setdefault((tenant, user), {}).update(concepts)

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:
        """How well the user masters these, of those that were said."""
        known = self._known.get((tenant, user), {})
        return {key: known[key] for key in concepts if key in known}


class MemorySections:
    """Gives texts that a test put there."""

    def __init__(self) -> None:
        self.texts: dict[Section, str] = {}

    async def text(self, tenant: TenantId, section: Section) -> str:
        """Its text.

        Raises:
            NotFoundError: there is none.
        """
        if section not in self.texts:
            raise NotFoundError(f"{tenant} has no medium {section.medium}.")
        return self.texts[section]


class MemoryPeople:
    """Users by id."""

    def __init__(self) -> None:
        self.users: dict[tuple[TenantId, str], str] = {}

    async def all(self, tenant: TenantId) -> Mapping[str, str]:
        """Id -> name, of everybody, by name."""
        found = {user: name for (owner, user), name in self.users.items() if owner == tenant}
        return dict(sorted(found.items(), key=lambda one: one[1]))

    async def names(self, tenant: TenantId, ids: Collection[str]) -> Mapping[str, str]:
        """Id -> name, of those that there are."""
        return {one: self.users[tenant, one] for one in ids if (tenant, one) in self.users}


class MemoryVersions:
    """Keeps versions in a dict."""

    def __init__(self, courses: "MemoryCourses") -> None:
        self._courses = courses
        self._versions: dict[tuple[TenantId, str, int], tuple[CourseVersion, dict[str, str]]] = {}
        courses.versions = self

    def put(self, tx: Tx, version: CourseVersion, texts: Mapping[str, str]) -> None:
        """Keep a version with its texts; the draft takes the place of the one before."""
        key = (version.tenant, version.course, version.number)
        if version.number != DRAFT and key in self._versions:
            message = "a published version never changes"
            raise ValueError(message)
        self._versions[key] = version, dict(texts)

    def forget(self, tenant: TenantId, course_id: str) -> None:
        """Forget all versions of a course."""
        for key in [key for key in self._versions if key[:2] == (tenant, course_id)]:
            del self._versions[key]

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> CourseVersion | None:
        """A version of a course."""
        found = self._versions.get((tenant, course_id, number))
        return found[0] if found else None

    def newest(self, tx: ReadTx, tenant: TenantId) -> list[CourseVersion]:
        """The newest version of every course that has one, by slug of the course."""
        courses = [course for course in self._courses.of(tenant) if course.latest]
        return [self._versions[tenant, course.id, course.latest][0] for course in courses]

    def history(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[CourseVersion]:
        """Every published version of a course, newest first."""
        found = [one for key, (one, _) in self._versions.items() if key[:2] == (tenant, course_id) and one.number]
        return sorted(found, key=lambda one: -one.number)

    def text(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int, lesson: str) -> str | None:
        """The Markdown of a lesson."""
        return self.texts(tx, tenant, course_id, number).get(lesson)

    def texts(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> dict[str, str]:
        """Id of a lesson -> Markdown, of all lessons of a version."""
        found = self._versions.get((tenant, course_id, number))
        return dict(found[1]) if found else {}


class MemoryCourses:
    """Keeps courses in a dict."""

    versions: MemoryVersions

    def __init__(self) -> None:
        self._courses: dict[tuple[TenantId, str], Course] = {}

    def of(self, tenant: TenantId) -> list[Course]:
        """A tenant's courses by slug."""
        return sorted((one for one in self._courses.values() if one.tenant == tenant), key=lambda one: one.slug)

    def insert(self, tx: Tx, course: Course) -> bool:
        """Keep a new one; False when the tenant has one of that slug."""
        if self.named(tx, course.tenant, course.slug):
            return False
        self._courses[course.tenant, course.id] = course
        return True

    def save(self, tx: Tx, course: Course) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
        old = self.get(tx, course.tenant, course.id)
        if old is None or old.version != course.version - 1:
            return False
        self._courses[course.tenant, course.id] = course
        return True

    def delete(self, tx: Tx, tenant: TenantId, course_id: str) -> bool:
        """Forget it with all its versions; False when there was none."""
        self.versions.forget(tenant, course_id)
        return self._courses.pop((tenant, course_id), None) is not None

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str) -> Course | None:
        """The course, when it belongs to the tenant."""
        return self._courses.get((tenant, course_id))

    def named(self, tx: ReadTx, tenant: TenantId, slug: str) -> Course | None:
        """The tenant's course of that slug."""
        return next((one for one in self.of(tenant) if one.slug == slug), None)

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Course]:
        """Courses by slug, beginning after that slug."""
        return [one for one in self.of(tenant) if one.slug > after][:limit]


class MemoryLearners:
    """Keeps enrolments and progress in dicts."""

    def __init__(self) -> None:
        self._enrolments: dict[tuple[TenantId, str, str], Enrolment] = {}
        self._progress: dict[tuple[TenantId, str, str], Progress] = {}

    def enrol(self, tx: Tx, enrolment: Enrolment) -> None:
        """Keep it; the one that the learner has for this course is replaced."""
        self._enrolments[enrolment.tenant, enrolment.learner, enrolment.course] = enrolment

    def enrolment(self, tx: ReadTx, tenant: TenantId, learner: str, course_id: str) -> Enrolment | None:
        """What the learner has begun."""
        return self._enrolments.get((tenant, learner, course_id))

    def enrolments(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Enrolment]:
        """Everything that the learner has begun, by id of the course."""
        return [one for key, one in sorted(self._enrolments.items()) if key[:2] == (tenant, learner)]

    def learners(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Enrolment]:
        """Everybody who has begun the course, by id."""
        found = [one for one in self._enrolments.values() if (one.tenant, one.course) == (tenant, course_id)]
        return sorted(found, key=lambda one: one.learner)

    def mark(self, tx: Tx, progress: Progress) -> None:
        """Keep it; what is known of this learner and lesson is replaced."""
        self._progress[progress.tenant, progress.learner, progress.lesson] = progress

    def progress(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Progress]:
        """How far the learner is with every lesson that was opened, by id of the lesson."""
        return [one for key, one in sorted(self._progress.items()) if key[:2] == (tenant, learner)]

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Progress]:
        """How far everybody is with the lessons of a course, by learner and lesson."""
        return [one for _, one in sorted(self._progress.items()) if (one.tenant, one.course) == (tenant, course_id)]


class MemoryCohorts:
    """Keeps cohorts in a dict."""

    def __init__(self) -> None:
        self._cohorts: dict[tuple[TenantId, str], Cohort] = {}

    def insert(self, tx: Tx, cohort: Cohort) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        if self._is_taken(cohort):
            return False
        self._cohorts[cohort.tenant, cohort.id] = cohort
        return True

    def save(self, tx: Tx, cohort: Cohort) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not, or the name is taken."""
        old = self.get(tx, cohort.tenant, cohort.id)
        if old is None or old.version != cohort.version - 1 or self._is_taken(cohort):
            return False
        self._cohorts[cohort.tenant, cohort.id] = cohort
        return True

    def _is_taken(self, cohort: Cohort) -> bool:
        return any(one.name == cohort.name and one.id != cohort.id for one in self._of(cohort.tenant))

    def delete(self, tx: Tx, tenant: TenantId, cohort_id: str) -> bool:
        """Forget it; False when there was none."""
        return self._cohorts.pop((tenant, cohort_id), None) is not None

    def get(self, tx: ReadTx, tenant: TenantId, cohort_id: str) -> Cohort | None:
        """The cohort, when it belongs to the tenant."""
        return self._cohorts.get((tenant, cohort_id))

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Cohort]:
        """Cohorts by name, beginning after that name."""
        return [one for one in self._of(tenant) if one.name > after][:limit]

    def of_member(self, tx: ReadTx, tenant: TenantId, user: str) -> list[str]:
        """Ids of the cohorts that a user is in, sorted."""
        return sorted(one.id for one in self._of(tenant) if user in one.members)

    def _of(self, tenant: TenantId) -> list[Cohort]:
        return sorted((one for one in self._cohorts.values() if one.tenant == tenant), key=lambda one: one.name)


class MemoryAssignments:
    """Keeps assignments in a dict."""

    def __init__(self) -> None:
        self._assignments: dict[tuple[TenantId, str], Assignment] = {}

    def put(self, tx: Tx, assignment: Assignment) -> Assignment:
        """Keep it. One of the same course to the same target gets the new date and keeps its id, which is returned."""
        wanted = (assignment.course, assignment.target)
        old = next((one for one in self._of(assignment.tenant) if (one.course, one.target) == wanted), None)
        kept = assignment if old is None else replace(assignment, id=old.id)
        self._assignments[kept.tenant, kept.id] = kept
        return kept

    def drop(self, tx: Tx, tenant: TenantId, assignment_id: str) -> Assignment | None:
        """Forget it; what it was, or None when there was none."""
        return self._assignments.pop((tenant, assignment_id), None)

    def drop_target(self, tx: Tx, tenant: TenantId, target: str) -> None:
        """Forget all to a user or a cohort."""
        for one in self._of(tenant):
            if one.target == target:
                del self._assignments[tenant, one.id]

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Assignment]:
        """Who should take a course: those with a date first, the nearest date first."""
        return [one for one in self._of(tenant) if one.course == course_id]

    def to(self, tx: ReadTx, tenant: TenantId, targets: Collection[str]) -> list[Assignment]:
        """What these users and cohorts should take, in the same order."""
        return [one for one in self._of(tenant) if one.target in targets]

    def _of(self, tenant: TenantId) -> list[Assignment]:
        found = [one for one in self._assignments.values() if one.tenant == tenant]
        return sorted(found, key=lambda one: (not one.due_at, one.due_at, one.id))
