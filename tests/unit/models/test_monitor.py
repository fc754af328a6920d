from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest

from netsentinel.alerts import Alert, AlertFilter, AlertGrouping
from netsentinel.alerts.model import Verdict
from netsentinel.alerts.suppression import SuppressionGate, SuppressionStores
from netsentinel.alerts.suppression.testing import MemoryHiddenFindings, MemorySuppressions
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.detection.models import ModelTally, Role
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Level, TenantId
from netsentinel.models import ModelVersion, Stage
from netsentinel.models.entries import MODEL_DRIFT, MODEL_ROLLED_BACK
from netsentinel.models.monitor import AGAIN, FURTHEST, ModelMonitor, WatchLimits
from netsentinel.models.testing import MemoryWindows
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.alerts.factories import alert
from tests.unit.models.shelf import ANA, OTHER, Shelf, T, memory_shelf

pytestmark = pytest.mark.anyio

USUAL = (990, *[0] * 48, 10)
LOUD = (500, *[0] * 48, 500)
REFERENCE = {"scores": USUAL, "features": {"size": [500, 500]}, "flagged": 0.01}
REPORT = msgspec.json.encode({"reference": REFERENCE})


@dataclass
class Alerts:
    """Alerts that people decided about."""

    kept: list[Alert] = field(default_factory=list)

    async def every(self, tenant: TenantId, where: AlertFilter) -> AsyncIterator[Sequence[Alert]]:
        yield [one for one in self.kept if one.tenant == tenant and one.rule_id == where.rule_id]


