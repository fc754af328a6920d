"""What teachers do with learners: gather them in cohorts, assign courses to them, and see how far they are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy.courses.entries import COURSE_ASSIGNED, CourseAssigned
from netsentinel.academy.courses.errors import CourseChangedError, CourseExistsError, CourseStateError
from netsentinel.academy.courses.hours import Hours, checked
from netsentinel.academy.courses.model import (
    ASSIGNMENT_PREFIX,
    COHORT_PREFIX,
    AssignedTo,
    Assignment,
    Cohort,
    Course,
    CourseState,
)
from netsentinel.academy.courses.service import CourseGround, Courses, check_version
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import InvalidInputError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx

MOST_COHORTS: Final = 500
MOST_MEMBERS: Final = 1_000
MOST_COHORT_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPage:
    """Cohorts by name, and where the next page begins."""

    items: tuple[Cohort, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A user who can learn."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentView:
    """An assignment, with the name of whom it is for."""

    assignment: Assignment
    name: str
    """Of the user or the cohort; empty when there is none any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRow:
    """How far somebody is with a course."""

    learner: str
    name: str
    """Empty when there is no such user any more."""
    number: int
    """Of the version that they see; 0 before they began."""
    lessons: int
    """Of that version."""
    done: int
    done_lessons: tuple[str, ...]
    """Slugs, in the order of the lessons."""
    started_at: Micros
    finished_at: Micros
    last_at: Micros
    """When they last opened a lesson or were done with one."""
    is_assigned: bool
    due_at: Micros
    is_late: bool
    """Whether the date is over and the course not finished."""


