"""A tenant's live edges in memory, for walks that would take a database too long."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import compress
from typing import Final

import rustworkx as rx

from netsentinel.academy.graph.model import ConceptKind, Direction, Relation

NodeRow = tuple[str, str, bool]
"""Id, kind, whether it is gone."""
EdgeRow = tuple[str, str, str, bool]
"""Source, relation, target, whether it is live."""

_MOST_MASKED: Final = 20_000
"""Up to so many concepts with prerequisites, the closure of each is kept as bits: at most 50 MB each way."""
_BITS: Final = bytes.maketrans(b"01", b"\0\1")
_NOTHING: Final[frozenset[str]] = frozenset()


class GraphIndex:
    """Walks over adjacency; every answer is about ids. Safe to use from several threads.

    Closures are bit sets over a topological order, worked out for all concepts at once with the first question after
    a change: a set in order is then one pass over the bits.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._media: set[str] = set()
        self._concepts: set[str] = set()
        self._ahead: dict[str, set[str]] = {}
        self._behind: dict[str, set[str]] = {}
        self._around: dict[str, dict[str, int]] = {}
        self._live: set[tuple[str, str, str]] = set()
        self._order: list[str] | None = None
        self._masks: dict[Direction, dict[str, int]] = {}

    def take(self, version: int, nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> None:
        """Take what is different at this version."""
        with self._lock:
            if version <= self.version:
                return
            for node, kind, is_gone in nodes:
                (self._concepts.discard if is_gone else self._concepts.add)(node)
                (self._media.add if kind == ConceptKind.MEDIUM and not is_gone else self._media.discard)(node)
            for source, relation, target, is_live in edges:
                edge = (source, relation, target)
                if is_live != (edge in self._live):
                    (self._live.add if is_live else self._live.discard)(edge)
                    self._join(source, relation, target, is_live=is_live)
            self.version = version

    def _join(self, source: str, relation: str, target: str, *, is_live: bool) -> None:
        for one, other in ((source, target), (target, source)):
            beside = self._around.setdefault(one, {})
            count = beside.get(other, 0) + (1 if is_live else -1)
            if count:
                beside[other] = count
            else:
                del beside[other]
        if relation == Relation.REQUIRES:
            for along, one, other in ((self._ahead, source, target), (self._behind, target, source)):
                (along.setdefault(one, set()).add if is_live else along[one].discard)(other)
            self._order = None
            self._masks.clear()

    def closure(self, concept_id: str, direction: Direction) -> tuple[str, ...]:
        """All that a concept requires, or that requires it; prerequisites come first."""
        with self._lock:
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
            names = sorted(self._ahead.keys() | self._behind.keys())
            at = {name: index for index, name in enumerate(names)}
            graph: rx.PyDiGraph[str, None] = rx.PyDiGraph()
            graph.add_nodes_from(names)
            graph.add_edges_from_no_data(
                [(at[target], at[source]) for source, targets in self._ahead.items() for target in targets]
            )
            self._order = [names[index] for index in rx.topological_sort(graph)]
        return self._order

    def _masks_of(self, direction: Direction, order: list[str]) -> dict[str, int]:
        masks = self._masks.get(direction)
        if masks is None:
            masks = dict[str, int]()
            places = {name: 1 << place for place, name in enumerate(order)}
            first_to_last = direction is Direction.PREREQUISITES
            along = self._ahead if first_to_last else self._behind
            for name in order if first_to_last else reversed(order):
                mask = 0
                for other in along.get(name, _NOTHING):
                    mask |= masks[other] | places[other]
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
        with self._lock:
            if source not in self._concepts or target not in self._concepts:
                return None
            if is_directed:
                return _meet(source, target, self._followers(self._ahead), self._followers(self._behind))
            return _meet(source, target, self._beside, self._beside, self._media)

    @staticmethod
    def _followers(along: Mapping[str, set[str]]) -> Callable[[str], Collection[str]]:
        return lambda node: along.get(node, _NOTHING)

    def _beside(self, node: str) -> Collection[str]:
        return self._around.get(node, {}).keys()

    def nearest(self, around: str | None, depth: int) -> list[str]:
        """Concepts within so many edges, nearest first, then the best connected; all of them around None."""
        with self._lock:
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


def _meet(
    source: str,
    target: str,
    ahead: Callable[[str], Collection[str]],
    behind: Callable[[str], Collection[str]],
    closed: Collection[str] = _NOTHING,
) -> tuple[str, ...] | None:
    """A shortest path by two searches that meet, the smaller frontier first; none leads through `closed`."""
    if source == target:
        return (source,)
    ways: tuple[dict[str, str], dict[str, str]] = ({source: ""}, {target: ""})
    frontiers: list[list[str]] = [[source], [target]]
    nexts = (ahead, behind)
    while all(frontiers):
        side = 0 if len(frontiers[0]) <= len(frontiers[1]) else 1
        mine, others = ways[side], ways[1 - side]
        fresh: list[str] = []
        for node in frontiers[side]:
            if node in closed and node not in (source, target):
                continue
            for one in nexts[side](node):
                if one in mine:
                    continue
                mine[one] = node
                if one in others and (one not in closed or one in (source, target)):
                    return (*reversed(list(_back(ways[0], one))), *list(_back(ways[1], one))[1:])
                fresh.append(one)
        frontiers[side] = fresh
    return None


def _back(came_from: Mapping[str, str], node: str) -> Iterator[str]:
    while node:
        yield node
        node = came_from[node]
