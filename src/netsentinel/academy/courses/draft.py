"""A course as a teacher writes it, and the check of everything that can be checked without the graph."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.courses.errors import InvalidCourseError
from netsentinel.academy.courses.model import Section
from netsentinel.academy.courses.texts import faults_of

MOST_LESSONS: Final = 100
MOST_CONCEPTS: Final = 20
"""That a lesson teaches, or requires, or techniques that it explains."""
MOST_MINUTES: Final = 240
MOST_TEXT: Final = 100_000
"""Characters of a lesson."""
MAX_NAME: Final = 120
MAX_SUMMARY: Final = 1_000
_MOST_FAULTS: Final = 20
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_TECHNIQUE: Final = re.compile(r"T\d{4}(?:\.\d{3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLesson:
    """A lesson as it is written: concepts by their names, and either a text or where in a medium it is."""

    slug: str
    title: str
    minutes: int = 5
    teaches: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    text: str = ""
    """Markdown. Of a lesson with a section, what stands there takes its place."""
    section: Section | None = None

    @property
    def sha256(self) -> str:
        """Of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A course as it is written, its lessons in the teacher's order."""

    title: str
    summary: str = ""
    lessons: tuple[DraftLesson, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a course that cannot be."""

    where: str
    """Slug of the lesson; empty for the course itself."""
    what: str


def check_slug(slug: str) -> None:
    """See to it that a slug can stand in an address.

    Raises:
        InvalidCourseError: it cannot.
    """
    if not _SLUG.fullmatch(slug):
        raise refused([Fault(where="", what=f"{slug[:64]!r} is no slug: a-z, 0-9 and hyphens, at most 64 of them")])


def check(draft: Draft) -> None:
    """See to it that a draft can be kept. Which techniques there are, and cycles, only the graph tells.

    Raises:
        InvalidCourseError: it cannot; `faults` says why, for each lesson.
    """
    faults = [Fault(where="", what=what) for what in _of_course(draft)]
    slugs = frozenset(lesson.slug for lesson in draft.lessons)
    for lesson in draft.lessons:
        faults += [Fault(where=lesson.slug[:64], what=what) for what in _of_lesson(lesson, slugs)]
    if faults:
        raise refused(faults)


def refused(faults: list[Fault]) -> InvalidCourseError:
    """The error that tells of faults, the first of them in its sentence."""
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return InvalidCourseError(
        f"{first.where + ': ' if first.where else ''}{first.what}{more}.",
        faults=[{"where": one.where, "what": one.what} for one in faults[:_MOST_FAULTS]],
    )


def _of_course(draft: Draft) -> list[str]:
    found: list[str] = []
    if not draft.title.strip() or len(draft.title) > MAX_NAME:
        found.append(f"a title has 1 to {MAX_NAME} characters")
    if len(draft.summary) > MAX_SUMMARY:
        found.append(f"a summary has at most {MAX_SUMMARY:,} characters")
    if len(draft.lessons) > MOST_LESSONS:
        found.append(f"a course has at most {MOST_LESSONS} lessons")
    twice = [slug for slug, times in Counter(lesson.slug for lesson in draft.lessons).items() if times > 1]
    found += [f"there are two lessons {slug[:64]}" for slug in twice]
    return found


def _of_lesson(lesson: DraftLesson, slugs: frozenset[str]) -> list[str]:
    found: list[str] = []
    if not _SLUG.fullmatch(lesson.slug):
        found.append("its slug has other characters than a-z, 0-9 and hyphens, or more than 64")
    if not lesson.title.strip() or len(lesson.title) > MAX_NAME:
        found.append(f"a title has 1 to {MAX_NAME} characters")
    if not 1 <= lesson.minutes <= MOST_MINUTES:
        found.append(f"minutes are 1 to {MOST_MINUTES}")
    for what, names in (("teaches", lesson.teaches), ("requires", lesson.requires)):
        if len(names) > MOST_CONCEPTS:
            found.append(f"{what} names more than {MOST_CONCEPTS} concepts")
        if any(not name.strip() or len(name) > MAX_NAME for name in names):
            found.append(f"{what} has a name of none or more than {MAX_NAME} characters")
    if len(lesson.techniques) > MOST_CONCEPTS:
        found.append(f"techniques names more than {MOST_CONCEPTS}")
    found += [
        f"{one[:20]!r} is no id of a technique, such as T1046 or T1110.001"
        for one in lesson.techniques
        if not _TECHNIQUE.fullmatch(one)
    ]
    if len(lesson.text) > MOST_TEXT:
        return [*found, f"its text has {len(lesson.text):,} characters; at most {MOST_TEXT:,} are possible"]
    if not lesson.text.strip():
        return [*found, "it has no text"]
    return found + faults_of(lesson.text, slugs)
