"""What to learn because of alerts: the graph, alerts, mastery and people, joined."""

from collections.abc import Collection, Mapping

from netsentinel.academy.briefing import Briefing, Briefings, Coverage
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.graph import Graph
from netsentinel.alerts import AlertService
from netsentinel.alerts.triage import TenantUsers
from netsentinel.bootstrap.ground import Ground
from netsentinel.kernel.types import TenantId


class NothingMastered:
    """Knows of nobody's mastery: without practice, everything is still to be learned."""

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:  # noqa: ARG002 - the port's
        """Nothing."""
        return {}


def make_briefings(ground: Ground, graph: Graph, alerts: AlertService, mastery: Mastery) -> Briefings:
    """Lessons for alerts, and what a team has not mastered."""
    people = TenantUsers(ground.identity.users)
    return Briefings(Briefing(graph, alerts, mastery), Coverage(graph, alerts, mastery, people, ground.clock))
