"""How events spell whom an alert is about: findings have one name for a user or host of Windows, events keep theirs."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from netsentinel.alerts.model import Alert, AlertSample
from netsentinel.detection.accounts import PRODUCT
from netsentinel.detection.fingerprint import entity_of
from netsentinel.events.formats.windows import flatten
from netsentinel.events.lake.model import StoredEvent
from netsentinel.events.model import Event, Logsource


def spellings(alert: Alert, samples: Iterable[AlertSample] = ()) -> dict[str, tuple[str, ...]]:
    """Column of stored events -> what stands there where an event is of the alert's entity, sorted.

    Args:
        alert: it knows the spelling of its newest finding.
        samples: its kept findings, which may have others.
    """
    entity, kept = alert.entity, (alert, *samples)
    if alert.entity_kind == "user":
        return {"user": _sorted(entity, (one.user for one in kept))}
    if alert.entity_kind == "host":
        devices = (one.device for one in kept if names_host(one.device, entity))
        accounts = (one.user for one in kept if f"{entity}$" in one.user.lower())
        return {"device": _sorted(entity, devices), "user": _sorted("", accounts)}
    return {"src_ip": (entity,), "dst_ip": (entity,)}


def names_host(device: str, entity: str) -> bool:
    """Whether an event's device is the host that a finding is about; another device may tell of it."""
    return f"{device.lower()}.".startswith(f"{entity}.")


def entity_of_stored(kept: StoredEvent) -> str:
    """Whom a stored event is about: the entity of the alerts that rules raise of it."""
    event = Event(
        tenant=kept.tenant,
        source=kept.source,
        format=kept.format,
        time=kept.time,
        logsource=Logsource(kept.product, kept.category, kept.service),
        src_ip=kept.src_ip,
        user=kept.user,
        device=kept.device,
        event_code=kept.event_code,
        native={},
    )
    if kept.product == PRODUCT and kept.user and not kept.src_ip:
        event.native = flatten(_decoded(kept.native))
    return entity_of(event)[0]


def _decoded(text: str) -> dict[str, Any]:
    try:
        native: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):  # stored all the same, as it came
        return {}
    return cast("dict[str, Any]", native) if isinstance(native, dict) else {}


def _sorted(entity: str, others: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({entity, *others} - {""}))
