"""Which prerequisites cannot count, because they would close a cycle of firmer ones."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import rustworkx as rx

from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.model import Edge, EdgeKey, Held

MOST_TANGLED: Final = 2_000
"""Concepts that stand on cycles of prerequisites; the work stays below the square of their number."""
MOST_TANGLED_EDGES: Final = 200_000
"""Prerequisites among them."""
MOST_NAMED: Final = 100
"""Held edges whose cycle is named."""


def held_back(edges: Iterable[Edge], known: Collection[EdgeKey] = ()) -> dict[EdgeKey, Held]:
    """The edges that would close a cycle when all are taken from the firmest to the weakest.

    What comes out depends on the edges alone, never on the order in which they came to be: so what one origin adds
    leaves no trace once it is withdrawn. An edge that is on no cycle of all edges together is never held, so only the
    strongly connected components are looked at.

    Args:
        edges: every prerequisite that somebody states and nobody denies.
        known: edges that were held before; their cycles are not named again, nor are more than `MOST_NAMED`.

    Raises:
        InvalidClaimError: more contradict each other than can be taken apart while others wait.
    """
    tangled = _tangled(edges)
    names = sorted({end for edge in tangled for end in (edge.key.source, edge.key.target)})
    if len(names) > MOST_TANGLED or len(tangled) > MOST_TANGLED_EDGES:
        raise InvalidClaimError(
            f"Prerequisites would go round in circles among {len(names):,} concepts by {len(tangled):,} edges;"
            f" at most {MOST_TANGLED:,} and {MOST_TANGLED_EDGES:,} can contradict each other."
        )
    at = {name: index for index, name in enumerate(names)}
    closure = Closure(len(names))
    held: dict[EdgeKey, Held] = {}
    named = 0
    for edge in sorted(tangled, key=_firmest_first):
        key = edge.key
        source, target = at[key.source], at[key.target]
        if closure.add(source, target):
            continue
        cycle: tuple[str, ...] = ()
        if named < MOST_NAMED and key not in known:
            named += 1
            cycle = (key.source, *(names[index] for index in closure.way(target, source)))
        held[key] = Held(key=key, cycle=cycle)
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


class Closure:
    """What is reached from what, kept while edges come; nodes are numbers, sets of them the bits of an integer.

    Italiano, "Amortized efficiency of a path retrieval data structure" (1986). A step joins two sets. An edge joins for
    every node before it that did not reach its target, and every node behind it that was not reached from its source:
    each of these is a pair that is new, and no pair is new twice. So whatever comes, and in whichever order, n nodes
    take at most n * (n - 1) steps, and an edge that tells nothing new takes none.
    """

    def __init__(self, nodes: int) -> None:
        self._ahead = [0] * nodes
        self._reached = [1 << node for node in range(nodes)]
        self._reaching = [1 << node for node in range(nodes)]
        self.steps = 0

    def add(self, source: int, target: int) -> bool:
        """Take an edge, unless it would close a cycle; whether it was taken."""
        if self._reached[target] >> source & 1:
            return False
        self._ahead[source] |= 1 << target
        if not self._reached[source] >> target & 1:
            before = list(_bits(self._reaching[source] & ~self._reaching[target]))
            behind = list(_bits(self._reached[target] & ~self._reached[source]))
            reached, reaching = self._reached[target], self._reaching[source]
            for node in before:
                self._reached[node] |= reached
            for node in behind:
                self._reaching[node] |= reaching
            self.steps += len(before) + len(behind)
        return True

    def way(self, start: int, end: int) -> list[int]:
        """The nodes on a shortest way along edges that were taken, both ends included; there must be one."""
        left = self._reaching[end] & ~(1 << start)
        came_from = {start: start}
        waiting = [start]
        for node in waiting:
            if node == end:
                break
            fresh = self._ahead[node] & left
            left &= ~fresh
            for following in _bits(fresh):
                came_from[following] = node
                waiting.append(following)
        found = [end]
        while found[-1] != start:
            found.append(came_from[found[-1]])
        return found[::-1]


def _bits(wanted: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while wanted:
        low = wanted & -wanted
        yield low.bit_length() - 1
        wanted ^= low
