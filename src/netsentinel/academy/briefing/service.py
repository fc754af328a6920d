"""From an alert to the lessons that explain it, and to what its viewer has to understand first."""

import asyncio
from dataclasses import dataclass
from typing import Final

from netsentinel.academy import MASTERED
from netsentinel.academy.briefing.coverage import Coverage
from netsentinel.academy.briefing.lessons import Explained, concepts_of, explaining, lesson_for, parent_of
from netsentinel.academy.briefing.model import AlertLessons, LackedConcept, SeenTechnique, Via
from netsentinel.academy.briefing.ports import SeenAlerts
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.extraction import Entry, Linker
from netsentinel.academy.graph import Concept, ConceptKind, Graph
from netsentinel.alerts import Alert
from netsentinel.alerts.model import techniques
from netsentinel.kernel.types import Principal, TenantId

_MOST_LESSONS: Final = 6
_MOST_LACKED: Final = 12
_MOST_TECHNIQUES: Final = 12
_MOST_BY_WORDS: Final = 3
_MOST_COMPARED: Final = 500
"""Lessons that an alert's words are compared with."""
_TO_LEARN: Final = frozenset(ConceptKind) - {ConceptKind.MEDIUM, ConceptKind.LESSON, ConceptKind.RULE}


@dataclass(frozen=True, slots=True)
class Briefings:
    """What is told of alerts: to one person, and of a team."""

    lessons: "Briefing"
    coverage: Coverage


class Briefing:
    """What to learn because of an alert. It is joined at each question from the graph, alerts and mastery."""

    def __init__(self, graph: Graph, alerts: SeenAlerts, mastery: Mastery) -> None:
        self._graph = graph
        self._alerts = alerts
        self._mastery = mastery

    async def lessons(self, principal: Principal, alert_id: str) -> AlertLessons:
        """An alert's techniques, the lessons that explain them, and what the viewer lacks.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        tenant = principal.tenant
        alert = await self._alerts.alert(tenant, alert_id)
        named = techniques(alert.tags)[:_MOST_TECHNIQUES]
        concepts = await concepts_of(self._graph, tenant, {*named, *map(parent_of, named)} - {""})
        asked = [(concepts[one], Via.TECHNIQUE, concepts[one].name) for one in named if one in concepts]
        asked += [
            (concepts[parent], Via.PARENT, concepts[one].name if one in concepts else one)
            for one in named
            if (parent := parent_of(one)) in concepts
        ]
        found = await explaining(self._graph, tenant, asked) or await self._by_words(tenant, alert)
        found = found[:_MOST_LESSONS]
        first = await self._first(tenant, [*(one for one, _, _ in asked), *(one.lesson for one in found)])
        keys = {one.key for one in (*concepts.values(), *first)}
        mastery = await self._mastery.mastered(tenant, principal.id, keys)
        lacks = [one for one in first if mastery.get(one.key, 0.0) < MASTERED][:_MOST_LACKED]
        own = [concepts[one].key for one in named if one in concepts]
        return AlertLessons(
            techniques=tuple(
                SeenTechnique(
                    id=one,
                    name=concepts[one].name if one in concepts else "",
                    concept=concepts[one].id if one in concepts else "",
                    mastery=mastery.get(concepts[one].key, 0.0) if one in concepts else 0.0,
                )
                for one in named
            ),
            lessons=tuple(map(lesson_for, found)),
            lacks=tuple(
                LackedConcept(id=one.id, key=one.key, name=one.name, mastery=mastery.get(one.key, 0.0)) for one in lacks
            ),
            drill=tuple(dict.fromkeys([*own, *(one.key for one in lacks)])),
        )

    async def _first(self, tenant: TenantId, concepts: list[Concept]) -> list[Concept]:
        """All that somebody vouches must be understood before these, in an order to learn it in.

        Thousands of suggestions that nobody answered would bury it, and most of them are wrong.
        """
        order = await self._graph.vouched(tenant, list(dict.fromkeys(one.id for one in concepts)))
        found = {one.id: one for one in await self._graph.find(tenant, order)}
        return [found[one] for one in order if one in found and found[one].kind in _TO_LEARN]

    async def _by_words(self, tenant: TenantId, alert: Alert) -> list[Explained]:
        """The lessons that fit an alert's words, when none explains its techniques."""
        page = await self._graph.page(tenant, kind=ConceptKind.LESSON, limit=_MOST_COMPARED)
        lessons = {one.id: one for one in page}
        if not lessons:
            return []
        text = f"{alert.title}. {alert.description}"
        entries = [Entry(one.id, f"{one.name}. {one.text}.") for one in lessons.values()]
        ranked = await asyncio.to_thread(lambda: Linker(entries).rank(text, _MOST_BY_WORDS))
        return [Explained(lessons[link.key], Via.WORDS, ()) for link in ranked]
