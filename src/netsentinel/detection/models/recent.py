"""What was seen shortly before a flow: of its source, its destination and of both together, in one minute."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final

import msgspec
import numpy as np

from netsentinel.detection.models.columns import PORTS_END, Cell, FlowColumns, Runs, picked, port_of
from netsentinel.detection.models.generations import Generations
from netsentinel.detection.models.table import Floats, Ints
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros

SPAN: Micros = MINUTE
"""How far the features of a window look back."""

MOST_DIFFERENT = 64
WIDTH: Final = 7
"""Features: flows, hosts, ports and failed share of the source; flows and sources of the target; the gap."""

MOST_KEYS = 5_000
_BACK = 12
"""An event older than its window by so many spans is no latecomer: the source's clock has gone back."""

_SEEN = 15
_NEVER: Micros = -(10**18)
_LONG = 10**17
"""A gap that begins at `_NEVER` is longer than this one, and than any other."""


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


class RecentFlows:
    """Remembers what the features of windows need, and works them out for flows in the order in which they come.

    Bounded: the tenant that has the most forgets first what it touched longest ago. Where batches end makes no
    difference.

    Args:
        keys: sources and targets of a generation (see `Generations`); of pairs four times as many.
    """

    def __init__(self, keys: int = MOST_KEYS) -> None:
        self._sources = Generations(_Seen, keys)
        self._targets = Generations(_Seen, keys)
        self._pairs = Generations(int, 4 * keys, tenant=1)

    def features(self, flows: Sequence[Event], columns: FlowColumns | None) -> Floats:
        """Shape (flows, `WIDTH`).

        Args:
            flows: with both addresses.
            columns: of the same flows, where they have any: many are seen to source by source then.
        """
        found = np.empty((len(flows), WIDTH))
        if columns is not None and self._by_columns(columns, found):
            return found
        see = self._see
        seen: Floats = np.array([see(flow) for flow in flows], dtype=np.float64).reshape(len(flows), _SEEN).T
        left, also = seen[8] / SPAN, seen[13] / SPAN
        found[:, :4] = _of_sources(seen[:8], left)
        found[:, 4:6] = _of_targets(seen[9:13], also)
        found[:, 6] = _gaps(seen[14])
        return found

    def save(self) -> bytes:
        """Everything that is remembered."""
        return msgspec.msgpack.encode(_Saved(self._sources.save(), self._targets.save(), self._pairs.save()))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved(b"", b"", b"")
        self._sources.load(saved.sources)
        self._targets.load(saved.targets)
        self._pairs.load(saved.pairs)

    def _see(self, flow: Event) -> tuple[float, ...]:
        """What windows hold with this flow."""
        source, target, port, time = flow.src_ip, flow.dst_ip, flow.dst_port, flow.time
        if not 0 <= port < PORTS_END:
            port = port_of(port)
        span, into = divmod(time, SPAN)
        place = (flow.tenant, target, port)
        pair = (source, *place)
        sender = self._sources.get((flow.tenant, source))
        left = SPAN - into if span == sender.span or sender.begin(span) else 0
        sender.flows += 1
        sender.failed += flow.action == "failure"
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

    def _by_columns(self, flows: FlowColumns, into: Floats) -> bool:
        """The same of many flows at once; False, with nothing counted, when they have to be seen one by one."""
        tenant, targets, ports = flows.tenant, flows.targets, flows.ports
        senders = self._sources.several([(tenant, name) for name in flows.source_names])
        receivers = self._targets.several([(tenant, targets[at], ports[at]) for at in flows.by_place.firsts])
        if senders is None or receivers is None:
            return False
        spans = flows.times // SPAN
        by_source = Runs.of(flows.by_source, spans, [one.span for one in senders], _BACK)
        by_target = Runs.of(flows.by_place, spans, [one.span for one in receivers], _BACK)
        if by_source is None or by_target is None:
            return False
        left: Floats = (SPAN - (flows.times - spans * SPAN)) / SPAN
        into[by_source.order, :4] = _count_sources(by_source, senders, flows, left)
        into[by_target.order, 4:6] = _count_targets(by_target, receivers, flows, left)
        pairs = zip(flows.sources, repeat(tenant), targets, ports)
        before = self._pairs.swaps(pairs, flows.times.tolist(), _NEVER)
        into[:, 6] = _gaps(flows.times - np.fromiter(before, np.int64, len(before)))
        return True


