"""What a report says, before it looks like anything."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.alerts.model import Activity, Alert, Threat
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Level, Micros, TenantId

_PERIOD: Final = 7 * DAY


class ReportFormat(StrEnum):
    """What a report looks like."""

    HTML = "html"
    """One page that needs nothing else, for a screen."""
    PRINT = "print"
    """The same on A4 sheets: what a browser prints or saves as PDF."""
    MARKDOWN = "markdown"
    JSON = "json"


REPORT_TYPES: Final = {
    ReportFormat.HTML: ("text/html; charset=utf-8", "html"),
    ReportFormat.PRINT: ("text/html; charset=utf-8", "print.html"),
    ReportFormat.MARKDOWN: ("text/markdown; charset=utf-8", "md"),
    ReportFormat.JSON: ("application/json", "json"),
}
"""The media type and the ending of each form."""


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report is about."""

    tenant: TenantId
    since: Micros
    until: Micros
    made_at: Micros
    entity: str = ""
    """An address, host or user; empty for everything in the period."""

    @classmethod
    def of(cls, tenant: TenantId, now: Micros, since: Micros, until: Micros, entity: str) -> "ReportScope":
        """The scope with what was left out filled in: the week until now.

        Raises:
            InvalidInputError: the period is empty.
        """
        end = until or now
        begin = since or max(0, end - _PERIOD)
        if begin >= end:
            raise InvalidInputError("The report's period is empty: until lies after since.")
        return cls(tenant, begin, end, now, entity)


@dataclass(frozen=True, slots=True)
class Counted:
    """A name and how often it is there."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class RuleCounted:
    """A rule with the alerts that it raised."""

    rule_id: str
    title: str
    level: Level
    alerts: int
    findings: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the period."""

    at: Micros
    count: int


@dataclass(frozen=True, slots=True)
class Notable:
    """An alert worth reading about, with what people did."""

    alert: Alert
    activity: tuple[Activity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report says."""

    title: str
    scope: ReportScope
    alerts: int
    """How many alerts had a finding in the period."""
    findings: int
    events: int
    """Stored events of the period."""
    by_level: tuple[Counted, ...]
    by_status: tuple[Counted, ...]
    by_verdict: tuple[Counted, ...]
    undecided: int
    """Alerts of level high and critical that nobody has decided about."""
    rules: tuple[RuleCounted, ...]
    """Those with the most alerts."""
    entities: tuple[Counted, ...]
    """Those with the most alerts."""
    sources: tuple[Counted, ...]
    techniques: tuple[Counted, ...]
    """ATT&CK techniques, by their ids."""
    threats: tuple[Threat, ...]
    """The highest scores now; of a report on an entity, its own."""
    over_time: tuple[Span, ...]
    """Alerts by the time of their newest finding."""
    width: Micros
    """Of one span."""
    notable: tuple[Notable, ...]
    """The gravest alerts, gravest first."""
