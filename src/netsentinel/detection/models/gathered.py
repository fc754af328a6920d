"""What an entity's window holds while it lasts, and flows that wait to be counted in many of them at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from netsentinel.detection.accounts import told_of_accounts
from netsentinel.detection.models.columns import (
    PORTS_END,
    Cell,
    FlowColumns,
    Groups,
    begins_of,
    lengths_of,
    order_of,
    picked,
)
from netsentinel.detection.models.table import Ints
from netsentinel.detection.tables import Key
from netsentinel.events.model import Event
from netsentinel.kernel.types import Micros

MOST_DIFFERENT = 128
_RAW = 8_192
"""Longest event, in bytes, that is kept with a window."""


def kept(event: Event) -> Event:
    """An event as a window keeps it: of a long one, of which there may be thousands, only what a finding tells of."""
    return event if len(event.raw) <= _RAW else lean(event)


def lean(event: Event) -> Event:
    """What a finding tells of an event, and its raw text where that is not long."""
    return Event(
        tenant=event.tenant,
        source=event.source,
        format=event.format,
        time=event.time,
        logsource=event.logsource,
        src_ip=event.src_ip,
        dst_ip=event.dst_ip,
        user=event.user,
        device=event.device,
        event_code=event.event_code,
        native=told_of_accounts(event),
        raw=event.raw if len(event.raw) <= _RAW else b"",
    )


class Open(msgspec.Struct, array_like=True):
    """An entity's window while it lasts."""

    span: int = 0
    events: int = 0
    failed: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    packets: int = 0
    duration: Micros = 0
    peers: dict[str, None] = msgspec.field(default_factory=dict[str, None])
    things: dict[str | int, None] = msgspec.field(default_factory=dict[str | int, None])
    last: Event | None = None
    """The latest event of it."""

    def add(self, events: int, sums: Sequence[int], peers: Sequence[str], things: Sequence[int] | None) -> None:
        """Count so many events, and what they show.

        Args:
            events: how many.
            sums: of them, as `FlowColumns.sums` has them.
            peers: of each event, in order.
            things: the same; None where events of the entity show none.
        """
        failed, duration, out, back, packets = sums
        self.events += events
        self.failed += failed
        self.bytes_out += out
        self.bytes_in += back
        self.packets += packets
        self.duration += duration
        _remember(self.peers, peers)
        if things is not None:
            _remember(self.things, things)
        elif not self.things:
            self.things[""] = None


@dataclass(slots=True)
class Known:
    """Entities of one kind whose windows are known, and flows that wait for these."""

    numbers: dict[Key, int] = field(default_factory=dict[Key, int])
    windows: list[Open] = field(default_factory=list[Open])
    waiting: list[Ints] = field(default_factory=list[Ints])
    """Of each flow the number of its window, from 1; 0 for one that has been counted."""

    def numbers_of(self, keys: Sequence[Key]) -> list[int | None]:
        """The numbers of these entities' windows, None where one is not known."""
        return [*map(self.numbers.get, keys)]

    def know(self, windows: Iterable[tuple[Key, Open]]) -> None:
        """Have later flows of these entities wait."""
        for key, window in windows:
            self.numbers[key] = len(self.windows)
            self.windows.append(window)

    def wait(self, flows: Sequence[Event], groups: Groups, numbers: list[int | None]) -> None:
        """Note in which windows these flows are to be counted; the last ones are told now.

        Args:
            flows: in order.
            groups: by their entities.
            numbers: of each group the window's; None where it was counted.
        """
        for number, at in zip(numbers, groups.lasts, strict=True):
            if number is not None:
                self.windows[number].last = kept(flows[at])
        known = np.fromiter([0 if one is None else one + 1 for one in numbers], np.int64, len(numbers))
        self.waiting.append(known[groups.key])

    def count(self, sums: Ints, peers: tuple[Ints, Sequence[str]], ports: Ints | None) -> None:
        """Count what has waited in its windows.

        Args:
            sums: of each flow.
            peers: for each flow the place of the other side among names, and these.
            ports: of each flow; None where flows of the entity show none.
        """
        numbers = np.concatenate(self.waiting)
        self.waiting.clear()
        order = order_of(numbers)
        order = order[int((numbers == 0).sum()) :]
        if not len(order):
            return
        begins = begins_of(numbers[order])
        own: list[list[int]] = np.add.reduceat(sums.take(order, axis=1), begins, axis=1).T.tolist()
        whose: list[int] = numbers[order[begins]].tolist()
        lengths = lengths_of(begins, len(order)).tolist()
        numbers = numbers[order]
        places, peer_ends = _different(numbers, peers[0][order], len(peers[1]))
        names = picked(peers[1], places.tolist())
        if ports is None:
            for number, length, one, begin, end in zip(whose, lengths, own, [0, *peer_ends], peer_ends, strict=False):
                self.windows[number - 1].add(length, one, names[begin:end], None)
            return
        things, ends = _different(numbers, ports[order], PORTS_END)
        shown: list[int] = things.tolist()
        begin, first = 0, 0
        for number, length, one, end, last in zip(whose, lengths, own, peer_ends, ends, strict=True):
            self.windows[number - 1].add(length, one, names[begin:end], shown[first:last])
            begin, first = end, last


