"""Whether a learner can be done with a lesson yet, and if not, what exactly is missing and where it is taught."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from netsentinel.academy import MASTERED
from netsentinel.academy.courses.model import Lesson, Need, Progress


class LessonState(StrEnum):
    """How far a learner is with a lesson."""

    LOCKED = "locked"
    """Something comes first. It can be read all the same, but not be done."""
    OPEN = "open"
    READ = "read"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRef:
    """A lesson to go to."""

    id: str
    course: str
    """Slug of its course."""
    slug: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """A concept that must be known before a lesson, as one learner has it."""

    concept: str
    """Its key."""
    name: str
    because: str
    """Name of the concept that the lesson teaches and that builds on this one; empty when the lesson itself says so."""
    mastery: float
    """The learner's, 0 to 1."""
    is_met: bool
    lessons: tuple[LessonRef, ...]
    """Where it is taught. What is taught nowhere locks nothing: nobody could learn it here."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a learner knows."""

    mastery: Mapping[str, float]
    """Key of a concept -> 0 to 1."""
    learned: AbstractSet[str]
    """Keys of what the lessons teach that the learner is done with."""

    def knows(self, concept: str) -> bool:
        """Whether a concept counts as known."""
        return concept in self.learned or self.mastery.get(concept, 0.0) >= MASTERED


def needs_of(lesson: Lesson, known: Known, taught: Mapping[str, Sequence[LessonRef]]) -> tuple[NeedView, ...]:
    """What a lesson needs, as one learner has it.

    Args:
        lesson: which.
        known: what the learner knows.
        taught: key of a concept -> lessons that teach it.
    """
    return tuple(_view(need, lesson, known, taught) for need in lesson.needs)


def _view(need: Need, lesson: Lesson, known: Known, taught: Mapping[str, Sequence[LessonRef]]) -> NeedView:
    places = tuple(one for one in taught.get(need.concept, ()) if one.id != lesson.id)
    return NeedView(
        concept=need.concept,
        name=need.name,
        because=need.because,
        mastery=known.mastery.get(need.concept, 0.0),
        is_met=not places or known.knows(need.concept),
        lessons=places,
    )


def state_of(progress: Progress | None, needs: Sequence[NeedView]) -> LessonState:
    """How far a learner is with a lesson. What is done stays done, whatever is forgotten later."""
    if progress is not None and progress.done_at:
        return LessonState.DONE
    if not all(need.is_met for need in needs):
        return LessonState.LOCKED
    return LessonState.OPEN if progress is None else LessonState.READ
