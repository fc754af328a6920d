"""Flows as columns: what their features and the windows of entities need of many of them at once."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Self, TypeVar, cast

import numpy as np

from netsentinel.detection.models.table import Flags, Ints
from netsentinel.events.model import Event
from netsentinel.kernel.types import TenantId

FEWEST, MOST = 48, 8_192
"""Fewer flows are seen to faster one by one; of more at once the groups would no longer fit the tables they change."""

PORTS_END = 65_536
_SHORT = 2**16
"""Keys below it are sorted by their digits, which takes a sixth of the time."""
_LARGEST = 2**48
"""So many of any number can be added up."""

Cell = TypeVar("Cell", bound=Hashable)


def port_of(said: int) -> int:
    """A port; what is none becomes a number just outside, since no state could be saved with any."""
    return max(-1, min(said, PORTS_END))


@dataclass(frozen=True, slots=True)
class Groups:
    """Flows by what they have in common: the keys are numbers from 0, in the order in which they occur first."""

    key: Ints
    """Of each flow."""
    order: Ints
    """Places of the flows, key by key."""
    firsts: list[int]
    """The first flow of each key."""

    @classmethod
    def of(cls, keys: Ints) -> Self:
        """Flows grouped by keys of any size."""
        order = _sorted(keys)
        begins = _begins(keys[order])
        firsts = order[begins]
        by_first = firsts.argsort()
        ranks = np.empty_like(by_first)
        ranks[by_first] = np.arange(len(by_first))
        key = np.empty_like(order)
        key[order] = ranks.repeat(_lengths(begins, len(order)))
        return cls(key, _sorted(key), firsts[by_first].tolist())


@dataclass(frozen=True)
class FlowColumns:
    """Flows of one tenant, in order."""

    flows: Sequence[Event]
    places: Sequence[int]
    """Where they stand among the events of a call."""
    sources: list[str]
    targets: list[str]
    ports: list[int]
    source: Ints
    """For each flow the place of its source among `source_names`,"""
    target: Ints
    """of its destination among `target_names`,"""
    kind: Ints
    """and of its kind among `kinds`."""
    source_names: list[str]
    target_names: list[str]
    kinds: list[tuple[str, str, str]]
    """Protocol, application protocol and action."""
    times: Ints
    own: Ints
    """Shape (5, flows): microseconds, bytes out and in, packets out and in."""

    @classmethod
    def of(cls, flows: Sequence[Event], places: Sequence[int]) -> Self | None:
        """The columns of flows; None where they are too few or too many, or state numbers that are none.

        Args:
            flows: events of one tenant, with both addresses.
            places: where they stand among the events of a call.
        """
        if not FEWEST <= len(flows) <= MOST:
            return None
        sources, targets = [flow.src_ip for flow in flows], [flow.dst_ip for flow in flows]
        ports = [flow.dst_port for flow in flows]
        if not 0 <= min(ports) <= max(ports) < PORTS_END:
            return None
        own = np.empty((5, len(flows)), dtype=np.int64)
        try:
            times = _whole([flow.time for flow in flows])
            own[0] = _whole([flow.duration_us for flow in flows])
            own[1] = _whole([flow.bytes_out for flow in flows])
            own[2] = _whole([flow.bytes_in for flow in flows])
            own[3] = _whole([flow.packets_out for flow in flows])
            own[4] = _whole([flow.packets_in for flow in flows])
        except OverflowError:
            return None
        if int(own.max()) > _LARGEST or int(own.min()) < -_LARGEST:
            return None
        (source, source_names), (target, target_names) = coded(sources), coded(targets)
        kind, kinds = coded([(flow.protocol, flow.app_protocol, flow.action) for flow in flows])
        names = (source_names, target_names, kinds)
        return cls(flows, places, sources, targets, ports, source, target, kind, *names, times, own)

    def __len__(self) -> int:
        return len(self.flows)

    @property
    def tenant(self) -> TenantId:
        """Whose they are."""
        return self.flows[0].tenant

    @cached_property
    def port(self) -> Ints:
        """Their ports."""
        return _whole(self.ports)

    @cached_property
    def failed(self) -> Flags:
        """Which of them came to nothing."""
        return np.array([action == "failure" for _, _, action in self.kinds])[self.kind]

    @cached_property
    def sums(self) -> Ints:
        """What windows add up. Shape (5, flows): failed, microseconds, bytes out and in, packets in both directions."""
        found = np.empty((5, len(self)), dtype=np.int64)
        found[0], found[1:4] = self.failed, self.own[:3]
        np.add(self.own[3], self.own[4], out=found[4])
        return found

    @cached_property
    def by_source(self) -> Groups:
        """Flows of the same source, in the order of `source_names`."""
        order = _sorted(self.source)
        return Groups(self.source, order, order[_begins(self.source[order])].tolist())

    @cached_property
    def by_place(self) -> Groups:
        """Flows to the same destination and port."""
        port, ports = coded(self.ports)
        return Groups.of(self.target * len(ports) + port)

    @cached_property
    def by_service(self) -> Groups:
        """Flows to the same destination and port with the same protocol."""
        names = {name: number for number, name in enumerate({protocol for protocol, _, _ in self.kinds})}
        places = self.by_place
        if len(names) == 1:
            return places
        protocol = np.array([names[name] for name, _, _ in self.kinds])[self.kind]
        if bool((protocol == protocol[places.firsts][places.key]).all()):
            return places
        return Groups.of(places.key * len(names) + protocol)


@dataclass(frozen=True, slots=True)
class Runs:
    """Flows by key, and among those by span: each run lies in one span of one key."""

    order: Ints
    """Places of the flows, run by run."""
    begins: Ints
    """Where in `order` each run begins."""
    lengths: Ints
    keys: list[int]
    spans: list[int]
    late: Flags
    """In that order: which flows belong to an earlier span than that in which they count."""

    @classmethod
    def of(cls, groups: Groups, spans: Ints, begun: Sequence[int], back: int) -> Self | None:
        """The runs of flows; a latecomer counts in the span that its key has reached.

        Args:
            groups: what they have in common.
            spans: of each flow.
            begun: the span that each key has reached before.
            back: a clock that goes farther back than so many spans begins anew, and there are no runs then.
        """
        order = groups.order
        keys, own = groups.key[order], spans[order]
        first = min(int(own.min()), *begun)
        size = max(int(own.max()), *begun) - first + 1
        base = keys * size
        own += base - first
        reached: Ints = np.maximum.accumulate(np.maximum(own, base + (_whole(begun) - first)[keys]))
        behind = reached - own
        if int(behind.max()) > back:
            return None
        begins = _begins(reached)
        keys_of = keys[begins]
        spans_of = reached[begins] - keys_of * size + first
        lengths = _lengths(begins, len(order))
        return cls(order, begins, lengths, keys_of.tolist(), spans_of.tolist(), behind > 0)

    def counts(self) -> Ints:
        """In that order: which one each flow is of its run, from 1."""
        return np.arange(1, len(self.order) + 1) - self.begins.repeat(self.lengths)


def coded(cells: Sequence[Cell]) -> tuple[Ints, list[Cell]]:
    """A number for each different cell, from 0 in the order of first occurrence, and those cells."""
    known: defaultdict[Cell, int] = defaultdict(count().__next__)
    ids = np.fromiter(map(known.__getitem__, cells), np.int64, len(cells))
    return ids, list(known)


def picked(cells: Sequence[Cell], order: Sequence[int]) -> tuple[Cell, ...]:
    """These cells, of which there are at least two, in that order."""
    return cast("tuple[Cell, ...]", itemgetter(*order)(cells))


def _whole(numbers: Sequence[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def _sorted(keys: Ints) -> Ints:
    """The order of keys that are not negative."""
    return (keys.astype(np.uint16) if int(keys.max()) < _SHORT else keys).argsort(kind="stable")


def _begins(keys: Ints) -> Ints:
    """Where, in a sorted column, each value begins."""
    found = np.empty(len(keys), dtype=np.bool_)
    found[0] = True
    np.not_equal(keys[1:], keys[:-1], out=found[1:])
    return found.nonzero()[0]


def _lengths(begins: Ints, end: int) -> Ints:
    lengths = np.empty_like(begins)
    np.subtract(begins[1:], begins[:-1], out=lengths[:-1])
    lengths[-1] = end - begins[-1]
    return lengths
