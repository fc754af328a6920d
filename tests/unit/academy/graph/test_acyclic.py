"""Which prerequisites are held back: never more than needed, and never so few that a cycle stays."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.academy.graph import Edge, EdgeKey, EdgeState, Relation
from netsentinel.academy.graph.acyclic import held_back


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
