from pathlib import Path

import pytest

from netsentinel.academy.courses.errors import InvalidCourseError
from netsentinel.academy.courses.folder import bundled_courses, read_folder, write_folder
from netsentinel.academy.courses.model import Section

COURSE = "title: A course\nlessons: [one, two]\n"
ONE = "---\ntitle: One\nminutes: 3\nteaches: [Alert]\ntechniques: [T1046]\n---\n# One\n\nText.\n"
TWO = "---\ntitle: Two\nrequires: [Alert]\nsection: {medium: med_1, first: page 3}\n---\n"


def folder(path: Path, **files: str) -> Path:
    for name, text in {"course.yml": COURSE, "one.md": ONE, "two.md": TWO, **files}.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_a_course_is_read_from_its_files(tmp_path: Path) -> None:
    (tmp_path / "my-course").mkdir()
    slug, draft = read_folder(folder(tmp_path / "my-course"))
    assert (slug, draft.title) == ("my-course", "A course")
    one, two = draft.lessons
    assert (one.slug, one.minutes, one.teaches, one.techniques, one.text) == (
        "one",
        3,
        ("Alert",),
        ("T1046",),
        "# One\n\nText.\n",
    )
    assert two.section == Section(medium="med_1", first="page 3")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    slug, draft = read_folder(bundled_courses() / "reading-network-alerts")
    assert write_folder(tmp_path / "out", slug, draft) == 12
    assert read_folder(tmp_path / "out") == (slug, draft)
    with pytest.raises(InvalidCourseError, match="not empty"):
        write_folder(tmp_path / "out", slug, draft)


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"course.yml": "title: A\nlessons: [one, three]\n"}, "three.md is missing"),
        ({"course.yml": "title: A\nlessons: ['../one']\n"}, "no slug of a lesson"),
        ({"course.yml": "title: [\n"}, r"course.yml:\d+: "),
        ({"course.yml": "lessons: []\n"}, "title is missing"),
        ({"course.yml": "title: A\nlesons: []\n"}, "'lesons' is unknown"),
        ({"course.yml": "- a\n"}, "course.yml:1: it says no"),
        ({"course.yml": "title: A\nlessons: one\n"}, "lessons is a list"),
        ({"one.md": "# One\n"}, "one.md:1: a lesson begins with front matter"),
        ({"one.md": "---\ntitle: One\nteaches: [a\n---\nText\n"}, r"one.md:\d+: "),
        ({"one.md": "---\ntitle: One\nslug: uno\n---\nText\n"}, "its slug is 'uno'"),
        ({"one.md": "---\ntitle: One\nminutes: soon\n---\nText\n"}, "minutes is a whole number"),
        ({"one.md": "---\ntitle: One\nsection: 3\n---\nText\n"}, "section says medium"),
    ],
)
def test_errors_name_the_file(tmp_path: Path, files: dict[str, str], error: str) -> None:
    with pytest.raises(InvalidCourseError, match=error):
        read_folder(folder(tmp_path, **files))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "one.md").write_bytes(b"---\ntitle: \xff\n---\n")
    with pytest.raises(InvalidCourseError, match="not UTF-8"):
        read_folder(tmp_path)
    (tmp_path / "one.md").write_bytes(b"x" * 500_000)
    with pytest.raises(InvalidCourseError, match="more than"):
        read_folder(tmp_path)
