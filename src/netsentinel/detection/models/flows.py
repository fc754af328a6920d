"""Features of flows, the same for training and for serving, from Zeek, Suricata, Argus, nfdump and our own captures.

A flow is an event of OCSF class 4001 with both addresses. What its source calls things does not matter: features are
made of the event's normalised columns, and of what was seen shortly before it.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TypeVar

import msgspec
import numpy as np

from netsentinel.detection.behaviour.networks import place
from netsentinel.detection.models.generations import Generations
from netsentinel.detection.models.table import Category, Feature, Floats, Kind, Schema, Table
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros

NETWORK_ACTIVITY = 4001

SPAN: Micros = MINUTE
"""How far the features of a window look back."""

_FLOW = "the flow"
_SOURCE = "flows from its source address"
_TARGET = "flows to its destination"
_PAIR = "flows of the same source to the same destination and port"


def _flow(name: str, says: str, unit: str = "", kind: Kind = Kind.NUMBER) -> Feature:
    return Feature(name, kind, unit, "", _FLOW, says)


def _window(name: str, says: str, source: str, unit: str = "") -> Feature:
    return Feature(name, Kind.NUMBER, unit, "60 s", source, says)


FLOWS = Schema.of(
    [
        _flow("duration", "how long it took", "s"),
        _flow("bytes_out", "sent by the source", "bytes"),
        _flow("bytes_in", "sent back", "bytes"),
        _flow("packets_out", "sent by the source", "packets"),
        _flow("packets_in", "sent back", "packets"),
        _flow("mean_out", "mean size of what the source sent", "bytes/packet"),
        _flow("mean_in", "mean size of what came back", "bytes/packet"),
        _flow("share_out", "share of all bytes that the source sent"),
        _window("source_flows", "flows from the same source", _SOURCE, "flows"),
        _window("source_hosts", "different hosts that the source called", _SOURCE, "hosts"),
        _window("source_ports", "different ports that the source called", _SOURCE, "ports"),
        _window("source_failed", "share of the source's flows that came to nothing", _SOURCE),
        _window("target_flows", "flows to the same host and port", _TARGET, "flows"),
        _window("target_sources", "different sources that called the same host and port", _TARGET, "sources"),
        Feature("gap", Kind.NUMBER, "s", "", _PAIR, "since the source last called this host and port"),
        _flow("protocol", "transport protocol", kind=Kind.CATEGORY),
        _flow("service", "application protocol", kind=Kind.CATEGORY),
        _flow("port", "destination port, where it is a usual one; else its range", kind=Kind.CATEGORY),
        _flow("outcome", "whether an answer came", kind=Kind.CATEGORY),
        _flow("direction", "from where to where", kind=Kind.CATEGORY),
    ]
)
"""What a flow is told by. Counts of a window include the flow itself; different hosts, ports and sources are counted up
to `MOST_DIFFERENT`."""

MOST_DIFFERENT = 64

TECHNIQUES: Mapping[str, tuple[str, ...]] = {
    "bytes_out": ("attack.exfiltration", "attack.t1048"),
    "mean_out": ("attack.exfiltration", "attack.t1048"),
    "share_out": ("attack.exfiltration", "attack.t1048"),
    "source_flows": ("attack.discovery", "attack.t1046"),
    "source_hosts": ("attack.discovery", "attack.t1046"),
    "source_ports": ("attack.discovery", "attack.t1046"),
    "source_failed": ("attack.discovery", "attack.t1046"),
    "target_flows": ("attack.impact", "attack.t1498"),
    "target_sources": ("attack.impact", "attack.t1498"),
}
"""What an attack is likely to be that stands out by a feature: ATT&CK's exfiltration, discovery and flooding."""

OTHER_TECHNIQUE = ("attack.command-and-control", "attack.t1071")
"""The same for all other features."""

_PORTS = frozenset(
    {20, 21, 22, 23, 25, 53, 67, 68, 69, 80, 88, 110, 111, 123, 135, 137, 138, 139, 143, 161, 389, 443, 445, 465, 500}
    | {514, 587, 636, 993, 995, 1433, 1521, 1723, 1883, 1900, 2049, 2222, 2375, 3128, 3306, 3389, 4444, 4500, 5060}
    | {5353, 5355, 5432, 5900, 5985, 6379, 6443, 6667, 8000, 8080, 8443, 8888, 9100, 9200, 11211, 27017}
)
"""Ports told apart: common services (IANA's registry), and 4444, which attack tools listen on by default."""

