"""What to learn because of alerts: the graph, alerts, mastery and people, joined."""

from netsentinel.academy.briefing import Briefing, Briefings, Coverage
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.graph import Graph
from netsentinel.alerts import AlertService
from netsentinel.alerts.triage import TenantUsers
from netsentinel.bootstrap.ground import Ground


def make_briefings(ground: Ground, graph: Graph, alerts: AlertService, mastery: Mastery) -> Briefings:
    """Lessons for alerts, and what a team has not mastered."""
    people = TenantUsers(ground.identity.users)
    return Briefings(Briefing(graph, alerts, mastery), Coverage(graph, alerts, mastery, people, ground.clock))
