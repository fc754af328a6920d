"""Features of entities: what an address, a service, a user or a host did in five minutes, whoever reports it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter, itemgetter

import msgspec
import numpy as np

from netsentinel.detection.fingerprint import clean
from netsentinel.detection.models.columns import FEWEST, MOST, FlowColumns, Groups, Runs, picked, port_of
from netsentinel.detection.models.flows import MOST_STATED, NETWORK_ACTIVITY
from netsentinel.detection.models.gathered import MOST_DIFFERENT, Gathered, Known, Open, kept, lean
from netsentinel.detection.models.table import Category, Feature, Ints, Kind, Schema, Table
from netsentinel.detection.tables import Key, StalestFirst
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros, TenantId

SPAN: Micros = 5 * MINUTE
"""Length of a window of event time; windows begin at full five minutes."""

CLASSES = frozenset({NETWORK_ACTIVITY, 3002, 4007, 1007})
"""OCSF classes of the events that count: network activity, authentication, SSH, process activity."""

_PROCESS = 1007
_MOST_OPEN = 5_000
"""Entities whose window is open; beyond it the first is closed early that the tenant with the most of them began."""

_OVER = 2
"""Windows that are so many spans older than a tenant's newest event are closed."""

_BACK = 12
_first_place = itemgetter(0)
_place_of = attrgetter("at")
_SUMS = ("bytes_out", "bytes_in", "packets", "duration")
_sums = attrgetter(*_SUMS)

_NEVER = -(2**40)
"""Before any window."""

_OWN = "events of the entity"


def _window(name: str, says: str, unit: str = "") -> Feature:
    return Feature(name, Kind.NUMBER, unit, "5 min", _OWN, says)


WINDOWS = Schema.of(
    [
        _window("events", "what it did or had done to it", "events"),
        _window("failed", "what came to nothing", "events"),
        _window("failed_share", "share of what came to nothing"),
        _window("peers", "different other sides: hosts called, callers, or machines", "peers"),
        _window("things", "different ports, services or programs", "things"),
        _window("bytes_out", "sent by the side that began", "bytes"),
        _window("bytes_in", "sent back", "bytes"),
        _window("packets", "in both directions", "packets"),
        _window("mean_bytes", "bytes of one event", "bytes/event"),
        _window("mean_duration", "how long one event took", "s"),
        Feature("segment", Kind.CATEGORY, "", "", _OWN, "what kind of entity it is"),
        Feature("entity", Kind.CATEGORY, "", "", _OWN, "whose window it is"),
    ]
)
"""What five minutes of an entity are told by. Different peers and things are counted up to `MOST_DIFFERENT`."""


class Closed(msgspec.Struct, frozen=True):
    """A window that is over, and where in the events it was found to be."""

    at: int
    """Place among the events of the call."""
    tenant: TenantId
    segment: str
    entity: str
    window: Open


class _Saved(msgspec.Struct, array_like=True):
    open: msgspec.Raw
    newest: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Side:
    """Addresses or services of some flows: who they are, and what flows show of them."""

    groups: Groups
    keys: list[Key]
    peers: Sequence[str]
    things: Sequence[int] | None