@dataclass
class Watch:
    shelf: Shelf
    monitor: ModelMonitor
    alerts: Alerts
    raised: MemoryAlerts
    clock: FakeClock

    async def hear(self, model: ModelVersion, *, role: Role = Role.CHAMPION, **changes: Any) -> None:
        """The detection process told of a thousand flows; half a minute later."""
        self.clock.advance(MINUTE // 2)
        base = ModelTally(
            tenant=model.tenant,
            name=model.line,
            version=str(model.number),
            role=role,
            judged=1_000,
            above=10,
            findings=1,
            nanoseconds=5_000_000,
            scores=USUAL,
            features={"size": (500, 500)},
            entities=(1, 2, 3, 4, 5),
        )
        await self.monitor.take([msgspec.structs.replace(base, **changes)])

    def told(self, kind: str) -> list[Any]:
        assert isinstance(self.shelf.db, MemoryDatabase)
        return [entry.payload for entry in self.shelf.db.entries if entry.kind == kind]


@pytest.fixture
def watch(clock: FakeClock) -> Watch:
    shelf, alerts, raised = memory_shelf(clock), Alerts(), MemoryAlerts()
    suppressions = MemorySuppressions()
    gate = SuppressionGate(SuppressionStores(suppressions, MemoryHiddenFindings(suppressions)))
    grouping = AlertGrouping(raised, MemoryEvidence(), HOUR, gate)
    limits = WatchLimits(psi=0.25, rows=1_000, factor=10.0)
    monitor = ModelMonitor(shelf.db, shelf.registry, MemoryWindows(), alerts, grouping, clock, limits)
    return Watch(shelf, monitor, alerts, raised, clock)


async def test_what_a_model_did_is_kept_and_shown(watch: Watch) -> None:
    model = await watch.shelf.champion(report=REPORT)
    for _ in range(3):
        await watch.hear(model)
    figures = await watch.monitor.figures(T, model.id)
    assert (figures.judged, figures.flagged, figures.findings) == (3_000, 30, 3)
    assert (figures.flagged_share, figures.microseconds, figures.per_second) == (0.01, 5.0, 200_000.0)
    assert (figures.expected_share, figures.limit_share, figures.estimated_fpr) == (0.01, pytest.approx(0.1), None)
    assert (await watch.monitor.drift(T, model.id)).state == "steady"
    (sample,) = watch.monitor.samples()
    assert (sample.line, sample.version, sample.role, sample.judged) == ("flows", "1", "champion", 3_000)
    assert sample.score_psi == pytest.approx(0)
    for call in (watch.monitor.figures(OTHER, model.id), watch.monitor.drift(OTHER, model.id)):
        with pytest.raises(NotFoundError):
            await call


async def test_a_champion_that_flags_far_too_much_is_rolled_back_and_the_one_before_decides(watch: Watch) -> None:
    good = await watch.shelf.champion(report=REPORT)
    bad = await watch.shelf.champion(report=REPORT, content=b"bad")
    await watch.hear(bad, above=101)
    assert (await watch.shelf.registry.get(T, bad.id)).stage is Stage.ROLLED_BACK
    assert (await watch.shelf.registry.get(T, good.id)).stage is Stage.PROMOTED
    (told,) = watch.told(MODEL_ROLLED_BACK)
    assert (told.automatic, told.replaced) == (True, good.id)
    assert "Alert rate: 10.10% of 1,000 flows" in told.note


async def test_a_champion_that_nobody_could_follow_stays_and_an_alert_of_weight_says_so(watch: Watch) -> None:
    only = await watch.shelf.champion(report=REPORT)
    for _ in range(3):
        await watch.hear(only, above=900)
    assert (await watch.shelf.registry.get(T, only.id)).stage is Stage.PROMOTED
    assert [(one.what, one.level) for one in watch.told(MODEL_DRIFT) if one.said] == [("alert_rate", Level.HIGH)]
    page = watch.raised.page(None, T, AlertFilter(), 10, None)  # type: ignore[arg-type] - memory needs no transaction
    assert {one.level for one in page if one.rule_id == "model-drift.alert_rate"} == {Level.HIGH}


async def test_what_few_entities_do_takes_no_model_out(watch: Watch) -> None:
    canary = await watch.shelf.canary(report=REPORT)
    for _ in range(3):
        await watch.hear(canary, role=Role.CANARY, above=900, entities=(1, 2, 3, 4))
    assert (await watch.shelf.registry.get(T, canary.id)).stage is Stage.CANARY
    await watch.hear(canary, role=Role.CANARY, above=900, entities=(5,))
    assert (await watch.shelf.registry.get(T, canary.id)).stage is Stage.ROLLED_BACK


async def test_a_report_that_cannot_be_read_stops_nobody(watch: Watch) -> None:
    await watch.shelf.champion(line="hosts", report=b"{")
    bad = await watch.shelf.canary(report=REPORT)
    await watch.hear(bad, role=Role.CANARY, above=900)
    assert (await watch.shelf.registry.get(T, bad.id)).stage is Stage.ROLLED_BACK


async def test_figures_go_back_a_month_at_most(watch: Watch) -> None:
    model = await watch.shelf.champion(report=REPORT)
    assert (await watch.monitor.figures(T, model.id, since=1)).since == watch.clock.now() - FURTHEST


async def test_a_guard_waits_for_enough_flows_and_leaves_shadows_alone(watch: Watch) -> None:
    canary = await watch.shelf.canary(report=REPORT)
    await watch.hear(canary, role=Role.CANARY, judged=999, above=900)
    assert (await watch.shelf.registry.get(T, canary.id)).stage is Stage.CANARY
    shadow = await watch.shelf.add(report=REPORT)
    await watch.shelf.registry.shadow(ANA, shadow.id)
    await watch.hear(shadow, role=Role.SHADOW, above=900)
    assert (await watch.shelf.registry.get(T, shadow.id)).stage is Stage.SHADOW


async def test_wrong_alerts_take_a_model_out_and_right_ones_do_not(watch: Watch) -> None:
    await watch.shelf.champion(report=REPORT, content=b"before")
    model = await watch.shelf.champion(report=REPORT)
    at = watch.clock.now()

    def decided(verdict: Verdict, count: int) -> list[Alert]:
        base = alert(1, detector="models", rule_id="model.flows", raised_at=at, last_at=at, verdict=verdict)
        return [replace(base, id=f"alr_{verdict}_{number}") for number in range(count)]

    watch.alerts.kept = decided(Verdict.TRUE_POSITIVE, 20)
    await watch.hear(model, above=20)
    assert (await watch.shelf.registry.get(T, model.id)).stage is Stage.PROMOTED
    watch.alerts.kept = decided(Verdict.FALSE_POSITIVE, 18) + decided(Verdict.TRUE_POSITIVE, 2)
    await watch.hear(model, above=20)
    assert (await watch.shelf.registry.get(T, model.id)).stage is Stage.ROLLED_BACK
    (told,) = watch.told(MODEL_ROLLED_BACK)
    assert "18 of 20 decided alerts were wrong" in told.note


async def test_drift_is_told_of_once_in_a_while_and_opens_an_alert(watch: Watch) -> None:
    model = await watch.shelf.champion(report=REPORT)
    for _ in range(3):
        await watch.hear(model, scores=LOUD, features={"size": (990, 10)})
    told = watch.told(MODEL_DRIFT)
    assert {(one.what, one.measure) for one in told} == {("score", "psi"), ("features", "psi")}
    assert len(told) == 2
    page = watch.raised.page(None, T, AlertFilter(), 10, None)  # type: ignore[arg-type] - memory needs no transaction
    assert {one.rule_id for one in page} == {"model-drift.score", "model-drift.features"}
    assert {one.entity for one in page} == {"model:flows"}
    watch.clock.advance(AGAIN)
    await watch.hear(model, scores=LOUD, features={"size": (990, 10)})
    await watch.hear(model, scores=LOUD, features={"size": (990, 10)})
    assert len(watch.told(MODEL_DRIFT)) == 4


async def test_verdicts_that_call_most_alerts_wrong_are_drift_of_labels(watch: Watch) -> None:
    model = await watch.shelf.champion(report=REPORT)
    base = alert(1, detector="models", rule_id="model.flows", raised_at=watch.clock.now(), verdict=Verdict.BENIGN)
    watch.alerts.kept = [replace(base, id=f"alr_{number}") for number in range(10)]
    await watch.hear(model, above=1)
    assert [one.what for one in watch.told(MODEL_DRIFT)] == ["labels"]


async def test_what_a_model_did_before_it_was_swapped_out_still_counts(watch: Watch) -> None:
    model = await watch.shelf.add(report=REPORT)
    await watch.hear(model)
    await watch.hear(model, version="99")
    await watch.hear(model, version="odd")
    await watch.monitor.take([])
    assert (await watch.monitor.figures(T, model.id)).judged == 1_000
    assert list(watch.monitor.samples()) == []


async def test_old_windows_are_forgotten(watch: Watch) -> None:
    model = await watch.shelf.champion(report=REPORT)
    await watch.hear(model)
    watch.clock.advance(91 * 24 * HOUR)
    assert await watch.monitor.forget_old(90) == 1
    assert (await watch.monitor.figures(T, model.id, since=1)).judged == 0
