"""Alerts and threats: findings grouped, scored and de-duplicated for a person."""

from netsentinel.alerts.entries import ENTRY_KINDS
from netsentinel.alerts.export import ExportFormat, export_pieces
from netsentinel.alerts.grouping import AlertGrouping
from netsentinel.alerts.model import (
    Activity,
    Alert,
    AlertDetail,
    AlertFilter,
    AlertOrder,
    AlertStatus,
    AlertSummary,
    Threat,
    Verdict,
)
from netsentinel.alerts.ports import ActivityStore, AlertFigures, AlertStore, EvidenceStore, ThreatStore
from netsentinel.alerts.processor import Processor
from netsentinel.alerts.service import AlertPage, AlertService, AlertStores, ThreatDetail, ThreatPage

__all__ = [
    "ENTRY_KINDS",
    "Activity",
    "ActivityStore",
    "Alert",
    "AlertDetail",
    "AlertFigures",
    "AlertFilter",
    "AlertGrouping",
    "AlertOrder",
    "AlertPage",
    "AlertService",
    "AlertStatus",
    "AlertStore",
    "AlertStores",
    "AlertSummary",
    "EvidenceStore",
    "ExportFormat",
    "Processor",
    "Threat",
    "ThreatDetail",
    "ThreatPage",
    "ThreatStore",
    "Verdict",
    "export_pieces",
]
