"""The way that a learner has to something: the lessons that are left, in an order in which they can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netsentinel.academy.courses.locks import LessonRef, LessonState
from netsentinel.academy.courses.outlook import Outlook
from netsentinel.academy.courses.views import LessonOutline, outline_of
from netsentinel.academy.graph import Concept, ConceptKind, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A lesson on the way."""

    lesson: LessonRef
    minutes: int
    state: LessonState
    reason: str
    """Name of the concept that it is there for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something on the way that no lesson teaches."""

    concept: str
    """Its key."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPath:
    """The way to a goal, from what the learner knows already."""

    goal: Concept
    is_reached: bool
    """Whether the learner knows it already."""
    steps: tuple[PathStep, ...]
    minutes: int
    gaps: tuple[Gap, ...]


class _Way:
    """A way under construction."""

    def __init__(self, seen: Outlook) -> None:
        self._known = seen.known
        self._lessons: dict[str, tuple[LessonRef, LessonOutline]] = {}
        self._teach: dict[str, list[str]] = {}
        slugs = {course.id: course.slug for course in seen.snapshot.courses}
        for course, version in seen.snapshot.shown.items():
            if course not in seen.snapshot.newest and course not in seen.snapshot.enrolments:
                continue
            for one in outline_of(version, seen):
                place = LessonRef(id=one.id, course=slugs[course], slug=one.slug, title=one.title)
                self._lessons[one.id] = place, one
                for key in (*(taught.concept for taught in one.teaches), *map(key_of, one.techniques)):
                    self._teach.setdefault(key, []).append(one.id)
        self.steps: dict[str, PathStep] = {}
        self.gaps: dict[str, Gap] = {}
        self._begun: set[str] = set()

    def knows(self, key: str) -> bool:
        """Whether the learner knows a concept; a technique, when a lesson that explains it is done."""
        done = (self._lessons[one][1].state is LessonState.DONE for one in self._teach.get(key, ()))
        return self._known.knows(key) or any(done)

    def lead_to(self, key: str, name: str) -> None:
        """Add what is left before a learner knows a concept."""
        if self.knows(key):
            return
        lessons = self._teach.get(key)
        if not lessons:
            self.gaps.setdefault(key, Gap(concept=key, name=name))
            return
        self._take(min(lessons, key=self._effort), name)

    def _effort(self, lesson: str) -> tuple[bool, int, int, int]:
        _, one = self._lessons[lesson]
        unmet = sum(not need.is_met for need in one.needs)
        return lesson not in self.steps, unmet, one.minutes, list(self._lessons).index(lesson)

    def _take(self, lesson: str, reason: str) -> None:
        if lesson in self._begun:
            return
        self._begun.add(lesson)
        place, one = self._lessons[lesson]
        for need in one.needs:
            if not need.is_met:
                self.lead_to(need.concept, need.name)
        self.steps[lesson] = PathStep(lesson=place, minutes=one.minutes, state=one.state, reason=reason)


def path_to(goal: Concept, before: Sequence[Concept], seen: Outlook) -> LearningPath:
    """The way to a goal.

    Args:
        goal: what is to be learned.
        before: what the graph says must be understood before it, in an order to learn in.
        seen: what the learner knows, and which lessons there are.
    """
    way = _Way(seen)
    is_reached = way.knows(goal.key)
    if not is_reached:
        for one in before:
            if one.kind is ConceptKind.CONCEPT:
                way.lead_to(one.key, one.name)
        way.lead_to(goal.key, goal.name)
    steps = tuple(way.steps.values())
    return LearningPath(
        goal=goal,
        is_reached=is_reached,
        steps=steps,
        minutes=sum(step.minutes for step in steps),
        gaps=tuple(way.gaps.values()),
    )


def ranked(techniques: Sequence[str], lessons: Mapping[str, Sequence[str]]) -> list[str]:
    """Lessons that explain these techniques: those that name one, then its technique, then a sub-technique of it.

    Args:
        techniques: ids such as `T1110.001`.
        lessons: id of a lesson -> techniques that it names, in the order of the lessons.
    """
    whole = {one.partition(".")[0] for one in techniques}
    places: dict[str, int] = {}
    for lesson, named in lessons.items():
        if set(named) & set(techniques):
            places[lesson] = 0
        elif set(named) & whole:
            places[lesson] = 1
        elif {one.partition(".")[0] for one in named} & set(techniques):
            places[lesson] = 2
    return sorted(places, key=lambda lesson: places[lesson])
