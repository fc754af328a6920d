"""Which of the techniques that a team saw somebody has mastered."""

from collections.abc import Iterable
from typing import Final

from netsentinel.academy import MASTERED
from netsentinel.academy.briefing.lessons import concepts_of, explaining, lesson_for, parent_of
from netsentinel.academy.briefing.model import CoverageReport, LessonFor, TechniqueCoverage, Via
from netsentinel.academy.briefing.ports import SeenAlerts, Team
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.graph import Concept, Graph
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.types import TenantId

_MOST_TECHNIQUES: Final = 300
_MOST_PEOPLE: Final = 500
_MOST_LESSONS: Final = 3


class Coverage:
    """What a team should learn because of what it saw."""

    def __init__(self, graph: Graph, alerts: SeenAlerts, mastery: Mastery, team: Team, clock: Clock) -> None:
        self._graph = graph
        self._alerts = alerts
        self._mastery = mastery
        self._team = team
        self._clock = clock

    async def report(self, tenant: TenantId, days: int, people: Iterable[str] | None = None) -> CoverageReport:
        """The techniques of the last days, with how many people have mastered them.

        Args:
            tenant: whose.
            days: of alerts that are looked at.
            people: ids of users; everybody who looks after alerts when left out.
        """
        since = self._clock.now() - days * DAY
        seen = await self._alerts.techniques_since(tenant, since)
        most = sorted(seen, key=lambda one: (-seen[one][0], one))[:_MOST_TECHNIQUES]
        concepts = await concepts_of(self._graph, tenant, {*most, *map(parent_of, most)} - {""})
        users = [one.id for one in await self._team.of(tenant)] if people is None else list(people)
        users = users[:_MOST_PEOPLE]
        keys = {concepts[one].key for one in most if one in concepts}
        masteries = [await self._mastery.mastered(tenant, user, keys) for user in users] if keys else []
        items: list[TechniqueCoverage] = []
        for technique in most:
            concept = concepts.get(technique)
            levels = [one.get(concept.key, 0.0) for one in masteries] if concept else []
            items.append(
                TechniqueCoverage(
                    id=technique,
                    name=concept.name if concept else "",
                    concept=concept.id if concept else "",
                    alerts=seen[technique][0],
                    last_at=seen[technique][1],
                    masters=sum(1 for level in levels if level >= MASTERED),
                    best=max(levels, default=0.0),
                    lessons=await self._lessons(tenant, technique, concepts),
                )
            )
        items.sort(key=lambda one: (one.is_covered, -one.alerts, one.id))
        return CoverageReport(
            since=since, people=len(users), covered=sum(one.is_covered for one in items), items=tuple(items)
        )

    async def _lessons(self, tenant: TenantId, technique: str, concepts: dict[str, Concept]) -> tuple[LessonFor, ...]:
        ways = ((technique, Via.TECHNIQUE), (parent_of(technique), Via.PARENT))
        asked = [(concepts[one], via, concepts[one].name) for one, via in ways if one in concepts]
        return tuple(map(lesson_for, (await explaining(self._graph, tenant, asked))[:_MOST_LESSONS]))
