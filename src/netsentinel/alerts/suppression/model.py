"""A suppression: which findings raise no alert, why, who said so, and for how long."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from netsentinel.alerts.model import Alert
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Level, Micros, TenantId

NEVER: Micros = 0
"""As an expiry: none. As a moment: it has not happened."""

FIELDS = ("rule_id", "detector", "entity", "source", "src_ip", "dst_ip", "user", "device")
"""What every finding has."""
NATIVE = "event."
"""Before the name of a field of the event itself, as it came: `event.http.hostname`."""
SAME_IN_AN_ALERT = frozenset({"rule_id", "detector", "entity"})
"""All findings of one alert have the same value here."""

MAX_CONDITIONS = 10
MAX_VALUES = 100
MAX_TEXT = 1_024


class Match(StrEnum):
    """How a value is compared, in Sigma's words."""

    EQUALS = "equals"
    STARTSWITH = "startswith"
    CIDR = "cidr"


class SuppressionState(StrEnum):
    """Whether a suppression hides anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: the field has one of the values. Capital letters count."""

    field: str
    match: Match
    values: tuple[str, ...]

    def __str__(self) -> str:
        how = "=" if self.match is Match.EQUALS else self.match.value
        return f"{self.field} {how} {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings for which every condition holds raise no alert until it expires or is lifted; they are counted."""

    id: str
    tenant: TenantId
    conditions: tuple[Condition, ...]
    reason: str
    alert_id: str
    """The alert it was made from; empty when it was made from none."""
    created_by: str
    created_by_name: str
    created_at: Micros
    expires_at: Micros
    """0 for never."""
    lifted_at: Micros = NEVER
    lifted_by: str = ""
    lifted_by_name: str = ""
    hidden: int = 0
    """How many findings it has hidden."""
    last_hidden_at: Micros = NEVER
    """When it last hid one, by the server's clock."""
    state: SuppressionState = SuppressionState.ACTIVE
    """As of the answer."""

    def state_at(self, now: Micros) -> SuppressionState:
        """Whether it hides anything at this time."""
        if self.lifted_at != NEVER:
            return SuppressionState.LIFTED
        is_over = self.expires_at != NEVER and self.expires_at <= now
        return SuppressionState.EXPIRED if is_over else SuppressionState.ACTIVE


@dataclass(frozen=True, slots=True)
class HiddenFinding:
    """A finding that raised no alert, as far as it is kept. Its event is in the lake like any other."""

    at: Micros
    """Time of its event."""
    rule_id: str
    title: str
    level: Level
    entity: str
    src_ip: str
    dst_ip: str
    event: Any
    """The native event, encoded as JSON (`msgspec.Raw`)."""


@dataclass(frozen=True, slots=True)
class SuppressionDetail:
    """A suppression with the newest findings that it has hidden."""

    suppression: Suppression
    examples: tuple[HiddenFinding, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class SuppressionPage:
    """One page of suppressions, newest first."""

    items: tuple[Suppression, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class SuppressionPreview:
    """What a suppression would have hidden in the last days."""

    days: int
    alerts: int
    """Alerts that would not have been raised at all."""
    partly: int
    """Alerts that would have been raised with fewer findings."""
    findings: int
    exact: bool
    """Whether `alerts`, `partly` and `findings` are counted; otherwise they are inferred from the kept samples."""
    scanned: int
    """How many alerts were looked at."""
    truncated: bool
    """Whether there are more, older ones that were not."""
    true_positives: int
    """Alerts among them that somebody called true positives."""
    levels: dict[Level, int]
    """Alerts that would not have been raised, by level."""
    examples: tuple[Alert, ...]
    """The newest of them, at most 10."""


def checked(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions as they may be used.

    Raises:
        InvalidFilterError: there are none or too many, or one has an unknown field or an impossible value.
    """
    given = tuple(conditions)
    if not given:
        raise InvalidFilterError("State at least one condition: without any, everything would be hidden.")
    if len(given) > MAX_CONDITIONS:
        raise InvalidFilterError(f"At most {MAX_CONDITIONS} conditions.")
    for condition in given:
        _check(condition)
    return given


def _check(condition: Condition) -> None:
    name = condition.field
    if name not in FIELDS and not (name.startswith(NATIVE) and len(NATIVE) < len(name) <= MAX_TEXT):
        known = [*FIELDS, f"{NATIVE}<name>"]
        raise InvalidFilterError(f"There is no field {name[:64]!r} to suppress by.", fields=known)
    if not condition.values or len(condition.values) > MAX_VALUES:
        raise InvalidFilterError(f"{name} takes 1 to {MAX_VALUES} values.", field=name)
    for value in condition.values:
        if not value or len(value) > MAX_TEXT:
            raise InvalidFilterError(f"Values of {name} have 1 to {MAX_TEXT} characters.", field=name)
        if condition.match is Match.CIDR:
            _network(name, value)


def _network(name: str, value: str) -> None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise InvalidFilterError(f"{value[:64]!r} is no network; write for example 10.0.0.0/8.", field=name) from None
