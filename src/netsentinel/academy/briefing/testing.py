"""Fakes of what the briefing asks of others."""

from collections.abc import Collection, Mapping

from netsentinel.academy.courses.model import Cohort
from netsentinel.alerts import Alert
from netsentinel.alerts.model import techniques
from netsentinel.alerts.triage.people import Person
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, TenantId


class FixedMastery:
    """What each user masters, as a test says."""

    def __init__(self, levels: Mapping[tuple[str, str], float] | None = None) -> None:
        self.levels = dict(levels or {})
        """(user, key of a concept) -> mastery."""

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:
        """What was said."""
        return {key: level for (who, key), level in self.levels.items() if who == user and key in concepts}


class FixedAlerts:
    """Alerts in a list."""

    def __init__(self, *alerts: Alert) -> None:
        self._alerts = alerts

    async def alert(self, tenant: TenantId, alert_id: str) -> Alert:
        """The alert of this id."""
        for one in self._alerts:
            if (one.tenant, one.id) == (tenant, alert_id):
                return one
        raise NotFoundError(f"There is no alert {alert_id}.")

    async def techniques_since(self, tenant: TenantId, since: Micros) -> dict[str, tuple[int, Micros]]:
        """Techniques of the alerts, counted."""
        seen: dict[str, tuple[int, Micros]] = {}
        for one in self._alerts:
            if one.tenant == tenant and (newest := max(one.last_at, one.raised_at)) >= since:
                for technique in techniques(one.tags):
                    count, at = seen.get(technique, (0, 0))
                    seen[technique] = (count + 1, max(at, newest))
        return seen


class FixedShifts:
    """Cohorts in a list; those that are on shift now are named."""

    def __init__(self, *cohorts: Cohort, on: Collection[str] = ()) -> None:
        self._cohorts = cohorts
        self._on = on

    async def of(self, tenant: TenantId, shift: str) -> tuple[Cohort, ...]:
        """Those on shift for `now`, else the one of this id or name."""
        if shift == "now":
            return tuple(one for one in self._cohorts if one.tenant == tenant and one.name in self._on)
        for one in self._cohorts:
            if one.tenant == tenant and shift in {one.id, one.name}:
                return (one,)
        raise NotFoundError(f"There is no cohort {shift}.")


class FixedTeam:
    """People in a list."""

    def __init__(self, *ids: str) -> None:
        self._people = tuple(Person(one, one) for one in ids)

    async def of(self, tenant: TenantId) -> tuple[Person, ...]:
        """Everybody."""
        return self._people
