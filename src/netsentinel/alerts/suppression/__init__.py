"""Suppressions: what people do not want to see again, hidden before it becomes an alert, counted and never lost."""

from netsentinel.alerts.suppression.gate import SuppressionGate
from netsentinel.alerts.suppression.model import (
    FIELDS,
    NATIVE,
    NEVER,
    Condition,
    HiddenFinding,
    Match,
    Suppression,
    SuppressionDetail,
    SuppressionPage,
    SuppressionPreview,
    SuppressionState,
)
from netsentinel.alerts.suppression.ports import HiddenFindings, SuppressionStore, SuppressionStores
from netsentinel.alerts.suppression.service import Suppressions

__all__ = [
    "FIELDS",
    "NATIVE",
    "NEVER",
    "Condition",
    "HiddenFinding",
    "HiddenFindings",
    "Match",
    "Suppression",
    "SuppressionDetail",
    "SuppressionGate",
    "SuppressionPage",
    "SuppressionPreview",
    "SuppressionState",
    "SuppressionStore",
    "SuppressionStores",
    "Suppressions",
]
