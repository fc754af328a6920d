"""In-memory fakes of the alerts feature's ports; they pass the same contract suite as the SQL stores."""

from collections import Counter
from collections.abc import Sequence

from netsentinel.alerts.model import (
    Activity,
    Alert,
    AlertCount,
    AlertFilter,
    AlertOrder,
    AlertSample,
    AlertStatus,
    RaisedCount,
    RuleText,
    Threat,
    key_of,
)
from netsentinel.kernel.cursor import CursorKey
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryAlerts:
    """Alerts in a dictionary."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}

    def reaching(self, tx: ReadTx, tenant: TenantId, fingerprint: str, since: Micros, until: Micros) -> Alert | None:
        """The newest alert of this fingerprint that is not closed, and whose findings reach into this span of time."""
        found = [
            one
            for one in self.of_tenant(tenant)
            if one.fingerprint == fingerprint
            and one.status is not AlertStatus.CLOSED
            and one.first_at <= until
            and one.last_at >= since
        ]
        return max(found, key=lambda alert: alert.last_at, default=None)

    def save(self, tx: Tx, alert: Alert) -> None:
        """Insert the alert, or replace the one with its id."""
        old = self._alerts.get(alert.id)
        if old is None or old.tenant == alert.tenant:
            self._alerts[alert.id] = alert

    def get(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> Alert | None:
        """The alert, when it belongs to the tenant."""
        alert = self._alerts.get(alert_id)
        return alert if alert is not None and alert.tenant == tenant else None

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
        found = [one for one in self.of_tenant(tenant) if _matches(one, where)]
        found.sort(key=lambda alert: key_of(alert, order), reverse=True)
        return [alert for alert in found if after is None or key_of(alert, order) < after][:limit]

    def about(self, tx: ReadTx, tenant: TenantId, entity: str, limit: int) -> list[Alert]:
        """The newest alerts about an entity."""
        return self.page(tx, tenant, AlertFilter(entities=(entity,)), limit, None)

    def count_about(self, tx: ReadTx, tenant: TenantId, entity: str) -> int:
        """How many alerts are about an entity."""
        return sum(alert.entity == entity for alert in self.of_tenant(tenant))

    def tagged(self, tx: ReadTx, tenant: TenantId, since: Micros) -> list[tuple[tuple[str, ...], int, Micros]]:
        """(tags, how many alerts raised or with findings since then have just these, when the newest was)."""
        found: dict[tuple[str, ...], list[Micros]] = {}
        for alert in self.of_tenant(tenant):
            if (at := max(alert.last_at, alert.raised_at)) >= since:
                found.setdefault(alert.tags, []).append(at)
        return sorted(((tags, len(at), max(at)) for tags, at in found.items()), key=lambda one: (-one[2], one[0]))

    def of_tenant(self, tenant: TenantId) -> list[Alert]:
        """Everything of a tenant."""
        return [alert for alert in self._alerts.values() if alert.tenant == tenant]


def _matches(alert: Alert, where: AlertFilter) -> bool:
    haystack = f"{alert.title} {alert.entity} {alert.src_ip} {alert.dst_ip}".lower()
    return (
        (not where.status or alert.status in where.status)
        and (not where.verdict or alert.verdict in where.verdict)
        and (where.assignee in ("", alert.assignee) or where.assignee.casefold() == alert.assignee_name.casefold())
        and not (where.unassigned and alert.assignee)
        and alert.level.rank >= where.min_level.rank
        and (not where.entities or alert.entity in where.entities)
        and where.source in ("", alert.source)
        and where.rule_id in ("", alert.rule_id)
        and (not where.tag or where.tag.lower() in [tag.lower() for tag in alert.tags])
        and all(word in haystack for word in where.text.lower().split())
        and alert.last_at >= where.since
        and (not where.until or alert.last_at < where.until)
        and max(alert.last_at, alert.raised_at) >= where.known_since
    )


class MemoryEvidence:
    """Samples and rule texts in dictionaries."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], dict[int, AlertSample]] = {}
        self._rules: dict[tuple[str, str], RuleText] = {}

    def keep_sample(self, tx: Tx, tenant: TenantId, alert_id: str, slot: int, sample: AlertSample) -> None:
        """Put a sample into a slot of the alert, replacing what was there."""
        self._samples.setdefault((tenant, alert_id), {})[slot] = sample

    def samples(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> list[AlertSample]:
        """The alert's samples, oldest first."""
        slots = self._samples.get((tenant, alert_id), {})
        return [sample for _, sample in sorted(slots.items(), key=lambda item: (item[1].at, item[0]))]

    def samples_of(self, tx: ReadTx, tenant: TenantId, alert_ids: Sequence[str]) -> dict[str, list[AlertSample]]:
        """The samples of several alerts by the alert's id, oldest first; an alert without samples is left out."""
        found = {alert_id: self.samples(tx, tenant, alert_id) for alert_id in alert_ids}
        return {alert_id: samples for alert_id, samples in found.items() if samples}

    def keep_rule(self, tx: Tx, tenant: TenantId, rule: RuleText) -> None:
        """Keep the text of the rule as it was when it last raised an alert."""
        self._rules[tenant, rule.rule_id] = rule

    def rule(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleText | None:
        """The rule's text."""
        return self._rules.get((tenant, rule_id))


class MemoryActivity:
    """What people did, in a list."""

    def __init__(self) -> None:
        self._kept: list[tuple[TenantId, Activity]] = []

    def add(self, tx: Tx, tenant: TenantId, activity: Activity) -> None:
        """Keep one more."""
        self._kept.append((tenant, activity))

    def of(self, tx: ReadTx, tenant: TenantId, alert_id: str, limit: int) -> list[Activity]:
        """The newest of an alert, oldest first."""
        found = [one for whose, one in self._kept if whose == tenant and one.alert_id == alert_id]
        return sorted(found, key=lambda one: (one.at, one.id))[-limit:]


class MemoryFigures:
    """Counts what a `MemoryAlerts` holds."""

    def __init__(self, alerts: MemoryAlerts) -> None:
        self._alerts = alerts

    def by_status(self, tx: ReadTx, tenant: TenantId) -> list[AlertCount]:
        """By status and level, without those of which there are none."""
        counts = Counter((alert.status, alert.level) for alert in self._alerts.of_tenant(tenant))
        return [AlertCount(status, level, count) for (status, level), count in sorted(counts.items())]

    def looked_after(self, tx: ReadTx, tenant: TenantId, assignee: str) -> int:
        """How many that are not closed this user looks after; for the empty id: that nobody looks after."""
        return sum(
            alert.assignee == assignee and alert.status is not AlertStatus.CLOSED
            for alert in self._alerts.of_tenant(tenant)
        )

    def raised(self, tx: ReadTx, tenant: TenantId, since: Micros, width: Micros) -> list[RaisedCount]:
        """How many were raised at or after a time, per span of this width, oldest first; empty spans are left out."""
        times = (alert.raised_at for alert in self._alerts.of_tenant(tenant))
        counts = Counter(at - (at - since) % width for at in times if at >= since)
        return [RaisedCount(at, count) for at, count in sorted(counts.items())]


class MemoryThreats:
    """Threats in a dictionary."""

    def __init__(self) -> None:
        self._threats: dict[tuple[str, str], tuple[float, Threat]] = {}

    def save(self, tx: Tx, threat: Threat, heat: float) -> None:
        """Insert or replace the entity's row."""
        self._threats[threat.tenant, threat.entity] = (heat, threat)

    def get(self, tx: ReadTx, tenant: TenantId, entity: str) -> Threat | None:
        """The entity's row as it was saved."""
        found = self._threats.get((tenant, entity))
        return found[1] if found else None

    def named(self, tx: ReadTx, tenant: TenantId, names: Sequence[str], account: str, limit: int) -> list[str]:
        r"""Entities that have one of these names, and users `...\account` of any domain, in whatever case; by name."""
        ending = f"\\{account}".lower()
        return sorted(
            one.entity
            for _, one in self._threats.values()
            if one.tenant == tenant
            and (one.entity in names or (one.entity_kind == "user" and one.entity.lower().endswith(ending)))
        )[:limit]

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
        found = [
            (heat, threat)
            for heat, threat in self._threats.values()
            if threat.tenant == tenant
            and heat >= min_heat
            and (not kinds or threat.entity_kind in kinds)
            and text.lower() in threat.entity.lower()
            and (after is None or (heat, threat.entity) < after)
        ]
        return sorted(found, key=lambda item: (item[0], item[1].entity), reverse=True)[:limit]
