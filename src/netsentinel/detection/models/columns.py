"""Flows as columns: what their features and the windows of entities need of many of them at once."""

import struct
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
    begins: Ints
    """Where in `order` each key begins."""

    @property
    def firsts(self) -> list[int]:
        """The first flow of each key."""
        return self.order[self.begins].tolist()

    @property
    def lasts(self) -> list[int]:
        """The last flow of each key."""
        return self.order[np.append(self.begins[1:], len(self.order)) - 1].tolist()

    @classmethod
    def of(cls, keys: Ints) -> Self:
        """Flows grouped by keys of any size."""
        order = order_of(keys)
        begins = begins_of(keys[order])
        by_first = order[begins].argsort()
        ranks = np.empty_like(by_first)
        ranks[by_first] = np.arange(len(by_first))
        key = np.empty_like(order)
        key[order] = ranks.repeat(lengths_of(begins, len(order)))
        return cls.of_numbered(key)

    def only(self, keys: Sequence[int]) -> "Groups":
        """Those of these keys, by the numbers that they have."""
        if len(keys) == len(self.begins):
            return self
        wanted = np.zeros(len(self.begins), dtype=np.bool_)
        wanted[keys] = True
        order = self.order[wanted[self.key[self.order]]]
        return Groups(self.key, order, begins_of(self.key[order]))

    @classmethod
    def of_numbered(cls, key: Ints) -> Self:
        """Flows grouped by keys that are numbered already."""
        order = order_of(key)
        return cls(key, order, begins_of(key[order]))


@dataclass(frozen=True)
class FlowColumns:
    """Flows of one tenant, in order."""

    flows: Sequence[Event]
    places: Sequence[int]
    """Where they stand among the events of a call."""
    sources: Sequence[str]
    targets: Sequence[str]
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
    port: Ints
    times: Ints
    own: Ints
    """Shape (5, flows): microseconds, bytes out and in, packets out and in."""

    @classmethod
    def of(cls, flows: Sequence[Event], places: Sequence[int]) -> Self | None:
        """The columns of flows; None where they are too few or too many, lack an address, or state odd numbers.

        Args:
            flows: events of one tenant.
            places: where they stand among the events of a call.
        """
        if not FEWEST <= len(flows) <= MOST:
            return None
        sources, targets = [flow.src_ip for flow in flows], [flow.dst_ip for flow in flows]
        ports = [flow.dst_port for flow in flows]
        own = np.empty((5, len(flows)), dtype=np.int64)
        try:
            port, times = _whole(ports), _whole([flow.time for flow in flows])
            own[0] = _whole([flow.duration_us for flow in flows])
            own[1] = _whole([flow.bytes_out for flow in flows])
            own[2] = _whole([flow.bytes_in for flow in flows])
            own[3] = _whole([flow.packets_out for flow in flows])
            own[4] = _whole([flow.packets_in for flow in flows])
        except struct.error:
            return None
        if not 0 <= int(port.min()) <= int(port.max()) < PORTS_END:
            return None
        if int(own.max()) > _LARGEST or int(own.min()) < -_LARGEST:
            return None
        source, source_names, sources = _interned(sources)
        target, target_names, targets = _interned(targets)
        if "" in source_names or "" in target_names:
            return None
        kind, kinds = coded([(flow.protocol, flow.app_protocol, flow.action) for flow in flows])
        names = (source_names, target_names, kinds)
        return cls(flows, places, sources, targets, ports, source, target, kind, *names, port, times, own)

    def __len__(self) -> int:
        return len(self.flows)

    @property
    def tenant(self) -> TenantId:
        """Whose they are."""
        return self.flows[0].tenant

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
        return Groups.of_numbered(self.source)

    @cached_property
    def by_place(self) -> Groups:
        """Flows to the same destination and port."""
        return Groups.of(self.target * PORTS_END + self.port)

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
        begins = begins_of(reached)
        keys_of = keys[begins]
        spans_of = reached[begins] - keys_of * size + first
        lengths = lengths_of(begins, len(order))
        return cls(order, begins, lengths, keys_of.tolist(), spans_of.tolist(), behind > 0)

    def counts(self) -> Ints:
        """In that order: which one each flow is of its run, from 1."""
        return np.arange(1, len(self.order) + 1) - self.begins.repeat(self.lengths)


def coded(cells: Sequence[Cell]) -> tuple[Ints, list[Cell]]:
    """A number for each different cell, from 0 in the order of first occurrence, and those cells."""
    known: defaultdict[Cell, int] = defaultdict(count().__next__)
    return _whole([*map(known.__getitem__, cells)]), list(known)


_one_text = lru_cache(maxsize=16_384)(str)
"""The text that was equal to this one before. Not `sys.intern`, which keeps all for ever in Python 3.12.0 to 3.12.5."""


def _interned(cells: Sequence[str]) -> tuple[Ints, list[str], tuple[str, ...]]:
    """As `coded`, and the cells: equal ones of late are one text, which tables find without comparing it."""
    known: defaultdict[str, int] = defaultdict(count().__next__)
    places = [*map(known.__getitem__, cells)]
    names = [*map(_one_text, known)]
    return _whole(places), names, picked(names, places)


def picked(cells: Sequence[Cell], order: Sequence[int]) -> tuple[Cell, ...]:
    """These cells in that order."""
    if len(order) == 1:
        return (cells[order[0]],)
    return cast("tuple[Cell, ...]", itemgetter(*order)(cells))


def _whole(numbers: Sequence[int]) -> Ints:
    """Numbers that are not to be changed; packing them takes half of numpy's own time."""
    return np.frombuffer(struct.pack(f"{len(numbers)}q", *numbers), dtype=np.int64)


def order_of(keys: Ints) -> Ints:
    """The order of keys that are not negative."""
    return (keys.astype(np.uint16) if int(keys.max()) < _SHORT else keys).argsort(kind="stable")


def begins_of(keys: Ints) -> Ints:
    """Where, in a sorted column, each value begins."""
    found = np.empty(len(keys), dtype=np.bool_)
    found[0] = True
    np.not_equal(keys[1:], keys[:-1], out=found[1:])
    return found.nonzero()[0]


def lengths_of(begins: Ints, end: int) -> Ints:
    """How many there are from each beginning to the next, or the end."""
    lengths = np.empty_like(begins)
    np.subtract(begins[1:], begins[:-1], out=lengths[:-1])
    lengths[-1] = end - begins[-1]
    return lengths
