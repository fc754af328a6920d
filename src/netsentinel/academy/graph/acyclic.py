"""Which prerequisites cannot count, because they would close a cycle of firmer ones."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

import rustworkx as rx

from netsentinel.academy.graph.model import Edge, EdgeKey, Held


def held_back(edges: Iterable[Edge]) -> dict[EdgeKey, Held]:
    """The edges that would close a cycle when all are taken from the firmest to the weakest.

    What comes out depends on the edges alone, never on the order in which they came to be: so what one origin adds
    leaves no trace once it is withdrawn. An edge that is on no cycle of all edges together is never held, so only the
    strongly connected components are looked at.
    """
    tangled = _tangled(edges)
    order = _Order()
    held: dict[EdgeKey, Held] = {}
    for edge in sorted(tangled, key=_firmest_first):
        way = order.add(edge.key.source, edge.key.target)
        if way is not None:
            held[edge.key] = Held(key=edge.key, cycle=(edge.key.source, *way))
    return held


def _firmest_first(edge: Edge) -> tuple[int, float, int, EdgeKey]:
    return -edge.rank, -edge.weight, -edge.evidence, edge.key


def _tangled(edges: Iterable[Edge]) -> list[Edge]:
    """The edges inside a strongly connected component: every cycle is made of these."""
    edges = list(edges)
    graph: rx.PyDiGraph[str, None] = rx.PyDiGraph()
    names = list({end for edge in edges for end in (edge.key.source, edge.key.target)})
    at = {name: index for index, name in enumerate(names)}
    graph.add_nodes_from(names)
    graph.add_edges_from_no_data([(at[edge.key.source], at[edge.key.target]) for edge in edges])
    part: dict[str, int] = {}
    for number, component in enumerate(rx.strongly_connected_components(graph)):
        if len(component) > 1:
            part.update((names[index], number) for index in component)
    return [edge for edge in edges if part.get(edge.key.source, -1) == part.get(edge.key.target, -2)]


class _Order:
    """A topological order that is kept while edges come.

    Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic graphs" (2006): an edge that agrees
    with the order costs nothing, another one a search between the places of its two ends.
    """

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._ahead: dict[str, set[str]] = {}
        self._behind: dict[str, set[str]] = {}

    def add(self, source: str, target: str) -> list[str] | None:
        """Take an edge; when it would close a cycle, the way from its target back to its source instead."""
        for node in (source, target):
            if node not in self._place:
                self._place[node] = len(self._place)
                self._ahead[node], self._behind[node] = set(), set()
        low, high = self._place[target], self._place[source]
        if low < high:
            came_from = _walk(target, self._ahead, lambda node: self._place[node] <= high)
            if source in came_from:
                return _way(came_from, source)
            before = _walk(source, self._behind, lambda node: self._place[node] >= low)
            self._move(before, came_from)
        self._ahead[source].add(target)
        self._behind[target].add(source)
        return None

    def _move(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Give the places of all of them to what leads to the new edge first, then to what follows from it."""
        nodes = [*sorted(before, key=self._place.__getitem__), *sorted(after, key=self._place.__getitem__)]
        places = sorted(self._place[node] for node in nodes)
        self._place.update(zip(nodes, places, strict=True))


def _walk(start: str, along: Mapping[str, set[str]], is_near: Callable[[str], bool]) -> dict[str, str]:
    """Everything that is reached from `start` within bounds -> from where it was reached first."""
    came_from = {start: ""}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following in sorted(along[node]):
            if following not in came_from and is_near(following):
                came_from[following] = node
                waiting.append(following)
    return came_from


def _way(came_from: Mapping[str, str], end: str) -> list[str]:
    way = [end]
    while came_from[way[-1]]:
        way.append(came_from[way[-1]])
    return way[::-1]
