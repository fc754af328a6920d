"""One suite for courses on the three kinds of stores: in memory, on SQLite, on PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest

from netsentinel.academy.courses import AssignedTo, CourseState, Draft, LessonState, Section, lesson_id
from netsentinel.academy.courses import service as service_module
from netsentinel.academy.courses import teaching as teaching_module
from netsentinel.academy.courses.errors import (
    CourseChangedError,
    CourseExistsError,
    CourseStateError,
    InvalidCourseError,
    LessonCycleError,
    LessonLockedError,
)
from netsentinel.academy.courses.hours import Hours, Span
from netsentinel.academy.courses.model import Assignment, Cohort, Course, Enrolment, Progress
from netsentinel.academy.courses.shifts import Shifts
from netsentinel.academy.courses.store_sql import SqlCourses  # noqa: F401 - the suite is theirs, by way of the school
from netsentinel.academy.courses.testing import MemoryCourses  # noqa: F401 - the same
from netsentinel.academy.graph import ConceptKind, Relation, id_of
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import InvalidInputError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.courses.site import BEN, EVE, School, lesson, memory_school, sql_school
from tests.unit.academy.graph.site import ANA, OTHER, T

pytestmark = pytest.mark.anyio

A, B, C = lesson("a", teaches="syn"), lesson("b", teaches="ack", requires="syn"), lesson("c", requires="ack")


def lid(slug: str, course: str = "tcp") -> str:
    return lesson_id(course, slug)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def school(request: pytest.FixtureRequest, clock: FakeClock) -> School:
    if request.param == "memory":
        return memory_school(clock)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_school(database, SQLITE if request.param == "sqlite" else POSTGRES, clock)


async def states(school: School, who: object = BEN) -> dict[str, str]:
    view = await school.learning.course(who, "tcp")  # type: ignore[arg-type]  # a principal
    return {one.slug: str(one.state) for one in view.lessons}


async def test_a_course_is_written_published_and_learned(school: School) -> None:
    made = await school.courses.create(ANA, "tcp", Draft(title="TCP", lessons=(C, B, A)))
    assert (made.state, made.lessons, made.minutes, made.latest) == (CourseState.DRAFT, 3, 15, 0)
    with pytest.raises(NotFoundError):
        await school.learning.course(BEN, "tcp")
    assert await states(school, ANA) == {"a": "open", "b": "locked", "c": "locked"}
    with pytest.raises(CourseStateError):
        await school.learning.read(ANA, lid("a"))
    version = await school.courses.publish(ANA, "tcp", note="first")
    assert (version.number, version.note, [one.slug for one in version.lessons]) == (1, "first", ["a", "b", "c"])
    with pytest.raises(CourseStateError, match="nothing is new"):
        await school.courses.publish(ANA, "tcp")
    with pytest.raises(LessonLockedError, match="builds on: syn") as locked:
        await school.learning.done(BEN, lid("b"))
    assert [one.slug for one in locked.value.extra["unmet"][0].lessons] == ["a"]
    await school.learning.read(BEN, lid("a"))
    assert await states(school) == {"a": "read", "b": "locked", "c": "locked"}
    done = await school.learning.done(BEN, lid("a"))
    assert await school.learning.done(BEN, lid("a")) == done
    assert await states(school) == {"a": "done", "b": "open", "c": "locked"}
    for slug in "bc":
        await school.learning.done(BEN, lid(slug))
    (card,) = await school.learning.cards(BEN)
    assert (card.done, card.lessons, card.number, bool(card.finished_at)) == (3, 3, 1, True)
    assert (await school.learning.cards(ANA))[0].done == 0


async def test_there_are_no_more_courses_and_cohorts_than_may_be_however_many_ask_at_once(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "MOST_COURSES", 2)
    monkeypatch.setattr(teaching_module, "MOST_COHORTS", 2)
    courses = [school.courses.create(ANA, f"tcp-{number}", Draft(title="TCP", lessons=(A,))) for number in range(8)]
    cohorts = [school.teaching.gather(ANA, f"team {number}", []) for number in range(8)]
    for asked in (courses, cohorts):
        done = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, CourseExistsError) for one in done) == 6
        assert sum(isinstance(one, Course | Cohort) for one in done) == 2


async def test_what_a_person_masters_opens_lessons(school: School) -> None:
    await school.publish(A, B)
    school.mastery.say(T, BEN.id, {"syn": 0.59})
    assert (await states(school))["b"] == "locked"
    school.mastery.say(T, BEN.id, {"syn": 0.6})
    assert (await states(school))["b"] == "open"
    assert (await states(school, ANA))["b"] == "locked"


async def test_what_nobody_teaches_locks_nothing(school: School) -> None:
    await school.publish(lesson("a", requires="ethernet"))
    (one,) = (await school.learning.course(BEN, "tcp")).lessons
    assert (one.state, one.needs[0].name, one.needs[0].is_met) == (LessonState.OPEN, "ethernet", True)
    await school.publish(lesson("frames", teaches="ethernet"), slug="link")
    (one,) = (await school.learning.course(BEN, "tcp")).lessons
    assert (one.state, one.needs[0].lessons[0].course) == (LessonState.LOCKED, "link")


async def test_publishing_changes_nothing_for_those_who_began(school: School) -> None:
    await school.publish(A, B)
    await school.learning.done(BEN, lid("a"))
    before = await school.learning.course(BEN, "tcp"), await school.learning.lesson(BEN, lid("a"))
    await school.publish(replace(A, text="Quite another text.\n"), lesson("n", teaches="new"), C)
    after = await school.learning.course(BEN, "tcp"), await school.learning.lesson(BEN, lid("a"))
    assert (after[0].lessons, after[1].text) == (before[0].lessons, before[1].text)
    assert (after[0].course.number, after[0].course.latest) == (1, 2)
    assert [one.slug for one in (await school.learning.course(ANA, "tcp")).lessons] == ["a", "n", "c"]
    await school.learning.move(BEN, "tcp")
    moved = (await school.learning.course(BEN, "tcp")).lessons
    assert [(one.slug, str(one.state), one.is_changed) for one in moved] == [
        ("a", "done", True),
        ("n", "open", False),
        ("c", "open", False),
    ]
    with pytest.raises(CourseStateError, match="not begun"):
        await school.learning.move(ANA, "tcp")


async def test_a_finished_course_has_more_to_do_after_moving(school: School) -> None:
    await school.publish(A)
    await school.learning.done(BEN, lid("a"))
    await school.publish(A, B)
    assert (await school.learning.move(BEN, "tcp")).finished_at == 0
    await school.learning.done(BEN, lid("b"))
    (enrolment,) = await school.ground.db.read(lambda tx: school.ground.stores.learners.enrolments(tx, T, BEN.id))
    assert enrolment.finished_at
    assert await school.learning.move(BEN, "tcp") == enrolment


async def test_cycles_are_refused_and_nothing_is_kept(school: School) -> None:
    with pytest.raises(LessonCycleError, match="'A' needs 'B' needs 'A'"):
        await school.publish(replace(A, requires=("ack",)), B)
    assert await school.courses.all(T) == []


async def test_the_graph_orders_what_the_teacher_did_not(school: School) -> None:
    await school.graph.says("m1", requires=(("ack", "syn"), ("fin", "ack")))
    await school.graph.vouch(("ack", "syn"), ("fin", "ack"))
    await school.publish(lesson("z", teaches="fin"), lesson("y", teaches="ack"), lesson("x", teaches="syn"))
    view = await school.learning.course(BEN, "tcp")
    assert [one.slug for one in view.lessons] == ["x", "y", "z"]
    assert [(need.name, need.because) for need in view.lessons[2].needs] == [("ack", "fin")]


async def test_what_only_a_medium_suggests_orders_no_lessons(school: School) -> None:
    await school.graph.says("m1", requires=(("ack", "syn"),))
    await school.publish(lesson("y", teaches="ack"), lesson("x", teaches="syn"))
    assert [one.needs for one in (await school.learning.course(BEN, "tcp")).lessons] == [(), ()]


async def test_the_graph_knows_what_lessons_explain(school: School) -> None:
    await school.publish(A, B)
    graph = school.graph.graph
    concept = await graph.concept(T, "lesson:tcp/b")
    edges = {(one.key.relation, one.key.target) for one in await graph.neighbours(T, concept.id)}
    assert edges == {(Relation.EXPLAINS, id_of("ack")), (Relation.REQUIRES, id_of("syn"))}
    await school.courses.retire(ANA, "tcp")
    assert await graph.search(T, "B", kind=ConceptKind.LESSON) == []
    await school.courses.restore(ANA, "tcp")
    assert len(await graph.search(T, "B", kind=ConceptKind.LESSON)) == 1


async def test_merged_concepts_are_one(school: School) -> None:
    await school.publish(lesson("a", teaches="syn-packet"))
    await school.publish(lesson("b", requires="syn"), slug="more")
    await school.graph.says("m1", "syn")
    before = (await school.learning.course(BEN, "more")).lessons[0]
    assert before.state is LessonState.OPEN
    concepts = school.graph.graph
    one, other = await concepts.concept(T, "syn-packet"), await concepts.concept(T, "syn")
    from netsentinel.academy.graph import Concepts

    await Concepts(school.graph.ground, concepts).merge(ANA, one.id, other.id)
    assert (await school.learning.course(BEN, "more")).lessons[0].state is LessonState.LOCKED
    assert [card.lesson.slug for card in await school.learning.explaining(BEN, concept="syn")] == ["a"]


async def test_a_path_leads_from_what_is_known_to_a_goal(school: School) -> None:
    await school.publish(A, B, lesson("c", teaches="fin", requires="ack"), lesson("x", teaches="other"))
    await school.graph.says("m1", requires=(("fin", "ethernet"), ("fin", "cheese")))
    await school.graph.vouch(("fin", "ethernet"))
    path = await school.learning.path(BEN, "fin")
    assert [(step.lesson.slug, step.reason) for step in path.steps] == [("a", "syn"), ("b", "ack"), ("c", "fin")]
    assert ([gap.name for gap in path.gaps], path.minutes, path.is_reached) == (["ethernet"], 15, False)
    school.mastery.say(T, BEN.id, {"ack": 0.9})
    assert [step.lesson.slug for step in (await school.learning.path(BEN, "fin")).steps] == ["c"]
    school.mastery.say(T, BEN.id, {"fin": 1.0})
    assert (await school.learning.path(BEN, "fin")).is_reached
    with pytest.raises(NotFoundError):
        await school.learning.path(BEN, "unheard of")


async def test_a_retired_course_is_for_those_who_began_it(school: School) -> None:
    await school.publish(A, B)
    await school.learning.read(BEN, lid("a"))
    await school.courses.retire(ANA, "tcp")
    assert len(await school.learning.cards(BEN)) == 1
    await school.learning.done(BEN, lid("a"))
    cat = replace(BEN, id="usr_cat")
    assert await school.learning.cards(cat) == []
    for call in (school.learning.course(cat, "tcp"), school.learning.read(cat, lid("a"))):
        with pytest.raises(NotFoundError):
            await call
    with pytest.raises(CourseStateError, match="retired"):
        await school.courses.publish(ANA, "tcp")
    with pytest.raises(CourseStateError):
        await school.courses.delete(ANA, "tcp")


async def test_changes_are_based_on_what_is_there(school: School) -> None:
    made = await school.courses.create(ANA, "tcp", Draft(title="TCP", lessons=(A,)))
    with pytest.raises(CourseExistsError):
        await school.courses.create(ANA, "tcp", Draft(title="TCP"))
    await school.courses.edit(ANA, "tcp", Draft(title="TCP", lessons=(A, B)), expected=made.version)
    for call in (
        school.courses.edit(ANA, "tcp", Draft(title="X"), expected=made.version),
        school.courses.publish(ANA, "tcp", expected=made.version),
        school.courses.delete(ANA, "tcp", expected=made.version),
    ):
        with pytest.raises(CourseChangedError) as refused:
            await call
        assert refused.value.extra["version"] == made.version + 1
    assert [one.text for one in (await school.courses.draft(T, "tcp"))[1].lessons] == [A.text, B.text]
    await school.courses.delete(ANA, "tcp")
    assert await school.courses.all(T) == []


async def test_a_draft_that_says_the_same_is_no_change(school: School) -> None:
    await school.publish(A, B)
    same = await school.courses.edit(ANA, "tcp", Draft(title="TCP", lessons=(B, A)))
    assert not same.has_changes
    assert (await school.courses.edit(ANA, "tcp", Draft(title="New", lessons=(A,)))).has_changes
    assert (await school.learning.cards(BEN))[0].title == "TCP"
    assert [one.number for one in await school.courses.history(T, "tcp")] == [1]
    await school.courses.edit(ANA, "tcp", Draft(title="New"))
    with pytest.raises(CourseStateError, match="no lessons"):
        await school.courses.publish(ANA, "tcp")


async def test_a_lesson_can_be_a_part_of_a_medium(school: School) -> None:
    part = Section(medium="med_1", first="page 3")
    school.sections.texts[part] = "What page 3 says.\n"
    await school.publish(lesson("a", text="", section=part))
    school.sections.texts[part] = "Another text by now.\n"
    assert (await school.learning.lesson(BEN, lid("a"))).text == "What page 3 says.\n"
    with pytest.raises(NotFoundError):
        await school.publish(lesson("a", section=Section(medium="med_none")))


async def test_techniques_are_attacks(school: School) -> None:
    from netsentinel.academy.graph.attack import ATTACK, claims_from, shipped_table

    with pytest.raises(InvalidCourseError, match="no technique T1046"):
        await school.publish(replace(A, techniques=("T1046",)))
    await school.graph.graph.state(ANA, ATTACK, claims_from(shipped_table()))
    await school.publish(replace(A, techniques=("T1110",)), replace(B, techniques=("T1110.001",)))
    for wanted, slugs in (("T1110", ["a", "b"]), ("T1110.001", ["b", "a"]), ("T1110.004", ["a"]), ("T1046", [])):
        found = await school.learning.explaining(BEN, techniques=[wanted])
        assert [one.lesson.slug for one in found] == slugs, wanted


async def test_a_lesson_shows_where_its_concepts_are_spoken_of(school: School) -> None:
    await school.graph.says("m1", "syn")
    await school.publish(A, B)
    view = await school.learning.lesson(BEN, lid("a"))
    assert [(one.name, one.evidence[0].sentence) for one in view.teaches] == [("syn", "This explains syn.")]
    assert view.teaches[0].evidence[0].origin.startswith("course:crs_")
    assert [one.slug for one in view.contents] == ["a", "b"]


async def test_cohorts_and_dates(school: School, clock: FakeClock) -> None:
    await school.publish(A, B)
    team = await school.teaching.gather(ANA, " Night  shift ", [BEN.id, ANA.id, BEN.id])
    assert (team.name, team.members) == ("Night shift", (ANA.id, BEN.id))
    with pytest.raises(CourseExistsError):
        await school.teaching.gather(ANA, "Night shift", [])
    with pytest.raises(NotFoundError, match="usr_none"):
        await school.teaching.gather(ANA, "Others", ["usr_none"])
    due = clock.now() + DAY
    first = await school.teaching.assign(ANA, "tcp", AssignedTo.COHORT, team.id, due_at=due + DAY)
    again = await school.teaching.assign(ANA, "tcp", AssignedTo.COHORT, "Night shift", due_at=due)
    assert (again.id, again.due_at) == (first.id, due)
    await school.teaching.assign(ANA, "tcp", AssignedTo.USER, BEN.id)
    assert [(one.name, one.assignment.due_at) for one in await school.teaching.assignments(T, "tcp")] == [
        ("Night shift", due),
        ("ben", 0),
    ]
    assert [(one.is_assigned, one.due_at) for one in await school.learning.cards(BEN)] == [(True, due)]
    await school.learning.done(BEN, lid("a"))
    clock.advance(2 * DAY)
    rows = await school.teaching.learners(T, "tcp")
    assert [(one.name, one.done_lessons, one.number, one.is_late) for one in rows] == [
        ("ana", (), 0, True),
        ("ben", ("a",), 1, True),
    ]
    changed = await school.teaching.regather(ANA, team.id, "Day shift", [ANA.id], expected=team.version)
    with pytest.raises(CourseChangedError):
        await school.teaching.regather(ANA, team.id, "Late shift", [], expected=team.version)
    assert [one.members for one in (await school.teaching.cohorts(T)).items] == [(ANA.id,)]
    assert (await school.learning.cards(BEN))[0].due_at == 0
    await school.teaching.disband(ANA, changed.name)
    assert [one.name for one in await school.teaching.assignments(T, "tcp")] == ["ben"]
    (left,) = await school.teaching.assignments(T, "tcp")
    await school.teaching.withdraw(ANA, "tcp", left.assignment.id)
    with pytest.raises(NotFoundError):
        await school.teaching.withdraw(ANA, "tcp", left.assignment.id)
    assert not (await school.learning.cards(BEN))[0].is_assigned


async def test_only_what_is_published_is_assigned(school: School) -> None:
    await school.courses.create(ANA, "tcp", Draft(title="TCP"))
    with pytest.raises(CourseStateError):
        await school.teaching.assign(ANA, "tcp", AssignedTo.USER, BEN.id)
    with pytest.raises(NotFoundError):
        await school.teaching.assign(ANA, "tcp", AssignedTo.USER, EVE.id)
    await school.publish(A, slug="udp")
    with pytest.raises(NotFoundError):
        await school.teaching.assign(ANA, "udp", AssignedTo.COHORT, "coh_none")
    for name in ("", "x" * 81):
        with pytest.raises(InvalidInputError):
            await school.teaching.gather(ANA, name, [])


async def test_other_tenants_see_nothing(school: School) -> None:
    await school.publish(A)
    team = await school.teaching.gather(ANA, "Team", [BEN.id])
    course = (await school.courses.all(T))[0]
    assert await school.learning.cards(EVE) == []
    assert await school.courses.all(OTHER) == []
    assert await school.learning.explaining(EVE, concept="syn") == []
    for call in (
        school.learning.course(EVE, course.id),
        school.learning.lesson(EVE, lid("a")),
        school.learning.done(EVE, lid("a")),
        school.courses.retire(EVE, course.id),
        school.courses.draft(OTHER, course.id),
        school.courses.history(OTHER, course.id),
        school.teaching.learners(OTHER, course.id),
        school.teaching.cohort(OTHER, team.id),
        school.teaching.disband(EVE, team.id),
        school.teaching.gather(EVE, "Theirs", [BEN.id]),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_stores_keep_tenants_apart(school: School) -> None:
    stores, db = school.ground.stores, school.ground.db
    await school.publish(A)
    course = (await school.courses.all(T))[0].id
    await school.learning.done(BEN, lid("a"))
    await school.teaching.assign(ANA, "tcp", AssignedTo.USER, BEN.id)

    def seen(tx: object) -> list[object]:
        return [
            stores.courses.named(tx, OTHER, "tcp"),  # type: ignore[arg-type]  # a transaction
            stores.versions.get(tx, OTHER, course, 1),  # type: ignore[arg-type]
            stores.versions.newest(tx, OTHER),  # type: ignore[arg-type]
            stores.versions.text(tx, OTHER, course, 1, lid("a")),  # type: ignore[arg-type]
            stores.learners.learners(tx, OTHER, course),  # type: ignore[arg-type]
            stores.learners.of_course(tx, OTHER, course),  # type: ignore[arg-type]
            stores.learners.progress(tx, OTHER, BEN.id),  # type: ignore[arg-type]
            stores.assignments.to(tx, OTHER, [BEN.id]),  # type: ignore[arg-type]
            stores.assignments.to(tx, T, []),  # type: ignore[arg-type]
            stores.cohorts.of_member(tx, OTHER, BEN.id),  # type: ignore[arg-type]
        ]

    assert not any(await db.read(seen))


async def test_a_cohort_with_hours_is_a_shift(school: School, clock: FakeClock) -> None:
    teaching, shifts = school.teaching, Shifts(school.teaching, clock)
    always = Hours(time_zone="UTC", spans=(Span(days=(7, 1, 2, 3, 4, 5, 6), begins="00:00", ends="00:00"),))
    never = Hours(time_zone="UTC", spans=(Span(days=(1,), begins="08:00", ends="08:01"),))
    clock.advance(3 * DAY - clock.now() % DAY)  # midnight
    day = await teaching.gather(ANA, "Day", [ANA.id], always)
    assert day.hours is not None
    assert day.hours.spans[0].days == (1, 2, 3, 4, 5, 6, 7)
    await teaching.gather(ANA, "Late", [BEN.id], never)
    await teaching.gather(ANA, "Learners", [BEN.id])
    assert await shifts.of(T, "now") == (day,)
    assert [one.name for one in await shifts.of(T, "Late")] == ["Late"]
    assert (await shifts.of(T, day.id))[0].members == (ANA.id,)
    with pytest.raises(NotFoundError):
        await shifts.of(OTHER, day.id)
    assert await shifts.of(OTHER, "now") == ()
    with pytest.raises(InvalidInputError, match="time zone"):
        await teaching.regather(ANA, day.id, "Day", [], replace(always, time_zone="Nowhere"))
    await teaching.regather(ANA, day.id, "Day", [ANA.id])
    assert await shifts.of(T, "now") == ()


async def test_stores_replace_what_is_there(school: School) -> None:
    stores, db = school.ground.stores, school.ground.db
    enrolment = Enrolment(tenant=T, learner="u", course="crs_1", number=1, started_at=5)
    progress = Progress(tenant=T, learner="u", course="crs_1", lesson="lsn_1", read_at=5)
    hours = Hours(time_zone="Europe/Berlin", spans=(Span(days=(1, 7), begins="22:00", ends="06:00"),))
    team = Cohort(
        id="coh_1", tenant=T, name="t", members=("u",), created_by="x", created_at=1, updated_at=1, hours=hours
    )
    moved = replace(team, name="s", version=2, hours=None)
    task = Assignment(id="asg_1", tenant=T, course="crs_1", to=AssignedTo.USER, target="u", due_at=9, by="x", at=1)

    def put(tx: object) -> None:
        stores.learners.enrol(tx, enrolment)  # type: ignore[arg-type]  # a transaction
        stores.learners.enrol(tx, replace(enrolment, number=2))  # type: ignore[arg-type]
        stores.learners.mark(tx, progress)  # type: ignore[arg-type]
        stores.learners.mark(tx, replace(progress, done_at=7, sha256="ab"))  # type: ignore[arg-type]
        assert stores.cohorts.insert(tx, team)  # type: ignore[arg-type]
        assert not stores.cohorts.insert(tx, replace(team, id="coh_2"))  # type: ignore[arg-type]
        assert not stores.cohorts.save(tx, replace(team, version=3))  # type: ignore[arg-type]
        assert not stores.cohorts.delete(tx, T, "coh_none")  # type: ignore[arg-type]
        stores.assignments.put(tx, task)  # type: ignore[arg-type]
        assert stores.assignments.put(tx, replace(task, id="asg_2", due_at=3)).id == "asg_1"  # type: ignore[arg-type]

    await db.write(put)
    assert await db.read(lambda tx: stores.learners.learners(tx, T, "crs_1")) == [replace(enrolment, number=2)]
    assert await db.read(lambda tx: stores.learners.of_course(tx, T, "crs_1")) == [
        replace(progress, done_at=7, sha256="ab")
    ]
    assert await db.read(lambda tx: stores.cohorts.get(tx, T, "coh_1")) == team
    assert await db.write(lambda tx: stores.cohorts.save(tx, moved))
    assert await db.read(lambda tx: stores.cohorts.get(tx, T, "coh_1")) == moved
    gone = await db.write(lambda tx: stores.assignments.drop(tx, T, "asg_1"))
    assert gone == replace(task, due_at=3)
    assert await db.write(lambda tx: stores.assignments.drop(tx, T, "asg_1")) is None


async def test_the_journal_is_told(school: School) -> None:
    await school.publish(A)
    await school.learning.done(BEN, lid("a"))
    await school.learning.done(BEN, lid("a"))
    appended = getattr(school.ground.db, "entries", None)
    if appended is None:
        pytest.skip("only the database in memory shows what was appended")
    assert [one.kind for one in appended if one.kind.startswith(("course", "lesson"))] == [
        "course.changed",
        "course.published",
        "lesson.completed",
        "course.completed",
    ]
    made = next(one.payload for one in appended if one.kind == "course.changed")
    assert (made.slug, made.title) == ("", "")  # learners hear nothing of a draft
    await school.courses.retire(ANA, "tcp")
    assert appended[-1].payload.slug == "tcp"
