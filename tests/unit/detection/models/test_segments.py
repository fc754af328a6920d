import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.metrics import roc_auc
from netsentinel.detection.models.segments import (
    CLIP,
    MEMORY,
    HalfSpaceTrees,
    Memory,
    Scales,
    Sketches,
    checked,
)

RANDOM = np.random.default_rng(3)
ROWS = RANDOM.normal(size=(2_000, 6)) * [1, 10, 0.1, 5, 2, 1] + [0, 100, 1, -3, 0, 7]
SCALES = Scales.of(ROWS)
POINTS = SCALES.points(ROWS)
ODD = SCALES.points(ROWS[:300] + np.array([6, 0, 0, 25, 0, 0]))
BAD = np.arange(600) >= 300


def test_scales_are_robust() -> None:
    wild = ROWS.copy()
    wild[:100] = 1e9
    assert np.allclose(Scales.of(wild).middles, SCALES.middles, atol=3)
    assert abs(POINTS).max() <= CLIP
    assert POINTS.std(axis=0)[[0, 1, 3, 4, 5]] == pytest.approx(1, abs=0.1)
    assert Scales.of(np.ones((60, 2))).widths.tolist() == [0.1, 0.1]


@pytest.mark.parametrize("kind", ["sketches", "trees", "memory"])
def test_each_member_finds_odd_rows(kind: str) -> None:
    members = {
        "sketches": Sketches.empty(6),
        "trees": HalfSpaceTrees.grown(6, np.random.default_rng(0)),
        "memory": Memory.empty(6),
    }
    member = members[kind]
    member.learn(POINTS[:1_500])
    scores = member.scores(np.concatenate([POINTS[1_500:1_800], ODD]))
    assert roc_auc(BAD, scores) > 0.9


def test_sketches_and_trees_forget_by_halves() -> None:
    sketches, trees = Sketches.empty(6), HalfSpaceTrees.grown(6, np.random.default_rng(0))
    for _ in range(40):
        sketches.learn(POINTS)
        trees.learn(POINTS)
    steady = 2_000 / (1 - 0.5 ** (2_000 / 8_192))
    assert sketches.counts.sum(axis=1) == pytest.approx(steady, rel=0.01)
    assert trees.masses.sum(axis=1) == pytest.approx(steady, rel=0.01)
    before = sketches.scores(ODD).mean()
    for _ in range(10):
        sketches.learn(ODD)
    assert sketches.scores(ODD).mean() < before


def test_trees_part_all_of_space() -> None:
    trees = HalfSpaceTrees.grown(3, np.random.default_rng(1))
    leaves = trees._leaves(RANDOM.uniform(-12, 12, (5_000, 3)).astype(np.float32))
    assert leaves.min() >= 0
    assert leaves.max() < trees.masses.shape[1]
    assert min(len(np.unique(row)) for row in leaves) > 20


def test_the_memory_holds_the_latest() -> None:
    memory = Memory.empty(6)
    memory.learn(POINTS[:100])
    assert (len(memory.rows), memory.at) == (100, 0)
    memory.learn(POINTS[100:400])
    assert len(memory.rows) == MEMORY
    for start in range(400, 1_000, 50):
        memory.learn(POINTS[start : start + 50])
    assert memory.scores(POINTS[950:1_000]).max() == pytest.approx(0, abs=0.01)
    assert Memory.empty(6).scores(POINTS[:3]).tolist() == [0, 0, 0]


def test_parts_of_a_file_must_fit() -> None:
    trees, memory, sketches = HalfSpaceTrees.grown(6, np.random.default_rng(0)), Memory.empty(6), Sketches.empty(6)
    memory.learn(POINTS[:9])
    good = {
        "middles": SCALES.middles, "widths": SCALES.widths, "counts": sketches.counts, "masses": trees.masses,
        "columns": trees.columns, "cuts": trees.cuts, "rows": memory.rows, "at": np.array([0]),
    }  # fmt: skip
    checked(good, 6)
    for name, value in (
        ("columns", trees.columns + 6), ("at", np.array([MEMORY])), ("widths", SCALES.widths * 0),
        ("masses", trees.masses - 1), ("rows", memory.rows[:0]), ("counts", sketches.counts[:, 1:]),
    ):  # fmt: skip
        with pytest.raises(ModelFileError):
            checked(good | {name: value}, 6)
    with pytest.raises(ModelFileError):
        checked({}, 6)
