"""What to learn because of alerts: the graph, alerts, mastery and people, joined."""

from netsentinel.academy.briefing import Briefing, Briefings, Coverage
from netsentinel.academy.courses.shifts import Shifts
from netsentinel.alerts import AlertService
from netsentinel.alerts.triage import TenantUsers
from netsentinel.bootstrap.academy import Academy
from netsentinel.bootstrap.ground import Ground


def make_briefings(ground: Ground, academy: Academy, alerts: AlertService) -> Briefings:
    """Lessons for alerts, and what a team or a shift has not mastered."""
    people, shifts = TenantUsers(ground.identity.users), Shifts(academy.school.teaching, ground.clock)
    graph, mastery = academy.graph, academy.practice.standing
    coverage = Coverage(graph, alerts, mastery, people, shifts, ground.clock)
    return Briefings(Briefing(graph, alerts, mastery), coverage)
