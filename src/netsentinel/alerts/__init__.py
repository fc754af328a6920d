"""Alerts and threats: findings grouped, scored and de-duplicated for a person."""

from netsentinel.alerts.entries import ENTRY_KINDS
from netsentinel.alerts.grouping import AlertGrouping
from netsentinel.alerts.model import Alert, AlertDetail, AlertFilter, AlertStatus, Threat, Verdict
from netsentinel.alerts.ports import AlertStore, EvidenceStore, ThreatStore
from netsentinel.alerts.processor import Processor
from netsentinel.alerts.service import AlertPage, AlertService, AlertStores, ThreatDetail, ThreatPage

__all__ = [
    "ENTRY_KINDS",
    "Alert",
    "AlertDetail",
    "AlertFilter",
    "AlertGrouping",
    "AlertPage",
    "AlertService",
    "AlertStatus",
    "AlertStore",
    "AlertStores",
    "EvidenceStore",
    "Processor",
    "Threat",
    "ThreatDetail",
    "ThreatPage",
    "ThreatStore",
    "Verdict",
]
