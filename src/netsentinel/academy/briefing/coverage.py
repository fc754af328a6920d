"""Which of the techniques that a team saw somebody has mastered."""

from typing import Final

from netsentinel.academy import MASTERED
from netsentinel.academy.briefing.lessons import concepts_of, explaining, lesson_for, parent_of
from netsentinel.academy.briefing.model import CoverageReport, LessonFor, Shown, TechniqueCoverage, Via
from netsentinel.academy.briefing.ports import SeenAlerts, Shifts, Team
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.graph import Concept, Graph
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.types import Permission, Principal, TenantId

_MOST_TECHNIQUES: Final = 300
_MOST_PEOPLE: Final = 500
_MOST_LESSONS: Final = 3
_MOST_NAMES: Final = 10
_LEAST_COUNTED: Final = 3
"""Of so many people numbers do not say who; of fewer they do."""


class Coverage:
    """What a team should learn because of what it saw."""

    def __init__(
        self, graph: Graph, alerts: SeenAlerts, mastery: Mastery, team: Team, shifts: Shifts, clock: Clock
    ) -> None:
        self._graph = graph
        self._alerts = alerts
        self._mastery = mastery
        self._team = team
        self._shifts = shifts
        self._clock = clock

    async def report(self, principal: Principal, days: int, shift: str = "") -> CoverageReport:
        """The techniques of the last days, with how many people have mastered them.

        Who may not teach sees numbers of three people or more, and of the whole team only: those of two shifts that
        differ by one person would say what that person has mastered.

        Args:
            principal: who asks.
            days: of alerts that are looked at.
            shift: whose mastery counts: `now` for those on shift now, the id or name of a cohort for those in it,
                everybody when empty; in each case of those who look after alerts.

        Raises:
            NotAllowedError: it is about a shift, and the principal may not teach.
            NotFoundError: the tenant has no such cohort.
        """
        tenant, may_teach = principal.tenant, principal.may(Permission.COURSES_TEACH)
        if shift and not may_teach:
            needed = Permission.COURSES_TEACH
            raise NotAllowedError(f"Looking at a shift needs the permission {needed}.", permission=needed.value)
        since = self._clock.now() - days * DAY
        seen = await self._alerts.techniques_since(tenant, since)
        most = sorted(seen, key=lambda one: (-seen[one][0], one))[:_MOST_TECHNIQUES]
        concepts = await concepts_of(self._graph, tenant, {*most, *map(parent_of, most)} - {""})
        cohorts = await self._shifts.of(tenant, shift) if shift else None
        members = None if cohorts is None else {user for one in cohorts for user in one.members}
        people = [one for one in await self._team.of(tenant) if members is None or one.id in members][:_MOST_PEOPLE]
        shown = Shown.NAMES if may_teach else Shown.COUNTS if len(people) >= _LEAST_COUNTED else Shown.NOTHING
        keys = {concepts[one].key for one in most if one in concepts}
        masteries = [(one, await self._mastery.mastered(tenant, one.id, keys)) for one in people] if keys else []
        items: list[TechniqueCoverage] = []
        for technique in most:
            concept = concepts.get(technique)
            levels = [(one, levels.get(concept.key, 0.0)) for one, levels in masteries] if concept else []
            masters = [one.name for one, level in levels if level >= MASTERED]
            items.append(
                TechniqueCoverage(
                    id=technique,
                    name=concept.name if concept else "",
                    concept=concept.id if concept else "",
                    alerts=seen[technique][0],
                    last_at=seen[technique][1],
                    masters=None if shown is Shown.NOTHING else len(masters),
                    mastered_by=tuple(masters[:_MOST_NAMES]) if shown is Shown.NAMES else (),
                    best=max((level for _, level in levels), default=0.0) if shown is Shown.NAMES else None,
                    lessons=await self._lessons(tenant, technique, concepts),
                )
            )
        items.sort(key=lambda one: (bool(one.masters), -one.alerts, one.id))
        return CoverageReport(
            since=since,
            shifts=None if cohorts is None else tuple(one.name for one in cohorts),
            people=len(people),
            shown=shown,
            covered=None if shown is Shown.NOTHING else sum(bool(one.masters) for one in items),
            items=tuple(items),
        )

    async def _lessons(self, tenant: TenantId, technique: str, concepts: dict[str, Concept]) -> tuple[LessonFor, ...]:
        ways = ((technique, Via.TECHNIQUE), (parent_of(technique), Via.PARENT))
        asked = [(concepts[one], via, concepts[one].name) for one, via in ways if one in concepts]
        return tuple(map(lesson_for, (await explaining(self._graph, tenant, asked))[:_MOST_LESSONS]))
