"""Watching deployed models: what they did is kept, compared with their training, told of, and acted on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from netsentinel.alerts import AlertGrouping
from netsentinel.alerts.model import AlertFilter, Verdict
from netsentinel.detection.fingerprint import fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.models import ModelTally
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.models.entries import MODEL_DRIFT, ModelDrifted
from netsentinel.models.figures import WIDTH, Drift, ModelFigures, Verdicts, Window, drift_of, stretch_of, total
from netsentinel.models.gathering import OF_MODELS
from netsentinel.models.model import ALIASES, ModelVersion, Stage
from netsentinel.models.ports import WindowStore
from netsentinel.models.report import Reference
from netsentinel.models.service import ModelRegistry
from netsentinel.models.training import KnownAlerts
from netsentinel.storage.ports import Database, Tx

SPAN: Final = DAY
"""Drift is looked for in what a model did in so long."""
RECENT: Final = 15 * MINUTE
"""A guard looks at so much of it."""
AGAIN: Final = 6 * HOUR
"""The same drift of the same model is told of so often at most."""
DECIDED: Final = 10
"""Verdicts below which nothing is said of them."""
_CHECK_EVERY: Final = 30_000_000
_MOST_SHARE: Final = 0.5
_WRONG: Final = 0.5
_FORGET: Final = 1_000


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """When something is drift, and when it is a reason to act."""

    psi: float = 0.25
    rows: int = 1_000
    factor: float = 10.0


@dataclass(frozen=True, slots=True)
class ModelSample:
    """Figures of one deployed model for `/metrics`."""

    tenant: TenantId
    line: str
    version: str
    role: str
    judged: int
    """Since the server started, like the next three."""
    flagged: int
    findings: int
    seconds: float
    score: float
    """Mean probability when it was listened to last."""
    score_psi: float | None
    feature_psi: float | None
    """Of the feature that moved most."""


class _Reported(msgspec.Struct, frozen=True):
    reference: Reference


@dataclass(slots=True)
class _Seen:
    """What this process knows of a deployed model."""

    model: ModelVersion
    judged: int = 0
    flagged: int = 0
    findings: int = 0
    nanoseconds: int = 0
    score: float = 0.0
    drift: Drift | None = None
    checked_at: Micros = 0


class AlertsOfModels(KnownAlerts, Protocol):
    """Alerts with their verdicts; `AlertService` is one."""


class ModelMonitor:
    """Keeps what models did and acts on it.

    Args:
        db: where it is kept.
        registry: the models.
        windows: what they did.
        alerts: for verdicts.
        grouping: takes the finding that a model drifts.
        clock: the time.
        limits: when something is drift.
    """

    def __init__(
        self,
        db: Database,
        registry: ModelRegistry,
        windows: WindowStore,
        alerts: AlertsOfModels,
        grouping: AlertGrouping,
        clock: Clock,
        limits: WatchLimits | None = None,
    ) -> None:
        self._db = db
        self._registry = registry
        self._windows = windows
        self._alerts = alerts
        self._grouping = grouping
        self._clock = clock
        self._limits = limits or WatchLimits()
        self._seen: dict[str, _Seen] = {}
        self._references: dict[str, Reference] = {}
        self._told: dict[tuple[str, str], Micros] = {}

    # Taking in.

    async def take(self, tallies: Sequence[ModelTally]) -> None:
        """Note what models did since the last time, and act on it."""
        if not tallies:
            return
        chosen = await self._registry.selection()
        known = {(model.tenant, model.line, str(model.number)): model for model in chosen.models}
        now = self._clock.now()
        fresh: list[tuple[ModelVersion, Window]] = []
        for tally in tallies:
            model = known.get((tally.tenant, tally.name, tally.version))
            if model is not None and tally.judged:
                fresh.append((model, _window(model, tally, now)))
        if fresh:
            await self._db.write(lambda tx: [self._windows.add(tx, window) for _, window in fresh])
        self._seen = {model.id: self._of(model) for model in chosen.models}
        for model, window in fresh:
            self._count(model, window)
        for model in chosen.models:
            seen = self._seen[model.id]
            if now - seen.checked_at >= _CHECK_EVERY:
                seen.checked_at = now
                await self.check(model)

    async def check(self, model: ModelVersion) -> None:
        """Compare a deployed model with its training: a guard may take it out, and drift is told of."""
        now = self._clock.now()
        reference = await self._reference(model)
        windows = await self._done(model, max(now - SPAN, model.changed_at - WIDTH))
        verdicts = await self.verdicts(model)
        if model.stage is not Stage.SHADOW:
            why = self._breach(model, windows, reference, verdicts, now)
            if why:
                await self._registry.guard(model.tenant, model.id, why)
                return
        drift = self._drift(windows, reference, verdicts)
        if model.id in self._seen:
            self._seen[model.id].drift = drift
        for told in _tellings(model, drift):
            await self._tell(model, told, now)

    # Looking.

    async def figures(self, tenant: TenantId, model_id: str, *, since: Micros = 0) -> ModelFigures:
        """What a model did; in the last day when no time is given.

        Raises:
            NotFoundError: the tenant has no such model.
        """
        model, now = await self._registry.get(tenant, model_id), self._clock.now()
        reference, begin = await self._reference(model), since or now - SPAN
        windows = await self._done(model, begin)
        whole = total(tenant, model_id, windows)
        verdicts = await self.verdicts(model)
        share = whole.flagged / whole.judged if whole.judged else 0.0
        seconds = whole.nanoseconds / 1e9
        wrong = verdicts.false_share
        return ModelFigures(
            since=begin,
            until=now,
            judged=whole.judged,
            flagged=whole.flagged,
            findings=whole.findings,
            flagged_share=share,
            expected_share=reference.flagged,
            limit_share=self._limit(model, reference),
            per_second=whole.judged / seconds if seconds else 0.0,
            microseconds=seconds * 1e6 / whole.judged if whole.judged else 0.0,
            scores=whole.scores,
            expected_scores=tuple(reference.scores),
            verdicts=verdicts,
            estimated_fpr=None if wrong is None else share * wrong,
            series=tuple(map(stretch_of, windows)),
        )

    async def drift(self, tenant: TenantId, model_id: str) -> Drift:
        """How far a model is from its training, over the last day.

        Raises:
            NotFoundError: the tenant has no such model.
        """
        model = await self._registry.get(tenant, model_id)
        windows = await self._done(model, self._clock.now() - SPAN)
        return self._drift(windows, await self._reference(model), await self.verdicts(model))

    async def verdicts(self, model: ModelVersion) -> Verdicts:
        """What people decided about alerts of the model's line since it took its place."""
        counts = dict.fromkeys(Verdict, 0)
        where = AlertFilter(rule_id=f"model.{model.line}", since=model.changed_at)
        async for page in self._alerts.every(model.tenant, where):
            for alert in page:
                if alert.detector == OF_MODELS and alert.raised_at >= model.changed_at:
                    counts[alert.verdict] += 1
        return Verdicts(
            true_positives=counts[Verdict.TRUE_POSITIVE],
            false_positives=counts[Verdict.FALSE_POSITIVE] + counts[Verdict.BENIGN],
            undecided=counts[Verdict.UNDECIDED],
        )

    def samples(self) -> Iterable[ModelSample]:
        """Figures of the deployed models, for `/metrics`."""
        for seen in self._seen.values():
            alias, drift = ALIASES.get(seen.model.stage), seen.drift
            yield ModelSample(
                tenant=seen.model.tenant,
                line=seen.model.line,
                version=str(seen.model.number),
                role=alias.value if alias else "",
                judged=seen.judged,
                flagged=seen.flagged,
                findings=seen.findings,
                seconds=seen.nanoseconds / 1e9,
                score=seen.score,
                score_psi=drift.score_psi if drift else None,
                feature_psi=drift.features[0].psi if drift and drift.features else None,
            )

    async def forget_old(self, keep_days: int) -> int:
        """Delete what models did longer ago; how many windows went. Of all tenants."""
        before, gone = self._clock.now() - keep_days * DAY, 0
        while some := await self._db.write(lambda tx: self._windows.forget(tx, before, _FORGET)):
            gone += some
        return gone

    # Inside.

    def _of(self, model: ModelVersion) -> _Seen:
        seen = self._seen.get(model.id) or _Seen(model)
        seen.model = model
        return seen

    def _count(self, model: ModelVersion, window: Window) -> None:
        seen = self._seen[model.id]
        seen.judged += window.judged
        seen.flagged += window.flagged
        seen.findings += window.findings
        seen.nanoseconds += window.nanoseconds
        seen.score = window.mean_score

    async def _done(self, model: ModelVersion, since: Micros) -> list[Window]:
        return await self._db.read(lambda tx: self._windows.of(tx, model.tenant, model.id, since))

    async def _reference(self, model: ModelVersion) -> Reference:
        if model.id not in self._references:
            report, _ = await self._registry.report(model.tenant, model.id)
            self._references[model.id] = msgspec.json.decode(report, type=_Reported).reference
        return self._references[model.id]

    def _drift(self, windows: Sequence[Window], reference: Reference, verdicts: Verdicts) -> Drift:
        return drift_of(windows, reference, verdicts, limit=self._limits.psi, needed=self._limits.rows)

    def _limit(self, model: ModelVersion, reference: Reference) -> float:
        usual = max(reference.flagged, model.scores.fpr_target)
        return min(_MOST_SHARE, usual * self._limits.factor)

    def _breach(
        self, model: ModelVersion, windows: Sequence[Window], reference: Reference, verdicts: Verdicts, now: Micros
    ) -> str:
        """Why a guard takes the model out; empty when it does not."""
        recent = total(model.tenant, model.id, [one for one in windows if one.at >= now - RECENT])
        if recent.judged < self._limits.rows:
            return ""
        share, limit = recent.flagged / recent.judged, self._limit(model, reference)
        if share > limit:
            return (
                f"Alert rate: {share:.2%} of {recent.judged:,} flows in the last {RECENT // MINUTE} minutes lay above"
                f" its threshold; {limit:.2%} is the most that is allowed."
            )
        wrong, most = verdicts.false_share, min(_MOST_SHARE, model.scores.fpr_target * self._limits.factor)
        if verdicts.decided >= DECIDED and wrong is not None and share * wrong > most:
            return (
                f"False positives: {verdicts.false_positives} of {verdicts.decided} decided alerts were wrong, which is"
                f" {share * wrong:.2%} of all flows; {most:.2%} is the most that is allowed."
            )
        return ""

    async def _tell(self, model: ModelVersion, told: ModelDrifted, now: Micros) -> None:
        """Announce a drift and raise an alert about it, once in a while."""
        key = (model.id, told.what)
        if now - self._told.get(key, -AGAIN) < AGAIN:
            return
        self._told[key] = now

        def write(tx: Tx) -> None:
            self._grouping.apply(tx, [_finding(model, told, now)], now)
            tx.append(NewEntry(MODEL_DRIFT, model.tenant, "system", model.id, told))

        await self._db.write(write)


