"""A tenant's live edges in memory, for walks that would take a database too long."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import rustworkx as rx

from netsentinel.academy.graph.adjacency import Adjacency, Numbers
from netsentinel.academy.graph.model import ConceptKind, Direction, Relation
from netsentinel.storage.quick import held, leave_loop

NodeRow = tuple[str, str, bool]
"""Id, kind, whether it is gone."""
EdgeRow = tuple[str, str, str, bool]
"""Source, relation, targets with spaces between them, whether they are live."""

_MOST_MASKED: Final = 20_000
"""Up to so many concepts with prerequisites, the closure of each is kept as bits: at most 50 MB each way."""
_RELATIONS: Final = {relation.value: number for number, relation in enumerate(Relation)}
_REQUIRES: Final = _RELATIONS[Relation.REQUIRES]
_SOURCE: Final = 36
_RELATION: Final = 32
"""An edge is one number: the source from bit 36 on, the relation from bit 32 on, the target below."""
_TARGET: Final = (1 << _RELATION) - 1
_WHICH: Final = (1 << _SOURCE - _RELATION) - 1


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """What paths may be made of."""

    graph: "rx.PyDiGraph[int, None] | rx.PyGraph[int, None]"
    back: Adjacency
    """From where each can be reached in one step."""


@dataclass(frozen=True, slots=True, eq=False)
class _Lessons:
    """Every concept with prerequisites or dependents, in an order to learn them in."""

    graph: "rx.PyDiGraph[int, None]"
    """From a prerequisite to what requires it."""
    at: dict[str, int]
    """Id -> number in that graph."""
    order: list[int]
    """Numbers in that graph, prerequisites first."""
    ids: npt.NDArray[np.object_]
    """In the same order."""
    places: list[int]
    """Of each number, in that order."""


class GraphIndex:
    """Walks over adjacency; every answer is about ids. Safe to use from several threads.

    Concepts are numbered in the order in which they come, and edges are one sorted array. All else follows from that
    with the first question after a change that needs it, never on the event loop. Closures are bit sets over a
    topological order, worked out for all concepts at once: a set in order is then one pass over the bits.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._ids: list[str] = []
        self._at: dict[str, int] = {}
        self._media: set[int] = set()
        self._concepts: set[int] = set()
        self._edges: Numbers = np.zeros(0, np.int64)
        self._forget()

    def _forget(self) -> None:
        """What follows from the edges has to be worked out anew."""
        self._lessons: _Lessons | None = None
        self._masks: dict[Direction, list[int]] = {}
        self._ways: dict[bool, _Ways] = {}
        self._around: Adjacency | None = None

    def take(self, version: int, nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> None:
        """Take what is different at this version."""
        with held(self._lock):
            if version <= self.version:
                return
            for node, kind, is_gone in nodes:
                number = self._number(node)
                (self._concepts.discard if is_gone else self._concepts.add)(number)
                is_medium = kind == ConceptKind.MEDIUM and not is_gone
                (self._media.add if is_medium else self._media.discard)(number)
            live, gone = list[int](), list[int]()
            for source, relation, targets, is_live in edges:
                head = self._number(source) << _SOURCE | _RELATIONS[relation] << _RELATION
                (live if is_live else gone).extend([head | self._number(target) for target in targets.split(" ")])
            kept = np.setdiff1d(self._edges, np.array(gone, np.int64)) if gone else self._edges
            self._edges = np.union1d(kept, np.array(live, np.int64))
            self._forget()
            self.version = version

    def _number(self, node: str) -> int:
        number = self._at.get(node)
        if number is None:
            number = self._at[node] = len(self._ids)
            self._ids.append(node)
        return number

    def closure(self, concept_id: str, direction: Direction) -> tuple[str, ...]:
        """All that a concept requires, or that requires it; prerequisites come first."""
        with held(self._lock):
            lessons = self._in_order()
            number = lessons.at.get(concept_id)
            if number is None:
                return ()
            if len(lessons.order) > _MOST_MASKED:
                is_back = direction is Direction.PREREQUISITES
                found = (rx.ancestors if is_back else rx.descendants)(lessons.graph, number)
                return tuple(lessons.ids[sorted(lessons.places[one] for one in found)])
            mask = self._masks_of(direction)[number] ^ 1 << lessons.places[number]
        # Least significant bit first: the order in which to learn.
        bits = np.frombuffer(mask.to_bytes(len(lessons.order) // 8 + 1, "little"), np.uint8)
        return tuple(lessons.ids[np.flatnonzero(np.unpackbits(bits, bitorder="little"))])

    def _requiring(self) -> tuple[Numbers, Numbers]:
        """(concepts, what each requires)."""
        chosen = self._edges[(self._edges >> _RELATION & _WHICH) == _REQUIRES]
        return chosen >> _SOURCE, chosen & _TARGET

    def _in_order(self) -> _Lessons:
        if self._lessons is None:
            leave_loop()
            sources, targets = self._requiring()
            used: Numbers = np.union1d(sources, targets)
            numbers: list[int] = sorted(used.tolist(), key=self._ids.__getitem__)
            ids = [self._ids[number] for number in numbers]
            at = np.zeros(len(self._ids), np.int64)
            at[numbers] = np.arange(len(numbers))
            graph: rx.PyDiGraph[int, None] = rx.PyDiGraph()
            _fill(graph, len(numbers), at[targets], at[sources])
            order = list(rx.topological_sort(graph))
            places = [0] * len(order)
            for place, number in enumerate(order):
                places[number] = place
            self._lessons = _Lessons(
                graph=graph,
                at={one: number for number, one in enumerate(ids)},
                order=order,
                ids=np.array(ids, np.object_)[order],
                places=places,
            )
        return self._lessons

    def _masks_of(self, direction: Direction) -> list[int]:
        """The closure of each concept as bits, itself included."""
        masks = self._masks.get(direction)
        if masks is None:
            leave_loop()
            lessons = self._in_order()
            is_back = direction is Direction.PREREQUISITES
            along = lessons.graph.predecessor_indices if is_back else lessons.graph.successor_indices
            masks = [0] * len(lessons.order)
            for number in lessons.order if is_back else reversed(lessons.order):
                mask = 1 << lessons.places[number]
                for other in along(number):
                    mask |= masks[other]
                masks[number] = mask
            self._masks[direction] = masks
        return masks

    def path(self, source: str, target: str, *, is_directed: bool) -> tuple[str, ...] | None:
        """A shortest path, both ends included; of several, the one with the oldest concepts."""
        with held(self._lock):
            begin, end = self._at.get(source, -1), self._at.get(target, -1)
            if not {begin, end} <= self._concepts:
                return None
            if begin == end:
                return (source,)
            if is_directed:
                way = self._way({begin}, {end}, is_directed=True)
            elif end in self._beside(begin):
                way = [begin, end]
            else:
                # Paths lead through no media, but may begin and end there.
                first = self._beside(begin) - self._media if begin in self._media else {begin}
                last = self._beside(end) - self._media if end in self._media else {end}
                way = self._way(first, last, is_directed=False)
                way = None if way is None else list(dict.fromkeys([begin, *way, end]))
            return None if way is None else tuple(self._ids[number] for number in way)

    def _way(self, first: set[int], last: set[int], *, is_directed: bool) -> list[int] | None:
        """A shortest path from any of the first to any of the last.

        All layers are looked at, in Rust: on a long and narrow graph of 10,000 concepts that takes half as long as a
        search from both ends in Python, and as its `dijkstra_shortest_paths`, which copies every path.
        """
        ways = self._ways_of(is_directed=is_directed)
        layers = rx.bfs_layers(ways.graph, sorted(first)) if first else []
        far = next((far for far, layer in enumerate(layers) if not last.isdisjoint(layer)), None)
        if far is None:
            return None
        way = [min(last.intersection(layers[far]))]
        for layer in reversed(layers[:far]):
            way.append(min(set(ways.back.beside(way[-1]).tolist()).intersection(layer)))
        return way[::-1]

    def _ways_of(self, *, is_directed: bool) -> _Ways:
        ways = self._ways.get(is_directed)
        if ways is None:
            leave_loop()
            count = len(self._ids)
            if is_directed:
                sources, targets = self._requiring()
                ways = _Ways(rx.PyDiGraph[int, None](), Adjacency.of(count, targets, sources))
                _fill(ways.graph, count, sources, targets)
            else:
                around = self._beside_all()
                is_open = np.ones(count, np.bool_)
                is_open[list(self._media)] = False
                ends = np.repeat(np.arange(count), around.degrees)
                once = (ends < around.others) & is_open[ends] & is_open[around.others]
                ways = _Ways(rx.PyGraph[int, None](), around)
                _fill(ways.graph, count, ends[once], around.others[once])
            self._ways[is_directed] = ways
        return ways

    def _beside_all(self) -> Adjacency:
        if self._around is None:
            leave_loop()
            sources, targets = self._edges >> _SOURCE, self._edges & _TARGET
            ends, others = np.concatenate((sources, targets)), np.concatenate((targets, sources))
            self._around = Adjacency.of(len(self._ids), ends, others)
        return self._around

    def _beside(self, number: int) -> set[int]:
        return set(self._beside_all().beside(number).tolist())

    def nearest(self, around: str | None, depth: int) -> list[str]:
        """Concepts within so many edges, nearest first, then the best connected; all of them around None."""
        with held(self._lock):
            adjacency = self._beside_all()
            distance = np.full(len(self._ids), -1)
            if around is None:
                distance[list(self._concepts)] = 0
            elif (begin := self._at.get(around, -1)) in self._concepts:
                distance[begin] = 0
                frontier = np.array([begin])
                for step in range(1, depth + 1):
                    beside = adjacency.beside_any(frontier)
                    frontier = np.unique(beside[distance[beside] < 0])
                    distance[frontier] = step
            found = np.flatnonzero(distance >= 0)
            ranks = zip(distance[found].tolist(), (-adjacency.degrees[found]).tolist(), found.tolist(), strict=True)
            return [one for *_, one in sorted((far, degree, self._ids[number]) for far, degree, number in ranks)]


def _fill(graph: "rx.PyDiGraph[int, None] | rx.PyGraph[int, None]", count: int, ends: Numbers, others: Numbers) -> None:
    """Give an empty graph so many nodes, and edges between their numbers."""
    graph.add_nodes_from(range(count))
    graph.add_edges_from_no_data(list(zip(ends.tolist(), others.tolist(), strict=True)))
