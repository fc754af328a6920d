import random
import re

import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.tree_text import trees_of
from netsentinel.detection.models.trees import Trees

RANDOM = np.random.default_rng(0)
MATRIX = np.column_stack([RANDOM.normal(size=(2_000, 2)), RANDOM.integers(-1, 70, (2_000, 1)).astype(np.float64)])
TARGET = ((MATRIX[:, 0] > 0) & (MATRIX[:, 2] % 7 > 3)).astype(np.float64)
GROWN = Trees.grown(MATRIX, TARGET, weights=np.ones(2_000), categories=[2], rounds=4, seed=3, more={"num_leaves": 6})
TEXT = GROWN.text()
ASKS = TEXT.index("cat_threshold=")
"""Where the first tree that asks for a category says for which."""


def _sized(text: str) -> str:
    """The text, with the sizes that its trees have."""
    trees = text[text.index("Tree=0") : text.index("end of trees")]
    sizes = " ".join(str(len(f"Tree={one}")) for one in trees.split("Tree=")[1:])
    return re.sub(r"tree_sizes=.*", f"tree_sizes={sizes}", text)


def _with(field: str, value: str, text: str = TEXT) -> str:
    """The text of trees of which one says something else."""
    at = text.rindex("Tree=", 0, ASKS)
    return _sized(text[:at] + re.sub(rf"\n{field}=.*", f"\n{field}={value}", text[at:], count=1))


def test_a_text_says_what_was_grown() -> None:
    features, trees = trees_of(TEXT)
    assert features == 3
    assert len(trees) == 4
    asked = [one for one in trees if one.words]
    assert asked
    assert all(len(one.leaves) == len(one.features) + 1 == 6 for one in trees)
    assert _sized(TEXT) == TEXT


def test_trees_that_were_read_say_the_same_again() -> None:
    read = Trees.read(TEXT, 3)
    assert trees_of(read.text())[1][0].left == trees_of(TEXT)[1][0].left
    assert np.array_equal(Trees.read(read.text(), 3).margins(MATRIX), read.margins(MATRIX))


@pytest.mark.parametrize(
    "field",
    ["num_leaves", "num_cat", "split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value",
     "leaf_count", "internal_count", "cat_boundaries", "cat_threshold", "is_linear"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", "-9", "7", "1000000", "99999999999", "nan", "x", "1 2"])
def test_a_tree_that_says_something_else_is_refused(field: str, value: str) -> None:
    with pytest.raises(ModelFileError):
        trees_of(_with(field, value))


def test_decisions_that_go_in_a_circle_are_refused() -> None:
    """LightGBM would follow them for ever."""
    at = TEXT.rindex("Tree=", 0, ASKS)
    sides = [side for side in ("left_child", "right_child") if re.search(rf"\n{side}=.*\b(?<!-)[1-9]", TEXT[at:])]
    said = TEXT[TEXT.index(f"\n{sides[0]}=", at) + 1 :].split("\n")[0].split("=")[1].split()
    circle = ["0" if int(one) > 0 else one for one in said]
    assert circle != said
    with pytest.raises(ModelFileError):
        trees_of(_with(sides[0], " ".join(circle)))


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("tree_sizes=", "tree_sizes=1"), ("num_class=1", "num_class=2"), ("objective=binary sigmoid:1", "objective="),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0"), ("Column_1 ", ""), ("\nTree=1", "\nTree=7"),
        ("max_feature_idx=2", "max_feature_idx=99"), ("end of trees", "end"), ("\nend of parameters", ""),
        ("pandas_categorical:null", "pandas_categorical:["), ("is_linear=0", "is_linear=0\nis_linear=0"),
    ],
)  # fmt: skip
def test_a_text_around_the_trees_that_is_another_is_refused(what: str, instead: str) -> None:
    assert what in TEXT
    with pytest.raises(ModelFileError):
        trees_of(TEXT.replace(what, instead, 1))


def test_a_text_that_is_cut_off_is_refused_wherever_it_ends() -> None:
    for end in range(0, len(TEXT.rstrip()), 37):
        with pytest.raises(ModelFileError):
            trees_of(TEXT[:end])


def test_of_texts_with_letters_changed_each_is_refused_or_read() -> None:
    """What is read is within bounds: LightGBM sees no other."""
    chance = random.Random(1)  # noqa: S311 - no secret
    for _ in range(300):
        letters = list(TEXT)
        letters[chance.randrange(len(letters))] = chance.choice("0123456789-+. =\n[]:ex\0")
        try:
            features, trees = trees_of("".join(letters))
        except ModelFileError:
            continue
        assert features == 3
        assert all(np.isfinite(one.leaves).all() and max(one.features, default=0) < 3 for one in trees)


def test_decisions_below_none_that_lead_to_each_other_are_refused() -> None:
    with pytest.raises(ModelFileError):
        trees_of(_with("right_child", "-4 -5 3 4 -6", _with("left_child", "-1 2 1 -2 -3")))


def test_a_feature_that_is_a_number_here_and_a_category_there_is_refused() -> None:
    decisions = re.findall(r"\ndecision_type=(.*)", TEXT[TEXT.rindex("Tree=", 0, ASKS) :])[0]
    assert "9" in decisions
    with pytest.raises(ModelFileError):
        trees_of(_with("decision_type", decisions.replace("9", "8")))


def test_what_is_missing_may_be_told_from_all_the_rest() -> None:
    """LightGBM writes the threshold of such a decision as infinite."""
    rows = np.where(RANDOM.random((2_000, 1)) < 0.5, np.nan, RANDOM.normal(size=(2_000, 1)))
    grown = Trees.grown(rows, np.isnan(rows[:, 0]) * 1.0, weights=np.ones(2_000), categories=[], rounds=2, seed=3)
    _, trees = trees_of(grown.text())
    assert np.inf in trees[0].thresholds
    read = Trees.read(grown.text(), 1)
    assert np.array_equal(read.margins(rows), grown.margins(rows))
    assert read.margins(rows)[np.isnan(rows[:, 0])].min() > read.margins(rows)[~np.isnan(rows[:, 0])].max()


def test_more_leaves_or_a_longer_chain_than_trainings_make_are_refused() -> None:
    def chain(leaves: int) -> str:
        inner = leaves - 1
        nodes, ends = range(inner), " ".join(["1"] * inner)
        fields = {
            "num_leaves": leaves, "num_cat": 0, "split_feature": " ".join(["0"] * inner), "split_gain": ends,
            "threshold": ends, "decision_type": " ".join(["2"] * inner),
            "left_child": " ".join(str(node + 1 if node + 1 < inner else ~inner) for node in nodes),
            "right_child": " ".join(str(~node) for node in nodes), "leaf_value": " ".join(["1"] * leaves),
            "leaf_weight": " ".join(["1"] * leaves), "leaf_count": " ".join(["1"] * leaves), "internal_value": ends,
            "internal_weight": ends, "internal_count": ends, "is_linear": 0, "shrinkage": 1,
        }  # fmt: skip
        told = "".join(f"{name}={value}\n" for name, value in fields.items())
        at, end = TEXT.index("Tree=0"), TEXT.index("end of trees")
        return _sized(f"{TEXT[:at]}Tree=0\n{told}\n\n{TEXT[end:]}")

    assert len(trees_of(chain(513))[1][0].leaves) == 513
    for leaves in (514, 5_000):
        with pytest.raises(ModelFileError):
            trees_of(chain(leaves))
