"""Lays a draft out: which concepts its names stand for, what each lesson needs, and an order to learn in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from netsentinel.academy.courses.draft import Draft, DraftLesson, Fault, check, refused
from netsentinel.academy.courses.model import DRAFT, Course, CourseVersion, Lesson, Need, Taught, lesson_id
from netsentinel.academy.courses.ordering import Stop, introducers, ordered
from netsentinel.academy.courses.ports import Sections
from netsentinel.academy.courses.texts import words_of
from netsentinel.academy.graph import ConceptKind, Graph, id_of, key_of
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.types import Principal, TenantId


class Layout:
    """Lays drafts out by what the graph says."""

    def __init__(self, graph: Graph, sections: Sections, clock: Clock) -> None:
        self._graph = graph
        self._sections = sections
        self._clock = clock

    async def of(
        self, principal: Principal, course: Course, draft: Draft, *, is_drawn: bool = True
    ) -> tuple[CourseVersion, dict[str, str]]:
        """A draft's lessons in an order to learn in, with what they need; and id of a lesson -> its text.

        Args:
            principal: the teacher.
            course: whose draft it is.
            draft: what was written.
            is_drawn: whether lessons from media are to say what stands there now.

        Raises:
            InvalidCourseError: the draft cannot be; `faults` says why.
            LessonCycleError: lessons require each other in a circle.
            NotFoundError: a lesson is from a medium that is not there.
        """
        tenant = principal.tenant
        if is_drawn:
            draft = await self._with_sections(tenant, draft)
        await asyncio.to_thread(check, draft)
        await self._check_techniques(tenant, draft)
        lessons = await self._lessons(tenant, course.slug, draft.lessons)
        stops = [
            Stop(lesson.title, {one.concept for one in lesson.teaches}, {one.concept for one in lesson.needs})
            for lesson in lessons
        ]
        version = CourseVersion(
            course=course.id,
            tenant=tenant,
            number=DRAFT,
            title=draft.title.strip(),
            summary=draft.summary.strip(),
            lessons=tuple(lessons[number] for number in ordered(stops)),
            by=principal.id,
            at=self._clock.now(),
        )
        return version, {lesson_id(course.slug, one.slug): one.text for one in draft.lessons}

    async def _with_sections(self, tenant: TenantId, draft: Draft) -> Draft:
        """The draft, with what stands in media now as the texts of the lessons that are taken from there."""
        lessons: list[DraftLesson] = []
        for lesson in draft.lessons:
            if lesson.section is None:
                lessons.append(lesson)
            else:
                lessons.append(replace(lesson, text=await self._sections.text(tenant, lesson.section)))
        return replace(draft, lessons=tuple(lessons))

    async def _check_techniques(self, tenant: TenantId, draft: Draft) -> None:
        wanted = {one for lesson in draft.lessons for one in lesson.techniques}
        found = await self._graph.find(tenant, {id_of(key_of(one)) for one in wanted})
        known = {concept.key for concept in found if concept.kind is ConceptKind.TECHNIQUE}
        faults = [
            Fault(where=lesson.slug, what=f"ATT&CK has no technique {one}")
            for lesson in draft.lessons
            for one in lesson.techniques
            if key_of(one) not in known
        ]
        if faults:
            raise refused(faults)

    async def _lessons(self, tenant: TenantId, slug: str, written: Sequence[DraftLesson]) -> list[Lesson]:
        names = {name for lesson in written for name in (*lesson.teaches, *lesson.requires)}
        keys = await self._graph.keys_of(tenant, names)
        stops = [
            Stop(one.title, {keys[name] for name in one.teaches}, {keys[name] for name in one.requires})
            for one in written
        ]
        first = introducers(stops)
        closures = {key: await self._closure(tenant, key) for key in first}
        spelled = {keys[name]: name.strip() for one in written for name in one.teaches}
        return [
            Lesson(
                id=lesson_id(slug, one.slug),
                slug=one.slug,
                title=one.title.strip(),
                minutes=one.minutes,
                teaches=tuple(
                    {keys[name]: Taught(concept=keys[name], name=name.strip()) for name in one.teaches}.values()
                ),
                needs=(
                    *{keys[name]: Need(concept=keys[name], name=name.strip()) for name in one.requires}.values(),
                    *_implied(stops[number], number, first, closures, spelled),
                ),
                techniques=tuple(dict.fromkeys(one.techniques)),
                section=one.section,
                words=words_of(one.text),
                sha256=one.sha256,
            )
            for number, one in enumerate(written)
        ]

    async def _closure(self, tenant: TenantId, key: str) -> frozenset[str]:
        """Keys of all that a concept requires by the graph, as far as somebody vouches for it."""
        ids = await self._graph.vouched(tenant, [id_of(key)])
        return frozenset(one.key for one in await self._graph.find(tenant, ids)) if ids else frozenset()


def draft_of(version: CourseVersion, texts: Mapping[str, str]) -> Draft:
    """What was written, given what was laid out of it."""
    return Draft(
        title=version.title,
        summary=version.summary,
        lessons=tuple(
            DraftLesson(
                slug=lesson.slug,
                title=lesson.title,
                minutes=lesson.minutes,
                teaches=tuple(one.name for one in lesson.teaches),
                requires=tuple(need.name for need in lesson.needs if not need.because),
                techniques=lesson.techniques,
                text=texts.get(lesson.id, ""),
                section=lesson.section,
            )
            for lesson in version.lessons
        ),
    )


def _implied(
    own: Stop,
    number: int,
    first: Mapping[str, int],
    closures: Mapping[str, frozenset[str]],
    names: Mapping[str, str],
) -> list[Need]:
    """What a lesson's concepts build on, where another lesson introduces it; only the nearest of these."""
    found: dict[str, str] = {}
    for concept in sorted(own.teaches):
        for other in sorted(closures[concept]):
            if first.get(other, number) != number and other not in own.teaches | own.needs:
                found.setdefault(other, concept)
    nearer = {one for other in (*found, *own.needs) for one in closures.get(other, ())}
    return [
        Need(concept=other, name=names[other], because=names[concept])
        for other, concept in found.items()
        if other not in nearer
    ]
