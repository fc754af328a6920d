"""Courses in SQL."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from netsentinel.academy.courses.hours import Hours
from netsentinel.academy.courses.model import (
    DRAFT,
    AssignedTo,
    Assignment,
    Cohort,
    Course,
    CourseState,
    CourseVersion,
    Enrolment,
    Lesson,
    Progress,
)
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Row, Tx
from netsentinel.storage.texts import as_json

_LESSONS: Final = msgspec.json.Decoder(tuple[Lesson, ...])
_hours: Final = msgspec.json.Decoder(Hours).decode

_COURSE: Final = (
    "tenant, id, slug, title, summary, state, latest, lessons, minutes, has_changes, created_by, created_at,"
    " updated_at, version"
)
_COURSES: Final = f"SELECT {_COURSE} FROM courses WHERE tenant = ?"  # noqa: S608 - constants only
_INSERT_COURSE: Final = f"INSERT INTO courses ({_COURSE}) VALUES ({', '.join('?' * 14)}) ON CONFLICT DO NOTHING"  # noqa: S608 - constants only
_UPDATE_COURSE: Final = (
    "UPDATE courses SET title = ?, summary = ?, state = ?, latest = ?, lessons = ?, minutes = ?, has_changes = ?,"
    " updated_at = ?, version = ? WHERE tenant = ? AND id = ? AND version = ?"
)
_VERSION: Final = "tenant, course, number, title, summary, lessons, note, made_by, at"
_VERSIONS: Final = f"SELECT {_VERSION} FROM course_versions WHERE tenant = ?"  # noqa: S608 - constants only
_INSERT_VERSION: Final = f"INSERT INTO course_versions ({_VERSION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
_ENROLMENT: Final = "tenant, learner, course, number, started_at, moved_at, finished_at"
_ENROLMENTS: Final = f"SELECT {_ENROLMENT} FROM enrolments WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_ENROLMENT: Final = (
    f"INSERT INTO enrolments ({_ENROLMENT}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, learner, course) DO UPDATE SET number = excluded.number, started_at = excluded.started_at,"
    " moved_at = excluded.moved_at, finished_at = excluded.finished_at"
)
_PROGRESS: Final = "tenant, learner, course, lesson, read_at, done_at, number, sha256"
_PROGRESSES: Final = f"SELECT {_PROGRESS} FROM lesson_progress WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_PROGRESS: Final = (
    f"INSERT INTO lesson_progress ({_PROGRESS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, learner, lesson) DO UPDATE SET course = excluded.course, read_at = excluded.read_at,"
    " done_at = excluded.done_at, number = excluded.number, sha256 = excluded.sha256"
)
_COHORT: Final = "tenant, id, name, created_by, created_at, updated_at, version, hours"
_COHORTS: Final = f"SELECT {_COHORT} FROM cohorts WHERE tenant = ?"  # noqa: S608 - constants only
_INSERT_COHORT: Final = f"INSERT INTO cohorts ({_COHORT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608 - constants only
_SAVE_COHORT: Final = (
    "UPDATE cohorts SET name = ?, updated_at = ?, version = ?, hours = ? WHERE tenant = ? AND id = ? AND version = ?"
)
_ASSIGNMENT: Final = "tenant, id, course, assigned_to, target, due_at, made_by, at"
_ASSIGNMENTS: Final = f"SELECT {_ASSIGNMENT} FROM course_assignments WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_ASSIGNMENT: Final = (
    f"INSERT INTO course_assignments ({_ASSIGNMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, course, target) DO UPDATE SET due_at = excluded.due_at, made_by = excluded.made_by,"
    " at = excluded.at"
)
_BY_DATE: Final = " ORDER BY CASE WHEN due_at = 0 THEN 1 ELSE 0 END, due_at, id"


def _course(row: Row) -> Course:
    return Course(
        tenant=TenantId(row[0]),
        id=row[1],
        slug=row[2],
        title=row[3],
        summary=row[4],
        state=CourseState(row[5]),
        latest=row[6],
        lessons=row[7],
        minutes=row[8],
        has_changes=bool(row[9]),
        created_by=row[10],
        created_at=row[11],
        updated_at=row[12],
        version=row[13],
    )


class SqlCourses:
    """Courses in the table `courses`."""

    def insert(self, tx: Tx, course: Course) -> bool:
        """Keep a new one; False when the tenant has one of that slug."""
        one = course
        row = (one.tenant, one.id, one.slug, one.title, one.summary, one.state, one.latest, one.lessons, one.minutes)
        rest = (int(one.has_changes), one.created_by, one.created_at, one.updated_at, one.version)
        return tx.run(_INSERT_COURSE, (*row, *rest)) == 1

    def save(self, tx: Tx, course: Course) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
        one = course
        row = (one.title, one.summary, one.state, one.latest, one.lessons, one.minutes, int(one.has_changes))
        return tx.run(_UPDATE_COURSE, (*row, one.updated_at, one.version, one.tenant, one.id, one.version - 1)) == 1

    def delete(self, tx: Tx, tenant: TenantId, course_id: str) -> bool:
        """Forget it with all its versions; False when there was none."""
        tx.run("DELETE FROM course_versions WHERE tenant = ? AND course = ?", (tenant, course_id))
        tx.run("DELETE FROM lesson_texts WHERE tenant = ? AND course = ?", (tenant, course_id))
        return tx.run("DELETE FROM courses WHERE tenant = ? AND id = ?", (tenant, course_id)) == 1

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str) -> Course | None:
        """The course, when it belongs to the tenant."""
        row = tx.row(f"{_COURSES} AND id = ?", (tenant, course_id))
        return _course(row) if row else None

    def named(self, tx: ReadTx, tenant: TenantId, slug: str) -> Course | None:
        """The tenant's course of that slug."""
        row = tx.row(f"{_COURSES} AND slug = ?", (tenant, slug))
        return _course(row) if row else None

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Course]:
        """Courses by slug, beginning after that slug."""
        sql = f"{_COURSES} AND slug > ? ORDER BY slug LIMIT ?"
        return [_course(row) for row in tx.rows(sql, (tenant, after, limit))]


