import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.lines import Lines
from netsentinel.detection.models.metrics import roc_auc
from netsentinel.detection.models.table import Singles

RANDOM = np.random.default_rng(5)


def together(rows: int) -> Singles:
    """Eight columns that say nearly the same."""
    said = RANDOM.normal(size=(rows, 1)) + 0.1 * RANDOM.normal(size=(rows, 8))
    return said.astype(np.float32)


POINTS = together(4_000)
MIXED = np.stack([together(400)[:, column] for column in range(8)], axis=1)
"""Each value is as usual as any; only together they are not."""


def learnt() -> Lines:
    lines = Lines.empty(8)
    lines.learn(POINTS)
    return lines


def test_values_that_do_not_go_together_are_found() -> None:
    scores = learnt().scores(np.concatenate([together(400), MIXED]))
    assert roc_auc(np.arange(800) >= 400, scores) > 0.85


def test_the_columns_that_are_off_are_told() -> None:
    off = np.ones((1, 8), dtype=np.float32)
    off[0, 3] = -1
    surprises = learnt().surprises(off)[0]
    assert surprises.argmax() == 3
    assert surprises[3] > 2 * np.delete(surprises, 3).max()


def test_it_learns_the_same_in_parts() -> None:
    """But for what is forgotten, which is as much as the rows that came after."""
    parts = Lines.empty(8)
    for start in range(0, 4_000, 100):
        parts.learn(POINTS[start : start + 100])
    assert np.allclose(parts.scores(MIXED), learnt().scores(MIXED), atol=0.1)
    assert parts.arrays()["rows"][0] == pytest.approx(100 * sum(0.5 ** (100 * n / 8_192) for n in range(40)))


def test_it_gets_used_to_what_is_new() -> None:
    lines = learnt()
    before = lines.scores(MIXED).mean()
    for _ in range(100):
        lines.learn(MIXED)
    assert lines.scores(MIXED).mean() < 0.8 * before


def test_columns_that_never_vary_can_be_judged() -> None:
    lines = Lines.empty(8)
    lines.learn(np.zeros((60, 8), dtype=np.float32))
    scores = lines.scores(np.eye(8, dtype=np.float32) * np.array([[0], *[[1]] * 7], dtype=np.float32))
    assert scores[0] == pytest.approx(0)
    assert min(scores[1:]) > 0.5


def test_parts_of_a_file_must_fit() -> None:
    good = learnt().arrays()
    assert np.array_equal(Lines.restored(good, 8).scores(MIXED), learnt().scores(MIXED))
    for name, value in (
        ("rows", np.zeros(1)), ("rows", np.zeros(0)), ("rows", np.float64(9)), ("rows", np.array(["9"])),
        ("sums", np.zeros(7)), ("sums", good["sums"] + 7 * good["rows"]), ("sums", good["sums"] * np.nan),
        ("products", np.zeros((8, 7))), ("products", good["products"][None]), ("products", good["products"] * 1e300),
        ("products", -good["products"]), ("products", np.triu(good["products"])),
    ):  # fmt: skip
        with pytest.raises(ModelFileError):
            Lines.restored(good | {name: value}, 8)
    for name in good:
        with pytest.raises(ModelFileError, match=f"lacks '{name}'"):
            Lines.restored({other: array for other, array in good.items() if other != name}, 8)


def test_sums_through_which_no_line_can_be_drawn_are_refused() -> None:
    """No rows have such products: two columns that are worth less by themselves than together."""
    products = np.diag(np.full(8, 100.0))
    products[0, 1] = products[1, 0] = 3_000.0
    with pytest.raises(ModelFileError, match="no lines can be drawn"):
        Lines.restored({"rows": np.array([100.0]), "sums": np.zeros(8), "products": products}, 8)
