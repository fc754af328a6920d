"""What teachers do with courses: write them, publish versions of them, retire them; the graph follows."""

from dataclasses import dataclass, replace
from typing import Any, Final

from netsentinel.academy.courses.claims import claims_of, origin_of
from netsentinel.academy.courses.draft import Draft, check_slug
from netsentinel.academy.courses.entries import COURSE_CHANGED, COURSE_PUBLISHED, CourseChanged, CoursePublished
from netsentinel.academy.courses.errors import CourseChangedError, CourseExistsError, CourseStateError
from netsentinel.academy.courses.layout import Layout, draft_of
from netsentinel.academy.courses.model import (
    COURSE_PREFIX,
    DRAFT,
    Course,
    CourseState,
    CourseVersion,
    Lesson,
)
from netsentinel.academy.courses.ports import (
    AssignmentStore,
    CohortStore,
    CourseStore,
    LearnerStore,
    Mastery,
    People,
    Sections,
    VersionStore,
)
from netsentinel.academy.graph import Claims, Graph
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

MOST_COURSES: Final = 1_000
MOST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class CourseStores:
    """Where everything about courses is kept."""

    courses: CourseStore
    versions: VersionStore
    learners: LearnerStore
    cohorts: CohortStore
    assignments: AssignmentStore


@dataclass(frozen=True, slots=True)
class CourseGround:
    """What courses stand on."""

    db: Database
    stores: CourseStores
    graph: Graph
    mastery: Mastery
    sections: Sections
    people: People
    clock: Clock


