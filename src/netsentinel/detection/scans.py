"""Port scans: one address that tries many ports of a host, or one port on many hosts, without getting through."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from netsentinel.detection.fingerprint import clean, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_PROTOCOLS = frozenset({"tcp", "udp"})
_TRACEROUTE = range(33434, 33535)
_EPHEMERAL = 32768
_WELL_KNOWN = 1024
_DISCOVERY = frozenset({1900, 5353})
"""SSDP and mDNS: answers to a question that was asked of a group look like connections of their own."""


@dataclass(frozen=True, slots=True)
class ScanParameters:
    """When many tries are a scan.

    The defaults are those of Zeek's `policy/misc/scan.zeek`, which also counts failures only.
    """

    span: Micros = 5 * MINUTE
    """Zeek: `addr_scan_interval` and `port_scan_interval`, 5 minutes."""
    ports: int = 15
    """Different ports of one host. Zeek: `port_scan_threshold`, 15."""
    hosts: int = 25
    """Different hosts on one port. Zeek: `addr_scan_threshold`, 25."""
    bounds: Bounds = field(default_factory=Bounds)
    """For each of the two tables."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two shapes of a scan."""

    rule_id: str
    title: str
    description: str
    tags: tuple[str, ...]
    counted: str


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
_FALSE_POSITIVES = (
    "Vulnerability scanners and inventory tools of your own",
    "Monitoring of hosts that are switched off",
    "A client whose server or network is down",
)


class PortScans:
    """Finds scans in connection logs (OCSF class 4001). A finding per scan and span, at the event that completes it."""

    name = "port_scan"
    remembers = True

    def __init__(self, parameters: ScanParameters | None = None) -> None:
        self._parameters = parameters or ScanParameters()
        self._ports = SlidingWindows(self._parameters.span, self._parameters.bounds)
        self._hosts = SlidingWindows(self._parameters.span, self._parameters.bounds)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The scans that these events complete."""
        found: list[Finding] = []
        for event in events:
            if event.class_uid == _NETWORK_ACTIVITY and event.action == "failure" and _is_a_try(event):
                self._look(event, found)
        return found

    def snapshot(self) -> bytes:
        """Both tables."""
        return msgspec.msgpack.encode((self._ports.save(), self._hosts.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        ports, hosts = msgspec.msgpack.decode(state, type=tuple[bytes, bytes]) if state else (b"", b"")
        self._ports.load(ports)
        self._hosts.load(hosts)

    def _look(self, event: Event, found: list[Finding]) -> None:
        parameters = self._parameters
        port = f"{event.dst_port}/{event.protocol}"
        pair = (event.tenant, event.source, event.src_ip, event.dst_ip)
        if self._ports.add(pair, port, event.time) >= parameters.ports:
            count = self._ports.count(pair)
            if count >= parameters.ports and self._ports.tell(pair, event.time):
                found.append(self._finding(_VERTICAL, event, count, parameters.ports))
        sweep = (event.tenant, event.source, event.src_ip, port)
        if self._hosts.add(sweep, event.dst_ip, event.time) >= parameters.hosts:
            count = self._hosts.count(sweep)
            if count >= parameters.hosts and self._hosts.tell(sweep, event.time):
                found.append(self._finding(_HORIZONTAL, event, count, parameters.hosts))

    def _finding(self, kind: _Kind, event: Event, count: int, limit: int) -> Finding:
        seconds = self._parameters.span // SECOND
        target = event.dst_ip if kind is _VERTICAL else f"{event.dst_port}/{event.protocol}"
        return Finding(
            tenant=event.tenant,
            source=event.source,
            detector=self.name,
            rule_id=kind.rule_id,
            title=kind.title,
            description=kind.description,
            level=Level.MEDIUM,
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
