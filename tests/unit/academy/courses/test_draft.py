from dataclasses import replace

import pytest

from netsentinel.academy.courses import Draft
from netsentinel.academy.courses.draft import MOST_TEXT, check, check_slug
from netsentinel.academy.courses.errors import InvalidCourseError
from tests.unit.academy.courses.site import lesson

GOOD = lesson("one", teaches="a", techniques=("T1046", "T1110.001"))


def test_a_good_draft_passes() -> None:
    check(Draft(title="A", lessons=(GOOD,)))
    check_slug("reading-network-alerts")


@pytest.mark.parametrize("slug", ["", "A", "a_b", "-a", "a-", "../a", "a" * 65, "a b", "é"])
def test_a_slug_can_stand_in_an_address(slug: str) -> None:
    with pytest.raises(InvalidCourseError, match="no slug"):
        check_slug(slug)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"slug": "One"}, "slug"),
        ({"title": " "}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"teaches": ("",)}, "teaches"),
        ({"requires": ("x" * 121,)}, "requires"),
        ({"teaches": tuple(map(str, range(21)))}, "more than 20"),
        ({"techniques": ("T1",)}, "no id of a technique"),
        ({"text": " "}, "no text"),
        ({"text": "x" * (MOST_TEXT + 1)}, "at most 100,000"),
        ({"text": "<b>"}, "HTML"),
    ],
)
def test_faults_name_the_lesson(changes: dict[str, object], what: str) -> None:
    with pytest.raises(InvalidCourseError, match=what) as refused:
        check(Draft(title="A", lessons=(replace(GOOD, **changes),)))  # type: ignore[arg-type]  # fields of a lesson
    assert refused.value.extra["faults"][0]["where"] in ("one", "One")


def test_slugs_stand_once() -> None:
    with pytest.raises(InvalidCourseError, match="two lessons one"):
        check(Draft(title="A", lessons=(GOOD, GOOD)))


def test_a_course_has_a_title_and_an_end() -> None:
    with pytest.raises(InvalidCourseError, match="title") as refused:
        check(Draft(title="", summary="x" * 1_001, lessons=tuple(lesson(f"l{n}") for n in range(101))))
    assert len(refused.value.extra["faults"]) == 3
