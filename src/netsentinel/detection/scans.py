"""Port scans: one address that tries many ports of a host, or one port on many hosts, without getting through."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from netsentinel.detection.fingerprint import clean, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.tables import Key
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_PROTOCOLS = frozenset({"tcp", "udp"})
_TRACEROUTE = range(33434, 33535)
_EPHEMERAL = 32768
_WELL_KNOWN = 1024
_FEW_PACKETS = 3
_EMPTY_PACKET = 78
"""Bytes of an Ethernet frame with a TCP segment that carries options and no data."""
_DISCOVERY = frozenset({1900, 5353})
"""SSDP and mDNS: answers to a question that was asked of a group look like connections of their own."""


@dataclass(frozen=True, slots=True)
class ScanParameters:
    """When many tries are a scan.

    The defaults are those of Zeek's `policy/misc/scan.zeek`, which also counts failures only. Two shapes that it does
    not see are told as well: a burst of few hosts within seconds, and patience over hours; those figures are our own.
    """

    span: Micros = 5 * MINUTE
    """Zeek: `addr_scan_interval` and `port_scan_interval`, 5 minutes."""
    ports: int = 15
    """Different ports of one host. Zeek: `port_scan_threshold`, 15."""
    hosts: int = 25
    """Different hosts on one port. Zeek: `addr_scan_threshold`, 25."""
    burst_span: Micros = 10 * SECOND
    burst_hosts: int = 8
    """Different hosts on one port in a burst. Slips tells from 5 on, without a limit of time."""
    slow_span: Micros = 6 * HOUR
    slow_ports: int = 100
    slow_hosts: int = 100
    """Different ports or hosts over hours."""
    bounds: Bounds = field(default_factory=Bounds)
    """For each of the five tables."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the shapes of a scan."""

    rule_id: str
    title: str
    description: str
    tags: tuple[str, ...]
    counted: str
    level: Level = Level.MEDIUM