_SERVICES: Mapping[str, str] = {"ssl": "tls", "dce_rpc": "dcerpc", "krb": "krb5", "krb_tcp": "krb5", "krb_udp": "krb5"}
"""What Zeek calls a protocol -> what Suricata calls it."""

_LAST_SYSTEM, _LAST_REGISTERED = 1023, 49151
"""RFC 6335, section 6."""

_MOST_KEYS = 5_000
_BACK = 12
"""An event older than its window by so many spans is no latecomer: the source's clock has gone back."""

_SEEN = 15
_NEVER: Micros = -(10**18)
_LONG = 10**17
"""A gap that begins at `_NEVER` is longer than this one, and than any other."""

_PORTS_END = 65_536
_LARGEST = 2**62

Cell = TypeVar("Cell", bound=Hashable)

_own = attrgetter("duration_us", "bytes_out", "bytes_in", "packets_out", "packets_in")


class _Seen(msgspec.Struct, array_like=True):
    """What one address shows in the current span, and sums of the one before."""

    span: int = -1
    flows: int = 0
    failed: int = 0
    first: dict[str, None] = msgspec.field(default_factory=dict[str, None])
    """Hosts that a source called, or sources that called a target."""
    second: dict[int, None] = msgspec.field(default_factory=dict[int, None])
    """Ports."""
    flows_before: int = 0
    failed_before: int = 0
    first_before: int = 0
    second_before: int = 0

    def begin(self, span: int) -> bool:
        """Go on to a span; False when the event is a latecomer, which counts in the current one."""
        if span < self.span and self.span - span <= _BACK:
            return False
        if span == self.span + 1:
            self.flows_before, self.failed_before = self.flows, self.failed
            self.first_before, self.second_before = len(self.first), len(self.second)
        else:
            self.flows_before = self.failed_before = self.first_before = self.second_before = 0
        self.span, self.flows, self.failed = span, 0, 0
        self.first, self.second = {}, {}
        return True


class _Saved(msgspec.Struct, array_like=True):
    sources: bytes
    targets: bytes
    pairs: bytes


def is_flow(event: Event) -> bool:
    """Whether an event has the features of a flow."""
    return event.class_uid == NETWORK_ACTIVITY and bool(event.src_ip) and bool(event.dst_ip)


class FlowFeatures:
    """Turns flows, in the order in which they come, into rows of `FLOWS`; remembers what their windows need.

    Bounded: the tenant that has the most forgets first what it touched longest ago. Where batches end makes no
    difference.

    Args:
        keys: sources and targets of a generation (see `Generations`); of pairs four times as many.
    """

    def __init__(self, keys: int = _MOST_KEYS) -> None:
        self._sources = Generations(_Seen, keys)
        self._targets = Generations(_Seen, keys)
        self._pairs = Generations(int, 4 * keys, tenant=1)

    def rows(self, flows: Sequence[Event]) -> Table:
        """One row a flow.

        Args:
            flows: events for which `is_flow` holds.
        """
        own = _numbers([_own(flow) for flow in flows]).reshape(len(flows), 5)
        numbers = np.empty((len(flows), len(FLOWS.numbers)))
        numbers[:, 0] = own[:, 0] / SECOND
        numbers[:, 1:5] = np.maximum(own[:, 1:], 0)
        sizes, packets = numbers[:, 1:3], numbers[:, 3:5]
        numbers[:, 5:7] = np.divide(sizes, packets, out=np.full_like(sizes, np.nan), where=packets > 0)
        total = sizes.sum(axis=1)
        numbers[:, 7] = np.divide(sizes[:, 0], total, out=np.full_like(total, np.nan), where=total > 0)
        outcomes = [_outcome(flow) for flow in flows]
        see = self._see
        seen = [see(flow, outcome == "failed") for flow, outcome in zip(flows, outcomes, strict=True)]
        _windows(np.array(seen, dtype=np.float64).reshape(len(flows), _SEEN), numbers[:, 8:])
        return Table(
            FLOWS,
            numbers,
            (
                _category([flow.protocol for flow in flows], str),
                _category([flow.app_protocol for flow in flows], _service),
                _category([flow.dst_port for flow in flows], _port),
                _category(outcomes, str),
                _category([_direction(flow.src_ip, flow.dst_ip) for flow in flows], str),
            ),
        )

    def save(self) -> bytes:
        """Everything that is remembered."""
        return msgspec.msgpack.encode(_Saved(self._sources.save(), self._targets.save(), self._pairs.save()))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved(b"", b"", b"")
        self._sources.load(saved.sources)
        self._targets.load(saved.targets)
        self._pairs.load(saved.pairs)

    def _see(self, flow: Event, failed: bool) -> tuple[float, ...]:
        """What windows hold with this flow, as `_windows` takes it. This is the hottest part of the features."""
        source, target, port, time = flow.src_ip, flow.dst_ip, flow.dst_port, flow.time
        if not 0 <= port < _PORTS_END:
            port = port_of(port)
        span, into = divmod(time, SPAN)
        place = (flow.tenant, target, port)
        pair = (source, *place)
        sender = self._sources.get((flow.tenant, source))
        left = SPAN - into if span == sender.span or sender.begin(span) else 0
        sender.flows += 1
        sender.failed += failed
        hosts, ports = sender.first, sender.second
        if len(hosts) < MOST_DIFFERENT:
            hosts[target] = None
        if len(ports) < MOST_DIFFERENT:
            ports[port] = None
        receiver = self._targets.get(place)
        also = SPAN - into if span == receiver.span or receiver.begin(span) else 0
        receiver.flows += 1
        callers = receiver.first
        if len(callers) < MOST_DIFFERENT:
            callers[source] = None
        return (
            sender.flows,
            sender.flows_before,
            sender.failed,
            sender.failed_before,
            len(hosts),
            sender.first_before,
            len(ports),
            sender.second_before,
            left,
            receiver.flows,
            receiver.flows_before,
            len(callers),
            receiver.first_before,
            also,
            time - self._pairs.swap(pair, time, _NEVER),
        )


