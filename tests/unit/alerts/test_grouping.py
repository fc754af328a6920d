from dataclasses import replace

import msgspec
import pytest

from netsentinel.alerts.grouping import FIRST_SAMPLES, NEWEST_SAMPLES, AlertGrouping
from netsentinel.alerts.model import Alert, AlertFilter, AlertStatus
from netsentinel.alerts.suppression import Condition, Match, Suppression, SuppressionGate
from netsentinel.alerts.suppression.testing import memory_suppressions
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.detection.model import Finding
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryTx
from tests.unit.alerts.factories import NOON, finding


class Desk:
    """A grouping over stores in memory."""

    def __init__(self) -> None:
        self.alerts = MemoryAlerts()
        self.evidence = MemoryEvidence()
        self.hiding = memory_suppressions()
        self.grouping = AlertGrouping(self.alerts, self.evidence, HOUR, SuppressionGate(self.hiding))

    def apply(self, *findings: Finding) -> MemoryTx:
        tx = MemoryTx()
        self.grouping.apply(tx, findings, NOON)
        return tx

    def all(self, tenant: TenantId = DEFAULT_TENANT) -> list[Alert]:
        return self.alerts.page(MemoryTx(), tenant, AlertFilter(), 100, None)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_first_finding_raises_an_alert_that_explains_itself(desk: Desk) -> None:
    tx = desk.apply(finding())
    (alert,) = desk.all()
    assert (alert.title, alert.count, alert.entity, alert.score) == ("Scanner user agent", 1, "203.0.113.66", 45)
    assert [entry.kind for entry in tx.entries] == ["alert.raised"]
    (sample,) = desk.evidence.samples(tx, DEFAULT_TENANT, alert.id)
    assert msgspec.json.decode(sample.event) == {"event_type": "http"}
    rule = desk.evidence.rule(tx, DEFAULT_TENANT, "rule-1")
    assert rule is not None
    assert rule.source == "title: Scanner user agent\n"


def test_findings_of_one_fingerprint_in_the_window_are_one_alert_and_one_entry_per_commit(desk: Desk) -> None:
    desk.apply(finding())
    tx = desk.apply(finding(time=NOON + MINUTE), finding(time=NOON + 2 * MINUTE, dst_ip="192.0.2.11"))
    (alert,) = desk.all()
    assert (alert.count, alert.first_at, alert.last_at) == (3, NOON, NOON + 2 * MINUTE)
    assert alert.dst_ip == "192.0.2.11"
    assert [(entry.kind, entry.payload) for entry in tx.entries] == [("alert.updated", alert)]


def test_a_late_finding_does_not_turn_back_the_newest(desk: Desk) -> None:
    desk.apply(finding(dst_ip="192.0.2.20"), finding(time=NOON - MINUTE, dst_ip="192.0.2.21"))
    (alert,) = desk.all()
    assert (alert.first_at, alert.last_at, alert.dst_ip) == (NOON - MINUTE, NOON, "192.0.2.20")


def test_after_the_window_a_new_alert_is_raised_even_within_one_commit(desk: Desk) -> None:
    tx = desk.apply(finding(), finding(time=NOON + HOUR + 1))
    assert [alert.count for alert in desk.all()] == [1, 1]
    assert [entry.kind for entry in tx.entries] == ["alert.raised", "alert.raised"]


def test_live_findings_and_a_replay_of_last_month_are_two_alerts_in_any_order(
    desk: Desk,
) -> None:
    old = NOON - 30 * 24 * HOUR
    for number in range(5):
        desk.apply(finding(time=NOON + number), finding(time=old + number))
    desk.apply(*(finding(time=(NOON if number % 2 else old) + number) for number in range(5, 15)))
    assert [(alert.count, alert.first_at) for alert in desk.all()] == [(10, NOON), (10, old)]


def test_a_finding_goes_to_the_older_alert_that_is_near_to_it(desk: Desk) -> None:
    desk.apply(finding())
    desk.apply(finding(time=NOON + 3 * HOUR))
    tx = desk.apply(finding(time=NOON - MINUTE))
    assert [(alert.count, alert.first_at) for alert in desk.all()] == [(1, NOON + 3 * HOUR), (2, NOON - MINUTE)]
    assert [entry.kind for entry in tx.entries] == ["alert.updated"]


def test_a_closed_alert_takes_no_more_findings(desk: Desk) -> None:
    desk.apply(finding())
    desk.alerts.save(MemoryTx(), replace(desk.all()[0], status=AlertStatus.CLOSED))
    desk.apply(finding(time=NOON + 1))
    assert sorted((alert.status.value, alert.count) for alert in desk.all()) == [("closed", 1), ("open", 1)]


def test_tenants_do_not_share_alerts(desk: Desk) -> None:
    desk.apply(finding(), finding(tenant=TenantId("other")))
    assert len(desk.all()) == 1
    assert len(desk.all(TenantId("other"))) == 1


def test_the_first_and_the_newest_samples_are_kept(desk: Desk) -> None:
    total = FIRST_SAMPLES + NEWEST_SAMPLES + 3
    desk.apply(*(finding(time=NOON + n) for n in range(total)))
    (alert,) = desk.all()
    kept = [sample.at - NOON for sample in desk.evidence.samples(MemoryTx(), DEFAULT_TENANT, alert.id)]
    assert kept == [*range(FIRST_SAMPLES), *range(total - NEWEST_SAMPLES, total)]
    assert alert.count == total


def test_a_suppressed_finding_raises_nothing_and_grows_nothing(desk: Desk) -> None:
    desk.apply(finding())
    scope = (Condition("event.user", Match.EQUALS, ("scanner",)),)
    made = Suppression("sup_1", DEFAULT_TENANT, scope, "ours", "", "", "", NOON, 0)
    desk.hiding.suppressions.add(MemoryTx(), made)
    tx = desk.apply(finding(raw=b'{"user":"scanner"}'), finding(raw=b'{"user":"root"}'))
    assert [alert.count for alert in desk.all()] == [2]
    assert len(tx.entries) == 1
    kept = desk.hiding.suppressions.get(tx, DEFAULT_TENANT, "sup_1")
    assert kept is not None
    assert kept.hidden == 1
