"""Which lessons explain techniques, by the edges that published courses state."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.briefing.model import LessonFor, Via
from netsentinel.academy.graph import Concept, ConceptKind, EdgeState, Graph, Relation, id_of, key_of
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import TenantId

_LESSON: Final = "lesson:"


@dataclass(frozen=True, slots=True)
class Explained:
    """A lesson, and what it explains of what was asked about."""

    lesson: Concept
    via: Via
    names: tuple[str, ...]
    """Of the techniques."""


async def concepts_of(graph: Graph, tenant: TenantId, techniques: Iterable[str]) -> dict[str, Concept]:
    """Id of a technique -> its concept, of those that the graph has."""
    wanted = {technique: id_of(key_of(technique)) for technique in techniques}
    by_id = {one.id: one for one in await graph.find(tenant, set(wanted.values()))}
    found = {technique: by_id[one] for technique, one in wanted.items() if one in by_id}
    for technique in wanted.keys() - found.keys():
        try:
            found[technique] = await graph.concept(tenant, technique)  # it may have been merged
        except NotFoundError:
            continue
    return found


async def explaining(graph: Graph, tenant: TenantId, concepts: Iterable[tuple[Concept, Via, str]]) -> list[Explained]:
    """The lessons that explain these concepts: (concept, how close it is, the technique's name); the closest first."""
    ways: dict[str, tuple[Via, list[str]]] = {}
    for concept, via, name in concepts:
        for edge in await graph.neighbours(tenant, concept.id):
            is_it = edge.key.relation is Relation.EXPLAINS and edge.key.target == concept.id
            if is_it and edge.state is EdgeState.LIVE:
                before, names = ways.get(edge.key.source, (via, []))
                ways[edge.key.source] = (min(before, via, key=_closeness), [*names, name])
    lessons = {one.id: one for one in await graph.find(tenant, ways.keys()) if one.kind is ConceptKind.LESSON}
    found = [
        Explained(lessons[one], via, tuple(dict.fromkeys(names)))
        for one, (via, names) in ways.items()
        if one in lessons
    ]
    return sorted(found, key=lambda one: (_closeness(one.via), -len(one.names), one.lesson.key))


def lesson_for(one: Explained) -> LessonFor:
    """A lesson as it is shown."""
    key = one.lesson.key.replace(" ", "-")  # a slug has no spaces; the graph compares hyphens as such
    course, _, lesson = key.removeprefix(_LESSON).partition("/")
    return LessonFor(
        key=key,
        course=course,
        lesson=lesson,
        title=one.lesson.name,
        course_title=one.lesson.text,
        via=one.via,
        explains=one.names,
    )


def parent_of(technique: str) -> str:
    """The technique of which this is a kind: `T1110` of `T1110.001`; empty for one that is none."""
    return technique.partition(".")[0] if "." in technique else ""


def _closeness(via: Via) -> int:
    return list(Via).index(via)
