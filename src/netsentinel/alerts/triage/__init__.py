"""Triage: what people decide about alerts, and what they look at to decide it."""

from netsentinel.alerts.triage.decisions import MAX_BULK, Decisions
from netsentinel.alerts.triage.desk import Triage
from netsentinel.alerts.triage.figures import Figures
from netsentinel.alerts.triage.model import (
    MAX_NOTE,
    AlertChange,
    Assignees,
    BulkResult,
    NearbyEvent,
    NearbyEvents,
    Note,
    Reason,
    RelatedAlert,
    RelatedAlerts,
    Why,
)
from netsentinel.alerts.triage.nearby import Surroundings
from netsentinel.alerts.triage.people import People, Person, TenantUsers
from netsentinel.alerts.triage.related import Relations

__all__ = [
    "MAX_BULK",
    "MAX_NOTE",
    "AlertChange",
    "Assignees",
    "BulkResult",
    "Decisions",
    "Figures",
    "NearbyEvent",
    "NearbyEvents",
    "Note",
    "People",
    "Person",
    "Reason",
    "RelatedAlert",
    "RelatedAlerts",
    "Relations",
    "Surroundings",
    "TenantUsers",
    "Triage",
    "Why",
]
