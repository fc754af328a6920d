from typing import Any

import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.forest import Forest
from netsentinel.detection.models.tree_text import trees_of
from netsentinel.detection.models.trees import Trees

RANDOM = np.random.default_rng(0)
ROWS = 1_500
MATRIX = np.column_stack([
    RANDOM.normal(size=(ROWS, 3)), RANDOM.integers(0, 5, ROWS), RANDOM.integers(-1, 70, ROWS),
]).astype(np.float64)  # fmt: skip
MATRIX[RANDOM.random(ROWS) < 0.2, 0] = np.nan
MATRIX[RANDOM.random(ROWS) < 0.3, 1] = 0
TARGET = ((np.nan_to_num(MATRIX[:, 0]) + MATRIX[:, 1] + (MATRIX[:, 4] % 7 > 3)) > 0.5).astype(np.float64)
VOTING = {"boosting": "rf", "num_leaves": 64, "feature_fraction": 0.6, "bagging_fraction": 0.6, "bagging_freq": 1}


def grown(rounds: int = 25, **more: Any) -> Trees:
    return Trees.grown(
        MATRIX, TARGET, weights=np.ones(ROWS), categories=[3, 4], rounds=rounds, seed=3, more={"min_data": 5, **more}
    )


def asked() -> "np.ndarray":
    """The rows that were learnt from, others, cuts themselves, and what was never seen."""
    odd = np.array([[np.nan] * 5, [0, 0, 0, -1, -1], [1e300, -1e300, 0, 9, 4_000], [-0.0, 1e-40, -1e-40, 4, 69]])
    return np.concatenate([MATRIX, np.roll(MATRIX, 1, axis=0) * 1.01, np.round(MATRIX, 1), odd])


FEW_CUTS = {"num_leaves": 3, "rounds": 4}


@pytest.mark.parametrize(
    "more",
    [{}, FEW_CUTS, {"num_leaves": 15}, {"num_leaves": 16}, {"num_leaves": 64}, VOTING, {"num_leaves": 2}],
    ids=str,
)
def test_margins_are_those_of_lightgbm_to_the_last_bit(more: dict[str, Any]) -> None:
    trees = grown(**more)
    forest = Forest.of(trees_of(trees.text())[1])
    assert forest is not None
    expected = trees._booster.predict(asked(), raw_score=True, num_threads=1)
    assert np.array_equal(forest.margins(asked()), expected)
    assert np.array_equal(trees.margins(asked()), expected)


def test_a_forest_works_in_the_same_memory_for_few_rows_and_for_more() -> None:
    trees = grown()
    forest = Forest.of(trees_of(trees.text())[1])
    assert forest is not None
    expected = trees._booster.predict(MATRIX, raw_score=True, num_threads=1)
    for rows in (3, 200, 40):
        assert np.array_equal(forest.margins(MATRIX[:rows]), expected[:rows])


def test_a_row_by_itself_is_judged_as_among_others() -> None:
    trees = grown()
    forest = Forest.of(trees_of(trees.text())[1])
    assert forest is not None
    expected = trees._booster.predict(MATRIX, raw_score=True, num_threads=1)
    assert [forest.margins(MATRIX[at : at + 1])[0] for at in range(100)] == expected[:100].tolist()
    assert np.array_equal(forest.margins(MATRIX[:1_025]), expected[:1_025]), "the last block has one row"
    assert [forest.margins(MATRIX[at : at + 1])[0] for at in range(100)] == expected[:100].tolist()


def test_trees_of_one_leaf_say_the_same_of_all_rows() -> None:
    trees = grown(rounds=2, min_data=ROWS)
    forest = Forest.of(trees_of(trees.text())[1])
    assert forest is not None
    assert np.array_equal(forest.margins(MATRIX), trees._booster.predict(MATRIX, raw_score=True))


def test_larger_trees_are_left_to_lightgbm() -> None:
    trees = grown(rounds=3, num_leaves=127, min_data=1)
    assert Forest.of(trees_of(trees.text())[1]) is None
    assert np.array_equal(trees.margins(MATRIX), trees._booster.predict(MATRIX, raw_score=True))


@pytest.mark.parametrize("field", ["leaf_value=", "left_child=", "threshold=", "\nTree="])
def test_a_text_that_is_none_of_ours_is_refused(field: str) -> None:
    with pytest.raises(ModelFileError):
        trees_of(grown(rounds=2).text().replace(field, "other="))
