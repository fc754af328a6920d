"""LightGBM's text of trees, taken apart and checked: over one that it did not write its own reader ends the process."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.encode import MAX_VALUES
from netsentinel.detection.models.parts import LARGEST
from netsentinel.detection.models.table import Floats

CATEGORICAL = 1
"""The bit of a decision that asks for a category."""

_HEADER = {
    "version": r"v\d+",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "max_feature_idx": r"\d{1,6}",
    "objective": r"binary sigmoid:1",
    "feature_names": r"\S+( \S+)*",
    "feature_infos": r"\S+( \S+)*",
    "tree_sizes": r"\d{1,9}( \d{1,9})*",
}
"""What stands before the trees, in its order."""
_FLAGS = ("tree", "average_output")
_REST = re.compile(
    r"end of trees\n\nfeature_importances:\n([^\s=]+=\d+\n)*"
    r"\nparameters:\n(\[[a-z0-9_]+: [^\n\[\]]*\]\n)+\nend of parameters\n\npandas_categorical:null\n*"
)
"""What stands behind them."""
_FIELDS = frozenset(
    {"num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child"}
    | {"leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight", "internal_count"}
    | {"is_linear", "shrinkage"}
)
_SETS = frozenset({"cat_boundaries", "cat_threshold"})
"""What a tree that asks for categories states, too."""
_WHOLE = re.compile(r"(-?\d+( -?\d+)*)?")
_FLOAT = r"-?(\d+(\.\d+)?(e[+-]?\d+)?|inf|nan)"
_FLOATS = re.compile(rf"({_FLOAT}( {_FLOAT})*)?")
_DECISIONS = 16
_MOST_WORDS = MAX_VALUES // 32 + 1
"""Of a set of values, a bit each."""
_MOST = 2**31 - 1
_MOST_LEAVES, _DEEPEST = 4_096, 512
"""More, and a longer chain of decisions, than any training of ours makes; LightGBM explains a row by recursion."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: its decisions, each before those below it, and what its leaves say.

    Args:
        features: of each decision, what it asks for.
        thresholds: what goes left; of a category, the place of the set of values that do.
        decisions: how LightGBM packs what else it says.
        left: the decision below, or `~leaf`.
        right: as `left`.
        bounds: where each set of values begins and ends among the words.
        words: sets of values, 32 to a word.
        leaves: what each leaf adds.
    """

    features: list[int]
    thresholds: list[float]
    decisions: list[int]
    left: list[int]
    right: list[int]
    bounds: list[int]
    words: list[int]
    leaves: Floats


def trees_of(text: str) -> tuple[int, list[Tree]]:
    """How many features the trees of a text know, and the trees.

    Raises:
        ModelFileError: LightGBM would not have written it.
    """
    try:
        return _read(text)
    except (KeyError, ValueError, IndexError) as error:
        raise ModelFileError("The trees of the model file cannot be read.") from error


def _read(text: str) -> tuple[int, list[Tree]]:
    at = text.index("Tree=0\n")
    head = _head(text[:at])
    features = int(head["max_feature_idx"]) + 1
    if not text.isascii() or any(head[name].count(" ") != features - 1 for name in ("feature_names", "feature_infos")):
        raise ValueError("other features are named than counted")
    found: list[Tree] = []
    for number, length in enumerate(map(int, head["tree_sizes"].split())):
        found.append(_tree(text[at : at + length], number, features))
        at += length
    asked = {
        (place, bool(how & CATEGORICAL))
        for one in found
        for place, how in zip(one.features, one.decisions, strict=True)
    }
    if not _REST.fullmatch(text, at) or len({place for place, _ in asked}) != len(asked):
        raise ValueError("another end, or a feature that is a number here and a category there")
    return features, found


def _head(text: str) -> Mapping[str, str]:
    lines = [line for line in text.split("\n") if line and line not in _FLAGS]
    found = dict(line.split("=", 1) for line in lines)
    if list(found) != list(_HEADER) or len(lines) != len(found):
        raise ValueError("other facts are stated")
    if not all(re.fullmatch(pattern, found[name]) for name, pattern in _HEADER.items()):
        raise ValueError("facts of no trees of ours")
    return found


def _tree(text: str, number: int, features: int) -> Tree:
    first, *lines = text.rstrip("\n").split("\n")
    fields = dict(line.split("=", 1) for line in lines)
    (leaves,), (sets,) = _whole(fields, "num_leaves", 1, 1, _MOST_LEAVES), _whole(fields, "num_cat", 1, 0, _MOST)
    wanted = _FIELDS | _SETS if sets else _FIELDS
    begins, ends = first == f"Tree={number}", text.endswith("\n\n")
    if not (begins and ends) or frozenset(fields) != wanted or len(lines) != len(wanted):
        raise ValueError("no tree")
    inner = leaves - 1
    bounds = _whole(fields, "cat_boundaries", sets + 1, 0, _MOST) if sets else [0]
    found = Tree(
        features=_whole(fields, "split_feature", inner, 0, features - 1),
        thresholds=_floats(
            fields, "threshold", inner, math.inf
        ),  # infinite where what is missing is told from the rest
        decisions=_whole(fields, "decision_type", inner, 0, _DECISIONS - 1),
        left=_whole(fields, "left_child", inner, -leaves, inner - 1),
        right=_whole(fields, "right_child", inner, -leaves, inner - 1),
        bounds=bounds,
        words=_whole(fields, "cat_threshold", bounds[-1], 0, 2**32 - 1) if sets else [],
        leaves=np.array(_floats(fields, "leaf_value", leaves, LARGEST)),
    )
    _must_hang_together(found, sets)
    _whole(fields, "is_linear", 1, 0, 0)
    # Explanations divide by these; a tree of one leaf explains nothing, and may leave them out.
    _whole(fields, "internal_count", inner, 1, _MOST)
    _whole(fields, "leaf_count", leaves if inner else None, 1, _MOST)
    # Read by LightGBM, and asked for by nobody.
    for name in ("split_gain", "internal_value", "internal_weight"):
        _said(fields, name, _FLOATS, inner)
    _said(fields, "leaf_weight", _FLOATS, leaves if inner else None)
    _said(fields, "shrinkage", _FLOATS, 1)
    return found


def _must_hang_together(tree: Tree, sets: int) -> None:
    """Each decision and leaf is below one decision that stands before it, and sets of values are where they belong."""
    inner = len(tree.features)
    below = sorted([*tree.left, *tree.right])
    if inner and below != [*range(-inner - 1, 0), *range(1, inner)]:
        raise ValueError("a decision or a leaf hangs below none, or below two")
    if any(0 <= child <= node for side in (tree.left, tree.right) for node, child in enumerate(side)):
        raise ValueError("a decision comes after one that is below it")
    depths = [1] * inner
    for node, (left, right) in enumerate(zip(tree.left, tree.right, strict=True)):
        for child in (left, right):
            if child >= 0:
                depths[child] = depths[node] + 1
    if max(depths, default=0) > _DEEPEST:
        raise ValueError("decisions hang in too long a chain")
    lengths = [end - begin for begin, end in pairwise(tree.bounds)]
    if tree.bounds[0] != 0 or any(not 0 < length <= _MOST_WORDS for length in lengths):
        raise ValueError("sets of values that no category has")
    for decision, threshold in zip(tree.decisions, tree.thresholds, strict=True):
        if decision & CATEGORICAL and threshold not in range(sets):
            raise ValueError("a set that is not there")


def _whole(fields: Mapping[str, str], name: str, length: int | None, least: int, most: int) -> list[int]:
    found = [int(one) for one in _said(fields, name, _WHOLE, length)]
    if not all(least <= one <= most for one in found):
        raise ValueError("whole numbers that no tree has")
    return found


def _floats(fields: Mapping[str, str], name: str, length: int, most: float) -> list[float]:
    found = [float(one) for one in _said(fields, name, _FLOATS, length)]
    if not all(-most <= one <= most for one in found):
        raise ValueError("numbers that no tree has")
    return found


def _said(fields: Mapping[str, str], name: str, kind: re.Pattern[str], length: int | None) -> list[str]:
    """So many numbers of a field, or any number of them, as they are written."""
    found = fields[name].split()
    if not kind.fullmatch(fields[name]) or length not in (None, len(found)):
        raise ValueError("no numbers, or too many")
    return found
