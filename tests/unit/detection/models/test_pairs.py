import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.metrics import roc_auc
from netsentinel.detection.models.pairs import Pairs, varied
from netsentinel.detection.models.table import Singles

RANDOM = np.random.default_rng(6)


def ring(rows: int) -> Singles:
    """Two columns on a circle, where no line tells one by the other, and one that has nothing to do with them."""
    angle = RANDOM.uniform(0, 2 * np.pi, rows)
    return np.stack([3 * np.cos(angle), 3 * np.sin(angle), RANDOM.normal(size=rows)], 1).astype(np.float32)


POINTS = ring(6_000)
INSIDE = np.stack([ring(300)[:, 0], *ring(300)[:, 1:].T], 1).astype(np.float32)


def learnt() -> Pairs:
    pairs = Pairs.of(POINTS)
    pairs.learn(POINTS)
    return pairs


def test_values_that_are_never_seen_together_are_found() -> None:
    scores = learnt().scores(np.concatenate([ring(300), INSIDE]))
    assert roc_auc(np.arange(600) >= 300, scores) > 0.85


def test_the_columns_of_a_rare_pair_are_told() -> None:
    excess = learnt().excesses(np.array([[0, 0, 0]], dtype=np.float32))[0]
    assert min(excess[:2]) > 2 * excess[2]


@pytest.mark.parametrize("rows", [1, 20, 512])
def test_a_row_is_scored_alike_among_few_and_among_many(rows: int) -> None:
    pairs = learnt()
    scores = [pairs.scores(POINTS[start : start + rows]) for start in range(0, 1_024, rows)]
    assert np.concatenate(scores)[:1_024].tolist() == pytest.approx(pairs.scores(POINTS)[:1_024].tolist(), rel=1e-6)


def test_nothing_is_rare_before_anything_was_counted() -> None:
    assert Pairs.of(POINTS).scores(INSIDE).tolist() == [0.0] * len(INSIDE)


def test_it_gets_used_to_what_is_new() -> None:
    pairs = learnt()
    before = pairs.scores(INSIDE).mean()
    for _ in range(100):
        pairs.learn(INSIDE)
    assert pairs.scores(INSIDE).mean() < 0.5 * before


def test_one_column_has_no_pairs() -> None:
    pairs = Pairs.of(POINTS[:, :1])
    pairs.learn(POINTS[:, :1])
    assert pairs.scores(POINTS[:4, :1]).tolist() == [0, 0, 0, 0]
    assert pairs.excesses(POINTS[:4, :1]).tolist() == [[0], [0], [0], [0]]
    assert Pairs.restored(pairs.arrays(), 1).scores(POINTS[:4, :1]).tolist() == [0, 0, 0, 0]


def test_of_many_columns_those_that_differ_most_are_chosen() -> None:
    wide = RANDOM.normal(size=(500, 40)).astype(np.float32)
    wide[:, 5:25] = 1
    assert varied(wide, 20).tolist() == [*range(5), *range(25, 40)]
    assert varied(wide, 40).tolist() == list(range(40))


def test_each_column_has_four_partners() -> None:
    pairs = Pairs.of(RANDOM.normal(size=(500, 30)).astype(np.float32))
    pairs.learn(RANDOM.normal(size=(500, 30)).astype(np.float32))
    arrays = pairs.arrays()
    assert arrays["weights"].sum() == 4 * 30
    assert arrays["counts"].sum(axis=1).tolist() == [500.0] * len(arrays["weights"])


def test_parts_of_a_file_must_fit() -> None:
    good = learnt().arrays()
    assert np.array_equal(Pairs.restored(good, 3).scores(INSIDE), learnt().scores(INSIDE))
    for name, value in (
        ("partners", good["partners"] + 2), ("partners", good["partners"][::-1]), ("partners", good["partners"] - 1),
        ("partners", good["partners"][:, :2]), ("partners", np.int64(1)), ("partners", good["partners"][None]),
        ("cuts", good["cuts"][:, 1:]), ("cuts", good["cuts"][:, ::-1]), ("cuts", good["cuts"] * np.nan),
        ("counts", good["counts"] - 1e9), ("counts", good["counts"][:2]), ("counts", good["counts"] + np.inf),
        ("counts", good["counts"] + 1e300), ("weights", good["weights"][:2]), ("weights", good["weights"] + 1),
        ("weights", np.float64(1)), ("weights", np.array(["1", "1", "1"])),
    ):  # fmt: skip
        with pytest.raises(ModelFileError):
            Pairs.restored(good | {name: value}, 3)
    for name in good:
        with pytest.raises(ModelFileError, match=f"lacks '{name}'"):
            Pairs.restored({other: array for other, array in good.items() if other != name}, 3)
