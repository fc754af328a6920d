from dataclasses import replace
from typing import Any

import msgspec
import pytest

from netsentinel.alerts.model import AlertSample, Verdict
from netsentinel.alerts.suppression import Condition, Match, SuppressionPreview
from netsentinel.alerts.suppression import preview as previews
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId
from netsentinel.storage.testing import MemoryTx
from tests.unit.alerts.factories import NOON, alert

TX = MemoryTx()


class Past:
    """Alerts and samples of the last days."""

    def __init__(self) -> None:
        self.alerts = MemoryAlerts()
        self.evidence = MemoryEvidence()

    def add(self, number: int, *samples: dict[str, Any], **changes: Any) -> None:
        self.alerts.save(TX, alert(number, **changes))
        for slot, said in enumerate(samples):
            event = msgspec.Raw(msgspec.json.encode(said.get("event", {})))
            sample = AlertSample(NOON + slot, (), event, source="eve", src_ip=said.get("src_ip", ""))
            sample = replace(sample, user=said.get("user", ""))
            self.evidence.keep_sample(TX, DEFAULT_TENANT, f"alr_{number:04}", slot, sample)

    def preview(self, *conditions: Condition, days: int = 30) -> SuppressionPreview:
        stores = (self.alerts, self.evidence)
        return previews.preview(TX, stores, DEFAULT_TENANT, conditions, days, NOON + DAY)


def equals(field: str, *values: str) -> Condition:
    return Condition(field, Match.EQUALS, values)


@pytest.fixture
def past() -> Past:
    return Past()


def test_what_all_findings_share_is_counted_exactly(past: Past) -> None:
    past.add(1, count=40, level=Level.HIGH)
    past.add(2, count=2, verdict=Verdict.TRUE_POSITIVE)
    past.add(3, rule_id="rule-2")
    past.add(4, tenant=TenantId("other"))
    found = past.preview(equals("rule_id", "rule-1"), equals("entity", "203.0.113.66"))
    assert (found.alerts, found.partly, found.findings, found.exact) == (2, 0, 42, True)
    assert found.true_positives == 1
    assert found.levels == {Level.MEDIUM: 1, Level.HIGH: 1}
    assert [one.id for one in found.examples] == ["alr_0002", "alr_0001"]


def test_samples_say_which_part_of_an_alert_is_hidden(past: Past) -> None:
    past.add(1, {"src_ip": "10.0.0.1"}, {"src_ip": "10.0.0.2"}, {"src_ip": "192.0.2.1"}, count=3)
    past.add(2, {"src_ip": "10.0.0.1"}, count=1)
    past.add(3, {"src_ip": "192.0.2.1"}, count=90)
    found = past.preview(Condition("src_ip", Match.CIDR, ("10.0.0.0/8",)))
    assert (found.alerts, found.partly, found.findings, found.exact) == (1, 1, 3, True)


def test_findings_that_are_not_kept_are_taken_to_be_like_the_samples(past: Past) -> None:
    past.add(1, {"event": {"url": "/a"}}, {"event": {"url": "/b"}}, count=100)
    found = past.preview(equals("event.url", "/a"))
    assert (found.alerts, found.partly, found.findings, found.exact) == (0, 1, 50, False)


def test_samples_of_older_versions_leave_it_to_their_alert(past: Past) -> None:
    past.alerts.save(TX, alert(1))
    past.evidence.keep_sample(TX, DEFAULT_TENANT, "alr_0001", 0, AlertSample(NOON, (), msgspec.Raw(b"{}")))
    assert past.preview(equals("dst_ip", "192.0.2.10")).alerts == 1


def test_it_looks_so_many_days_back(past: Past) -> None:
    past.add(1, last_at=NOON - DAY, raised_at=NOON - DAY)
    past.add(2, last_at=NOON - 3 * DAY, raised_at=NOON - 3 * DAY)
    assert past.preview(equals("rule_id", "rule-1"), days=2).alerts == 1
    assert past.preview(equals("rule_id", "rule-1"), days=5).alerts == 2


def test_what_was_raised_lately_counts_however_old_its_events_are(past: Past) -> None:
    past.add(1, last_at=NOON - 900 * DAY, raised_at=NOON)
    past.add(2, last_at=NOON - 900 * DAY, raised_at=NOON - 800 * DAY)
    assert past.preview(equals("rule_id", "rule-1")).alerts == 1


def test_it_says_when_there_is_more_than_it_looks_at(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MAX_SCANNED", 4)
    monkeypatch.setattr(previews, "_PAGE", 2)
    for number in range(5):
        past.add(number)
    found = past.preview(equals("rule_id", "rule-1"))
    assert (found.scanned, found.alerts, found.truncated) == (4, 4, True)


def test_an_entity_may_be_as_events_spell_it(past: Past) -> None:
    past.add(1, entity="shire\\ann", entity_kind="user", user="SHIRE\\ann", src_ip="")
    past.add(2, entity="shire\\bob", entity_kind="user", user="SHIRE\\bob", src_ip="")
    for spelled in ("shire\\ann", "SHIRE\\ann"):
        assert [one.id for one in past.preview(equals("entity", spelled)).examples] == ["alr_0001"]
    assert past.preview(equals("entity", "ann")).alerts == 0


def test_findings_of_one_alert_may_spell_its_entity_differently(past: Past) -> None:
    whom = {"entity": "shire\\ann", "entity_kind": "user", "src_ip": ""}
    past.add(1, {"user": "SHIRE\\ann"}, {"user": "ann"}, user="ann", count=10, **whom)
    found = past.preview(equals("entity", "SHIRE\\ann"))
    assert (found.alerts, found.partly, found.findings, found.exact) == (0, 1, 5, False)
    found = past.preview(equals("entity", "shire\\ann"))
    assert (found.alerts, found.partly, found.findings, found.exact) == (1, 0, 10, True)
