"""What an alert, and a month of alerts, say about what to learn."""

from dataclasses import dataclass
from enum import StrEnum

from netsentinel.kernel.types import Micros


class Via(StrEnum):
    """Why a lesson is shown for an alert, the closest first."""

    TECHNIQUE = "technique"
    """It explains a technique of the alert."""
    PARENT = "parent"
    """It explains the technique of which the alert shows a kind."""
    WORDS = "words"
    """The alert names no technique that a lesson explains; this one fits its words best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTechnique:
    """A technique of an alert."""

    id: str
    """Of ATT&CK, for example `T1046`."""
    name: str
    """Empty when the graph does not know it."""
    concept: str
    """Id of its concept; empty when the graph has none."""
    mastery: float
    """The viewer's, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFor:
    """A lesson that explains an alert."""

    key: str
    """`lesson:<course>/<lesson>`."""
    course: str
    """Slug."""
    lesson: str
    """Slug."""
    title: str
    course_title: str
    via: Via
    explains: tuple[str, ...]
    """Names of those techniques of the alert that it explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LackedConcept:
    """What the viewer has to understand first, and has not mastered."""

    id: str
    key: str
    name: str
    mastery: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLessons:
    """What an alert has to do with what the viewer should learn."""

    techniques: tuple[SeenTechnique, ...]
    lessons: tuple[LessonFor, ...]
    """The closest first."""
    lacks: tuple[LackedConcept, ...]
    """In an order to learn them in."""
    drill: tuple[str, ...]
    """Keys of concepts to practise: the techniques, and what the viewer lacks."""


class Shown(StrEnum):
    """What one sees of others' mastery."""

    NAMES = "names"
    """Who has mastered what: for those who may teach."""
    COUNTS = "counts"
    """How many have, but not who."""
    NOTHING = "nothing"
    """Of fewer than three people, how many would say who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueCoverage:
    """A technique that was seen, and who masters it."""

    id: str
    name: str
    concept: str
    alerts: int
    """Raised in the time, or with findings in it."""
    last_at: Micros
    """When the newest of them was raised, or had its last finding, whichever is later."""
    masters: int | None
    """How many of the people have mastered it; None where that is not shown."""
    mastered_by: tuple[str, ...]
    """Their names, ten at most; none where they are not shown."""
    best: float | None
    """The highest mastery of anybody; None where names are not shown."""
    lessons: tuple[LessonFor, ...]
    """That explain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """Which of the techniques that were seen somebody has mastered."""

    since: Micros
    shifts: tuple[str, ...] | None
    """Names of the cohorts that were looked at; None for everybody who looks after alerts."""
    people: int
    """How many were looked at: those of them who look after alerts."""
    shown: Shown
    covered: int | None
    """How many techniques somebody has mastered; None where that is not shown."""
    items: tuple[TechniqueCoverage, ...]
    """Those first that nobody has mastered, where that is shown; the most seen first."""