def _window(model: ModelVersion, tally: ModelTally, now: Micros) -> Window:
    return Window(
        tenant=model.tenant,
        model_id=model.id,
        at=now // WIDTH * WIDTH,
        judged=tally.judged,
        flagged=tally.above,
        findings=tally.findings,
        nanoseconds=tally.nanoseconds,
        scores=tally.scores,
        features=tally.features,
    )


def _tellings(model: ModelVersion, drift: Drift) -> list[ModelDrifted]:
    """What there is to tell of."""

    def told(what: str, measure: str, value: float, limit: float, features: tuple[str, ...] = ()) -> ModelDrifted:
        return ModelDrifted(
            id=model.id,
            line=model.line,
            number=model.number,
            what=what,
            measure=measure,
            value=value,
            limit=limit,
            features=features,
        )

    found: list[ModelDrifted] = []
    if drift.score_psi is not None and drift.score_psi >= drift.limit:
        found.append(told("score", "psi", drift.score_psi, drift.limit))
    elif drift.change is not None:
        found.append(told("score", "adwin", drift.change.after, drift.change.before))
    if drift.features_drifted:
        moved = tuple(one.feature for one in drift.features if one.drifted)
        found.append(told("features", "psi", drift.features[0].psi, drift.limit, moved[:5]))
    wrong = drift.verdicts.false_share
    if drift.verdicts.decided >= DECIDED and wrong is not None and wrong >= _WRONG:
        found.append(told("labels", "ratio", wrong, _WRONG))
    return found


