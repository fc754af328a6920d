"""The index in memory: closures by bits and by search agree, and changes are taken once."""

import random

import pytest

from netsentinel.academy.graph import Direction, Relation, index
from netsentinel.academy.graph.index import EdgeRow, GraphIndex


def node(name: str, *, is_gone: bool = False) -> tuple[str, str, bool]:
    return name, "concept", is_gone


def edge(source: str, target: str, *, is_live: bool = True) -> EdgeRow:
    return source, Relation.REQUIRES.value, target, is_live


def test_closures_by_search_are_those_by_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)  # noqa: S311 - a seed, so that a failure comes again
    names = [f"n{number}" for number in range(60)]
    pairs = {tuple(sorted(rng.sample(range(60), 2), reverse=True)) for _ in range(150)}
    both = GraphIndex(), GraphIndex()
    for one in both:
        one.take(1, map(node, names), [edge(names[high], names[low]) for high, low in pairs])
    by_bits = [both[0].closure(name, direction) for name in names for direction in Direction]
    monkeypatch.setattr(index, "_MOST_MASKED", 0)
    assert [both[1].closure(name, direction) for name in names for direction in Direction] == by_bits
    assert any(by_bits)


def test_a_change_that_is_not_newer_is_left_alone() -> None:
    one = GraphIndex()
    one.take(2, map(node, "ab"), [edge("a", "b")])
    one.take(2, [], [edge("a", "b", is_live=False)])
    assert one.closure("a", Direction.PREREQUISITES) == ("b",)
    one.take(3, [], [edge("a", "b", is_live=False), edge("b", "a", is_live=False)])
    assert one.closure("a", Direction.PREREQUISITES) == ()
    assert one.path("a", "b", is_directed=False) is None


def test_two_edges_between_the_same_two_are_gone_when_both_are() -> None:
    one = GraphIndex()
    related = ("b", Relation.RELATED.value, "a", True)
    one.take(1, map(node, "ab"), [edge("a", "b"), related])
    one.take(2, [], [edge("a", "b", is_live=False)])
    assert one.path("a", "b", is_directed=False) == ("a", "b")
    assert one.path("a", "b", is_directed=True) is None
    one.take(3, [], [(*related[:3], False)])
    assert one.path("a", "b", is_directed=False) is None


def test_a_concept_that_is_gone_is_on_no_path() -> None:
    one = GraphIndex()
    one.take(1, map(node, "ab"), [])
    one.take(2, [node("b", is_gone=True)], [])
    assert one.path("b", "b", is_directed=True) is None
    assert one.nearest(None, 0) == ["a"]
