"""What the alerts feature announces in the journal."""

from netsentinel.alerts.model import Alert, Threat
from netsentinel.kernel.entries import EntryKind

ALERT_RAISED = "alert.raised"
ALERT_UPDATED = "alert.updated"
THREAT_UPDATED = "threat.updated"

ENTRY_KINDS = (
    EntryKind(ALERT_RAISED, "alerts", "alert:raised", Alert, "Findings became a new alert."),
    EntryKind(
        ALERT_UPDATED,
        "alerts",
        "alert:updated",
        Alert,
        "An alert got more findings, another status or another verdict.",
    ),
    EntryKind(THREAT_UPDATED, "threats", "threat:updated", Threat, "An entity's threat score changed."),
)
