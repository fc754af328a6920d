"""When what a deployed model does is a reason to act, and what is told of it."""

from dataclasses import dataclass
from typing import Final

import msgspec

from netsentinel.detection.fingerprint import fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Level, Micros
from netsentinel.models.entries import ModelDrifted
from netsentinel.models.figures import Drift, Verdicts, Window
from netsentinel.models.model import ModelVersion

RECENT: Final = 15 * MINUTE
"""A guard looks at what a model did in so long."""
DECIDED: Final = 10
"""Verdicts below which nothing is said of them."""
ENTITIES: Final = 5
"""So many different entities have to be flagged: what one attacker does is no fault of the model."""
_WRONG: Final = 0.5
MOST_SHARE: Final = 0.5
"""A guard allows no larger share, whatever the model was made for."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Why a guard acts."""

    what: str
    """`alert_rate` or `error`."""
    value: float
    limit: float
    said: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a model may do."""

    rows: int
    """Flows below which nothing is said."""
    flagged: float
    """Share of flows that it may flag."""
    wrong: float
    """Share of flows that it may flag wrongly."""


def breach_of(recent: Window, entities: int, verdicts: Verdicts, allowed: Allowed) -> Breach | None:
    """What a guard has against a model; None for nothing.

    Args:
        recent: what it did within `RECENT`.
        entities: how many different ones it flagged in that time.
        verdicts: of people, on its alerts.
        allowed: what it may do.
    """
    if recent.judged < allowed.rows:
        return None
    share, limit = recent.flagged / recent.judged, allowed.flagged
    if share > limit and entities >= ENTITIES:
        said = (
            f"Alert rate: {share:.2%} of {recent.judged:,} flows in the last {RECENT // MINUTE} minutes lay above"
            f" its threshold; {limit:.2%} is the most that is allowed."
        )
        return Breach("alert_rate", share, limit, said)
    wrong, most = verdicts.false_share, allowed.wrong
    if verdicts.decided >= DECIDED and wrong is not None and share * wrong > most:
        said = (
            f"False positives: {verdicts.false_positives} of {verdicts.decided} decided alerts were wrong, which is"
            f" {share * wrong:.2%} of all flows; {most:.2%} is the most that is allowed."
        )
        return Breach("error", share * wrong, most, said)
    return None


def told_of(
    model: ModelVersion,
    what: str,
    measure: str,
    value: float,
    limit: float,
    features: tuple[str, ...] = (),
    *,
    said: str = "",
) -> ModelDrifted:
    """A drift, or with `said` a breach that is left to people."""
    return ModelDrifted(
        id=model.id,
        line=model.line,
        number=model.number,
        what=what,
        measure=measure,
        value=value,
        limit=limit,
        features=features,
        said=said,
        level=Level.HIGH if said else Level.MEDIUM,
    )


def tellings(model: ModelVersion, drift: Drift) -> list[ModelDrifted]:
    """What there is to tell of."""
    found: list[ModelDrifted] = []
    if drift.score_psi is not None and drift.score_psi >= drift.limit:
        found.append(told_of(model, "score", "psi", drift.score_psi, drift.limit))
    elif drift.change is not None:
        found.append(told_of(model, "score", "adwin", drift.change.after, drift.change.before))
    if drift.features_drifted:
        moved = tuple(one.feature for one in drift.features if one.drifted)
        found.append(told_of(model, "features", "psi", drift.features[0].psi, drift.limit, moved[:5]))
    wrong = drift.verdicts.false_share
    if drift.verdicts.decided >= DECIDED and wrong is not None and wrong >= _WRONG:
        found.append(told_of(model, "labels", "ratio", wrong, _WRONG))
    return found


_ADVICE: Final = "Look at its page, and train it anew when the change is there to stay."
_SAID: Final = {
    "score": "Its probabilities are distributed otherwise than when it was trained.",
    "features": "The flows that it judges are unlike those that it was trained on.",
    "labels": "People find most of its alerts to be wrong.",
    "alert_rate": "A large attack is going on, or the model is wrong. It goes on judging until somebody decides.",
    "error": "It is wrong more often than it may be. It goes on judging until somebody decides.",
}


def finding_of(model: ModelVersion, told: ModelDrifted, now: Micros) -> Finding:
    """What becomes an alert."""
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
        description=" ".join(filter(None, (told.said, f"{_SAID[told.what]}{moved}", _ADVICE))),
        level=Level.HIGH if told.said else Level.LOW,
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