class Gathered:
    """Flows that only add to windows which have begun, and wait until these are asked for: each is changed once then.

    All windows that are known here begin at the same time. None of them may be closed, saved or added to by others
    before `settle`.
    """

    def __init__(self) -> None:
        self.kinds = (Known(), Known())
        """Addresses and services."""
        self.size = 0
        """Flows that wait."""
        self._sums: list[Ints] = []
        self._sources, self._targets = _Names(), _Names()
        self._ports: list[Ints] = []

    def wait(self, flows: FlowColumns, part: slice) -> None:
        """Have a part of these flows wait; both kinds have been told in which windows they count."""
        self.size += part.stop - part.start
        self._sums.append(flows.sums[:, part])
        self._sources.wait(flows.source_names, flows.source[part])
        self._targets.wait(flows.target_names, flows.target[part])
        self._ports.append(flows.port[part])

    def settle(self) -> None:
        """Count all that waits."""
        if not self.size:
            return
        sums, ports = np.concatenate(self._sums, axis=1), np.concatenate(self._ports)
        addresses, services = self.kinds
        addresses.count(sums, self._targets.taken(), ports)
        services.count(sums, self._sources.taken(), None)
        self.size = 0
        self._sums.clear()
        self._ports.clear()


class _Names:
    """One side of the flows that wait: names by numbers, which are looked at faster than texts."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._waiting: list[Ints] = []

    def wait(self, names: Sequence[str], flows: Ints) -> None:
        """Take up flows by the places of their names."""
        numbers = self._numbers
        ours = np.fromiter([numbers.setdefault(name, len(numbers)) for name in names], np.int64, len(names))
        self._waiting.append(ours[flows])

    def taken(self) -> tuple[Ints, Sequence[str]]:
        """For each flow the place of its name, and the names; nothing waits then."""
        found = np.concatenate(self._waiting), list(self._numbers)
        self._numbers.clear()
        self._waiting.clear()
        return found


def _different(numbers: Ints, cells: Ints, most: int) -> tuple[Ints, list[int]]:
    """What is different among the cells of each number, in their order, and where that of each number ends.

    Args:
        numbers: ascending.
        cells: from 0.
        most: they are less than this.
    """
    keys = numbers * most + cells
    order = order_of(keys)
    firsts = np.sort(order[begins_of(keys[order])])
    whose = numbers[firsts]
    return cells[firsts], [*begins_of(whose)[1:].tolist(), len(whose)]


def _remember(known: dict[Cell, None], cells: Sequence[Cell]) -> None:
    """Take up what is different among these, as long as there is room."""
    if len(known) >= MOST_DIFFERENT:
        return
    different = dict.fromkeys(cells)
    if len(known) + len(different) <= MOST_DIFFERENT:
        known.update(different)
        return
    for cell in different:
        known[cell] = None
        if len(known) >= MOST_DIFFERENT:
            return
