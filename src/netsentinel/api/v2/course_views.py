"""Courses as the API takes and shows them, where that is not what the academy itself says."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.courses import Course, CourseCard, CourseVersion, Draft, DraftLesson, LessonCard, Section
from netsentinel.academy.courses.draft import MAX_NAME, MOST_CONCEPTS, MOST_MINUTES, MOST_TEXT
from netsentinel.academy.courses.teaching import AssignmentView, Learner, LearnerRow
from netsentinel.kernel.cursor import decode_cursor, encode_cursor


class SectionText(BaseModel):
    """A part of a medium that a lesson's text is taken from, both ends included."""

    model_config = ConfigDict(extra="forbid")

    medium: str = Field(min_length=1, max_length=64, description="Id of the medium.")
    first: str = Field("", max_length=300, description="Position, such as `page 3`; empty for the beginning.")
    last: str = Field("", max_length=300, description="The last position; empty for the end.")


class LessonText(BaseModel):
    """A lesson as it is written: concepts by their names, and either a text or where in a medium it is."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(min_length=1, max_length=64, description="a-z, 0-9 and hyphens, once in a course.")
    title: str = Field(min_length=1, max_length=MAX_NAME)
    minutes: int = Field(5, ge=1, le=MOST_MINUTES, description="That reading it takes.")
    teaches: list[str] = Field(default_factory=list[str], max_length=MOST_CONCEPTS, description="Names of concepts.")
    requires: list[str] = Field(default_factory=list[str], max_length=MOST_CONCEPTS, description="Names of concepts.")
    techniques: list[str] = Field(
        default_factory=list[str], max_length=MOST_CONCEPTS, description="Ids of ATT&CK techniques, such as T1046."
    )
    text: str = Field("", max_length=MOST_TEXT, description="Markdown without HTML; ignored with a section.")
    section: SectionText | None = Field(None, description="Where in a medium the text is.")

    def as_lesson(self) -> DraftLesson:
        """The domain's lesson."""
        section = self.section and Section(medium=self.section.medium, first=self.section.first, last=self.section.last)
        return DraftLesson(
            slug=self.slug,
            title=self.title,
            minutes=self.minutes,
            teaches=tuple(self.teaches),
            requires=tuple(self.requires),
            techniques=tuple(self.techniques),
            text=self.text,
            section=section,
        )


@dataclass(frozen=True, slots=True)
class CourseList:
    """Courses by slug."""

    items: list[CourseCard]
    next: str | None
    """Cursor of the next page; null on the last."""

    @classmethod
    def page(cls, cards: list[CourseCard], cursor: str, limit: int) -> "CourseList":
        """The page after a cursor.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        left = [card for card in cards if card.slug > after]
        return cls(left[:limit], encode_cursor((left[limit - 1].slug,)) if len(left) > limit else None)


@dataclass(frozen=True, slots=True)
class DraftView:
    """What is being written of a course."""

    course: Course
    draft: Draft


@dataclass(frozen=True, slots=True)
class VersionList:
    """What was published of a course, newest first."""

    items: list[CourseVersion]


@dataclass(frozen=True, slots=True)
class AssignmentList:
    """Who should take a course, the nearest date first."""

    items: list[AssignmentView]


@dataclass(frozen=True, slots=True)
class LearnerList:
    """How far everybody is with a course, by name."""

    items: list[LearnerRow]


@dataclass(frozen=True, slots=True)
class LearnerNames:
    """Everybody who can be a learner, by name."""

    items: list[Learner]


@dataclass(frozen=True, slots=True)
class LessonList:
    """Lessons that explain something, the closest first."""

    items: list[LessonCard]
