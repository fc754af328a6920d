"""Alerts as a STIX 2.1 bundle: each is a sighting of its rule, with what was observed.

A rule becomes an indicator (with its own text where it is a Sigma rule), an alert a sighting with its observed data,
and addresses, hosts and users become cyber-observable objects. Ids follow from what an object is about, so exporting
twice gives the same objects. Source: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html
"""

import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from netsentinel.alerts.model import Alert, RuleText, techniques
from netsentinel.alerts.spellings import names_host
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.types import Micros

RuleLookup = Callable[[str], Awaitable[RuleText | None]]
"""The text behind a rule's id, where there is one."""

_OBSERVABLES: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace that the standard gives to the ids of observables (section 2.9)."""
_OURS: Final = UUID("8c9d5f0a-6c0e-5f4b-9a53-7b7e6f1a2d10")
"""The namespace of all other ids."""
_MADE: Final = "2020-01-01T00:00:00.000Z"
"""When the producer's own object was made; it never changes."""

_encoder = msgspec.json.Encoder()
Object = dict[str, Any]


async def stix_pieces(pages: AsyncIterator[Sequence[Alert]], rules: RuleLookup, now: Micros) -> AsyncIterator[bytes]:
    """The bundle, in pieces: never more than a page of alerts at a time.

    Args:
        pages: the alerts.
        rules: finds the text of a rule.
        now: when the bundle is made.
    """
    bundle = _Bundle(rules)
    yield f'{{"type":"bundle","id":"{_id("bundle", str(now))}","objects":[\n'.encode()
    yield _encoder.encode(bundle.producer)
    async for page in pages:
        found = [one for alert in page for one in await bundle.objects(alert)]
        if found:
            yield b",\n" + b",\n".join(map(_encoder.encode, found))
    yield b"\n]}\n"


class _Bundle:
    """Makes objects, each once."""

    def __init__(self, rules: RuleLookup) -> None:
        self._rules = rules
        self._seen: set[str] = set()
        self.producer: Object = {
            "type": "identity",
            "spec_version": "2.1",
            "id": _id("identity", "netsentinel"),
            "created": _MADE,
            "modified": _MADE,
            "name": "NetSentinel",
            "identity_class": "system",
        }

    async def objects(self, alert: Alert) -> list[Object]:
        """The objects of an alert that the bundle does not have yet."""
        indicator = await self._indicator(alert)
        observables = list(_observables(alert))
        observed = self._observed(alert, [one["id"] for one in observables])
        found = [indicator, *observables, observed, self._sighting(alert, indicator["id"], observed["id"])]
        fresh = [one for one in found if one["id"] not in self._seen]
        self._seen.update(one["id"] for one in fresh)
        return fresh

    async def _indicator(self, alert: Alert) -> Object:
        identifier = _id("indicator", f"{alert.tenant} {alert.rule_id}")
        if identifier in self._seen:
            return {"id": identifier}
        rule = await self._rules(alert.rule_id)
        text = rule.source if rule is not None else ""
        indicator = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": identifier,
            "created_by_ref": self.producer["id"],
            "created": to_iso(alert.raised_at),
            "modified": to_iso(alert.raised_at),
            "name": alert.title,
            "description": alert.description,
            "indicator_types": ["anomalous-activity" if not text else "malicious-activity"],
            "pattern": text or alert.rule_id,
            "pattern_type": "sigma" if text else "netsentinel-detector",
            "valid_from": to_iso(alert.first_at),
            "labels": list(alert.tags),
            "external_references": [
                {"source_name": "mitre-attack", "external_id": one} for one in techniques(alert.tags)
            ],
        }
        return {name: value for name, value in indicator.items() if value not in ("", [])}

    def _observed(self, alert: Alert, refs: list[str]) -> Object:
        return {
            "type": "observed-data",
            "spec_version": "2.1",
            "id": _id("observed-data", f"{alert.tenant} {alert.id}"),
            "created_by_ref": self.producer["id"],
            "created": to_iso(alert.raised_at),
            "modified": to_iso(alert.updated_at),
            "first_observed": to_iso(alert.first_at),
            "last_observed": to_iso(alert.last_at),
            "number_observed": min(alert.count, 999_999_999),
            "object_refs": refs,
        }

    def _sighting(self, alert: Alert, indicator: str, observed: str) -> Object:
        return {
            "type": "sighting",
            "spec_version": "2.1",
            "id": _id("sighting", f"{alert.tenant} {alert.id}"),
            "created_by_ref": self.producer["id"],
            "created": to_iso(alert.raised_at),
            "modified": to_iso(alert.updated_at),
            "description": f"{alert.level.value}: {alert.title} ({alert.status.value}, {alert.verdict.value})",
            "confidence": alert.score,
            "first_seen": to_iso(alert.first_at),
            "last_seen": to_iso(alert.last_at),
            "count": min(alert.count, 999_999_999),
            "sighting_of_ref": indicator,
            "observed_data_refs": [observed],
            "where_sighted_refs": [self.producer["id"]],
            "external_references": [{"source_name": "netsentinel", "external_id": alert.id}],
        }


def _observables(alert: Alert) -> Iterator[Object]:
    """What the alert is about and between whom, each once."""
    named = [(alert.entity_kind, _spelled(alert)), ("address", alert.src_ip), ("address", alert.dst_ip)]
    named += [("user", alert.user), ("host", alert.device)]
    seen: set[str] = set()
    for kind, value in named:
        if value:
            found = _observable(kind, value)
            if found["id"] not in seen:
                seen.add(found["id"])
                yield found


def _spelled(alert: Alert) -> str:
    """The entity as the source spells it, where the alert has a name of its own for it."""
    if alert.entity_kind == "user" and alert.user:
        return alert.user
    is_device = alert.entity_kind == "host" and names_host(alert.device, alert.entity)
    return alert.device if is_device else alert.entity


def _observable(kind: str, value: str) -> Object:
    if kind == "user":
        return _told("user-account", {"account_login": value})
    try:
        version = ipaddress.ip_address(value).version
    except ValueError:
        return _told("domain-name", {"value": value})
    return _told(f"ipv{version}-addr", {"value": value})


def _told(kind: str, properties: dict[str, str]) -> Object:
    canonical = json.dumps(properties, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid5(_OBSERVABLES, canonical)}", **properties}


def _id(kind: str, about: str) -> str:
    return f"{kind}--{uuid5(_OURS, f'{kind} {about}')}"
