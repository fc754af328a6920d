"""Reads a course from a folder: `course.yml`, and a Markdown file with front matter for each lesson."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import yaml

from netsentinel.academy.courses.draft import MOST_LESSONS, MOST_TEXT, Draft, DraftLesson, check_slug
from netsentinel.academy.courses.errors import InvalidCourseError
from netsentinel.academy.courses.model import Section
from netsentinel.kernel.errors import NotFoundError

COURSE_FILE: Final = "course.yml"
_MOST_BYTES: Final = 4 * MOST_TEXT
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_FRONT: Final = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
_OF_COURSE: Final = frozenset({"slug", "title", "summary", "lessons"})
_OF_LESSON: Final = frozenset({"slug", "title", "minutes", "teaches", "requires", "techniques", "section"})
_OF_SECTION: Final = frozenset({"medium", "first", "last"})
_FILE_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")


def bundled_courses() -> Path:
    """The folder of the courses that come with NetSentinel, one folder for each.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        folder = root / "content" / "courses"
        if folder.is_dir():
            return folder
    raise NotFoundError("The bundled courses are missing from this installation; please install NetSentinel again.")


def read_folder(folder: Path) -> tuple[str, Draft]:
    """The slug and the draft of a course.

    Args:
        folder: with `course.yml`, and `SLUG.md` for each lesson that it lists.

    Raises:
        InvalidCourseError: a file is missing, is no YAML, or says something else than expected; the sentence names the
            file, and the line where there is one.
    """
    course = _yaml(folder / COURSE_FILE, _text(folder / COURSE_FILE), 0)
    _only(course, _OF_COURSE, COURSE_FILE)
    lessons = _names(course, "lessons", COURSE_FILE)
    if len(lessons) > MOST_LESSONS:
        raise InvalidCourseError(f"{COURSE_FILE}: a course has at most {MOST_LESSONS} lessons.")
    draft = Draft(
        title=_string(course, "title", COURSE_FILE),
        summary=_string(course, "summary", COURSE_FILE, default=""),
        lessons=tuple(_lesson(folder, slug) for slug in lessons),
    )
    return _string(course, "slug", COURSE_FILE, default=folder.resolve().name), draft


def _lesson(folder: Path, slug: str) -> DraftLesson:
    name = f"{slug[:80]}.md"
    if not _FILE_NAME.fullmatch(slug):
        raise InvalidCourseError(f"{COURSE_FILE}: {slug[:80]!r} is no slug of a lesson.")
    found = _FRONT.fullmatch(_text(folder / name))
    if found is None:
        raise InvalidCourseError(f"{name}:1: a lesson begins with front matter between two lines of ---.")
    front = _yaml(folder / name, found[1], 1)
    _only(front, _OF_LESSON, name)
    stated = _string(front, "slug", name, default=slug)
    if stated != slug:
        raise InvalidCourseError(f"{name}: its slug is {stated[:80]!r}, but the file's name says {slug}.")
    minutes = front.get("minutes", 5)
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        raise InvalidCourseError(f"{name}: minutes is a whole number.")
    return DraftLesson(
        slug=slug,
        title=_string(front, "title", name),
        minutes=minutes,
        teaches=_names(front, "teaches", name),
        requires=_names(front, "requires", name),
        techniques=_names(front, "techniques", name),
        text=found[2].strip() + "\n",
        section=_section(front, name),
    )


def _section(front: Mapping[str, Any], name: str) -> Section | None:
    stated = front.get("section")
    if stated is None:
        return None
    if not isinstance(stated, dict):
        raise InvalidCourseError(f"{name}: section says medium, first and last.")
    section = cast("dict[str, Any]", stated)
    _only(section, _OF_SECTION, name)
    return Section(
        medium=_string(section, "medium", name),
        first=_string(section, "first", name, default=""),
        last=_string(section, "last", name, default=""),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidCourseError(f"{path.name} has more than {_MOST_BYTES:,} bytes.")
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise InvalidCourseError(f"{path.name} is missing in {path.parent}.") from error
    except UnicodeDecodeError as error:
        raise InvalidCourseError(f"{path.name} is not UTF-8.") from error


def _yaml(path: Path, text: str, above: int) -> dict[str, Any]:
    try:
        found: object = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + above + 1
        raise InvalidCourseError(f"{path.name}:{line}: {error.problem or 'it is no YAML'}.") from error
    except yaml.YAMLError as error:
        raise InvalidCourseError(f"{path.name}: it is no YAML.") from error
    if not isinstance(found, dict):
        raise InvalidCourseError(f"{path.name}:{above + 1}: it says no `name: value`.")
    return {str(key): value for key, value in cast("dict[object, Any]", found).items()}


def _only(found: Mapping[str, Any], known: frozenset[str], name: str) -> None:
    odd = sorted(found.keys() - known)
    if odd:
        raise InvalidCourseError(f"{name}: {odd[0][:60]!r} is unknown; there are {', '.join(sorted(known))}.")


def _string(found: Mapping[str, Any], field: str, name: str, *, default: str | None = None) -> str:
    value = found.get(field, default)
    if not isinstance(value, str):
        raise InvalidCourseError(f"{name}: {field} is {'missing' if value is None else 'no text'}.")
    return " ".join(value.split())


def _names(found: Mapping[str, Any], field: str, name: str) -> tuple[str, ...]:
    value: object = found.get(field) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in cast("list[object]", value)):
        raise InvalidCourseError(f"{name}: {field} is a list of texts.")
    return tuple(one.strip() for one in cast("list[str]", value))


def write_folder(folder: Path, slug: str, draft: Draft) -> int:
    """Write a course as `read_folder` reads it; how many lessons it has.

    Raises:
        InvalidCourseError: the folder has something in it already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise InvalidCourseError(f"{folder} is not empty.")
    check_slug(slug)
    for lesson in draft.lessons:
        check_slug(lesson.slug)
        front: dict[str, Any] = {
            "title": lesson.title,
            "slug": lesson.slug,
            "minutes": lesson.minutes,
            "teaches": list(lesson.teaches),
            "requires": list(lesson.requires),
            "techniques": list(lesson.techniques),
        }
        if lesson.section:
            section = lesson.section
            front["section"] = {"medium": section.medium, "first": section.first, "last": section.last}
        text = f"---\n{_dumped(front)}---\n{lesson.text}"
        (folder / f"{lesson.slug}.md").write_text(text, encoding="utf-8")
    course = {"slug": slug, "title": draft.title, "summary": draft.summary}
    lessons = [lesson.slug for lesson in draft.lessons]
    (folder / COURSE_FILE).write_text(_dumped({**course, "lessons": lessons}), encoding="utf-8")
    return len(lessons)


def _dumped(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=120)