class Courses:
    """A tenant's courses, as those who teach see them."""

    def __init__(self, ground: CourseGround) -> None:
        self._ground = ground
        self._layout = Layout(ground.graph, ground.sections, ground.clock)

    async def find(self, tenant: TenantId, id_or_slug: str) -> Course:
        """A course by its id or slug.

        Raises:
            NotFoundError: the tenant has no such course.
        """
        return await self._ground.db.read(lambda tx: self.find_in(tx, tenant, id_or_slug))

    def find_in(self, tx: ReadTx, tenant: TenantId, id_or_slug: str) -> Course:
        """`find` in the caller's transaction.

        Raises:
            NotFoundError: the tenant has no such course.
        """
        store = self._ground.stores.courses
        found = store.get(tx, tenant, id_or_slug) or store.named(tx, tenant, id_or_slug)
        if found is None:
            raise NotFoundError(f"There is no course {id_or_slug[:120]}.")
        return found

    async def all(self, tenant: TenantId) -> list[Course]:
        """Every course by slug, retired ones and drafts included."""
        return await self._ground.db.read(lambda tx: self._ground.stores.courses.page(tx, tenant, "", MOST_COURSES))

    async def create(self, principal: Principal, slug: str, draft: Draft) -> Course:
        """Begin a course. Nobody but teachers sees it before it is published.

        Raises:
            InvalidCourseError: the slug or the draft cannot be; `faults` says why.
            LessonCycleError: lessons require each other in a circle.
            CourseExistsError: the tenant has a course of that slug, or a thousand courses.
            NotFoundError: a lesson is from a medium that is not there.
        """
        check_slug(slug)
        ground, now = self._ground, self._ground.clock.now()
        course = Course(
            id=new_id(COURSE_PREFIX, now),
            tenant=principal.tenant,
            slug=slug,
            title=draft.title.strip(),
            summary=draft.summary.strip(),
            state=CourseState.DRAFT,
            lessons=len(draft.lessons),
            minutes=sum(lesson.minutes for lesson in draft.lessons),
            has_changes=True,
            created_by=principal.id,
            created_at=now,
            updated_at=now,
        )
        version, texts = await self._layout.of(principal, course, draft)

        def put(tx: Tx) -> None:
            tx.alone(f"courses of {principal.tenant}")
            if len(ground.stores.courses.page(tx, principal.tenant, "", MOST_COURSES)) == MOST_COURSES:
                raise CourseExistsError(f"There are {MOST_COURSES:,} courses already; delete one first.")
            if not ground.stores.courses.insert(tx, course):
                raise CourseExistsError(f"There is a course {slug} already.")
            ground.stores.versions.put(tx, version, texts)
            announce(tx, principal, course, "created")

        await ground.db.write(put)
        return course

    async def edit(self, principal: Principal, id_or_slug: str, draft: Draft, *, expected: int | None = None) -> Course:
        """Replace the draft of a course. What was published stays as it is.

        Args:
            principal: the teacher.
            id_or_slug: which course.
            draft: all of it, texts included.
            expected: the version of the course that this is based on.

        Raises:
            NotFoundError: there is no such course, or a lesson is from a medium that is not there.
            InvalidCourseError: the draft cannot be; `faults` says why.
            LessonCycleError: lessons require each other in a circle.
            CourseChangedError: it is at another version than expected.
        """
        ground, tenant = self._ground, principal.tenant
        course = await self.find(tenant, id_or_slug)
        version, texts = await self._layout.of(principal, course, draft)

        def put(tx: Tx) -> Course:
            now = self.find_in(tx, tenant, course.id)
            check_version(now.version, expected)
            published = ground.stores.versions.get(tx, tenant, course.id, now.latest) if now.latest else None
            is_same = published is not None and _taught(published) == _taught(version)
            saved = replace(now, has_changes=not is_same)
            if not now.latest:
                saved = replace(saved, **_shown(version))
            ground.stores.versions.put(tx, version, texts)
            saved = self._save(tx, saved)
            announce(tx, principal, saved, "edited")
            return saved

        return await ground.db.write(put)

    async def draft(self, tenant: TenantId, id_or_slug: str) -> tuple[Course, Draft]:
        """A course and what is being written of it.

        Raises:
            NotFoundError: the tenant has no such course.
        """
        ground = self._ground

        def read(tx: ReadTx) -> tuple[Course, Draft]:
            course = self.find_in(tx, tenant, id_or_slug)
            version = ground.stores.versions.get(tx, tenant, course.id, DRAFT)
            if version is None:
                raise NotFoundError(f"{course.slug} has no draft.")
            texts = ground.stores.versions.texts(tx, tenant, course.id, DRAFT)
            return course, draft_of(version, texts)

        return await ground.db.read(read)

    async def history(self, tenant: TenantId, id_or_slug: str) -> list[CourseVersion]:
        """What was published of a course, newest first.

        Raises:
            NotFoundError: the tenant has no such course.
        """

        def read(tx: ReadTx) -> list[CourseVersion]:
            course = self.find_in(tx, tenant, id_or_slug)
            return self._ground.stores.versions.history(tx, tenant, course.id)

        return await self._ground.db.read(read)

    async def publish(
        self, principal: Principal, id_or_slug: str, *, note: str = "", expected: int | None = None
    ) -> CourseVersion:
        """Make the draft the newest version. Learners who began an older one stay there until they move.

        Raises:
            NotFoundError: there is no such course.
            LessonCycleError: by what the graph says now, lessons require each other in a circle.
            CourseStateError: it is retired, has no lessons, or nothing is new.
            CourseChangedError: it is at another version than expected, or was edited this very moment.
        """
        ground, tenant = self._ground, principal.tenant
        course, draft = await self.draft(tenant, id_or_slug)
        check_version(course.version, expected)
        if course.state is CourseState.RETIRED:
            raise CourseStateError(f"{course.slug} is retired; restore it first.")
        if not draft.lessons:
            raise CourseStateError(f"{course.slug} has no lessons.")
        if not course.has_changes:
            raise CourseStateError(f"Version {course.latest} of {course.slug} is what the draft says; nothing is new.")
        laid_out, texts = await self._layout.of(principal, course, draft, is_drawn=False)
        version = replace(laid_out, number=course.latest + 1, note=note.strip()[:MOST_NOTE])
        known = replace(
            course, state=CourseState.PUBLISHED, latest=version.number, has_changes=False, **_shown(version)
        )

        def put(tx: Tx) -> CourseVersion:
            check_version(self.find_in(tx, tenant, course.id).version, course.version)
            ground.stores.versions.put(tx, version, texts)
            saved = self._save(tx, known)
            ground.graph.state_in(tx, principal, origin_of(course.id), claims_of(saved, version, texts))
            told = CoursePublished(
                id=saved.id,
                slug=saved.slug,
                title=saved.title,
                number=version.number,
                lessons=saved.lessons,
                minutes=saved.minutes,
            )
            tx.append(NewEntry(COURSE_PUBLISHED, tenant, principal.id, saved.id, told))
            return version

        return await ground.db.write(put)

    async def retire(self, principal: Principal, id_or_slug: str, *, expected: int | None = None) -> Course:
        """Have nobody begin a course any more. Twice changes nothing.

        Raises:
            NotFoundError: there is no such course.
            CourseStateError: it was never published; delete it instead.
            CourseChangedError: it is at another version than expected.
        """
        return await self._turn(principal, id_or_slug, CourseState.RETIRED, "retired", expected)

    async def restore(self, principal: Principal, id_or_slug: str, *, expected: int | None = None) -> Course:
        """Offer a retired course again. Twice changes nothing. Errors as for `retire`."""
        return await self._turn(principal, id_or_slug, CourseState.PUBLISHED, "restored", expected)

    async def _turn(
        self, principal: Principal, id_or_slug: str, state: CourseState, change: str, expected: int | None
    ) -> Course:
        ground, tenant = self._ground, principal.tenant

        def put(tx: Tx) -> Course:
            course = self.find_in(tx, tenant, id_or_slug)
            check_version(course.version, expected)
            if course.state is CourseState.DRAFT:
                raise CourseStateError(f"{course.slug} was never published.")
            if course.state is state:
                return course
            saved = self._save(tx, replace(course, state=state))
            version = ground.stores.versions.get(tx, tenant, course.id, course.latest)
            texts = ground.stores.versions.texts(tx, tenant, course.id, course.latest)
            is_offered = version is not None and state is CourseState.PUBLISHED
            claims = claims_of(saved, version, texts) if version is not None and is_offered else Claims()
            ground.graph.state_in(tx, principal, origin_of(course.id), claims)
            announce(tx, principal, saved, change)
            return saved

        return await ground.db.write(put)

    async def delete(self, principal: Principal, id_or_slug: str, *, expected: int | None = None) -> None:
        """Forget a course that was never published.

        Raises:
            NotFoundError: there is no such course.
            CourseStateError: it was published: somebody may have learned from it. Retire it instead.
            CourseChangedError: it is at another version than expected.
        """
        ground = self._ground

        def forget(tx: Tx) -> None:
            course = self.find_in(tx, principal.tenant, id_or_slug)
            check_version(course.version, expected)
            if course.state is not CourseState.DRAFT:
                raise CourseStateError(f"{course.slug} was published; retire it instead.")
            ground.stores.courses.delete(tx, principal.tenant, course.id)
            announce(tx, principal, course, "deleted")

        await ground.db.write(forget)

    def _save(self, tx: Tx, course: Course) -> Course:
        saved = replace(course, updated_at=self._ground.clock.now(), version=course.version + 1)
        if not self._ground.stores.courses.save(tx, saved):
            raise CourseChangedError(f"{course.slug} was changed meanwhile.", version=course.version)
        return saved


def announce(tx: Tx, principal: Principal, course: Course, change: str) -> None:
    """Tell the journal what a teacher did to a course, and of one that was never published only that."""
    is_known = course.state is not CourseState.DRAFT
    slug, title = (course.slug, course.title) if is_known else ("", "")
    told = CourseChanged(id=course.id, slug=slug, title=title, change=change)
    tx.append(NewEntry(COURSE_CHANGED, principal.tenant, principal.id, course.id, told))


def check_version(version: int, expected: int | None) -> None:
    """See to it that a change is based on what is there.

    Raises:
        CourseChangedError: it is not.
    """
    if expected is not None and version != expected:
        raise CourseChangedError(f"It is at version {version}, not {expected}.", version=version)


def _shown(version: CourseVersion) -> dict[str, Any]:
    """What a course shows of the version that it is known by."""
    return {
        "title": version.title,
        "summary": version.summary,
        "lessons": len(version.lessons),
        "minutes": version.minutes,
    }


def _taught(version: CourseVersion) -> tuple[str, str, tuple[Lesson, ...]]:
    """What makes two versions the same to a learner."""
    return version.title, version.summary, version.lessons
