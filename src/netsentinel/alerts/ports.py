"""Ports of the alerts feature: where alerts, their evidence and threats are kept."""

from collections.abc import Sequence
from typing import Protocol

from netsentinel.alerts.model import (
    Activity,
    Alert,
    AlertCount,
    AlertFilter,
    AlertOrder,
    AlertSample,
    RaisedCount,
    RuleText,
    Threat,
)
from netsentinel.kernel.cursor import CursorKey
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class AlertStore(Protocol):
    """Keeps alerts."""

    def reaching(self, tx: ReadTx, tenant: TenantId, fingerprint: str, since: Micros, until: Micros) -> Alert | None:
        """The newest alert of this fingerprint that is not closed, and whose findings reach into this span of time."""
        ...

    def save(self, tx: Tx, alert: Alert) -> None:
        """Insert the alert, or replace the row with its id."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> Alert | None:
        """The alert, when it belongs to the tenant."""
        ...

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        where: AlertFilter,
        limit: int,
        after: CursorKey | None,
        *,
        order: AlertOrder = AlertOrder.TIME,
    ) -> list[Alert]:
        """Alerts in an order, beginning below `after`, which `key_of` says of the last one that is known."""
        ...

    def about(self, tx: ReadTx, tenant: TenantId, entity: str, limit: int) -> list[Alert]:
        """The newest alerts about an entity."""
        ...

    def count_about(self, tx: ReadTx, tenant: TenantId, entity: str) -> int:
        """How many alerts are about an entity."""
        ...

    def tagged(self, tx: ReadTx, tenant: TenantId, since: Micros) -> list[tuple[tuple[str, ...], int, Micros]]:
        """(tags, how many alerts raised or with findings since then have just these, when the newest was)."""
        ...


class EvidenceStore(Protocol):
    """Keeps what explains an alert: samples of its findings, and the rule's text once per rule."""

    def keep_sample(self, tx: Tx, tenant: TenantId, alert_id: str, slot: int, sample: AlertSample) -> None:
        """Put a sample into a slot of the alert, replacing what was there."""
        ...

    def samples(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> list[AlertSample]:
        """The alert's samples, oldest first."""
        ...

    def samples_of(self, tx: ReadTx, tenant: TenantId, alert_ids: Sequence[str]) -> dict[str, list[AlertSample]]:
        """The samples of several alerts by the alert's id, oldest first; an alert without samples is left out."""
        ...

    def keep_rule(self, tx: Tx, tenant: TenantId, rule: RuleText) -> None:
        """Keep the text of the rule as it was when it last raised an alert."""
        ...

    def rule(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleText | None:
        """The rule's text."""
        ...


class ActivityStore(Protocol):
    """Keeps what people did about alerts. Nothing is ever changed or taken away."""

    def add(self, tx: Tx, tenant: TenantId, activity: Activity) -> None:
        """Keep one more."""
        ...

    def of(self, tx: ReadTx, tenant: TenantId, alert_id: str, limit: int) -> list[Activity]:
        """The newest of an alert, oldest first."""
        ...


class AlertFigures(Protocol):
    """Counts alerts where they are kept."""

    def by_status(self, tx: ReadTx, tenant: TenantId) -> list[AlertCount]:
        """By status and level, without those of which there are none."""
        ...

    def looked_after(self, tx: ReadTx, tenant: TenantId, assignee: str) -> int:
        """How many that are not closed this user looks after; for the empty id: that nobody looks after."""
        ...

    def raised(self, tx: ReadTx, tenant: TenantId, since: Micros, width: Micros) -> list[RaisedCount]:
        """How many were raised at or after a time, per span of this width, oldest first; empty spans are left out."""
        ...


class ThreatStore(Protocol):
    """Keeps one row per entity that alerts name."""

    def save(self, tx: Tx, threat: Threat, heat: float) -> None:
        """Insert or replace the entity's row. `heat` orders threats by their decayed score (see `scoring.heat`)."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, entity: str) -> Threat | None:
        """The entity's row as it was saved."""
        ...

    def named(self, tx: ReadTx, tenant: TenantId, names: Sequence[str], account: str, limit: int) -> list[str]:
        r"""Entities that have one of these names, and users `...\account` of any domain, in whatever case; by name."""
        ...

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        *,
        min_heat: float,
        kinds: Sequence[str],
        text: str,
        limit: int,
        after: tuple[float, str] | None,
    ) -> list[tuple[float, Threat]]:
        """Rows with their heat by `(heat, entity)`, hottest first, beginning below `after`."""
        ...
