"""Courses on the database that is open, joined to the people, media and practice that they ask."""

from collections.abc import Collection, Mapping

from netsentinel.academy.courses import Courses, CourseStores, Learning, School, Teaching
from netsentinel.academy.courses.folder import bundled_courses, read_folder
from netsentinel.academy.courses.model import Section
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.courses.service import CourseGround
from netsentinel.academy.courses.store_sql import SqlAssignments, SqlCohorts, SqlCourses, SqlLearners, SqlVersions
from netsentinel.academy.extraction import Document, PassageKind
from netsentinel.academy.graph import Graph
from netsentinel.academy.media import Media
from netsentinel.bootstrap.ground import Ground
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage.ports import Database


class UserNames:
    """The users of a tenant, as identity keeps them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._users = SqlIdentity().users

    async def all(self, tenant: TenantId) -> Mapping[str, str]:
        """Id -> name, of everybody who can log in, by name."""
        found = await self._db.read(lambda tx: self._users.all(tx, tenant))
        return {user.id: user.name for user in found if not user.disabled_at}

    async def names(self, tenant: TenantId, ids: Collection[str]) -> Mapping[str, str]:
        """Id -> name, of those users of the tenant that there are."""
        wanted = set(ids)
        found = await self._db.read(lambda tx: self._users.all(tx, tenant)) if wanted else []
        return {user.id: user.name for user in found if user.id in wanted}


class MediumSections:
    """Parts of media as Markdown."""

    def __init__(self, media: Media) -> None:
        self._media = media

    async def text(self, tenant: TenantId, section: Section) -> str:
        """The text of a part of a medium.

        Raises:
            NotFoundError: the tenant has no such medium, or it has no such position.
        """
        return markdown_of(await self._media.document(tenant, section.medium), section)


def markdown_of(document: Document, section: Section) -> str:
    """What stands between two positions of a document, headings and code as Markdown has them.

    Raises:
        NotFoundError: it has no such position.
    """
    positions = [str(passage.position) for passage in document.passages]
    first, last = 0, len(positions) - 1
    for position in (section.first, section.last):
        if position and position not in positions:
            raise NotFoundError(f"{document.title[:80]} has no position {position[:80]!r}.")
    if section.first:
        first = positions.index(section.first)
    if section.last:
        last = len(positions) - 1 - positions[::-1].index(section.last)
    lines: list[str] = []
    for passage in document.passages[first : last + 1]:
        text = " ".join(passage.text.split())
        match passage.kind:
            case PassageKind.HEADING:
                lines.append(f"## {_plain(text)}")
            case PassageKind.CODE:
                lines.append("```\n" + passage.text.strip().replace("```", "'''") + "\n```")
            case PassageKind.DEFINITION if passage.term:
                lines.append(f"**{_plain(passage.term)}**: {_plain(text)}")
            case _:
                lines.append(_plain(text))
    return "\n\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that means nothing in Markdown."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#!|~" else char for char in text)


def make_courses(ground: Ground, graph: Graph, media: Media, mastery: Mastery) -> School:
    """The services of courses."""
    stores = CourseStores(SqlCourses(), SqlVersions(), SqlLearners(), SqlCohorts(), SqlAssignments())
    stands_on = CourseGround(
        ground.db, stores, graph, mastery, MediumSections(media), UserNames(ground.db), ground.clock
    )
    courses = Courses(stands_on)
    return School(courses, Learning(stands_on), Teaching(stands_on, courses))


async def ensure_bundled(courses: Courses) -> None:
    """Publish the courses that come with NetSentinel for the default tenant; those that are there stay as they are."""
    principal = system_principal(DEFAULT_TENANT)
    there = {course.slug for course in await courses.all(DEFAULT_TENANT)}
    for folder in sorted(one for one in bundled_courses().iterdir() if one.is_dir()):
        slug, draft = read_folder(folder)
        if slug not in there:
            await courses.create(principal, slug, draft)
            await courses.publish(principal, slug)
