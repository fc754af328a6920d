"""Why a model raised an alert, from the evidence that the alert keeps: it holds even when the model is long gone."""

import re
from dataclasses import dataclass
from typing import Final

from netsentinel.alerts import Alert
from netsentinel.alerts.model import AlertSample
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.types import Micros
from netsentinel.models.errors import NoExplanationError
from netsentinel.models.gathering import OF_MODELS

_RULE: Final = "model."
_VERSION: Final = re.compile(r"version (\d+)")
_PROBABILITY: Final = "probability"
_FOR: Final = "speaks for an attack"
_AGAINST: Final = "speaks against it"


@dataclass(frozen=True, slots=True)
class FeatureReason:
    """What one feature did."""

    feature: str
    value: str
    """What the flow held, with its unit."""
    says: str
    """What the feature tells."""
    direction: str
    """`for` an attack or `against` one."""
    usual: str
    """What is usual, where the model knows."""


@dataclass(frozen=True, slots=True)
class ExplainedFinding:
    """One of the findings that the alert keeps."""

    at: Micros
    probability: str
    threshold: str
    version: str
    """Number of the model within its line."""
    reasons: tuple[FeatureReason, ...]
    """The strongest first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model raised an alert."""

    alert_id: str
    line: str
    version: str
    """Of the newest finding."""
    model_id: str
    """Empty when there is no such model any more."""
    findings: tuple[ExplainedFinding, ...]
    """Oldest first."""


def line_of(alert: Alert) -> str:
    """The line of the model that raised an alert.

    Raises:
        NoExplanationError: none did.
    """
    if alert.detector != OF_MODELS or not alert.rule_id.startswith(_RULE):
        raise NoExplanationError(f"{alert.id} was raised by {alert.detector}, which explains itself in the alert.")
    return alert.rule_id.removeprefix(_RULE)


def findings_of(samples: tuple[AlertSample, ...]) -> tuple[ExplainedFinding, ...]:
    """What the alert's evidence says."""
    return tuple(_finding(sample) for sample in samples if sample.matched)


def _finding(sample: AlertSample) -> ExplainedFinding:
    first = next((one for one in sample.matched if one.field == _PROBABILITY), MatchedField("", "", ""))
    version = _VERSION.search(first.condition)
    threshold = first.condition.partition(",")[0].removeprefix("above ")
    reasons = tuple(_reason(one) for one in sample.matched if one.field != _PROBABILITY)
    return ExplainedFinding(sample.at, first.value, threshold, version[1] if version else "", reasons)


def _reason(matched: MatchedField) -> FeatureReason:
    parts = [part.strip() for part in matched.condition.split(";")]
    usual = next((part.removeprefix("usual would be ") for part in parts if part.startswith("usual would be ")), "")
    says = parts[0] if parts and parts[0] not in (_FOR, _AGAINST) else ""
    return FeatureReason(matched.field, matched.value, says, "for" if _FOR in parts else "against", usual)