_SAID: Final = {
    "score": "Its probabilities are distributed otherwise than when it was trained.",
    "features": "The flows that it judges are unlike those that it was trained on.",
    "labels": "People find most of its alerts to be wrong.",
}


def _finding(model: ModelVersion, told: ModelDrifted, now: Micros) -> Finding:
    rule_id, entity = f"model-drift.{told.what}", f"model:{model.line}"
    moved = f" Moved most: {', '.join(told.features)}." if told.features else ""
    matched = [MatchedField(told.measure, f"{told.value:.3f}", f"{told.what}: limit {told.limit:.3f}")]
    matched += [MatchedField("feature", name, "distributed otherwise than in training") for name in told.features]
    return Finding(
        tenant=model.tenant,
        source="netsentinel",
        detector="model_drift",
        rule_id=rule_id,
        title=f"The model {model.name} drifts: {told.what}",
        description=f"{_SAID[told.what]}{moved} Look at its page, and train it anew when the change is there to stay.",
        level=Level.LOW,
        tags=(),
        time=now,
        src_ip="",
        dst_ip="",
        user="",
        device="",
        entity=entity,
        entity_kind="model",
        matched=tuple(matched),
        false_positives=("A change of the network that is known, such as a new program or server",),
        fingerprint=fingerprint(model.tenant, rule_id, entity),
        raw=msgspec.json.encode(told),
    )
