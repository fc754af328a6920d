"""What learners do: see what there is, read lessons, be done with them, move to newer versions, find their way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy.courses.entries import COURSE_COMPLETED, LESSON_COMPLETED, CourseCompleted, LessonCompleted
from netsentinel.academy.courses.errors import CourseStateError, LessonLockedError
from netsentinel.academy.courses.locks import LessonState
from netsentinel.academy.courses.model import DRAFT, Course, CourseVersion, Enrolment, Lesson, Progress, lesson_key
from netsentinel.academy.courses.outlook import Outlook, look
from netsentinel.academy.courses.paths import LearningPath, path_to, ranked
from netsentinel.academy.courses.service import CourseGround
from netsentinel.academy.courses.views import (
    ConceptEvidence,
    ConceptView,
    CourseCard,
    CourseView,
    LessonCard,
    LessonView,
    card_of,
    outline_of,
)
from netsentinel.academy.graph import EdgeKey, Relation, id_of, key_of
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Tx

_MOST_EVIDENCE: Final = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """A lesson, and where it stands in the version that the learner sees."""

    course: Course
    version: CourseVersion
    at: int

    @property
    def lesson(self) -> Lesson:
        return self.version.lessons[self.at]


class Learning:
    """Courses as a learner sees them."""

    def __init__(self, ground: CourseGround) -> None:
        self._ground = ground

    async def cards(self, principal: Principal) -> list[CourseCard]:
        """The courses that the principal may see, by slug, with how far they are and when they should be done."""
        seen = await look(self._ground, principal)
        return [card_of(course, seen) for course in seen.snapshot.courses]

    async def course(self, principal: Principal, id_or_slug: str) -> CourseView:
        """A course with its lessons: of the version that the principal began, else of the newest; else the draft.

        Raises:
            NotFoundError: the tenant has no such course, or the principal may not see it.
        """
        seen = await look(self._ground, principal)
        course = _course(seen, id_or_slug)
        version = seen.snapshot.shown[course.id]
        return CourseView(course=card_of(course, seen), lessons=outline_of(version, seen))

    async def lesson(self, principal: Principal, lesson: str) -> LessonView:
        """A lesson to read, with all lessons of its course, what it teaches and needs, and where that is said.

        Raises:
            NotFoundError: the tenant has no such lesson, or the principal may not see its course.
        """
        seen = await look(self._ground, principal)
        place = _place(seen, lesson)
        versions, tenant = self._ground.stores.versions, principal.tenant
        text = await self._ground.db.read(
            lambda tx: versions.text(tx, tenant, place.course.id, place.version.number, lesson)
        )
        contents = outline_of(place.version, seen)
        return LessonView(
            course=card_of(place.course, seen),
            lesson=contents[place.at],
            text=text or "",
            teaches=await self._concepts(tenant, place, seen),
            contents=contents,
        )

    async def _concepts(self, tenant: TenantId, place: _Place, seen: Outlook) -> tuple[ConceptView, ...]:
        """What a lesson teaches, with sentences that say so, or that say what it builds on."""
        graph, lesson = self._ground.graph, place.lesson
        own = id_of(lesson_key(place.course.slug, lesson.slug))
        there = {one.key: one for one in await graph.find(tenant, {id_of(one.concept) for one in lesson.teaches})}
        found: list[ConceptView] = []
        for taught in lesson.teaches:
            concept = there.get(taught.concept)
            target = id_of(taught.concept)
            edges = [EdgeKey(own, Relation.EXPLAINS, target)]
            edges += [EdgeKey(target, Relation.REQUIRES, id_of(need.concept)) for need in lesson.needs]
            said = [statement for edge in edges if concept for statement in await graph.evidence(tenant, edge)]
            found.append(
                ConceptView(
                    concept=taught.concept,
                    id=concept.id if concept else "",
                    name=concept.name if concept else taught.name,
                    text=concept.text if concept else "",
                    mastery=seen.known.mastery.get(taught.concept, 0.0),
                    evidence=tuple(
                        ConceptEvidence(
                            origin=str(one.origin), position=one.claim.position, sentence=one.claim.sentence
                        )
                        for one in said
                        if one.claim.sentence and not one.claim.is_denied
                    )[:_MOST_EVIDENCE],
                )
            )
        return tuple(found)

    async def read(self, principal: Principal, lesson: str) -> Progress:
        """Note that a lesson was opened; the course is begun with it. Twice changes nothing.

        Raises:
            NotFoundError: the tenant has no such lesson, or the principal may not see its course.
            CourseStateError: the course has not been published.
        """
        place = _place(await look(self._ground, principal), lesson)
        return await self._ground.db.write(lambda tx: self._opened(tx, principal, place))

    async def done(self, principal: Principal, lesson: str) -> Progress:
        """Note that a learner is done with a lesson. Twice changes nothing.

        Raises:
            NotFoundError: the tenant has no such lesson, or the principal may not see its course.
            LessonLockedError: something comes first; `unmet` says what, and where it is taught.
            CourseStateError: the course has not been published.
        """
        seen = await look(self._ground, principal)
        place = _place(seen, lesson)
        outline = outline_of(place.version, seen)[place.at]
        if outline.state is LessonState.LOCKED:
            unmet = [need for need in outline.needs if not need.is_met]
            names = ", ".join(need.name for need in unmet)
            raise LessonLockedError(f"{outline.title} builds on: {names}.", unmet=unmet)

        def put(tx: Tx) -> Progress:
            found = self._opened(tx, principal, place)
            if found.done_at:
                return found
            now, number = self._ground.clock.now(), place.version.number
            made = replace(found, done_at=now, number=number, sha256=place.lesson.sha256)
            self._ground.stores.learners.mark(tx, made)
            told = LessonCompleted(
                id=lesson,
                slug=place.lesson.slug,
                title=place.lesson.title,
                course=place.course.id,
                course_slug=place.course.slug,
                number=number,
                learner=principal.id,
                concepts=tuple(one.concept for one in place.lesson.teaches),
            )
            tx.append(NewEntry(LESSON_COMPLETED, principal.tenant, principal.id, lesson, told))
            self._finish(tx, principal, place)
            return made

        return await self._ground.db.write(put)

    def _opened(self, tx: Tx, principal: Principal, place: _Place) -> Progress:
        """The learner's progress with a lesson, which begins now if it has not; so does the course."""
        learners, now = self._ground.stores.learners, self._ground.clock.now()
        if place.version.number == DRAFT:
            raise CourseStateError(f"{place.course.slug} has not been published.")
        if learners.enrolment(tx, principal.tenant, principal.id, place.course.id) is None:
            learners.enrol(
                tx,
                Enrolment(
                    tenant=principal.tenant,
                    learner=principal.id,
                    course=place.course.id,
                    number=place.version.number,
                    started_at=now,
                ),
            )
        for one in learners.progress(tx, principal.tenant, principal.id):
            if one.lesson == place.lesson.id:
                return one
        made = Progress(
            tenant=principal.tenant,
            learner=principal.id,
            course=place.course.id,
            lesson=place.lesson.id,
            read_at=now,
        )
        learners.mark(tx, made)
        return made

    def _finish(self, tx: Tx, principal: Principal, place: _Place) -> None:
        """Note that a course is finished, when nothing of the learner's version is left."""
        learners, course = self._ground.stores.learners, place.course
        begun = learners.enrolment(tx, principal.tenant, principal.id, course.id)
        if begun is None or begun.finished_at or not self._is_all_done(tx, principal, place.version):
            return
        learners.enrol(tx, replace(begun, finished_at=self._ground.clock.now()))
        told = CourseCompleted(
            id=course.id, slug=course.slug, title=course.title, number=begun.number, learner=principal.id
        )
        tx.append(NewEntry(COURSE_COMPLETED, principal.tenant, principal.id, course.id, told))

    def _is_all_done(self, tx: Tx, principal: Principal, version: CourseVersion) -> bool:
        progress = self._ground.stores.learners.progress(tx, principal.tenant, principal.id)
        done = {one.lesson for one in progress if one.done_at}
        return all(lesson.id in done for lesson in version.lessons)

    async def move(self, principal: Principal, id_or_slug: str) -> Enrolment:
        """Go on with the newest version of a course that was begun. What is done stays done.

        Raises:
            NotFoundError: the tenant has no such course, or the principal may not see it.
            CourseStateError: the principal has not begun it.
        """
        seen = await look(self._ground, principal)
        course, stores = _course(seen, id_or_slug), self._ground.stores

        def put(tx: Tx) -> Enrolment:
            begun = stores.learners.enrolment(tx, principal.tenant, principal.id, course.id)
            version = stores.versions.get(tx, principal.tenant, course.id, course.latest)
            if begun is None or version is None:
                raise CourseStateError(f"You have not begun {course.slug}.")
            if begun.number == course.latest:
                return begun
            now = self._ground.clock.now()
            finished_at = (begun.finished_at or now) if self._is_all_done(tx, principal, version) else 0
            moved = replace(begun, number=course.latest, moved_at=now, finished_at=finished_at)
            stores.learners.enrol(tx, moved)
            return moved

        return await self._ground.db.write(put)

    async def explaining(
        self, principal: Principal, *, techniques: Sequence[str] = (), concept: str = "", limit: int = 20
    ) -> list[LessonCard]:
        """Lessons that explain one of these techniques, or teach a concept, the closest first.

        A sub-technique that no lesson names is explained by the lessons of its technique.
        """
        seen = await look(self._ground, principal)
        cards = {
            one.id: LessonCard(course=course.slug, course_title=course.title, lesson=one)
            for course in seen.snapshot.courses
            if course.latest and course.id in seen.snapshot.shown
            for one in outline_of(seen.snapshot.shown[course.id], seen)
        }
        found = ranked(techniques, {lesson: card.lesson.techniques for lesson, card in cards.items()})
        if concept:
            key = (await self._ground.graph.keys_of(principal.tenant, [concept]))[concept]
            found += [
                lesson
                for lesson, card in cards.items()
                if key in {one.concept for one in card.lesson.teaches} | set(map(key_of, card.lesson.techniques))
            ]
        return [cards[lesson] for lesson in dict.fromkeys(found)][:limit]

    async def path(self, principal: Principal, goal: str) -> LearningPath:
        """The lessons that are left on the way to a concept, from what the learner knows already.

        Raises:
            NotFoundError: the graph has no such concept.
        """
        graph, tenant = self._ground.graph, principal.tenant
        wanted = await graph.called(tenant, goal)
        ids = await graph.vouched(tenant, [wanted.id])
        found = {one.id: one for one in await graph.find(tenant, ids)} if ids else {}
        seen = await look(self._ground, principal)
        return path_to(wanted, [found[one] for one in ids if one in found], seen)


def _course(seen: Outlook, id_or_slug: str) -> Course:
    for course in seen.snapshot.courses:
        if id_or_slug in (course.id, course.slug) and course.id in seen.snapshot.shown:
            return course
    raise NotFoundError(f"There is no course {id_or_slug[:120]}.")


def _place(seen: Outlook, lesson: str) -> _Place:
    for course in seen.snapshot.courses:
        version = seen.snapshot.shown.get(course.id)
        for at, one in enumerate(version.lessons if version else ()):
            if one.id == lesson and version:
                return _Place(course, version, at)
    raise NotFoundError(f"There is no lesson {lesson[:120]}.")
