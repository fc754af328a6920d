"""What a suppression would have hidden: its conditions tried on the alerts of the last days and their kept samples."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from netsentinel.alerts.model import Alert, AlertFilter, AlertSample, Verdict
from netsentinel.alerts.ports import AlertStore, EvidenceStore
from netsentinel.alerts.suppression.compiled import CompiledSuppression, Native, Seen
from netsentinel.alerts.suppression.model import (
    SAME_IN_AN_ALERT,
    Condition,
    Match,
    Suppression,
    SuppressionPreview,
)
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.storage.ports import ReadTx

MAX_SCANNED = 5_000
"""So many alerts are looked at, the newest."""
_PAGE = 500
_EXAMPLES = 10


@dataclass(slots=True)
class _Tally:
    whole: list[Alert] = field(default_factory=list[Alert])
    partly: int = 0
    findings: int = 0
    exact: bool = True
    scanned: int = 0


def preview(
    tx: ReadTx,
    stores: tuple[AlertStore, EvidenceStore],
    tenant: TenantId,
    conditions: Sequence[Condition],
    days: int,
    now: Micros,
) -> SuppressionPreview:
    """Try conditions on what was found in the last days, by the time of the events or of the alert."""
    alerts, evidence = stores
    compiled = CompiledSuppression(_draft(tenant, conditions, now))
    entity = _only(conditions, "entity")
    if entity and not alerts.count_about(tx, tenant, entity):
        entity = ""  # it may be as events spell it, which findings of one alert do in several ways
    same = SAME_IN_AN_ALERT if entity else SAME_IN_AN_ALERT - {"entity"}
    needs_samples = any(condition.field not in same for condition in conditions)
    where = AlertFilter(
        known_since=now - days * DAY, rule_id=_only(conditions, "rule_id"), entities=(entity,) if entity else ()
    )
    tally, truncated = _Tally(), False
    for page in _pages(tx, alerts, tenant, where):
        if tally.scanned >= MAX_SCANNED:
            truncated = True
            break
        samples = evidence.samples_of(tx, tenant, [alert.id for alert in page]) if needs_samples else {}
        for alert in page:
            _try(compiled, alert, samples.get(alert.id, []) if needs_samples else None, tally)
    levels = Counter(alert.level for alert in tally.whole)
    return SuppressionPreview(
        days=days,
        alerts=len(tally.whole),
        partly=tally.partly,
        findings=tally.findings,
        exact=tally.exact,
        scanned=tally.scanned,
        truncated=truncated,
        true_positives=sum(alert.verdict is Verdict.TRUE_POSITIVE for alert in tally.whole),
        levels={level: levels[level] for level in Level if levels[level]},
        examples=tuple(tally.whole[:_EXAMPLES]),
    )


def _pages(tx: ReadTx, alerts: AlertStore, tenant: TenantId, where: AlertFilter) -> Iterator[list[Alert]]:
    after: tuple[Micros, str] | None = None
    while page := alerts.page(tx, tenant, where, _PAGE, after):
        yield page
        if len(page) < _PAGE:
            return
        after = (page[-1].last_at, page[-1].id)


def _try(compiled: CompiledSuppression, alert: Alert, samples: Sequence[AlertSample] | None, tally: _Tally) -> None:
    seen = [_of_sample(alert, sample) for sample in samples or ()] or [_of_alert(alert)]
    covered = sum(compiled.covers(one, Native(one.raw)) for one in seen)
    tally.scanned += 1
    # Without samples to look at, all findings are alike; with them, those that are not kept are taken to be like them.
    if samples is not None and len(seen) != alert.count and (covered or len(samples) == 0):
        tally.exact = False
    if not covered:
        return
    tally.findings += max(1, round(alert.count * covered / len(seen)))
    if covered == len(seen):
        tally.whole.append(alert)
    else:
        tally.partly += 1


def _of_sample(alert: Alert, sample: AlertSample) -> Seen:
    knows = sample if sample.source else alert  # a sample of an older version says nothing of its own
    return Seen(
        rule_id=alert.rule_id,
        detector=alert.detector,
        entity=alert.entity,
        source=knows.source,
        src_ip=knows.src_ip,
        dst_ip=knows.dst_ip,
        user=knows.user,
        device=knows.device,
        raw=msgspec.json.encode(sample.event),
    )


def _of_alert(alert: Alert) -> Seen:
    return Seen(
        rule_id=alert.rule_id,
        detector=alert.detector,
        entity=alert.entity,
        source=alert.source,
        src_ip=alert.src_ip,
        dst_ip=alert.dst_ip,
        user=alert.user,
        device=alert.device,
        raw=b"{}",
    )


def _only(conditions: Sequence[Condition], name: str) -> str:
    """The one value that a field must have; empty when there is none."""
    for condition in conditions:
        if condition.field == name and condition.match is Match.EQUALS and len(condition.values) == 1:
            return condition.values[0]
    return ""


def _draft(tenant: TenantId, conditions: Sequence[Condition], now: Micros) -> Suppression:
    return Suppression("", tenant, tuple(conditions), "", "", "", "", now, 0)
