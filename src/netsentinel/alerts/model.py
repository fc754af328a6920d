"""Alerts and threats: what people look at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from netsentinel.detection.model import MatchedField
from netsentinel.kernel.types import Level, Micros, TenantId


class AlertStatus(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What a person decided about it."""

    UNDECIDED = "undecided"
    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    BENIGN = "benign"


@dataclass(frozen=True, slots=True)
class Alert:
    """Findings of one fingerprint within one window, grouped, scored and de-duplicated for a person."""

    id: str
    tenant: TenantId
    fingerprint: str
    detector: str
    rule_id: str
    title: str
    description: str
    level: Level
    score: int
    """0 to 100."""
    status: AlertStatus
    verdict: Verdict
    tags: tuple[str, ...]
    entity: str
    entity_kind: str
    src_ip: str
    dst_ip: str
    user: str
    device: str
    source: str
    count: int
    """How many findings it holds."""
    first_at: Micros
    """Event time of its first finding."""
    last_at: Micros
    raised_at: Micros
    """When NetSentinel raised it."""
    updated_at: Micros
    version: int
    """Grows with every change."""


@dataclass(frozen=True, slots=True)
class AlertSample:
    """One of the findings that an alert keeps whole (the first ones and the newest)."""

    at: Micros
    matched: tuple[MatchedField, ...]
    event: Any
    """The native event, encoded as JSON (`msgspec.Raw`)."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What stands behind an alert: the rule as its author wrote it."""

    rule_id: str
    title: str
    description: str
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    source: str
    """YAML, or empty for detectors without a rule file."""


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert with everything that explains it."""

    alert: Alert
    rule: RuleText
    samples: tuple[AlertSample, ...]
    related: tuple[Alert, ...]
    """Other alerts about the same entity, newest first."""


@dataclass(frozen=True, slots=True)
class Threat:
    """An entity (address, host, user) with a score over time."""

    tenant: TenantId
    entity: str
    entity_kind: str
    score: int
    """0 to 100, as of `at`: it halves every six hours without new findings."""
    alerts: int
    """How many alerts name it."""
    level: Level
    """The highest level among its alerts."""
    tags: tuple[str, ...]
    first_at: Micros
    last_at: Micros
    at: Micros


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; empty means all."""

    status: tuple[AlertStatus, ...] = ()
    min_level: Level = Level.INFORMATIONAL
    entity: str = ""
    source: str = ""
    rule_id: str = ""
    tag: str = ""
    text: str = ""
    """Words that the title, entity or addresses contain."""
    since: Micros = 0
    until: Micros = 0