_VERTICAL = _Kind(
    rule_id="port_scan.vertical",
    title="Port scan of one host",
    description="One address tried many different ports of one host within minutes, and nothing came back: "
    "it looks for services to attack.",
    tags=("attack.discovery", "attack.t1046", "attack.reconnaissance", "attack.t1595.001"),
    counted="ports",
)
_HORIZONTAL = _Kind(
    rule_id="port_scan.horizontal",
    title="Scan of one port on many hosts",
    description="One address tried the same port on many different hosts within minutes, and nothing came back: "
    "it looks for hosts with a certain service.",
    tags=("attack.discovery", "attack.t1046", "attack.t1018", "attack.reconnaissance", "attack.t1595.001"),
    counted="hosts",
)
_BURST = _Kind(
    rule_id="port_scan.burst",
    title="Burst of tries at one port of many hosts",
    description="One address tried the same port on several different hosts within seconds, and nothing came back. "
    "Worms and bots look for their next host like that; so does a browser whose network has just gone.",
    tags=_HORIZONTAL.tags,
    counted="hosts",
    level=Level.LOW,
)
_SLOW_VERTICAL = _Kind(
    rule_id="port_scan.slow_vertical",
    title="Slow port scan of one host",
    description="One address tried very many different ports of one host over hours, slowly enough to stay below the "
    "usual thresholds.",
    tags=_VERTICAL.tags,
    counted="ports",
)
_SLOW_HORIZONTAL = _Kind(
    rule_id="port_scan.slow_horizontal",
    title="Slow scan of one port on many hosts",
    description="One address tried the same port on very many different hosts over hours, slowly enough to stay below "
    "the usual thresholds.",
    tags=_HORIZONTAL.tags,
    counted="hosts",
)
_FALSE_POSITIVES = (
    "Vulnerability scanners and inventory tools of your own",
    "Monitoring of hosts that are switched off",
    "A client whose server or network is down",
    "A sensor that sees one direction only",
)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts for one shape of a scan."""

    kind: _Kind
    limit: int
    span: Micros
    windows: SlidingWindows


class PortScans:
    """Finds scans in connection logs (OCSF class 4001). A finding per scan and span, at the event that completes it.

    While the fast form of a scan is being told, the slow one is not: it would say the same.
    """

    name = "port_scan"
    remembers = True
    classes = frozenset({_NETWORK_ACTIVITY})

    def __init__(self, parameters: ScanParameters | None = None) -> None:
        self._parameters = parameters or ScanParameters()
        it = self._parameters
        self._vertical = (self._counter(_VERTICAL, it.ports, it.span),)
        self._slow_vertical = self._counter(_SLOW_VERTICAL, it.slow_ports, it.slow_span)
        self._horizontal = (
            self._counter(_HORIZONTAL, it.hosts, it.span),
            self._counter(_BURST, it.burst_hosts, it.burst_span),
        )
        self._slow_horizontal = self._counter(_SLOW_HORIZONTAL, it.slow_hosts, it.slow_span)
        self._all = (*self._vertical, self._slow_vertical, *self._horizontal, self._slow_horizontal)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The scans that these events complete."""
        found: list[Finding] = []
        for event in events:
            if event.class_uid == _NETWORK_ACTIVITY and _came_to_nothing(event) and _is_a_try(event):
                port = f"{event.dst_port}/{event.protocol}"
                pair: Key = (event.tenant, event.source, event.src_ip, event.dst_ip)
                self._look(self._vertical, self._slow_vertical, pair, port, event, found)
                sweep: Key = (event.tenant, event.source, event.src_ip, port)
                self._look(self._horizontal, self._slow_horizontal, sweep, event.dst_ip, event, found)
        return found

    def snapshot(self) -> bytes:
        """All tables."""
        return msgspec.msgpack.encode([counter.windows.save() for counter in self._all])

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=list[bytes]) if state else [b""] * len(self._all)
        for counter, part in zip(self._all, saved, strict=True):
            counter.windows.load(part)

    def _counter(self, kind: _Kind, limit: int, span: Micros) -> _Counter:
        return _Counter(kind, limit, span, SlidingWindows(span, self._parameters.bounds))

    def _look(
        self, fast: Sequence[_Counter], slow: _Counter, key: Key, entry: str, event: Event, found: list[Finding]
    ) -> None:
        told = False
        for counter in fast:
            if counter.windows.add(key, entry, event.time) >= counter.limit:
                count = counter.windows.count(key)
                if count >= counter.limit:
                    told = True
                    if counter.windows.tell(key, event.time):
                        found.append(self._finding(counter, event, count))
                    break
        if slow.windows.add(key, entry, event.time) >= slow.limit and not told:
            count = slow.windows.count(key)
            if count >= slow.limit and slow.windows.tell(key, event.time):
                found.append(self._finding(slow, event, count))

    def _finding(self, counter: _Counter, event: Event, count: int) -> Finding:
        kind, limit, seconds = counter.kind, counter.limit, counter.span // SECOND
        target = event.dst_ip if kind.counted == "ports" else f"{event.dst_port}/{event.protocol}"
        return Finding(
            tenant=event.tenant,
            source=event.source,
            detector=self.name,
            rule_id=kind.rule_id,
            title=kind.title,
            description=kind.description,
            level=kind.level,
            tags=kind.tags,
            time=event.time,
            src_ip=clean(event.src_ip),
            dst_ip=clean(event.dst_ip),
            user="",
            device=clean(event.device),
            entity=clean(event.src_ip),
            entity_kind="address",
            matched=(
                MatchedField(
                    field=f"distinct {kind.counted}",
                    value=str(count),
                    condition=f"distinct {kind.counted} >= {limit} in {seconds} s",
                ),
                MatchedField(field="target", value=target, condition="the same target"),
            ),
            false_positives=_FALSE_POSITIVES,
            fingerprint=fingerprint(event.tenant, kind.rule_id, clean(event.src_ip)),
            raw=event.raw,
        )


def _came_to_nothing(event: Event) -> bool:
    """Whether a connection carried nothing: stated as failed, not answered, or over after some empty packets."""
    if event.action == "failure":
        return True
    if event.protocol != "tcp" or not 0 < event.packets_out <= _FEW_PACKETS:
        return False
    if not event.packets_in:
        return not event.bytes_in
    return (
        event.packets_in <= event.packets_out
        and event.bytes_in <= event.packets_in * _EMPTY_PACKET
        and event.bytes_out <= event.packets_out * _EMPTY_PACKET
    )


def _is_a_try(event: Event) -> bool:
    """Whether a failed connection says anything: not to a group, not traceroute, not the late end of an old answer."""
    if event.protocol not in _PROTOCOLS or not event.src_ip or not event.dst_port or not _is_one_host(event.dst_ip):
        return False
    if event.protocol == "udp" and event.dst_port in _TRACEROUTE:
        return False
    answers = 0 < event.src_port < _WELL_KNOWN or event.src_port in _DISCOVERY
    return not (answers and event.dst_port >= _EPHEMERAL)


@lru_cache(maxsize=8192)
def _is_one_host(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_multicast or parsed.is_unspecified or address.endswith(".255"))
