"""What a learner knows and may see: everything about courses that one answer needs, read once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from netsentinel.academy.courses.locks import Known, LessonRef
from netsentinel.academy.courses.model import (
    DRAFT,
    Assignment,
    Course,
    CourseState,
    CourseVersion,
    Enrolment,
    Lesson,
    Progress,
)
from netsentinel.academy.courses.service import MOST_COURSES, CourseGround, CourseStores
from netsentinel.kernel.types import Permission, Principal
from netsentinel.storage.ports import ReadTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is kept about courses and one learner."""

    courses: tuple[Course, ...]
    """That the learner may see, by slug."""
    shown: Mapping[str, CourseVersion]
    """Id of a course -> the version that the learner sees: the one begun, else the newest, else the draft."""
    newest: Mapping[str, CourseVersion]
    """Id of a course that is offered -> its newest version."""
    enrolments: Mapping[str, Enrolment]
    progress: Mapping[str, Progress]
    """By id of the lesson."""
    assignments: Mapping[str, tuple[Assignment, ...]]
    """Id of a course -> by which the learner should take it, the nearest date first."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A snapshot, and what follows from it for the learner."""

    snapshot: Snapshot
    known: Known
    taught: Mapping[str, tuple[LessonRef, ...]]
    """Key of a concept -> lessons that teach it, the learner's own versions of them first."""


async def look(ground: CourseGround, principal: Principal) -> Outlook:
    """What a learner knows and may see. Concepts that were merged or renamed meanwhile go by their present keys."""
    stores, learner = ground.stores, principal
    snapshot = await ground.db.read(lambda tx: _snapshot(tx, stores, learner))
    concepts = {key for version in _versions(snapshot) for lesson in version.lessons for key in _concepts(lesson)}
    keys = await ground.graph.keys_of(principal.tenant, concepts)
    if any(old != new for old, new in keys.items()):
        snapshot = replace(
            snapshot,
            shown={course: _renamed(version, keys) for course, version in snapshot.shown.items()},
            newest={course: _renamed(version, keys) for course, version in snapshot.newest.items()},
        )
    mastery = await ground.mastery.mastered(principal.tenant, principal.id, set(keys.values()))
    done = {lesson for lesson, progress in snapshot.progress.items() if progress.done_at}
    learned = {
        one.concept
        for version in _versions(snapshot)
        for lesson in version.lessons
        if lesson.id in done
        for one in lesson.teaches
    }
    return Outlook(snapshot, Known(mastery, learned), _taught(snapshot))


def may_teach(principal: Principal) -> bool:
    """Whether drafts and everybody's retired courses are for this principal to see."""
    return principal.may(Permission.COURSES_TEACH)


def _snapshot(tx: ReadTx, stores: CourseStores, principal: Principal) -> Snapshot:
    tenant, learner = principal.tenant, principal.id
    enrolments = {one.course: one for one in stores.learners.enrolments(tx, tenant, learner)}
    everything = stores.courses.page(tx, tenant, "", MOST_COURSES)
    courses = tuple(
        one for one in everything if one.state is CourseState.PUBLISHED or one.id in enrolments or may_teach(principal)
    )
    newest = {one.course: one for one in stores.versions.newest(tx, tenant)}
    shown: dict[str, CourseVersion] = {}
    for course in courses:
        begun = enrolments.get(course.id)
        number = begun.number if begun else course.latest
        version = newest.get(course.id)
        if version is None or version.number != number:
            version = stores.versions.get(tx, tenant, course.id, number)
        if version is not None:
            shown[course.id] = version
    targets = (learner, *stores.cohorts.of_member(tx, tenant, learner))
    assignments: dict[str, tuple[Assignment, ...]] = {}
    for assignment in stores.assignments.to(tx, tenant, targets):
        assignments[assignment.course] = (*assignments.get(assignment.course, ()), assignment)
    offered = {course.id for course in everything if course.state is CourseState.PUBLISHED}
    return Snapshot(
        courses=courses,
        shown=shown,
        newest={course: version for course, version in newest.items() if course in offered},
        enrolments=enrolments,
        progress={one.lesson: one for one in stores.learners.progress(tx, tenant, learner)},
        assignments=assignments,
    )


def _versions(snapshot: Snapshot) -> Iterable[CourseVersion]:
    yield from snapshot.shown.values()
    for course, version in snapshot.newest.items():
        if snapshot.shown.get(course) is not version:
            yield version


def _concepts(lesson: Lesson) -> Iterable[str]:
    yield from (one.concept for one in lesson.teaches)
    yield from (need.concept for need in lesson.needs)


def _renamed(version: CourseVersion, keys: Mapping[str, str]) -> CourseVersion:
    return replace(
        version,
        lessons=tuple(
            replace(
                lesson,
                teaches=tuple(replace(one, concept=keys[one.concept]) for one in lesson.teaches),
                needs=tuple(replace(need, concept=keys[need.concept]) for need in lesson.needs),
            )
            for lesson in version.lessons
        ),
    )


def _taught(snapshot: Snapshot) -> dict[str, tuple[LessonRef, ...]]:
    """Where each concept is taught: in the versions that the learner sees of what is begun, written or offered."""
    slugs = {course.id: course.slug for course in snapshot.courses}
    found: dict[str, dict[str, LessonRef]] = {}
    for version in snapshot.shown.values():
        is_open = version.number == DRAFT or version.course in snapshot.newest or version.course in snapshot.enrolments
        for lesson in version.lessons if is_open else ():
            place = LessonRef(id=lesson.id, course=slugs[version.course], slug=lesson.slug, title=lesson.title)
            for one in lesson.teaches:
                found.setdefault(one.concept, {})[lesson.id] = place
    return {concept: tuple(places.values()) for concept, places in found.items()}
