"""Watching deployed models: what they did is kept, compared with their training, told of, and acted on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
import structlog

from netsentinel.alerts import AlertGrouping
from netsentinel.alerts.model import AlertFilter, Verdict
from netsentinel.detection.models import ModelTally
from netsentinel.kernel.clock import DAY, HOUR, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.models.entries import MODEL_DRIFT, ModelDrifted
from netsentinel.models.figures import WIDTH, Drift, ModelFigures, Verdicts, Window, drift_of, stretch_of, total
from netsentinel.models.gathering import OF_MODELS
from netsentinel.models.guarding import (
    MOST_SHARE,
    RECENT,
    Allowed,
    Breach,
    breach_of,
    finding_of,
    tellings,
    told_of,
)
from netsentinel.models.model import ALIASES, ModelVersion, Stage
from netsentinel.models.ports import WindowStore
from netsentinel.models.report import Reference
from netsentinel.models.service import ModelRegistry
from netsentinel.models.training import KnownAlerts
from netsentinel.storage.ports import Database, Tx

_log = structlog.get_logger("netsentinel.models")

SPAN: Final = DAY
"""Drift is looked for in what a model did in so long."""
AGAIN: Final = 6 * HOUR
"""The same drift of the same model is told of so often at most."""
FURTHEST: Final = 31 * DAY
"""Figures go back so far at most: every window in it is read."""
_CHECK_EVERY: Final = 30_000_000
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
    entities: dict[int, Micros] = field(default_factory=dict[int, Micros])
    """Those that it flagged lately -> when."""


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
        flagged: dict[str, tuple[int, ...]] = {}
        for tally in [one for one in tallies if one.judged]:
            model = known.get((tally.tenant, tally.name, tally.version)) or await self._replaced(tally)
            if model is not None:
                fresh.append((model, _window(model, tally, now)))
                flagged[model.id] = tally.entities
        if fresh:
            await self._db.write(lambda tx: [self._windows.add(tx, window) for _, window in fresh])
        self._seen = {model.id: self._of(model) for model in chosen.models}
        for model, window in fresh:
            if model.id in self._seen:
                self._count(model, window)
                self._seen[model.id].entities.update(dict.fromkeys(flagged[model.id], now))
        for model in chosen.models:
            await self._check_in_time(model, now)

    async def _check_in_time(self, model: ModelVersion, now: Micros) -> None:
        seen = self._seen[model.id]
        if now - seen.checked_at < _CHECK_EVERY:
            return
        seen.checked_at = now
        try:
            await self.check(model)
        except (NetSentinelError, msgspec.MsgspecError) as error:
            _log.warning("model_not_checked", model=model.id, detail=str(error))

    async def check(self, model: ModelVersion) -> None:
        """Compare a deployed model with its training: a guard may take it out, and drift is told of."""
        now = self._clock.now()
        reference = await self._reference(model)
        windows = await self._done(model, max(now - SPAN, model.changed_at - WIDTH))
        verdicts = await self.verdicts(model)
        if model.stage is not Stage.SHADOW:
            found = self._breach(model, windows, reference, verdicts, now)
            if found is not None:
                if await self._registry.guard(model.tenant, model.id, found.said) is not None:
                    return
                await self._tell(
                    model, told_of(model, found.what, "ratio", found.value, found.limit, said=found.said), now
                )
        drift = self._drift(windows, reference, verdicts)
        if model.id in self._seen:
            self._seen[model.id].drift = drift
        for told in tellings(model, drift):
            await self._tell(model, told, now)

    # Looking.

    async def figures(self, tenant: TenantId, model_id: str, *, since: Micros = 0) -> ModelFigures:
        """What a model did, at most `FURTHEST` back; in the last day when no time is given.

        Raises:
            NotFoundError: the tenant has no such model.
        """
        model, now = await self._registry.get(tenant, model_id), self._clock.now()
        reference, begin = await self._reference(model), max(since, now - FURTHEST) if since else now - SPAN
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

    async def _replaced(self, tally: ModelTally) -> ModelVersion | None:
        """The model of a tally that was swapped out since it judged."""
        if not tally.version.isdecimal():
            return None
        return await self._registry.numbered(tally.tenant, tally.name, int(tally.version))

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
        return min(MOST_SHARE, usual * self._limits.factor)

    def _breach(
        self, model: ModelVersion, windows: Sequence[Window], reference: Reference, verdicts: Verdicts, now: Micros
    ) -> Breach | None:
        """What a guard has against the model; None for nothing."""
        seen = self._seen.get(model.id) or _Seen(model)
        seen.entities = {entity: at for entity, at in seen.entities.items() if at >= now - RECENT}
        recent = total(model.tenant, model.id, [one for one in windows if one.at >= now - RECENT])
        most = min(MOST_SHARE, model.scores.fpr_target * self._limits.factor)
        allowed = Allowed(self._limits.rows, self._limit(model, reference), most)
        return breach_of(recent, len(seen.entities), verdicts, allowed)

    async def _tell(self, model: ModelVersion, told: ModelDrifted, now: Micros) -> None:
        """Announce a drift and raise an alert about it, once in a while."""
        key = (model.id, told.what)
        if now - self._told.get(key, -AGAIN) < AGAIN:
            return
        self._told[key] = now

        def write(tx: Tx) -> None:
            self._grouping.apply(tx, [finding_of(model, told, now)], now)
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
