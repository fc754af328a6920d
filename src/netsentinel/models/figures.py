"""What models did, in figures: windows of five minutes, what they add up to, and how far they are from the training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.models.drift import Cut, adwin, psi, psi_of_features
from netsentinel.models.report import Reference

WIDTH: Final = 5 * MINUTE
"""Of one window."""
SCORE_BINS: Final = 50
_MANY: Final = 0.2
"""Share of the features that must have moved before the features count as drifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a model did in one stretch of time."""

    tenant: TenantId
    model_id: str
    at: Micros
    """Its beginning."""
    judged: int = 0
    """Flows that it gave a probability."""
    flagged: int = 0
    """Of those, how many exceeded its threshold."""
    findings: int = 0
    """How many were told."""
    nanoseconds: int = 0
    """Processor time."""
    scores: tuple[int, ...] = ()
    """Flows in each of 50 equal parts of the probability."""
    features: Mapping[str, tuple[int, ...]]
    """Of each number: flows in each part of its values; the last number is those that state none."""

    @property
    def mean_score(self) -> float:
        """The mean probability, from the middles of the parts; 0 without flows."""
        whole = sum(self.scores)
        middles = sum((place + 0.5) / SCORE_BINS * count for place, count in enumerate(self.scores))
        return middles / whole if whole else 0.0

    def plus(self, other: "Window") -> "Window":
        """Both together, as one window that begins with this one."""
        names = {**self.features, **other.features}
        return Window(
            tenant=self.tenant,
            model_id=self.model_id,
            at=min(self.at, other.at),
            judged=self.judged + other.judged,
            flagged=self.flagged + other.flagged,
            findings=self.findings + other.findings,
            nanoseconds=self.nanoseconds + other.nanoseconds,
            scores=_added(self.scores, other.scores),
            features={name: _added(self.features.get(name, ()), other.features.get(name, ())) for name in names},
        )


def _added(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    if len(one) != len(other):
        return tuple(one or other)
    return tuple(first + second for first, second in zip(one, other, strict=True))


def total(tenant: TenantId, model_id: str, windows: Sequence[Window]) -> Window:
    """What the windows add up to."""
    whole = Window(tenant=tenant, model_id=model_id, at=windows[0].at if windows else 0, features={})
    for window in windows:
        whole = whole.plus(window)
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A window as a point of a chart."""

    at: Micros
    judged: int
    flagged: int
    findings: int
    flagged_share: float
    mean_score: float
    microseconds: float
    """Processor time of one flow, explanations and learning included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What people decided about alerts of the model's line since it took its place."""

    true_positives: int = 0
    false_positives: int = 0
    undecided: int = 0

    @property
    def decided(self) -> int:
        """How many of them there are."""
        return self.true_positives + self.false_positives

    @property
    def false_share(self) -> float | None:
        """Of those decided; None while nothing is."""
        return self.false_positives / self.decided if self.decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """What a model did."""

    since: Micros
    until: Micros
    judged: int
    flagged: int
    findings: int
    flagged_share: float
    expected_share: float
    """Share of all rows that it was measured on that it flagged."""
    limit_share: float
    """From here on a guard takes it out, unless it is a shadow."""
    per_second: float
    """Flows judged a second of processor time."""
    microseconds: float
    """Processor time of one flow, explanations and learning included."""
    scores: tuple[int, ...]
    """Flows in each of 50 equal parts of the probability."""
    expected_scores: tuple[int, ...]
    """Rows that it was measured on, in the same parts."""
    verdicts: Verdicts
    estimated_fpr: float | None
    """Share of flows flagged, times the share of decided alerts that were wrong; None while nothing is decided."""
    series: tuple[Stretch, ...]
    """By the five minutes, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDrift:
    """How far a feature has moved."""

    feature: str
    psi: float
    drifted: bool
    expected: tuple[int, ...]
    """Rows that the model was made from, by the parts of the feature's values."""
    found: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far what a model sees and says is from what it was trained on."""

    state: str
    """`steady`, `drifted`, or `unknown` while it has judged too little."""
    since: Micros
    judged: int
    needed: int
    """Flows below which nothing is said."""
    limit: float
    """Index from which something counts as drifted."""
    score_psi: float | None
    features: tuple[FeatureDrift, ...]
    """The farthest first."""
    features_drifted: bool
    change: Cut | None
    """Where ADWIN saw the mean score change last; `at` is the place of the window in the series."""
    change_at: Micros
    verdicts: Verdicts


def stretch_of(window: Window) -> Stretch:
    """The window as a point of a chart."""
    judged = max(1, window.judged)
    return Stretch(
        at=window.at,
        judged=window.judged,
        flagged=window.flagged,
        findings=window.findings,
        flagged_share=window.flagged / judged,
        mean_score=window.mean_score,
        microseconds=window.nanoseconds / judged / 1_000,
    )


def drift_of(
    windows: Sequence[Window], reference: Reference, verdicts: Verdicts, *, limit: float, needed: int
) -> Drift:
    """How far a model is from its training.

    Args:
        windows: what it did, oldest first; at least one.
        reference: what it saw and said when it was made.
        verdicts: what people decided.
        limit: index from which something counts as drifted.
        needed: flows below which nothing is said.
    """
    whole = total(windows[0].tenant, windows[0].model_id, windows) if windows else None
    if whole is None or whole.judged < needed:
        judged, since = (whole.judged, whole.at) if whole else (0, 0)
        return Drift(
            state="unknown",
            since=since,
            judged=judged,
            needed=needed,
            limit=limit,
            score_psi=None,
            features=(),
            features_drifted=False,
            change=None,
            change_at=0,
            verdicts=verdicts,
        )
    score = psi(reference.scores, whole.scores) if len(reference.scores) == len(whole.scores) else None
    moved = psi_of_features(reference.features, whole.features)
    features = tuple(
        FeatureDrift(
            feature=name,
            psi=value,
            drifted=value >= limit,
            expected=tuple(reference.features[name]),
            found=tuple(whole.features[name]),
        )
        for name, value in moved.items()
    )
    drifted = sum(one.drifted for one in features)
    features_drifted = drifted > 0 and drifted >= _MANY * len(features)
    busy = [window for window in windows if window.judged]
    change = adwin([window.mean_score for window in busy])
    is_off = features_drifted or change is not None or (score is not None and score >= limit)
    return Drift(
        state="drifted" if is_off else "steady",
        since=whole.at,
        judged=whole.judged,
        needed=needed,
        limit=limit,
        score_psi=score,
        features=features,
        features_drifted=features_drifted,
        change=change,
        change_at=busy[change.at].at if change else 0,
        verdicts=verdicts,
    )
