"""Explanations of models in words, with units: what a person reads on an alert."""

import math
from collections.abc import Sequence

from netsentinel.detection.model import MatchedField
from netsentinel.detection.models.ports import Contribution
from netsentinel.detection.models.table import Feature, Schema

_THOUSAND = 1000


def fields(schema: Schema, contributions: Sequence[Contribution]) -> list[MatchedField]:
    """What moved a score, one feature each: its value with the unit, what it tells, and in which direction it moved."""
    known = {one.name: one for one in schema.features}
    return [_field(known.get(one.feature, Feature(one.feature)), one) for one in contributions]


def probability(value: float) -> str:
    """A probability in percent; one near certainty keeps what it lacks."""
    percent = value * 100
    return f"{percent:.1f} %" if percent < 99 else f"{percent:.3f} %"  # noqa: PLR2004 - where digits begin to matter


def quantity(value: float | str, feature: Feature) -> str:
    """A value as people write it, with its unit."""
    if isinstance(value, str):
        return value or "not stated"
    if math.isnan(value):
        return "not stated"
    unit = f" {feature.unit}" if feature.unit else ""
    within = f" in {feature.window}" if feature.window else ""
    if feature.unit == "s":
        return f"{value:.3g}{unit}{within}" if abs(value) < _THOUSAND else f"{value:,.0f}{unit}{within}"
    number = f"{value:,.0f}" if abs(value) >= _THOUSAND or value == int(value) else f"{value:.3g}"
    return f"{number}{unit}{within}"


def _field(feature: Feature, one: Contribution) -> MatchedField:
    direction = "speaks for an attack" if one.weight > 0 else "speaks against it"
    parts = [feature.says, direction] if feature.says else [direction]
    if one.usual != "":
        parts.append(f"usual would be {quantity(one.usual, feature)}")
    return MatchedField(feature.name, quantity(one.value, feature)[:512], "; ".join(parts))