def _count_sources(runs: Runs, senders: list[_Seen], flows: FlowColumns, left: Floats) -> Floats:
    """Count flows with their sources; the features of each, in the order of the runs."""
    order: list[int] = runs.order.tolist()
    hosts, ports = picked(flows.targets, order), picked(flows.ports, order)
    failed = flows.failed[runs.order].cumsum()
    before: list[int] = []
    hosts_now: list[int] = []
    ports_now: list[int] = []
    begin, failed_so_far = 0, 0
    for key, span, length, failed_then in zip(
        runs.keys, runs.spans, runs.lengths.tolist(), failed[runs.begins + runs.lengths - 1].tolist(), strict=True
    ):
        one, end = senders[key], begin + length
        if span != one.span:
            one.begin(span)
        before += (
            *(one.flows, one.flows_before, one.failed - failed_so_far),
            *(one.failed_before, one.first_before, one.second_before),
        )
        _count_different(one.first, hosts[begin:end], hosts_now)
        _count_different(one.second, ports[begin:end], ports_now)
        one.flows += length
        one.failed += failed_then - failed_so_far
        begin, failed_so_far = end, failed_then
    flows_begun, flows_before, failed_begun, failed_before, hosts_before, ports_before = _by_flow(before, 6, runs)
    return _of_sources(
        (
            *(flows_begun + runs.counts(), flows_before, failed_begun + failed, failed_before),
            *(np.fromiter(hosts_now, np.int64, len(order)), hosts_before),
            *(np.fromiter(ports_now, np.int64, len(order)), ports_before),
        ),
        np.where(runs.late, 0, left[runs.order]),
    )


def _count_targets(runs: Runs, receivers: list[_Seen], flows: FlowColumns, left: Floats) -> Floats:
    """Count flows with their destinations; the features of each, in the order of the runs."""
    order: list[int] = runs.order.tolist()
    callers = picked(flows.sources, order)
    before: list[int] = []
    callers_now: list[int] = []
    begin = 0
    for key, span, length in zip(runs.keys, runs.spans, runs.lengths.tolist(), strict=True):
        one, end = receivers[key], begin + length
        if span != one.span:
            one.begin(span)
        before += (one.flows, one.flows_before, one.first_before)
        _count_different(one.first, callers[begin:end], callers_now)
        one.flows += length
        begin = end
    flows_begun, flows_before, callers_before = _by_flow(before, 3, runs)
    return _of_targets(
        (flows_begun + runs.counts(), flows_before, np.fromiter(callers_now, np.int64, len(order)), callers_before),
        np.where(runs.late, 0, left[runs.order]),
    )


def _by_flow(numbers: list[int], width: int, runs: Runs) -> Ints:
    """So many numbers a run as columns of numbers a flow, in the order of the runs."""
    of_runs = np.fromiter(numbers, np.int64, len(numbers)).reshape(-1, width)
    return of_runs.repeat(runs.lengths, axis=0).T


def _count_different(known: dict[Cell, None], cells: Sequence[Cell], counts: list[int]) -> None:
    """Count how many different ones are known after each of these, which are known from then on."""
    found = len(known)
    for cell in cells:
        if cell not in known and found < MOST_DIFFERENT:
            known[cell] = None
            found += 1
        counts.append(found)


def _of_sources(seen: Iterable[Ints | Floats], left: Floats) -> Floats:
    """Flows, hosts, ports and failed share, from what the span holds now and what is left of the one before."""
    flows, flows_before, failed, failed_before, hosts, hosts_before, ports, ports_before = seen
    found = np.empty((len(left), 4))
    found[:, 0] = flows + flows_before * left
    found[:, 1] = np.maximum(hosts, hosts_before * left)
    found[:, 2] = np.maximum(ports, ports_before * left)
    found[:, 3] = (failed + failed_before * left) / found[:, 0]
    return found


def _of_targets(seen: Iterable[Ints | Floats], left: Floats) -> Floats:
    """Flows and sources of the destination."""
    flows, flows_before, callers, callers_before = seen
    found = np.empty((len(left), 2))
    found[:, 0] = flows + flows_before * left
    found[:, 1] = np.maximum(callers, callers_before * left)
    return found


def _gaps(since: Ints | Floats) -> Floats:
    return np.where(since < _LONG, np.maximum(since, 0) / SECOND, np.nan)
