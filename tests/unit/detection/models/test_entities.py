import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import entities
from netsentinel.detection.models.entities import Entities


def points(mean: float, count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.3, (count, 3)).astype(np.float32)


def test_an_entity_is_held_to_its_own_habit_and_a_stranger_to_the_segments() -> None:
    known = Entities(3)
    known.learn(["busy"] * 200, points(3, 200))
    assert abs(known.deviations(["busy"], points(3, 1))).max() < 3
    assert abs(known.deviations(["busy"], points(0, 1))).min() > 5
    assert known.deviations(["stranger"], points(3, 1)) == pytest.approx(points(3, 1))
    assert known.usual(["busy", "stranger"]) == pytest.approx(np.array([[3] * 3, [0] * 3]), abs=0.3)


def test_order_within_a_call_counts_and_calls_do_not() -> None:
    rows, names = points(1, 60), ["a", "b", "a"] * 20
    whole, parts = Entities(3), Entities(3)
    whole.learn(names, rows)
    for at in range(60):
        parts.learn(names[at : at + 1], rows[at : at + 1])
    assert np.allclose(whole.usual(["a", "b"]), parts.usual(["a", "b"]))


def test_one_wild_row_does_not_move_it() -> None:
    calm, shaken = Entities(3), Entities(3)
    for one in (calm, shaken):
        one.learn(["x"] * 100, points(1, 100))
    shaken.learn(["x"], np.full((1, 3), 1e6, dtype=np.float32))
    assert np.allclose(calm.usual(["x"]), shaken.usual(["x"]), atol=0.1)


def test_a_new_habit_is_learnt() -> None:
    one = Entities(3)
    one.learn(["x"] * 100, points(1, 100))
    one.learn(["x"] * 400, points(4, 400))
    assert one.usual(["x"]) == pytest.approx(np.full((1, 3), 4), abs=0.3)


def test_it_is_restored_exactly_and_checked() -> None:
    one = Entities(3)
    one.learn(["a", "b", "a"], points(1, 3))
    arrays = one.arrays()
    other = Entities.restored(arrays, 3)
    for each in (one, other):
        each.learn(["b", "c"], points(2, 2))
    assert all(np.array_equal(one.arrays()[name], other.arrays()[name]) for name in arrays)
    assert len(Entities.restored(Entities(3).arrays(), 3)) == 0
    for name in arrays:
        with pytest.raises(ModelFileError):
            Entities.restored(arrays | {name: arrays[name][:1]}, 3)
    with pytest.raises(ModelFileError):
        Entities.restored({}, 3)


def test_who_was_seen_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entities, "MOST", 20)
    one = Entities(3)
    for number in range(100):
        one.learn(["kept", f"e{number}"], points(1, 2))
    assert len(one) <= 20
    assert abs(one.usual(["kept"])).min() > 0.5
    assert one.usual(["e1"]).tolist() == [[0, 0, 0]]
