"""What triage asks and answers: changes to alerts, alerts that belong together, events around an alert."""

from dataclasses import dataclass
from enum import StrEnum

from netsentinel.alerts.model import Activity, Alert, AlertStatus, Verdict
from netsentinel.alerts.triage.people import Person
from netsentinel.events.lake import StoredEvent
from netsentinel.kernel.types import Micros

MAX_NOTE = 4_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What to change about an alert; what is None or empty stays."""

    status: AlertStatus | None = None
    verdict: Verdict | None = None
    assignee: str | None = None
    """Id or name of a user; empty for nobody."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of a change to several alerts."""

    items: tuple[Alert, ...]
    """The alerts as they are now, in the order asked for."""
    missing: tuple[str, ...]
    """Ids that the tenant has no alert of."""


@dataclass(frozen=True, slots=True)
class Assignees:
    """Who can look after alerts."""

    items: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was written."""

    activity: Activity
    alert: Alert


class Why(StrEnum):
    """Why another alert may belong to this one."""

    ENTITY = "entity"
    ADDRESS = "address"
    RULE = "rule"
    TECHNIQUE = "technique"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Reason:
    """What two alerts have in common."""

    why: Why
    value: str
    """The entity, address, rule or technique; how far apart in seconds for the time."""


@dataclass(frozen=True, slots=True)
class RelatedAlert:
    """Another alert, and what it has in common."""

    alert: Alert
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RelatedAlerts:
    """Other alerts that may belong to one: those with the most in common first, then the nearest in time."""

    items: tuple[RelatedAlert, ...]


@dataclass(frozen=True, slots=True)
class NearbyEvent:
    """A stored event, and whether it is one of those that made the alert."""

    event: StoredEvent
    evidence: bool


@dataclass(frozen=True, slots=True)
class NearbyEvents:
    """The stored events of the alert's entity around a time, oldest first."""

    items: tuple[NearbyEvent, ...]
    at: Micros
    since: Micros
    """From here (inclusive) to `until` (exclusive) every event is here."""
    until: Micros
    truncated: bool
    """Whether there were too many for the whole time that was asked for."""
