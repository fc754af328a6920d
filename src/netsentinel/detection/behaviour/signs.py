"""What the behaviour detectors have in common: a sign they look for, and the finding that tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from netsentinel.detection.fingerprint import fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing a detector tells of."""

    rule_id: str
    title: str
    description: str
    level: Level
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]
    references: tuple[str, ...] = ()


def tell(
    sign: Sign,
    event: Event,
    detector: str,
    matched: Sequence[tuple[str, str, str]],
    *,
    about: str = "",
    entity: str = "",
    level: Level | None = None,
) -> Finding:
    """The finding of a sign at the event that completed it.

    Args:
        sign: what was seen.
        event: the event that completed it.
        detector: the detector's name.
        matched: field, value and condition of everything that made it fire.
        about: what tells alerts of one sign and entity apart, for example the peer; empty for one alert per entity.
        entity: whom it is about; the event's source address by default.
        level: instead of the sign's own.
    """
    whom = entity or event.src_ip
    named = f"{sign.rule_id}:{about}" if about else sign.rule_id
    return Finding(
        tenant=event.tenant,
        source=event.source,
        detector=detector,
        rule_id=sign.rule_id,
        title=sign.title,
        description=sign.description,
        level=sign.level if level is None else level,
        tags=sign.tags,
        time=event.time,
        src_ip=event.src_ip,
        dst_ip=event.dst_ip,
        user=event.user,
        device=event.device,
        entity=whom,
        entity_kind="address",
        matched=tuple(MatchedField(field=field, value=value[:512], condition=said) for field, value, said in matched),
        false_positives=sign.false_positives,
        references=sign.references,
        fingerprint=fingerprint(event.tenant, named, whom),
        raw=event.raw,
    )