def _windows(seen: Floats, into: Floats) -> None:
    """Work out the features of windows from what `_see` gave: the span now, and what is left of the one before."""
    left, also = seen[:, 8] / SPAN, seen[:, 13] / SPAN
    into[:, 0] = seen[:, 0] + seen[:, 1] * left
    into[:, 1] = np.maximum(seen[:, 4], seen[:, 5] * left)
    into[:, 2] = np.maximum(seen[:, 6], seen[:, 7] * left)
    into[:, 3] = (seen[:, 2] + seen[:, 3] * left) / into[:, 0]
    into[:, 4] = seen[:, 9] + seen[:, 10] * also
    into[:, 5] = np.maximum(seen[:, 11], seen[:, 12] * also)
    into[:, 6] = np.where(seen[:, 14] < _LONG, np.maximum(seen[:, 14], 0) / SECOND, np.nan)


def _outcome(flow: Event) -> str:
    if flow.action == "failure":
        return "failed"
    return "answered" if flow.packets_in or flow.bytes_in else "one-way"


def _service(said: str) -> str:
    """One name for each protocol; where Zeek saw several in one connection, the first."""
    first = said.partition(",")[0]
    return _SERVICES.get(first, first)


def _port(port: int) -> str:
    if port in _PORTS:
        return str(port)
    return "system" if port <= _LAST_SYSTEM else "registered" if port <= _LAST_REGISTERED else "dynamic"


@lru_cache(maxsize=16_384)
def _direction(source: str, target: str) -> str:
    return f"{place(source)} to {place(target)}"


def port_of(said: int) -> int:
    """A port; what is none becomes a number just outside, since no state could be saved with any."""
    return max(-1, min(said, _PORTS_END))


def _numbers(rows: list[tuple[int, ...]]) -> Floats:
    """Whole numbers as floats; a sender may state more than a float can hold."""
    try:
        return np.array(rows, dtype=np.float64)
    except OverflowError:
        return np.array([[max(-_LARGEST, min(one, _LARGEST)) for one in row] for row in rows], dtype=np.float64)


def _category(cells: Sequence[Cell], name: Callable[[Cell], str]) -> Category:
    """As `Category.of` of the cells' names, but fast for few rows with few values: each value is named once."""
    names = {cell: name(cell) for cell in dict.fromkeys(cells)}
    values = sorted({text for text in names.values() if text})
    places = {value: code for code, value in enumerate(values)}
    places[""] = -1
    codes = {cell: places[text] for cell, text in names.items()}
    return Category(tuple(values), np.fromiter(map(codes.__getitem__, cells), np.int64, len(cells)))
