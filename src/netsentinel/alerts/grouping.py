"""Findings become alerts: one alert per fingerprint and window, with its evidence and its journal entry."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from netsentinel.alerts.entries import ALERT_RAISED, ALERT_UPDATED, FINDINGS
from netsentinel.alerts.model import Alert, AlertStatus, RuleText, Verdict
from netsentinel.alerts.ports import AlertStore, EvidenceStore
from netsentinel.alerts.samples import sample_of
from netsentinel.alerts.scoring import alert_score
from netsentinel.alerts.suppression.gate import SuppressionGate
from netsentinel.detection.model import Finding
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros
from netsentinel.storage.ports import Tx

FIRST_SAMPLES = 5
"""The first findings of an alert are kept whole for ever."""
NEWEST_SAMPLES = 5
"""So are the newest, in a ring."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """What became of findings."""

    alerts: tuple[Alert, ...]
    """Those that changed or are new."""
    suppressed: int
    """How many findings a suppression hid."""


@dataclass(slots=True)
class _Open:
    """An alert that this transaction works on."""

    alert: Alert
    raised: bool


class AlertGrouping:
    """Applies findings to the alert store, inside the caller's transaction.

    Args:
        alerts: where alerts are kept.
        evidence: where what explains them is kept.
        window: findings of one fingerprint that are this near to each other are one alert.
        gate: hides what people do not want to see.
    """

    def __init__(self, alerts: AlertStore, evidence: EvidenceStore, window: Micros, gate: SuppressionGate) -> None:
        self._alerts = alerts
        self._evidence = evidence
        self._window = window
        self._gate = gate

    def apply(self, tx: Tx, findings: Iterable[Finding], now: Micros) -> Grouped:
        """Store the alerts of the findings that no suppression hides; one entry per alert that changed."""
        passed, suppressed = self._gate.pass_on(tx, findings, now)
        touched: dict[tuple[str, str], list[_Open]] = {}
        for finding in passed:
            opens = touched.setdefault((finding.tenant, finding.fingerprint), [])
            current = next((one for one in reversed(opens) if self._belongs(one.alert, finding)), None)
            if current is not None:
                current.alert = _grown(current.alert, finding, now)
            elif (loaded := self._load(tx, finding)) is not None:
                current = _Open(_grown(loaded, finding, now), raised=False)
                opens.append(current)
            else:
                current = _Open(_new_alert(finding, now), raised=True)
                opens.append(current)
                self._evidence.keep_rule(tx, finding.tenant, _rule_text(finding))
            self._keep_sample(tx, current.alert, finding)
        changed = [item for opens in touched.values() for item in opens]
        for item in changed:
            self._alerts.save(tx, item.alert)
            kind = ALERT_RAISED if item.raised else ALERT_UPDATED
            tx.append(NewEntry(kind, item.alert.tenant, FINDINGS, item.alert.id, item.alert))
        return Grouped(tuple(item.alert for item in changed), suppressed)

    def _load(self, tx: Tx, finding: Finding) -> Alert | None:
        """A stored alert that the finding belongs to.

        One that this transaction works on would have been found before: it reaches at least as far as what is stored.
        """
        since, until = finding.time - self._window, finding.time + self._window
        return self._alerts.reaching(tx, finding.tenant, finding.fingerprint, since, until)

    def _belongs(self, alert: Alert, finding: Finding) -> bool:
        """Nearness in event time decides; a closed alert is none of those that are loaded."""
        return alert.first_at - self._window <= finding.time <= alert.last_at + self._window

    def _keep_sample(self, tx: Tx, alert: Alert, finding: Finding) -> None:
        n = alert.count - 1
        slot = n if n < FIRST_SAMPLES else FIRST_SAMPLES + (n - FIRST_SAMPLES) % NEWEST_SAMPLES
        self._evidence.keep_sample(tx, alert.tenant, alert.id, slot, sample_of(finding))


def _new_alert(finding: Finding, now: Micros) -> Alert:
    return Alert(
        id=new_id("alr", now),
        tenant=finding.tenant,
        fingerprint=finding.fingerprint,
        detector=finding.detector,
        rule_id=finding.rule_id,
        title=finding.title,
        description=finding.description,
        level=finding.level,
        score=alert_score(finding.level, 1),
        status=AlertStatus.OPEN,
        verdict=Verdict.UNDECIDED,
        tags=finding.tags,
        entity=finding.entity,
        entity_kind=finding.entity_kind,
        src_ip=finding.src_ip,
        dst_ip=finding.dst_ip,
        user=finding.user,
        device=finding.device,
        source=finding.source,
        count=1,
        first_at=finding.time,
        last_at=finding.time,
        raised_at=now,
        updated_at=now,
        version=1,
    )


def _grown(alert: Alert, finding: Finding, now: Micros) -> Alert:
    count = alert.count + 1
    newer = finding.time >= alert.last_at
    return replace(
        alert,
        count=count,
        score=alert_score(alert.level, count),
        first_at=min(alert.first_at, finding.time),
        last_at=max(alert.last_at, finding.time),
        src_ip=finding.src_ip if newer else alert.src_ip,
        dst_ip=finding.dst_ip if newer else alert.dst_ip,
        user=finding.user if newer else alert.user,
        device=finding.device if newer else alert.device,
        updated_at=now,
        version=alert.version + 1,
    )


def _rule_text(finding: Finding) -> RuleText:
    return RuleText(
        rule_id=finding.rule_id,
        title=finding.title,
        description=finding.description,
        false_positives=finding.false_positives,
        references=finding.references,
        source=finding.rule_source,
    )
