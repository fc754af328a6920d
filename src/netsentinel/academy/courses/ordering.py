"""In which order lessons can be learned: the teacher's, but none before the one that teaches what it needs."""

import heapq
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from netsentinel.academy.courses.errors import LessonCycleError


@dataclass(frozen=True, slots=True)
class Stop:
    """A lesson, as far as its place depends on it. Concepts are told apart by whatever tells them apart."""

    title: str
    teaches: AbstractSet[str]
    needs: AbstractSet[str]


def introducers(stops: Sequence[Stop]) -> dict[str, int]:
    """Concept -> number of the first lesson that teaches it without needing it; else the first that teaches it."""
    found: dict[str, int] = {}
    for number, stop in enumerate(stops):
        for concept in stop.teaches - stop.needs:
            found.setdefault(concept, number)
    for number, stop in enumerate(stops):
        for concept in stop.teaches:
            found.setdefault(concept, number)
    return found


def ordered(stops: Sequence[Stop]) -> list[int]:
    """Numbers of the lessons in an order to learn in: among those that are possible, the teacher's first comes first.

    Raises:
        LessonCycleError: there is no such order; `cycle` names the lessons on a way round.
    """
    first = introducers(stops)
    before = [
        {first[concept] for concept in stop.needs if concept in first} - {number} for number, stop in enumerate(stops)
    ]
    after: list[list[int]] = [[] for _ in stops]
    for number, earlier in enumerate(before):
        for one in earlier:
            after[one].append(number)
    waits = [len(earlier) for earlier in before]
    ready = [number for number, count in enumerate(waits) if not count]
    order: list[int] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for one in after[number]:
            waits[one] -= 1
            if not waits[one]:
                heapq.heappush(ready, one)
    if len(order) < len(stops):
        cycle = [stops[number].title for number in _cycle(before, set(range(len(stops))) - set(order))]
        way = " needs ".join(repr(title) for title in cycle)
        raise LessonCycleError(f"{way}: take one of these requirements out.", cycle=cycle)
    return order


def _cycle(before: Sequence[AbstractSet[int]], left: AbstractSet[int]) -> list[int]:
    """A way round among lessons that wait for each other, the first again at the end."""
    at, way = min(left), list[int]()
    while at not in way:
        way.append(at)
        at = min(before[at] & left)
    return [*way[way.index(at) :], at]
