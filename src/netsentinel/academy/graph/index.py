"""A tenant's live edges in memory, for walks that would take a database too long."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from itertools import compress
from typing import Final

import rustworkx as rx

from netsentinel.academy.graph.model import ConceptKind, Direction, Relation
from netsentinel.storage.quick import held, leave_loop

NodeRow = tuple[str, str, bool]
"""Id, kind, whether it is gone."""
EdgeRow = tuple[str, str, str, bool]
"""Source, relation, target, whether it is live."""
_Numbered = tuple[dict[str, int], list[str], "rx.PyDiGraph[str, None] | rx.PyGraph[str, None]"]
"""Id -> number, number -> id, the graph of numbers."""

_MOST_MASKED: Final = 20_000
"""Up to so many concepts with prerequisites, the closure of each is kept as bits: at most 50 MB each way."""
_BITS: Final = bytes.maketrans(b"01", b"\0\1")
_REQUIRES: Final = Relation.REQUIRES.value
_NOTHING: Final[frozenset[str]] = frozenset()


class GraphIndex:
    """Walks over adjacency; every answer is about ids. Safe to use from several threads.

    Closures are bit sets over a topological order, worked out for all concepts at once with the first question after
    a change: a set in order is then one pass over the bits. What is worked out anew is never so on the event loop.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._media: set[str] = set()
        self._concepts: set[str] = set()
        self._ahead: dict[str, set[str]] = {}
        self._behind: dict[str, set[str]] = {}
        self._around: dict[str, dict[str, int]] | None = None
        self._live: set[tuple[str, str, str]] = set()
        self._order: list[str] | None = None
        self._places: dict[str, int] = {}
        self._masks: dict[Direction, dict[str, int]] = {}
        self._graphs: dict[bool, _Numbered] = {}

    def take(self, version: int, nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> None:
        """Take what is different at this version."""
        with held(self._lock):
            if version <= self.version:
                return
            for node, kind, is_gone in nodes:
                (self._concepts.discard if is_gone else self._concepts.add)(node)
                (self._media.add if kind == ConceptKind.MEDIUM and not is_gone else self._media.discard)(node)
            if self.version:
                self._change(edges)
            else:
                self._fill(edges)
            self._order = None
            self._masks.clear()
            self._graphs.clear()
            self.version = version

    def _fill(self, edges: Iterable[EdgeRow]) -> None:
        """Take the first edges: all of a graph, so in as few steps as can be."""
        self._live = {(source, relation, target) for source, relation, target, is_live in edges if is_live}
        ahead, behind = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for source, relation, target in self._live:
            if relation == _REQUIRES:
                ahead[source].add(target)
                behind[target].add(source)
        self._ahead, self._behind = dict(ahead), dict(behind)

    def _change(self, edges: Iterable[EdgeRow]) -> None:
        for source, relation, target, is_live in edges:
            edge = (source, relation, target)
            if is_live == (edge in self._live):
                continue
            (self._live.add if is_live else self._live.discard)(edge)
            if self._around is not None:
                _join(self._around, source, target, 1 if is_live else -1)
            if relation == _REQUIRES:
                for along, one, other in ((self._ahead, source, target), (self._behind, target, source)):
                    (along.setdefault(one, set()).add if is_live else along[one].discard)(other)

    def closure(self, concept_id: str, direction: Direction) -> tuple[str, ...]:
        """All that a concept requires, or that requires it; prerequisites come first."""
        with held(self._lock):
            order = self._learning_order()
            if len(order) > _MOST_MASKED:
                return self._walked(concept_id, direction, order)
            mask = self._masks_of(direction, order).get(concept_id, 0)
        # Least significant bit first: the order in which to learn.
        bits = f"{mask:b}".encode().translate(_BITS)[::-1]
        return tuple(compress(order, bits))

    def _learning_order(self) -> list[str]:
        """Every concept with prerequisites or dependents, prerequisites first."""
        if self._order is None:
            leave_loop()
            names = sorted(self._ahead.keys() | self._behind.keys())
            at = {name: index for index, name in enumerate(names)}
            graph: rx.PyDiGraph[str, None] = rx.PyDiGraph()
            graph.add_nodes_from(names)
            graph.add_edges_from_no_data(
                [(at[target], at[source]) for source, targets in self._ahead.items() for target in targets]
            )
            self._order = [names[index] for index in rx.topological_sort(graph)]
            self._places = {name: place for place, name in enumerate(self._order)}
        return self._order

    def _masks_of(self, direction: Direction, order: list[str]) -> dict[str, int]:
        masks = self._masks.get(direction)
        if masks is None:
            leave_loop()
            masks = dict[str, int]()
            first_to_last = direction is Direction.PREREQUISITES
            along = self._ahead if first_to_last else self._behind
            for name in order if first_to_last else reversed(order):
                mask = 0
                for other in along.get(name, _NOTHING):
                    mask |= masks[other] | 1 << self._places[other]
                masks[name] = mask
            self._masks[direction] = masks
        return masks

    def _walked(self, concept_id: str, direction: Direction, order: list[str]) -> tuple[str, ...]:
        along = self._ahead if direction is Direction.PREREQUISITES else self._behind
        seen: set[str] = set()
        frontier = along.get(concept_id, _NOTHING)
        while frontier:
            seen |= frontier
            frontier = _NOTHING.union(*(along.get(one, _NOTHING) for one in frontier)) - seen
        return tuple(one for one in order if one in seen)

    def path(self, source: str, target: str, *, is_directed: bool) -> tuple[str, ...] | None:
        """A shortest path, both ends included."""
        with held(self._lock):
            if source not in self._concepts or target not in self._concepts:
                return None
            if source == target:
                return (source,)
            if not is_directed and not self._media.isdisjoint((source, target)):
                return _breadth_first(source, target, self._beside, self._media)
            if is_directed and not self._requires(source, target):
                return None
            at, names, graph = self._graph(is_directed=is_directed)
            if source not in at or target not in at:
                return None
            found = rx.dijkstra_shortest_paths(graph, at[source], at[target])
            way = next(iter(found.values()), None)
            return None if way is None else tuple(names[index] for index in way)

    def _requires(self, source: str, target: str) -> bool:
        """Whether there may be a way along prerequisites: known from the bits, else only looked for."""
        order = self._learning_order()
        if len(order) > _MOST_MASKED:
            return True
        if source not in self._places or target not in self._places:
            return False
        return bool(self._masks_of(Direction.PREREQUISITES, order)[source] >> self._places[target] & 1)

    def _graph(self, *, is_directed: bool) -> _Numbered:
        """The edges that paths may take, by numbers; media are left out where paths do not lead through them."""
        numbered = self._graphs.get(is_directed)
        if numbered is None:
            leave_loop()
            pairs = [
                (source, target)
                for source, relation, target in self._live
                if (relation == _REQUIRES if is_directed else source not in self._media and target not in self._media)
            ]
            names = sorted({end for pair in pairs for end in pair})
            at = {name: index for index, name in enumerate(names)}
            graph = rx.PyDiGraph[str, None]() if is_directed else rx.PyGraph[str, None]()
            graph.add_nodes_from(names)
            graph.add_edges_from_no_data([(at[source], at[target]) for source, target in pairs])
            numbered = self._graphs[is_directed] = (at, names, graph)
        return numbered

    def _beside(self, node: str) -> Collection[str]:
        if self._around is None:
            leave_loop()
            self._around = {}
            for source, _, target in self._live:
                _join(self._around, source, target, 1)
        return self._around.get(node, {}).keys()

    def nearest(self, around: str | None, depth: int) -> list[str]:
        """Concepts within so many edges, nearest first, then the best connected; all of them around None."""
        with held(self._lock):
            if around is None:
                return sorted(self._concepts, key=lambda one: (-len(self._beside(one)), one))
            if around not in self._concepts:
                return []
            distance, frontier = {around: 0}, [around]
            for step in range(1, depth + 1):
                fresh = {one for node in frontier for one in self._beside(node) if one not in distance}
                distance |= dict.fromkeys(fresh, step)
                frontier = list(fresh)
            return sorted(distance, key=lambda one: (distance[one], -len(self._beside(one)), one))


def _join(around: dict[str, dict[str, int]], source: str, target: str, by: int) -> None:
    """Count edges between two concepts, either way; two that have none are not beside each other."""
    for one, other in ((source, target), (target, source)):
        beside = around.setdefault(one, {})
        beside[other] = beside.get(other, 0) + by
        if not beside[other]:
            del beside[other]


def _breadth_first(
    source: str, target: str, beside: Callable[[str], Collection[str]], closed: Collection[str]
) -> tuple[str, ...] | None:
    """A shortest path that leads through none of `closed`, but may begin and end there."""
    came_from = {source: ""}
    waiting = deque([source])
    while waiting:
        node = waiting.popleft()
        if node in closed and node != source:
            continue
        for one in beside(node):
            if one not in came_from:
                came_from[one] = node
                waiting.append(one)
        if target in came_from:
            way = [target]
            while came_from[way[-1]]:
                way.append(came_from[way[-1]])
            return tuple(reversed(way))
    return None
