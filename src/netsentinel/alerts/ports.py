"""Ports of the alerts feature: where alerts, their evidence and threats are kept."""

from collections.abc import Sequence
from typing import Protocol

from netsentinel.alerts.model import Alert, AlertFilter, AlertSample, RuleText, Threat
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class AlertStore(Protocol):
    """Keeps alerts."""

    def newest(self, tx: ReadTx, tenant: TenantId, fingerprint: str) -> Alert | None:
        """The alert of this fingerprint with the latest finding."""
        ...

    def save(self, tx: Tx, alert: Alert) -> None:
        """Insert the alert, or replace the row with its id."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> Alert | None:
        """The alert, when it belongs to the tenant."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId, where: AlertFilter, limit: int, after: tuple[Micros, str] | None
    ) -> list[Alert]:
        """Alerts by `(last_at, id)`, newest first, beginning below `after`."""
        ...

    def about(self, tx: ReadTx, tenant: TenantId, entity: str, limit: int) -> list[Alert]:
        """The newest alerts about an entity."""
        ...

    def count_about(self, tx: ReadTx, tenant: TenantId, entity: str) -> int:
        """How many alerts are about an entity."""
        ...


class EvidenceStore(Protocol):
    """Keeps what explains an alert: samples of its findings, and the rule's text once per rule."""

    def keep_sample(self, tx: Tx, tenant: TenantId, alert_id: str, slot: int, sample: AlertSample) -> None:
        """Put a sample into a slot of the alert, replacing what was there."""
        ...

    def samples(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> list[AlertSample]:
        """The alert's samples, oldest first."""
        ...

    def keep_rule(self, tx: Tx, tenant: TenantId, rule: RuleText) -> None:
        """Keep the text of the rule as it was when it last raised an alert."""
        ...

    def rule(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleText | None:
        """The rule's text."""
        ...


class ThreatStore(Protocol):
    """Keeps one row per entity that alerts name."""

    def save(self, tx: Tx, threat: Threat, heat: float) -> None:
        """Insert or replace the entity's row. `heat` orders threats by their decayed score (see `scoring.heat`)."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, entity: str) -> Threat | None:
        """The entity's row as it was saved."""
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
