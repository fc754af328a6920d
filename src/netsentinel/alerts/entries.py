"""What the alerts feature announces in the journal.

What a person decides about an alert or a suppression is audited, and has a topic of its own: whoever subscribes to
`alerts` gets alerts and nothing else.
"""

from netsentinel.alerts.model import Alert, Threat
from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Level, Micros

ALERT_RAISED = "alert.raised"
ALERT_UPDATED = "alert.updated"
ALERT_JUDGED = "alert.judged"
ALERT_ASSIGNED = "alert.assigned"
ALERT_NOTED = "alert.noted"
THREAT_UPDATED = "threat.updated"
SUPPRESSION_CREATED = "suppression.created"
SUPPRESSION_LIFTED = "suppression.lifted"
FINDINGS = "system"
"""The principal of an alert's entries that new findings brought; people and actions have ids of their own."""


class AlertJudged(Payload, frozen=True, kw_only=True):
    """Somebody set an alert's status, verdict or both. The entry's subject is the alert's id."""

    alert_id: str
    level: Level
    by: str
    """Name of who did it."""
    status_before: str
    status: str
    verdict_before: str
    verdict: str


class AlertAssigned(Payload, frozen=True, kw_only=True):
    """An alert got somebody who looks after it, or nobody. The entry's subject is the alert's id."""

    alert_id: str
    by: str
    assignee_before: str
    """Name of the user; empty for nobody."""
    assignee: str


class AlertNoted(Payload, frozen=True, kw_only=True):
    """Somebody wrote a note about an alert. The entry's subject is the alert's id."""

    alert_id: str
    note_id: str
    by: str
    text: str


class SuppressionCreated(Payload, frozen=True, kw_only=True):
    """Somebody decided what is not to be seen again. The entry's subject is the suppression's id."""

    suppression_id: str
    alert_id: str
    """The alert it was made from; empty when it was made from none."""
    by: str
    conditions: tuple[str, ...]
    """In words: `src_ip cidr 10.0.0.0/8`."""
    reason: str
    expires_at: Micros
    """0 for never."""


class SuppressionLifted(Payload, frozen=True, kw_only=True):
    """A suppression was ended before its time. The entry's subject is its id."""

    suppression_id: str
    by: str
    hidden: int
    """How many findings it has hidden."""


def _decided(name: str, payload: type[Payload], summary: str) -> EntryKind:
    return EntryKind(name, "triage", name.replace(".", ":"), payload, summary, audited=True)


ENTRY_KINDS = (
    EntryKind(ALERT_RAISED, "alerts", "alert:raised", Alert, "Findings became a new alert."),
    EntryKind(
        ALERT_UPDATED,
        "alerts",
        "alert:updated",
        Alert,
        "An alert got more findings, another status, another verdict or another assignee.",
    ),
    _decided(ALERT_JUDGED, AlertJudged, "Somebody set an alert's status or verdict."),
    _decided(ALERT_ASSIGNED, AlertAssigned, "Somebody said who looks after an alert."),
    _decided(ALERT_NOTED, AlertNoted, "Somebody wrote a note about an alert."),
    _decided(SUPPRESSION_CREATED, SuppressionCreated, "Somebody decided which findings raise no alert any more."),
    _decided(SUPPRESSION_LIFTED, SuppressionLifted, "Somebody ended a suppression."),
    EntryKind(THREAT_UPDATED, "threats", "threat:updated", Threat, "An entity's threat score changed."),
)