def _version(row: Row) -> CourseVersion:
    return CourseVersion(
        tenant=TenantId(row[0]),
        course=row[1],
        number=row[2],
        title=row[3],
        summary=row[4],
        lessons=_LESSONS.decode(row[5]),
        note=row[6],
        by=row[7],
        at=row[8],
    )


class SqlVersions:
    """Versions in `course_versions`, their texts in `lesson_texts`."""

    def put(self, tx: Tx, version: CourseVersion, texts: Mapping[str, str]) -> None:
        """Keep a version with its texts (id of a lesson -> Markdown); the draft takes the place of the one before."""
        one = version
        if one.number == DRAFT:
            place = (one.tenant, one.course, DRAFT)
            tx.run("DELETE FROM course_versions WHERE tenant = ? AND course = ? AND number = ?", place)
            tx.run("DELETE FROM lesson_texts WHERE tenant = ? AND course = ? AND number = ?", place)
        lessons = as_json(one.lessons)
        row = (one.tenant, one.course, one.number, one.title, one.summary, lessons, one.note, one.by, one.at)
        tx.run(_INSERT_VERSION, row)
        tx.many(
            "INSERT INTO lesson_texts (tenant, course, number, lesson, text) VALUES (?, ?, ?, ?, ?)",
            [(one.tenant, one.course, one.number, lesson, text) for lesson, text in texts.items()],
        )

    def get(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> CourseVersion | None:
        """A version of a course."""
        row = tx.row(f"{_VERSIONS} AND course = ? AND number = ?", (tenant, course_id, number))
        return _version(row) if row else None

    def newest(self, tx: ReadTx, tenant: TenantId) -> list[CourseVersion]:
        """The newest version of every course that has one, by slug of the course."""
        columns = ", ".join(f"v.{name}" for name in _VERSION.split(", "))
        sql = (
            f"SELECT {columns} FROM course_versions v JOIN courses c"  # noqa: S608 - constants only
            " ON c.tenant = v.tenant AND c.id = v.course AND c.latest = v.number"
            " WHERE v.tenant = ? AND v.number > 0 ORDER BY c.slug"
        )
        return [_version(row) for row in tx.rows(sql, (tenant,))]

    def history(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[CourseVersion]:
        """Every published version of a course, newest first."""
        sql = f"{_VERSIONS} AND course = ? AND number > 0 ORDER BY number DESC"
        return [_version(row) for row in tx.rows(sql, (tenant, course_id))]

    def text(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int, lesson: str) -> str | None:
        """The Markdown of a lesson."""
        sql = "SELECT text FROM lesson_texts WHERE tenant = ? AND course = ? AND number = ? AND lesson = ?"
        row = tx.row(sql, (tenant, course_id, number, lesson))
        return row[0] if row else None

    def texts(self, tx: ReadTx, tenant: TenantId, course_id: str, number: int) -> dict[str, str]:
        """Id of a lesson -> Markdown, of all lessons of a version."""
        sql = "SELECT lesson, text FROM lesson_texts WHERE tenant = ? AND course = ? AND number = ?"
        return {row[0]: row[1] for row in tx.rows(sql, (tenant, course_id, number))}


def _enrolment(row: Row) -> Enrolment:
    return Enrolment(
        tenant=TenantId(row[0]),
        learner=row[1],
        course=row[2],
        number=row[3],
        started_at=row[4],
        moved_at=row[5],
        finished_at=row[6],
    )


def _progress(row: Row) -> Progress:
    return Progress(
        tenant=TenantId(row[0]),
        learner=row[1],
        course=row[2],
        lesson=row[3],
        read_at=row[4],
        done_at=row[5],
        number=row[6],
        sha256=row[7],
    )


class SqlLearners:
    """Who began what in `enrolments`, and how far they are in `lesson_progress`."""

    def enrol(self, tx: Tx, enrolment: Enrolment) -> None:
        """Keep it; the one that the learner has for this course is replaced."""
        one = enrolment
        row = (one.tenant, one.learner, one.course, one.number, one.started_at, one.moved_at, one.finished_at)
        tx.run(_PUT_ENROLMENT, row)

    def enrolment(self, tx: ReadTx, tenant: TenantId, learner: str, course_id: str) -> Enrolment | None:
        """What the learner has begun."""
        row = tx.row(f"{_ENROLMENTS} AND learner = ? AND course = ?", (tenant, learner, course_id))
        return _enrolment(row) if row else None

    def enrolments(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Enrolment]:
        """Everything that the learner has begun, by id of the course."""
        sql = f"{_ENROLMENTS} AND learner = ? ORDER BY course"
        return [_enrolment(row) for row in tx.rows(sql, (tenant, learner))]

    def learners(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Enrolment]:
        """Everybody who has begun the course, by id."""
        sql = f"{_ENROLMENTS} AND course = ? ORDER BY learner"
        return [_enrolment(row) for row in tx.rows(sql, (tenant, course_id))]

    def mark(self, tx: Tx, progress: Progress) -> None:
        """Keep it; what is known of this learner and lesson is replaced."""
        one = progress
        row = (one.tenant, one.learner, one.course, one.lesson, one.read_at, one.done_at, one.number, one.sha256)
        tx.run(_PUT_PROGRESS, row)

    def progress(self, tx: ReadTx, tenant: TenantId, learner: str) -> list[Progress]:
        """How far the learner is with every lesson that was opened, by id of the lesson."""
        sql = f"{_PROGRESSES} AND learner = ? ORDER BY lesson"
        return [_progress(row) for row in tx.rows(sql, (tenant, learner))]

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Progress]:
        """How far everybody is with the lessons of a course, by learner and lesson."""
        sql = f"{_PROGRESSES} AND course = ? ORDER BY learner, lesson"
        return [_progress(row) for row in tx.rows(sql, (tenant, course_id))]


class SqlCohorts:
    """Cohorts in the table `cohorts`, who is in them in `cohort_members`."""

    def insert(self, tx: Tx, cohort: Cohort) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        one = cohort
        row = (one.tenant, one.id, one.name, one.created_by, one.created_at, one.updated_at, one.version)
        if tx.run(_INSERT_COHORT, (*row, _text_of(one.hours))) != 1:
            return False
        self._put_members(tx, cohort)
        return True

    def save(self, tx: Tx, cohort: Cohort) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not, or the name is taken."""
        one = cohort
        other = tx.row(
            "SELECT id FROM cohorts WHERE tenant = ? AND name = ? AND id <> ?", (one.tenant, one.name, one.id)
        )
        if other:
            return False
        row = (one.name, one.updated_at, one.version, _text_of(one.hours), one.tenant, one.id, one.version - 1)
        if tx.run(_SAVE_COHORT, row) != 1:
            return False
        tx.run("DELETE FROM cohort_members WHERE tenant = ? AND cohort = ?", (one.tenant, one.id))
        self._put_members(tx, cohort)
        return True

    def _put_members(self, tx: Tx, cohort: Cohort) -> None:
        tx.many(
            "INSERT INTO cohort_members (tenant, cohort, member) VALUES (?, ?, ?)",
            [(cohort.tenant, cohort.id, member) for member in cohort.members],
        )

    def delete(self, tx: Tx, tenant: TenantId, cohort_id: str) -> bool:
        """Forget it; False when there was none."""
        tx.run("DELETE FROM cohort_members WHERE tenant = ? AND cohort = ?", (tenant, cohort_id))
        return tx.run("DELETE FROM cohorts WHERE tenant = ? AND id = ?", (tenant, cohort_id)) == 1

    def get(self, tx: ReadTx, tenant: TenantId, cohort_id: str) -> Cohort | None:
        """The cohort, when it belongs to the tenant."""
        row = tx.row(f"{_COHORTS} AND id = ?", (tenant, cohort_id))
        return self._cohort(tx, row) if row else None

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Cohort]:
        """Cohorts by name, beginning after that name."""
        sql = f"{_COHORTS} AND name > ? ORDER BY name LIMIT ?"
        return [self._cohort(tx, row) for row in tx.rows(sql, (tenant, after, limit))]

    def _cohort(self, tx: ReadTx, row: Row) -> Cohort:
        sql = "SELECT member FROM cohort_members WHERE tenant = ? AND cohort = ? ORDER BY member"
        return Cohort(
            tenant=TenantId(row[0]),
            id=row[1],
            name=row[2],
            members=tuple(member for (member,) in tx.rows(sql, (row[0], row[1]))),
            created_by=row[3],
            created_at=row[4],
            updated_at=row[5],
            version=row[6],
            hours=_hours(row[7]) if row[7] else None,
        )

    def of_member(self, tx: ReadTx, tenant: TenantId, user: str) -> list[str]:
        """Ids of the cohorts that a user is in, sorted."""
        sql = "SELECT cohort FROM cohort_members WHERE tenant = ? AND member = ? ORDER BY cohort"
        return [row[0] for row in tx.rows(sql, (tenant, user))]


def _text_of(hours: Hours | None) -> str:
    return as_json(hours) if hours else ""


def _assignment(row: Row) -> Assignment:
    return Assignment(
        tenant=TenantId(row[0]),
        id=row[1],
        course=row[2],
        to=AssignedTo(row[3]),
        target=row[4],
        due_at=row[5],
        by=row[6],
        at=row[7],
    )


class SqlAssignments:
    """Assignments in the table `course_assignments`."""

    def put(self, tx: Tx, assignment: Assignment) -> Assignment:
        """Keep it. One of the same course to the same target gets the new date and keeps its id, which is returned."""
        one = assignment
        row = (one.tenant, one.id, one.course, one.to, one.target, one.due_at, one.by, one.at)
        tx.run(_PUT_ASSIGNMENT, row)
        kept = tx.row(f"{_ASSIGNMENTS} AND course = ? AND target = ?", (one.tenant, one.course, one.target))
        return _assignment(kept) if kept else one

    def drop(self, tx: Tx, tenant: TenantId, assignment_id: str) -> Assignment | None:
        """Forget it; what it was, or None when there was none."""
        row = tx.row(f"{_ASSIGNMENTS} AND id = ?", (tenant, assignment_id))
        tx.run("DELETE FROM course_assignments WHERE tenant = ? AND id = ?", (tenant, assignment_id))
        return _assignment(row) if row else None

    def drop_target(self, tx: Tx, tenant: TenantId, target: str) -> None:
        """Forget all to a user or a cohort."""
        tx.run("DELETE FROM course_assignments WHERE tenant = ? AND target = ?", (tenant, target))

    def of_course(self, tx: ReadTx, tenant: TenantId, course_id: str) -> list[Assignment]:
        """Who should take a course: those with a date first, the nearest date first."""
        return [_assignment(row) for row in tx.rows(f"{_ASSIGNMENTS} AND course = ?{_BY_DATE}", (tenant, course_id))]

    def to(self, tx: ReadTx, tenant: TenantId, targets: Collection[str]) -> list[Assignment]:
        """What these users and cohorts should take, in the same order."""
        if not targets:
            return []
        marks = ", ".join("?" * len(targets))
        sql = f"{_ASSIGNMENTS} AND target IN ({marks}){_BY_DATE}"
        return [_assignment(row) for row in tx.rows(sql, (tenant, *targets))]
