"""Suppressions made ready for many findings: what costs something is done once, not per finding."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from netsentinel.alerts.spellings import names_host
from netsentinel.alerts.suppression.model import NATIVE, NEVER, Condition, Match, Suppression
from netsentinel.detection.model import Finding
from netsentinel.detection.rules.fields import FieldReader
from netsentinel.kernel.types import Micros, TenantId

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MODELS: Final = "models"
"""The detector whose findings may be about hosts of events that name a user, and about users with an address."""
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding as it is still known: from a sample, or from its alert."""

    rule_id: str
    detector: str
    entity: str
    source: str
    src_ip: str
    dst_ip: str
    user: str
    device: str
    raw: bytes


Subject = Finding | Seen
"""What conditions look at."""


class Native:
    """The event of one subject, decoded when it is first asked for."""

    __slots__ = ("_event", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._event: dict[str, Any] | None = None

    def event(self) -> dict[str, Any]:
        """The event; empty when it is no JSON object."""
        if self._event is None:
            self._event = _decoded(self._raw)
        return self._event


_Test = Callable[[Subject, Native], bool]


class CompiledSuppression:
    """Says of one subject after another whether a suppression hides it."""

    def __init__(self, suppression: Suppression) -> None:
        self.suppression = suppression
        # Native fields come last: the event is decoded only when everything else holds.
        ordered = sorted(suppression.conditions, key=lambda condition: condition.field.startswith(NATIVE))
        self._tests = tuple(_test(condition) for condition in ordered)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that it names exactly; empty when it names none."""
        for condition in self.suppression.conditions:
            if condition.field == "rule_id" and condition.match is Match.EQUALS:
                return condition.values
        return ()

    def hides(self, subject: Subject, native: Native, now: Micros) -> bool:
        """Whether it is in force and every condition holds."""
        expires_at = self.suppression.expires_at
        if expires_at != NEVER and expires_at <= now:
            return False
        return self.covers(subject, native)

    def covers(self, subject: Subject, native: Native) -> bool:
        """Whether every condition holds."""
        return all(test(subject, native) for test in self._tests)


class CompiledSuppressions:
    """All suppressions in force. A finding whose rule none of them names costs two look-ups."""

    def __init__(self, revision: str, suppressions: Sequence[Suppression]) -> None:
        self.revision = revision
        self._by_rule: dict[tuple[TenantId, str], list[CompiledSuppression]] = {}
        self._others: dict[TenantId, list[CompiledSuppression]] = {}
        for suppression in suppressions:
            compiled = CompiledSuppression(suppression)
            for rule in compiled.rules:
                self._by_rule.setdefault((suppression.tenant, rule), []).append(compiled)
            if not compiled.rules:
                self._others.setdefault(suppression.tenant, []).append(compiled)
        self.is_empty = not suppressions

    def hiding(self, tenant: TenantId, subject: Subject, now: Micros) -> Suppression | None:
        """The suppression that hides the subject: first those that name its rule, then the others, oldest first."""
        named = self._by_rule.get((tenant, subject.rule_id))
        others = self._others.get(tenant)
        if named is None and others is None:
            return None
        native = Native(subject.raw)
        for compiled in (*(named or ()), *(others or ())):
            if compiled.hides(subject, native, now):
                return compiled.suppression
        return None


def _test(condition: Condition) -> _Test:
    fits = _fits(condition)
    if condition.field == "entity":
        return lambda subject, _: fits(subject.entity) or any(map(fits, _spelled(subject)))
    if not condition.field.startswith(NATIVE):
        name = condition.field
        return lambda subject, _: fits(getattr(subject, name))
    reader = FieldReader(condition.field.removeprefix(NATIVE))
    return lambda _, native: any(fits(text) for text in reader.texts(native.event()))


def _spelled(subject: Subject) -> tuple[str, ...]:
    """The entity as the event names it: what findings were about before users and hosts of Windows had one name."""
    if subject.entity in {subject.src_ip, subject.dst_ip}:
        return ()
    name = subject.user or subject.device or subject.source
    if subject.detector == _MODELS and names_host(subject.device, subject.entity):
        return name, subject.device  # whoever the user was
    return (name,)


def _fits(condition: Condition) -> Callable[[str], bool]:
    if condition.match is Match.EQUALS:
        return frozenset(condition.values).__contains__
    if condition.match is Match.STARTSWITH:
        return lambda text: text.startswith(condition.values)
    networks = tuple(ipaddress.ip_network(value, strict=False) for value in condition.values)
    return lambda text: _is_in(text, networks)


@lru_cache(maxsize=16_384)
def _is_in(text: str, networks: tuple[_Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        event = _decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return cast("dict[str, Any]", event) if type(event) is dict else {}
