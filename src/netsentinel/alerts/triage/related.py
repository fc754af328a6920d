"""Which other alerts may belong to one, and why."""

from collections.abc import Iterable

from netsentinel.alerts.model import Alert, AlertFilter
from netsentinel.alerts.ports import AlertStore
from netsentinel.alerts.triage.model import Reason, RelatedAlert, RelatedAlerts, Why
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx

_AROUND: Micros = 7 * DAY
"""Alerts that ended so long before, or began so long after, have nothing to do with it any more."""
_NEAR: Micros = HOUR
_VERY_NEAR: Micros = 5 * MINUTE
"""So near in time, an alert is related even if it shares nothing else."""
_EACH = 50
"""So many alerts are looked at for each reason."""
_SHOWN = 30
_TECHNIQUES = 5
_WEIGHTS = {Why.ENTITY: 8, Why.ADDRESS: 5, Why.TECHNIQUE: 3, Why.RULE: 2, Why.TIME: 2}
"""What says more comes first: the same rule elsewhere is often the same noise."""
_TECHNIQUE = "attack.t"


class Relations:
    """Finds alerts that belong together."""

    def __init__(self, db: Database, alerts: AlertStore) -> None:
        self._db = db
        self._alerts = alerts

    async def of(self, tenant: TenantId, alert_id: str) -> RelatedAlerts:
        """Other alerts that may belong to one, those with the most in common first.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        return await self._db.read(lambda tx: self._of(tx, tenant, alert_id))

    def _of(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> RelatedAlerts:
        alert = self._alerts.get(tx, tenant, alert_id)
        if alert is None:
            raise NotFoundError(f"There is no alert {alert_id}.")
        related = [
            RelatedAlert(other, reasons)
            for other in self._candidates(tx, alert)
            if (reasons := tuple(_reasons(alert, other)))
        ]
        related.sort(key=lambda one: (-_weight(one.reasons), _apart(alert, one.alert), one.alert.id))
        return RelatedAlerts(tuple(related[:_SHOWN]))

    def _candidates(self, tx: ReadTx, alert: Alert) -> list[Alert]:
        since, until = max(1, alert.first_at - _AROUND), alert.last_at + _AROUND
        near = AlertFilter(since=max(1, alert.first_at - _VERY_NEAR), until=alert.last_at + _VERY_NEAR)
        filters = [
            *(AlertFilter(entities=(entity,), since=since, until=until) for entity in sorted(_names(alert))),
            AlertFilter(rule_id=alert.rule_id, since=since, until=until),
            *(AlertFilter(tag=tag, since=since, until=until) for tag in _techniques(alert)[:_TECHNIQUES]),
            near,
        ]
        found: dict[str, Alert] = {}
        for where in filters:
            for other in self._alerts.page(tx, alert.tenant, where, _EACH, None):
                found[other.id] = other
        found.pop(alert.id, None)
        return list(found.values())


def _names(alert: Alert) -> set[str]:
    return {name for name in (alert.entity, alert.src_ip, alert.dst_ip) if name}


def _techniques(alert: Alert) -> list[str]:
    return sorted(tag for tag in alert.tags if tag.startswith(_TECHNIQUE))


def _reasons(alert: Alert, other: Alert) -> Iterable[Reason]:
    if alert.entity and alert.entity == other.entity:
        yield Reason(Why.ENTITY, alert.entity)
    else:
        shared = sorted(_names(alert) & _names(other))
        if shared:
            yield Reason(Why.ADDRESS, shared[0])
    if alert.rule_id == other.rule_id:
        yield Reason(Why.RULE, alert.rule_id)
    techniques = sorted(set(_techniques(alert)) & set(_techniques(other)))
    if techniques and alert.rule_id != other.rule_id:
        yield Reason(Why.TECHNIQUE, techniques[0])
    apart = _apart(alert, other)
    if apart <= _NEAR:
        yield Reason(Why.TIME, str(apart // SECOND))


def _apart(alert: Alert, other: Alert) -> Micros:
    """The time between the two; 0 when they overlap."""
    return max(0, other.first_at - alert.last_at, alert.first_at - other.last_at)


def _weight(reasons: Iterable[Reason]) -> int:
    return sum(_WEIGHTS[reason.why] for reason in reasons)
