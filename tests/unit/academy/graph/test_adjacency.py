"""Compressed rows: each number has the others that the pairs give it, once and in order."""

import numpy as np

from netsentinel.academy.graph.adjacency import Adjacency


def test_others_come_once_and_in_order() -> None:
    pairs = [(2, 1), (0, 3), (0, 1), (0, 3), (3, 0)]
    found = Adjacency.of(5, np.array([end for end, _ in pairs]), np.array([other for _, other in pairs]))
    assert [found.beside(number).tolist() for number in range(5)] == [[1, 3], [], [1], [0], []]
    assert found.degrees.tolist() == [2, 0, 1, 1, 0]
    assert found.beside_any(np.array([3, 1, 0])).tolist() == [0, 1, 3]
    assert found.beside_any(np.array([1, 4])).tolist() == []


def test_there_may_be_nothing() -> None:
    nothing = np.zeros(0, np.int64)
    found = Adjacency.of(0, nothing, nothing)
    assert found.degrees.tolist() == []
    assert found.beside_any(nothing).tolist() == []