class EntityWindows:
    """Gathers events into windows of entities, in the order in which they come.

    A window is closed by the entity's first event of a later one, or when the tenant's events are two windows further.
    """

    def __init__(self) -> None:
        self._open = StalestFirst(Open, _MOST_OPEN, lambda key, window: self._early.append((key, window)))
        """Tenant, segment, name, port and protocol (the last two of services only) -> its window. Only the beginning of
        a window touches it."""
        self._early: list[tuple[Key, Open]] = []
        """Windows that have to be closed early."""
        self._newest: dict[str, int] = {}
        """Tenant -> the newest window of its events."""
        self._gathered: dict[TenantId, Gathered] = {}
        """Tenant -> flows that wait to be counted in windows that have begun with its newest one."""

    def take(self, events: Sequence[Event], flows: FlowColumns | None = None) -> list[Closed]:
        """The windows that these events close.

        Args:
            events: of any class; others than `CLASSES` count nowhere.
            flows: those of them that count, where these are flows with both addresses and have columns: many are seen
                to entity by entity then.
        """
        closed: list[Closed] = []
        if flows is None or not self._take_flows(flows, closed):
            self._settle()
            self._take_each(events, closed)
        return closed

    def save(self) -> bytes:
        """All open windows."""
        self._settle()
        small = msgspec.msgpack.encode([(key, _small(one)) for key, one in self._open.items()])
        return msgspec.msgpack.encode(_Saved(msgspec.Raw(small), self._newest))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved(msgspec.Raw(), {})
        self._open.load(bytes(saved.open))
        self._newest = saved.newest
        self._gathered.clear()

    def _add(
        self,
        at: int,
        key: Key,
        span: int,
        event: Event,
        peer: str,
        thing: str | int,
        closed: list[Closed],
    ) -> None:
        window = self._open.look(key)
        if window is None or span > window.span or window.span - span > _BACK:
            if window is not None:
                closed.append(_over(at, key, self._open.pop(key)))
            window = self._open.touch(key)
            window.span = span
            closed += [_over(at, *one) for one in self._early]
            self._early.clear()
        window.events += 1
        window.failed += event.action == "failure"
        window.bytes_out += event.bytes_out
        window.bytes_in += event.bytes_in
        window.packets += event.packets_out + event.packets_in
        window.duration += event.duration_us
        if len(window.peers) < MOST_DIFFERENT:
            window.peers[peer] = None
        if len(window.things) < MOST_DIFFERENT:
            window.things[thing] = None
        window.last = kept(event)

    def _take_each(self, events: Sequence[Event], closed: list[Closed]) -> None:
        add = self._add
        span, until, tenant = 0, 0, TenantId("")
        for at, event in enumerate(events):
            kind = event.class_uid
            if kind not in CLASSES:
                continue
            if event.tenant != tenant or not until - SPAN <= event.time < until:
                tenant, span = event.tenant, event.time // SPAN
                until = (span + 1) * SPAN
                newest = self._newest.get(tenant)
                if newest is None or span > newest or newest - span > _BACK:
                    self._newest[tenant] = span
                    self._close_old(at, tenant, span, closed)
            if kind == NETWORK_ACTIVITY:
                if event.src_ip and event.dst_ip:
                    self._add_flow(at, event, span, closed)
            elif kind == _PROCESS:
                if event.device:
                    add(at, (tenant, "host", event.device, 0, ""), span, event, event.user, event.process, closed)
            elif event.user:
                where, thing = event.src_ip or event.device, event.app_protocol or event.event_code
                add(at, (tenant, "user", event.user, 0, ""), span, event, where, thing, closed)

    def _take_flows(self, flows: FlowColumns, closed: list[Closed]) -> bool:
        """The same of many flows at once; False, with nothing counted, when their clock goes too far back."""
        tenant, spans = flows.tenant, flows.times // SPAN
        newest = self._newest.get(tenant)
        reached: Ints = np.maximum.accumulate(spans if newest is None else np.maximum(spans, newest))
        if int((reached - spans).max()) > _BACK:
            return False
        cuts: list[int] = (np.flatnonzero(reached[1:] != reached[:-1]) + 1).tolist()
        for begin, end in pairwise([0, *cuts, len(flows)]):
            span = int(reached[begin])
            if newest is None or span > newest:
                self._settle()
                newest = self._newest[tenant] = span
                self._close_old(flows.places[begin], tenant, span, closed)
            if end - begin < FEWEST or not self._add_runs(flows, slice(begin, end), spans[begin:end], closed):
                self._settle()
                for at in range(begin, end):
                    self._add_flow(flows.places[at], flows.flows[at], int(spans[at]), closed)
        return True

    def _add_flow(self, at: int, flow: Event, span: int, closed: list[Closed]) -> None:
        tenant, source, target, port = flow.tenant, flow.src_ip, flow.dst_ip, port_of(flow.dst_port)
        self._add(at, (tenant, "address", source, 0, ""), span, flow, target, port, closed)
        self._add(at, (tenant, "service", target, port, flow.protocol), span, flow, source, "", closed)

    def _add_runs(self, flows: FlowColumns, part: slice, spans: Ints, closed: list[Closed]) -> bool:
        """Add flows by entity; False, with nothing added, when they have to be added one by one.

        What only adds to windows that have begun with the newest span waits.
        """
        gathered = self._gathered_of(flows.tenant, len(spans))
        sides = _sides(flows, part)
        numbers = [kind.numbers_of(side.keys) for kind, side in zip(gathered.kinds, sides, strict=True)]
        fresh = [
            (kind, side, [place for place, number in enumerate(own) if number is None])
            for kind, side, own in zip(gathered.kinds, sides, numbers, strict=True)
            if None in own
        ]
        if fresh and not self._add_fresh(flows, part, spans, fresh, closed):
            return False
        for kind, side, own in zip(gathered.kinds, sides, numbers, strict=True):
            kind.wait(flows.flows[part], side.groups, own)
        gathered.wait(flows, part)
        return True

    def _add_fresh(
        self,
        flows: FlowColumns,
        part: slice,
        spans: Ints,
        fresh: Sequence[tuple[Known, _Side, list[int]]],
        closed: list[Closed],
    ) -> bool:
        """Add those whose windows are not known; False, with nothing added, when they have to be added one by one."""
        windows = [[*map(self._open.look, side.keys)] for _, side, _ in fresh]
        if len(self._open) + sum(own.count(None) for own in windows) > _MOST_OPEN:
            return False
        runs: list[Runs] = []
        for (_, side, places), own in zip(fresh, windows, strict=True):
            begun = [_NEVER if one is None else one.span for one in own]
            found = Runs.of(side.groups.only(places), spans, begun, _BACK)
            if found is None:
                return False
            runs.append(found)
        opened: list[tuple[int, Key]] = []
        for (_, side, _), own, one in zip(fresh, windows, runs, strict=True):
            opened += self._add_side(flows, part, side, own, one, closed)
        opened.sort(key=_first_place)
        for _, key in opened:
            self._open.touch(key)
        closed.sort(key=_place_of)
        newest = self._newest[flows.tenant]
        for (kind, side, places), own in zip(fresh, windows, strict=True):
            kind.know((side.keys[place], one) for place in places if (one := own[place]) and one.span == newest)
        return True

    def _add_side(
        self,
        flows: FlowColumns,
        part: slice,
        side: _Side,
        windows: list[Open | None],
        runs: Runs,
        closed: list[Closed],
    ) -> list[tuple[int, Key]]:
        """Add what entities of one kind did; where windows were begun, and whose."""
        order: list[int] = runs.order.tolist()
        lengths: list[int] = runs.lengths.tolist()
        peers = picked(side.peers, order)
        things = None if side.things is None else picked(side.things, order)
        sums: list[list[int]] = np.add.reduceat(
            flows.sums[:, part].take(runs.order, axis=1), runs.begins, axis=1
        ).T.tolist()
        opened: list[tuple[int, Key]] = []
        begin = 0
        start: int = part.start
        for number, span, length, own in zip(runs.keys, runs.spans, lengths, sums, strict=True):
            window, end = windows[number], begin + length
            if window is None or span > window.span:
                first, key = start + order[begin], side.keys[number]
                if window is not None:
                    closed.append(_over(flows.places[first], key, self._open.pop(key)))
                window = windows[number] = self._open.touch(key)
                window.span = span
                opened.append((first, key))
            window.add(length, own, peers[begin:end], None if things is None else things[begin:end])
            window.last = kept(flows.flows[start + order[end - 1]])
            begin = end
        return opened

    def _gathered_of(self, tenant: TenantId, more: int) -> Gathered:
        """Where flows of a tenant wait, with room for more of them."""
        if sum(one.size for one in self._gathered.values()) + more > MOST:
            for one in self._gathered.values():
                one.settle()
        return self._gathered.setdefault(tenant, Gathered())

    def _settle(self) -> None:
        """Count all that waits; from here on windows may change in any way."""
        for one in self._gathered.values():
            one.settle()
        self._gathered.clear()

    def _close_old(self, at: int, tenant: TenantId, newest: int, closed: list[Closed]) -> None:
        """Close what can hardly get another event, in the order in which it was begun."""
        old = [
            key
            for key, window in self._open.items()
            if key[0] == tenant and not newest - _OVER < window.span <= newest + _BACK
        ]
        closed += [_over(at, key, self._open.pop(key)) for key in old]


