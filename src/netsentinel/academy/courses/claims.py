"""What a published course states about the graph: its lessons, and the concepts and techniques that they explain."""

from collections.abc import Mapping
from typing import Final

from netsentinel.academy.courses.model import Course, CourseVersion, Lesson, lesson_key
from netsentinel.academy.courses.texts import evidence_for
from netsentinel.academy.graph import Claims, ConceptClaim, ConceptKind, EdgeClaim, Origin, OriginKind, Relation

_LONGEST_SENTENCE: Final = 500


def origin_of(course_id: str) -> Origin:
    """By which the graph knows what a course states."""
    return Origin(OriginKind.COURSE, course_id)


def claims_of(course: Course, version: CourseVersion, texts: Mapping[str, str]) -> Claims:
    """The claims of a course: its lessons, the concepts that they teach, and what each explains and requires.

    Args:
        course: whose they are.
        version: the one that is published.
        texts: id of a lesson -> Markdown.
    """
    concepts: dict[str, ConceptClaim] = {}
    edges: list[EdgeClaim] = []
    for lesson in version.lessons:
        own = lesson_key(course.slug, lesson.slug)
        concepts[own] = ConceptClaim(name=lesson.title, key=own, kind=ConceptKind.LESSON, text=version.title)
        for taught in lesson.teaches:
            concepts.setdefault(taught.concept, ConceptClaim(name=taught.name, key=taught.concept))
        edges += _edges(own, lesson, texts.get(lesson.id, ""))
    return Claims(tuple(concepts.values()), tuple(edges))


def _edges(own: str, lesson: Lesson, text: str) -> list[EdgeClaim]:
    edges: dict[tuple[str, Relation], EdgeClaim] = {}
    for key, name in [*((one.concept, one.name) for one in lesson.teaches), *((one, one) for one in lesson.techniques)]:
        sentence, position = evidence_for(text, name)
        edges[key, Relation.EXPLAINS] = EdgeClaim(
            source=own,
            target=key,
            relation=Relation.EXPLAINS,
            position=position[:100],
            sentence=sentence[:_LONGEST_SENTENCE],
        )
    for need in lesson.needs:
        if not need.because:
            edges[need.concept, Relation.REQUIRES] = EdgeClaim(source=own, target=need.concept)
    return list(edges.values())
