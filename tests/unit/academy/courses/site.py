"""Courses in memory, and on SQL, with short words for what tests write."""

from dataclasses import dataclass, replace

from netsentinel.academy.courses import CourseGround, Courses, CourseStores, Draft, DraftLesson, Learning, Teaching
from netsentinel.academy.courses.folder import bundled_courses, read_folder
from netsentinel.academy.courses.store_sql import SqlAssignments, SqlCohorts, SqlCourses, SqlLearners, SqlVersions
from netsentinel.academy.courses.testing import (
    MemoryAssignments,
    MemoryCohorts,
    MemoryCourses,
    MemoryLearners,
    MemoryMastery,
    MemoryPeople,
    MemorySections,
    MemoryVersions,
)
from netsentinel.academy.graph.attack import ATTACK, claims_from, shipped_table
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import ROLE_PERMISSIONS, Permission, Role
from netsentinel.storage import Database
from netsentinel.storage.dialect import Dialect
from tests.unit.academy.graph.site import ANA, OTHER, Site, T, memory_site, sql_site

BEN = replace(ANA, id="usr_ben", role=Role.VIEWER, name="ben", permissions=ROLE_PERMISSIONS[Role.VIEWER])
"""A learner who teaches nothing."""
EVE = replace(ANA, id="usr_eve", tenant=OTHER, permissions=frozenset(Permission))
"""A teacher of another tenant."""


@dataclass(frozen=True)
class School:
    """Courses, and what they stand on."""

    ground: CourseGround
    courses: Courses
    learning: Learning
    teaching: Teaching
    graph: Site
    mastery: MemoryMastery
    sections: MemorySections
    people: MemoryPeople
    clock: FakeClock

    async def publish(self, *lessons: DraftLesson, slug: str = "tcp") -> None:
        """Write a course of these lessons, or write it anew, and publish it."""
        draft = Draft(title=slug.upper(), lessons=lessons)
        if slug in {one.slug for one in await self.courses.all(T)}:
            await self.courses.edit(ANA, slug, draft)
        else:
            await self.courses.create(ANA, slug, draft)
        await self.courses.publish(ANA, slug)


def lesson(slug: str, *, teaches: str = "", requires: str = "", **more: object) -> DraftLesson:
    """A lesson; concepts are separated by spaces."""
    made = DraftLesson(
        slug=slug,
        title=slug.title(),
        teaches=tuple(teaches.split()),
        requires=tuple(requires.split()),
        text=f"# {slug}\n\nThis explains {teaches or 'nothing'}.\n",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # the test states fields of a lesson


def memory_stores() -> CourseStores:
    courses = MemoryCourses()
    return CourseStores(courses, MemoryVersions(courses), MemoryLearners(), MemoryCohorts(), MemoryAssignments())


def sql_stores() -> CourseStores:
    return CourseStores(SqlCourses(), SqlVersions(), SqlLearners(), SqlCohorts(), SqlAssignments())


def memory_school(clock: FakeClock) -> School:
    return _school(memory_site(clock), memory_stores(), clock)


def sql_school(db: Database, dialect: Dialect, clock: FakeClock) -> School:
    return _school(sql_site(db, dialect, clock), sql_stores(), clock)


def _school(site: Site, stores: CourseStores, clock: FakeClock) -> School:
    mastery, sections, people = MemoryMastery(), MemorySections(), MemoryPeople()
    people.users.update({(T, ANA.id): "ana", (T, BEN.id): "ben", (OTHER, EVE.id): "eve"})
    ground = CourseGround(site.ground.db, stores, site.graph, mastery, sections, people, clock)
    courses = Courses(ground)
    return School(ground, courses, Learning(ground), Teaching(ground, courses), site, mastery, sections, people, clock)


async def bundled_school(clock: FakeClock) -> School:
    """A school that knows ATT&CK and has published the course that comes with NetSentinel."""
    school = memory_school(clock)
    await school.graph.graph.state(ANA, ATTACK, claims_from(shipped_table()))
    slug, draft = read_folder(bundled_courses() / "reading-network-alerts")
    await school.courses.create(ANA, slug, draft)
    await school.courses.publish(ANA, slug)
    return school