def rows_of(windows: Sequence[Closed]) -> Table:
    """Windows as rows of `WINDOWS`."""
    plain = [_row(one.window) for one in windows]
    numbers = np.maximum(np.array(plain, dtype=np.float64).reshape(len(windows), len(WINDOWS.numbers)), 0)
    segments, entities = [one.segment for one in windows], [one.entity for one in windows]
    return Table(WINDOWS, numbers, (Category.of(segments), Category.of(entities)))


def _row(window: Open) -> tuple[float, ...]:
    events, failed, back, out = window.events, window.failed, window.bytes_in, window.bytes_out
    return (
        *(events, failed, failed / events, len(window.peers), len(window.things)),
        *(out, back, window.packets, (out + back) / events, window.duration / events / 1e6),
    )


def _sides(flows: FlowColumns, part: slice) -> tuple[_Side, _Side]:
    """Addresses and services of a part of these flows."""
    by_source, by_service = flows.by_source, flows.by_service
    if part.stop - part.start < len(flows):
        by_source, by_service = Groups.of(by_source.key[part]), Groups.of(by_service.key[part])
    sources, targets, ports, tenant = flows.sources[part], flows.targets[part], flows.ports[part], flows.tenant
    own = flows.flows[part]
    return (
        _Side(by_source, [(tenant, "address", sources[at], 0, "") for at in by_source.firsts], targets, ports),
        _Side(
            by_service,
            [(tenant, "service", targets[at], ports[at], own[at].protocol) for at in by_service.firsts],
            sources,
            None,
        ),
    )


def _over(at: int, key: Key, window: Open) -> Closed:
    tenant, segment, name, port, protocol = key
    named = f"{name}:{port}/{protocol}" if segment == "service" else str(name)
    return Closed(at, TenantId(tenant), str(segment), clean(named), _bounded(window))


def _small(window: Open) -> Open:
    """A window as it is saved: of its last event what a finding tells of, and no number that cannot be written."""
    last = window.last
    if last is None:
        return window
    return msgspec.structs.replace(_bounded(window), last=lean(last))


def _bounded(window: Open) -> Open:
    """A window whose sums can be written, and be told as floats."""
    sums: tuple[int, ...] = _sums(window)
    if min(sums) >= -MOST_STATED and max(sums) <= MOST_STATED:
        return window
    bounded = [max(-MOST_STATED, min(one, MOST_STATED)) for one in sums]
    return msgspec.structs.replace(window, **dict(zip(_SUMS, bounded, strict=True)))
