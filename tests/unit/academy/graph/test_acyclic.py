"""Which prerequisites are held back: never more than needed, and never so few that a cycle stays."""

from graphlib import CycleError, TopologicalSorter
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.academy.graph import Edge, EdgeKey, EdgeState, Relation
from netsentinel.academy.graph.acyclic import MOST_NAMED, MOST_TANGLED, Closure, held_back
from netsentinel.academy.graph.errors import InvalidClaimError


def edge(source: str, target: str, rank: int = 1, weight: float = 0.5, evidence: int = 1) -> Edge:
    key = EdgeKey(source, Relation.REQUIRES, target)
    return Edge(key=key, state=EdgeState.LIVE, rank=rank, weight=weight, evidence=evidence, version=1)


def order_of(edges: list[Edge]) -> list[str]:
    ahead: dict[str, set[str]] = {}
    for one in edges:
        ahead.setdefault(one.key.source, set()).add(one.key.target)
    return list(TopologicalSorter(ahead).static_order())


def greedily(edges: list[Edge]) -> set[EdgeKey]:
    """The same by the definition: take each in turn, unless there is a cycle then."""
    taken: list[Edge] = []
    held: set[EdgeKey] = set()
    for one in sorted(edges, key=lambda one: (-one.rank, -one.weight, -one.evidence, one.key)):
        try:
            order_of([*taken, one])
        except CycleError:
            held.add(one.key)
        else:
            taken.append(one)
    return held


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (edge("a", "b", rank=2, weight=0.1), edge("b", "a", weight=1.0, evidence=9)),
        (edge("b", "a", weight=0.6), edge("a", "b", evidence=9)),
        (edge("b", "a", evidence=2), edge("a", "b")),
        (edge("a", "b"), edge("b", "a")),
    ],
)
def test_the_firmer_then_the_surer_then_the_more_often_stated_edge_stays(stronger: Edge, weaker: Edge) -> None:
    held = held_back([weaker, stronger])
    assert list(held) == [weaker.key]
    assert held[weaker.key].cycle == (weaker.key.source, weaker.key.target, weaker.key.source)


def test_a_cycle_is_named_from_the_held_edge_on() -> None:
    edges = [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("d", "a", weight=0.1), edge("x", "a"), edge("d", "y")]
    (held,) = held_back(edges).values()
    assert held.cycle == ("d", "a", "b", "c", "d")


def test_without_a_cycle_nothing_is_held() -> None:
    assert held_back([edge("a", "b"), edge("a", "c"), edge("b", "c")]) == {}
    assert held_back([]) == {}


pairs = st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda pair: pair[0] != pair[1])
some = st.builds(
    lambda pair, rank, weight: edge(*pair, rank, weight), pairs, st.integers(1, 3), st.sampled_from((0.2, 0.9))
)
many = st.lists(some, max_size=30)


@given(many.map(lambda edges: list({one.key: one for one in edges}.values())))
@settings(max_examples=300)
def test_it_is_what_the_definition_says(edges: list[Edge]) -> None:
    held = held_back(edges)
    assert set(held) == greedily(edges)
    live = {one.key for one in edges} - set(held)
    order_of([one for one in edges if one.key in live])
    for one in held.values():
        assert one.cycle[:2] == (one.key.source, one.key.target)
        steps = list(zip(one.cycle[1:], one.cycle[2:], strict=False))
        assert one.cycle[-1] == one.key.source
        assert all(EdgeKey(source, Relation.REQUIRES, target) in live for source, target in steps)


def chain(nodes: int) -> list[tuple[int, int]]:
    return [(node, node + 1) for node in range(nodes - 1)]


def orders(nodes: int) -> dict[str, list[tuple[int, int]]]:
    """Edges in orders that are bad for one algorithm or another."""
    shuffled = sorted(permutations(range(nodes), 2), key=lambda pair: (pair[0] * 7_919 + pair[1] * 104_729) % 10_007)
    return {
        "each requires each": list(permutations(range(nodes), 2)),
        "each requires each, in no order": shuffled,
        "a chain from its beginning": chain(nodes),
        "a chain from its end": chain(nodes)[::-1],
        "a chain from its middle": sorted(chain(nodes), key=lambda pair: abs(pair[0] - nodes // 2)),
        "a chain in pairs": chain(nodes)[::2] + chain(nodes)[1::2],
        "two layers": [(one, other) for one in range(nodes // 2) for other in range(nodes // 2, nodes)],
    }


@pytest.mark.parametrize("order", orders(2))
def test_the_work_stays_below_the_square_of_the_concepts(order: str) -> None:
    nodes = 120
    closure = Closure(nodes)
    for source, target in orders(nodes)[order]:
        closure.add(source, target)
    assert nodes - 1 <= closure.steps <= nodes * (nodes - 1)
    before = closure.steps
    for source, target in orders(nodes)[order]:
        closure.add(source, target)
    assert closure.steps == before


def test_each_of_many_techniques_under_all_others_is_taken_apart() -> None:
    names = [f"t{number:03}" for number in range(200)]
    held = held_back(edge(source, target) for source, target in permutations(names, 2))
    assert len(held) == 200 * 199 // 2
    named = [one.cycle for one in held.values() if one.cycle]
    assert len(named) == MOST_NAMED
    assert all(cycle[0] == cycle[-1] for cycle in named)


@pytest.mark.untraced
def test_more_concepts_that_contradict_each_other_than_there_may_be_are_refused() -> None:
    ring = [edge(f"c{number}", f"c{(number + 1) % MOST_TANGLED}") for number in range(MOST_TANGLED)]
    (held,) = held_back(ring).values()
    assert len(held.cycle) == MOST_TANGLED + 1
    straight = [edge(f"s{number}", f"s{number + 1}") for number in range(MOST_TANGLED * 2)]
    assert len(held_back([*ring, *straight])) == 1
    with pytest.raises(InvalidClaimError, match="2,002 concepts"):
        held_back([*ring, edge("a", "b"), edge("b", "a")])


def test_more_prerequisites_among_them_than_there_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.acyclic.MOST_TANGLED_EDGES", 5)
    assert len(held_back([edge("a", "b"), edge("b", "a"), edge("a", "x")])) == 1
    with pytest.raises(InvalidClaimError, match="6 edges"):
        held_back(edge(*pair) for pair in permutations("abc", 2))


def test_the_cycle_of_an_edge_that_was_held_before_is_not_named_again() -> None:
    edges = [edge("a", "b"), edge("b", "a", weight=0.1), edge("c", "d"), edge("d", "c", weight=0.1)]
    held = held_back(edges, {edges[1].key})
    assert [one.cycle for one in held.values()] == [(), ("d", "c", "d")]
