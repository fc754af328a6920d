"""Alerts and threats: what people look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from netsentinel.detection.model import MatchedField
from netsentinel.kernel.cursor import CursorKey
from netsentinel.kernel.types import Level, Micros, TenantId

_TECHNIQUE: Final = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)


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
    assignee: str = ""
    """Id of the user who looks after it; empty for nobody."""
    assignee_name: str = ""
    """The user's name when it was assigned."""


@dataclass(frozen=True, slots=True)
class AlertSample:
    """One of the findings that an alert keeps whole (the first ones and the newest)."""

    at: Micros
    matched: tuple[MatchedField, ...]
    event: Any
    """The native event, encoded as JSON (`msgspec.Raw`)."""
    source: str = ""
    """What this very finding said, here and below; empty also in samples of older versions."""
    src_ip: str = ""
    dst_ip: str = ""
    user: str = ""
    device: str = ""


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


class ActivityKind(StrEnum):
    """What somebody did about an alert."""

    NOTE = "note"
    STATUS = "status"
    VERDICT = "verdict"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that a person did about an alert. Activities are only ever added."""

    id: str
    alert_id: str
    at: Micros
    principal: str
    """Id of who did it."""
    principal_name: str
    kind: ActivityKind
    text: str = ""
    """Of a note."""
    before: str = ""
    """Status, verdict or name of the assignee before; empty for a note, and for nobody."""
    after: str = ""


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert with everything that explains it."""

    alert: Alert
    rule: RuleText
    samples: tuple[AlertSample, ...]
    related: tuple[Alert, ...]
    """Other alerts about the same entity, newest first."""
    activity: tuple[Activity, ...]
    """What people did about it, oldest first: the newest 500."""


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
    """Event time of its first finding."""
    last_at: Micros
    at: Micros
    raised_at: Micros = 0
    """When NetSentinel last raised an alert about it; long after `last_at` where old data was replayed."""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; empty means all."""

    status: tuple[AlertStatus, ...] = ()
    verdict: tuple[Verdict, ...] = ()
    min_level: Level = Level.INFORMATIONAL
    entities: tuple[str, ...] = ()
    """Exactly these; `AlertService.entities_named` knows whom a name means that somebody typed."""
    source: str = ""
    rule_id: str = ""
    tag: str = ""
    assignee: str = ""
    """Id or name of a user."""
    unassigned: bool = False
    """Only those that nobody looks after."""
    text: str = ""
    """Words that the title, entity or addresses contain."""
    since: Micros = 0
    until: Micros = 0
    known_since: Micros = 0
    """Only those with findings since then, or raised since then about what is older."""


class AlertOrder(StrEnum):
    """Which alerts come first."""

    TIME = "time"
    """Those with the newest finding."""
    ARRIVAL = "arrival"
    """Those that were raised last, whatever the age of the events they are about."""
    SCORE = "score"
    """Those with the highest score; of equal ones those with the newest finding."""


_KEYS: Final = {
    AlertOrder.TIME: ("last_at", "id"),
    AlertOrder.ARRIVAL: ("raised_at", "id"),
    AlertOrder.SCORE: ("score", "last_at", "id"),
}


def key_fields(order: AlertOrder) -> tuple[str, ...]:
    """The fields of an alert that an order goes by, each from its highest value down."""
    return _KEYS[order]


def key_of(alert: Alert, order: AlertOrder) -> CursorKey:
    """Where an alert stands in an order; whoever comes before it has a higher one."""
    return tuple(getattr(alert, field) for field in _KEYS[order])


@dataclass(frozen=True, slots=True)
class AlertCount:
    """How many alerts have this status and level."""

    status: AlertStatus
    level: Level
    count: int


@dataclass(frozen=True, slots=True)
class RaisedCount:
    """How many alerts were raised in a span of time."""

    at: Micros
    """Its beginning."""
    count: int


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """The tenant's alerts in figures."""

    counts: tuple[AlertCount, ...]
    """By status and level; what there is none of is left out."""
    unassigned: int
    """Open or acknowledged, and nobody looks after them."""
    mine: int
    """Open or acknowledged, and the caller looks after them."""
    raised: tuple[RaisedCount, ...]
    """In each minute of the last hour that has any, oldest first."""
    at: Micros
    """As of when."""


def techniques(tags: Iterable[str]) -> tuple[str, ...]:
    """The ATT&CK techniques that Sigma tags name (`attack.t1110.001`) by their ids (`T1110.001`), each once."""
    return tuple(dict.fromkeys(match[1].upper() for tag in tags if (match := _TECHNIQUE.fullmatch(tag))))