class Teaching:
    """A tenant's cohorts and assignments."""

    def __init__(self, ground: CourseGround, courses: Courses) -> None:
        self._ground = ground
        self._courses = courses

    # Cohorts.

    async def gather(
        self, principal: Principal, name: str, members: Collection[str], hours: Hours | None = None
    ) -> Cohort:
        """Make a list of users, with the hours when they are on shift if it is one.

        Raises:
            InvalidInputError: it has no name or a long one, more than a thousand members, or impossible hours.
            NotFoundError: a member is no user of the tenant.
            CourseExistsError: there is a cohort of that name.
        """
        now = self._ground.clock.now()
        cohort = Cohort(
            id=new_id(COHORT_PREFIX, now),
            tenant=principal.tenant,
            name=_named(name),
            members=await self._members(principal.tenant, members),
            created_by=principal.id,
            created_at=now,
            updated_at=now,
            hours=checked(hours) if hours else None,
        )

        def put(tx: Tx) -> Cohort:
            tx.alone(f"cohorts of {principal.tenant}")
            if len(self._ground.stores.cohorts.page(tx, principal.tenant, "", MOST_COHORTS)) == MOST_COHORTS:
                raise CourseExistsError(f"There are {MOST_COHORTS} cohorts already; delete one first.")
            if not self._ground.stores.cohorts.insert(tx, cohort):
                raise CourseExistsError(f"There is a cohort {cohort.name} already.")
            return cohort

        return await self._ground.db.write(put)

    async def regather(
        self,
        principal: Principal,
        cohort_id: str,
        name: str,
        members: Collection[str],
        hours: Hours | None = None,
        *,
        expected: int | None = None,
    ) -> Cohort:
        """Give a cohort another name, other members and hours. Errors as for `gather`, too.

        Raises:
            NotFoundError: there is no such cohort.
            CourseChangedError: it is at another version than expected, or the name is taken.
        """
        ground, tidy, shift = self._ground, _named(name), checked(hours) if hours else None
        ids = await self._members(principal.tenant, members)

        def put(tx: Tx) -> Cohort:
            found = self._cohort(tx, principal.tenant, cohort_id)
            check_version(found.version, expected)
            now = ground.clock.now()
            saved = replace(found, name=tidy, members=ids, hours=shift, updated_at=now, version=found.version + 1)
            if not ground.stores.cohorts.save(tx, saved):
                raise CourseChangedError(f"There is a cohort {tidy} already.", version=found.version)
            return saved

        return await ground.db.write(put)

    async def disband(self, principal: Principal, cohort_id: str) -> None:
        """Forget a cohort, and what is assigned to it.

        Raises:
            NotFoundError: there is no such cohort.
        """

        def forget(tx: Tx) -> None:
            found = self._cohort(tx, principal.tenant, cohort_id)
            self._ground.stores.cohorts.delete(tx, principal.tenant, found.id)
            self._ground.stores.assignments.drop_target(tx, principal.tenant, found.id)

        await self._ground.db.write(forget)

    async def cohort(self, tenant: TenantId, cohort_id: str) -> Cohort:
        """A cohort by its id or name.

        Raises:
            NotFoundError: the tenant has no such cohort.
        """
        return await self._ground.db.read(lambda tx: self._cohort(tx, tenant, cohort_id))

    async def cohorts(self, tenant: TenantId, *, limit: int = 50, cursor: str | None = None) -> CohortPage:
        """Cohorts by name.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        found = await self._ground.db.read(lambda tx: self._ground.stores.cohorts.page(tx, tenant, after, limit + 1))
        items = tuple(found[:limit])
        return CohortPage(items=items, next=encode_cursor((items[-1].name,)) if len(found) > limit else None)

    def _cohort(self, tx: ReadTx, tenant: TenantId, cohort_id: str) -> Cohort:
        store = self._ground.stores.cohorts
        found = store.get(tx, tenant, cohort_id)
        if found is None:
            named = store.page(tx, tenant, "", MOST_COHORTS)
            found = next((one for one in named if one.name == cohort_id), None)
        if found is None:
            raise NotFoundError(f"There is no cohort {cohort_id[:120]}.")
        return found

    async def _members(self, tenant: TenantId, members: Collection[str]) -> tuple[str, ...]:
        wanted = sorted(set(members))
        if len(wanted) > MOST_MEMBERS:
            raise InvalidInputError(f"A cohort has at most {MOST_MEMBERS:,} members.")
        names = await self._ground.people.names(tenant, wanted)
        for one in wanted:
            if one not in names:
                raise NotFoundError(f"There is no user {one[:120]}.")
        return tuple(wanted)

    async def people(self, tenant: TenantId) -> list[Learner]:
        """Everybody who can be a learner, by name."""
        return [Learner(id=user, name=name) for user, name in (await self._ground.people.all(tenant)).items()]

    # Assignments.

    async def assign(
        self, principal: Principal, id_or_slug: str, to: AssignedTo, target: str, *, due_at: Micros = 0
    ) -> Assignment:
        """Have a user or a cohort take a course; once more gives another date.

        Raises:
            NotFoundError: there is no such course, user or cohort.
            CourseStateError: the course is not published.
        """
        ground, tenant = self._ground, principal.tenant
        if to is AssignedTo.USER and target not in await ground.people.names(tenant, [target]):
            raise NotFoundError(f"There is no user {target[:120]}.")

        def put(tx: Tx) -> Assignment:
            course = self._courses.find_in(tx, tenant, id_or_slug)
            if course.state is not CourseState.PUBLISHED:
                raise CourseStateError(f"{course.slug} is not published.")
            meant = self._cohort(tx, tenant, target).id if to is AssignedTo.COHORT else target
            now = ground.clock.now()
            kept = ground.stores.assignments.put(
                tx,
                Assignment(
                    id=new_id(ASSIGNMENT_PREFIX, now),
                    tenant=tenant,
                    course=course.id,
                    to=to,
                    target=meant,
                    due_at=due_at,
                    by=principal.id,
                    at=now,
                ),
            )
            _tell(tx, principal, course, kept, "assigned")
            return kept

        return await ground.db.write(put)

    async def withdraw(self, principal: Principal, id_or_slug: str, assignment_id: str) -> None:
        """Take an assignment back. What learners did stays.

        Raises:
            NotFoundError: there is no such course, or it has no such assignment.
        """
        ground, tenant = self._ground, principal.tenant

        def forget(tx: Tx) -> None:
            course = self._courses.find_in(tx, tenant, id_or_slug)
            there = {one.id for one in ground.stores.assignments.of_course(tx, tenant, course.id)}
            gone = ground.stores.assignments.drop(tx, tenant, assignment_id) if assignment_id in there else None
            if gone is None:
                raise NotFoundError(f"{course.slug} has no assignment {assignment_id[:120]}.")
            _tell(tx, principal, course, gone, "withdrawn")

        await ground.db.write(forget)

    async def assignments(self, tenant: TenantId, id_or_slug: str) -> list[AssignmentView]:
        """Who should take a course: those with a date first, the nearest date first.

        Raises:
            NotFoundError: there is no such course.
        """
        ground = self._ground

        def read(tx: ReadTx) -> tuple[list[Assignment], dict[str, str]]:
            course = self._courses.find_in(tx, tenant, id_or_slug)
            found = ground.stores.assignments.of_course(tx, tenant, course.id)
            cohorts = (ground.stores.cohorts.get(tx, tenant, one.target) for one in found)
            return found, {cohort.id: cohort.name for cohort in cohorts if cohort}

        found, names = await ground.db.read(read)
        users = await ground.people.names(tenant, [one.target for one in found if one.to is AssignedTo.USER])
        return [
            AssignmentView(assignment=one, name=names.get(one.target) or users.get(one.target, "")) for one in found
        ]

    # Who did what.

    async def learners(self, tenant: TenantId, id_or_slug: str) -> list[LearnerRow]:
        """Everybody who has begun a course or should, by name.

        Raises:
            NotFoundError: there is no such course.
        """
        rows = await self._ground.db.read(lambda tx: self._rows(tx, tenant, id_or_slug))
        names = await self._ground.people.names(tenant, [row.learner for row in rows])
        named = [replace(row, name=names.get(row.learner, "")) for row in rows]
        return sorted(named, key=lambda row: (row.name.casefold(), row.learner))

    def _rows(self, tx: ReadTx, tenant: TenantId, id_or_slug: str) -> list[LearnerRow]:
        stores, now = self._ground.stores, self._ground.clock.now()
        course = self._courses.find_in(tx, tenant, id_or_slug)
        begun = {one.learner: one for one in stores.learners.learners(tx, tenant, course.id)}
        progress: dict[str, dict[str, Micros]] = {}
        last: dict[str, Micros] = {}
        for one in stores.learners.of_course(tx, tenant, course.id):
            last[one.learner] = max(last.get(one.learner, 0), one.read_at, one.done_at)
            if one.done_at:
                progress.setdefault(one.learner, {})[one.lesson] = one.done_at
        due = self._due(tx, tenant, stores.assignments.of_course(tx, tenant, course.id))
        versions = {
            number: stores.versions.get(tx, tenant, course.id, number)
            for number in {course.latest, *(one.number for one in begun.values())}
        }
        rows: list[LearnerRow] = []
        for learner in sorted(begun.keys() | due.keys()):
            enrolment = begun.get(learner)
            version = versions[enrolment.number if enrolment else course.latest]
            lessons = version.lessons if version else ()
            done = tuple(lesson.slug for lesson in lessons if lesson.id in progress.get(learner, {}))
            finished_at = enrolment.finished_at if enrolment else 0
            rows.append(
                LearnerRow(
                    learner=learner,
                    name="",
                    number=enrolment.number if enrolment else 0,
                    lessons=len(lessons),
                    done=len(done),
                    done_lessons=done,
                    started_at=enrolment.started_at if enrolment else 0,
                    finished_at=finished_at,
                    last_at=last.get(learner, 0),
                    is_assigned=learner in due,
                    due_at=due.get(learner, 0),
                    is_late=0 < due.get(learner, 0) < now and not finished_at,
                )
            )
        return rows

    def _due(self, tx: ReadTx, tenant: TenantId, assignments: Iterable[Assignment]) -> dict[str, Micros]:
        """Id of a user who should take the course -> the nearest date, 0 for none."""
        found: dict[str, Micros] = {}
        for one in assignments:
            cohort = self._ground.stores.cohorts.get(tx, tenant, one.target) if one.to is AssignedTo.COHORT else None
            for learner in cohort.members if cohort else (one.target,) if one.to is AssignedTo.USER else ():
                dates = [date for date in (found.get(learner, 0), one.due_at) if date]
                found[learner] = min(dates, default=0)
        return found


def _named(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MOST_COHORT_NAME:
        raise InvalidInputError(f"A cohort's name has 1 to {MOST_COHORT_NAME} characters.")
    return tidy


def _tell(tx: Tx, principal: Principal, course: Course, assignment: Assignment, change: str) -> None:
    told = CourseAssigned(
        id=assignment.id,
        course=course.id,
        slug=course.slug,
        title=course.title,
        to=assignment.to,
        target=assignment.target,
        due_at=assignment.due_at,
        change=change,
    )
    tx.append(NewEntry(COURSE_ASSIGNED, principal.tenant, principal.id, course.id, told))
