"""The index in memory: it answers as the slow and obvious way does, and takes changes once."""

import random
from collections import deque
from itertools import pairwise

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


def reached(start: str, pairs: set[tuple[str, str]], stops: set[str]) -> dict[str, int]:
    """How far everything is from one, along pairs; from those of `stops` nothing is reached, but from the start."""
    far, waiting = {start: 0}, deque([start])
    while waiting:
        node = waiting.popleft()
        if node in stops and node != start:
            continue
        for one, other in pairs:
            if one == node and other not in far:
                far[other] = far[node] + 1
                waiting.append(other)
    return far


@pytest.mark.parametrize("seed", range(6))
def test_the_answers_are_those_of_the_slow_and_obvious_way(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
    names = [f"n{number:02}" for number in range(24)]
    media, graph = set(rng.sample(names, 4)), GraphIndex()
    live: dict[tuple[str, str, str], bool] = {}
    graph.take(1, [(name, "medium" if name in media else "concept", False) for name in names[:12]], [])
    for version in range(2, 5):
        change: list[EdgeRow] = []
        for _ in range(14):
            high, low = sorted(rng.sample(names, 2), reverse=True)
            key = (high, rng.choice((Relation.REQUIRES, Relation.REQUIRES, Relation.MENTIONS)).value, low)
            live[key] = rng.random() < 0.8
            change.append((*key, live[key]))
        graph.take(version, [(name, "medium" if name in media else "concept", False) for name in names[12:]], change)
        there = {(source, relation, target) for (source, relation, target), is_live in live.items() if is_live}
        ahead = {(source, target) for source, relation, target in there if relation == Relation.REQUIRES.value}
        around = {pair for one, _, other in there for pair in ((one, other), (other, one))}
        for name in names:
            before, beside = reached(name, ahead, set()), reached(name, around, media)
            first = graph.closure(name, Direction.PREREQUISITES)
            assert set(first) == before.keys() - {name}
            assert not any((one, other) in ahead for at, one in enumerate(first) for other in first[at:])
            after = graph.closure(name, Direction.DEPENDENTS)
            assert set(after) == {one for one in names if one != name and name in reached(one, ahead, set())}
            for other in names:
                for is_directed, far, pairs in ((True, before, ahead), (False, beside, around)):
                    way = graph.path(name, other, is_directed=is_directed)
                    assert (way is None) == (other not in far)
                    if way is not None:
                        assert (way[0], way[-1], len(way)) == (name, other, far[other] + 1)
                        assert all(pair in pairs for pair in pairwise(way))
                        assert is_directed or media.isdisjoint(way[1:-1])
            beside = reached(name, around, set())
            near = sorted(
                (one for one in names if beside.get(one, 9) <= 2),
                key=lambda one: (beside[one], -sum(one == end for end, _ in around), one),
            )
            assert graph.nearest(name, 2) == near
        assert graph.nearest(None, 0) == sorted(names, key=lambda one: (-sum(one == end for end, _ in around), one))


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
