import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import trees
from netsentinel.detection.models.trees import Trees

RANDOM = np.random.default_rng(0)
MATRIX = RANDOM.normal(size=(400, 3))
TARGET = (MATRIX[:, 1] > 0).astype(np.float64)


@pytest.fixture(scope="module")
def grown() -> Trees:
    return Trees.grown(MATRIX, TARGET, weights=np.ones(400), categories=[], rounds=10, seed=3)


def test_margins_and_shares_say_what_decided(grown: Trees) -> None:
    assert ((grown.margins(MATRIX) > 0) == (TARGET > 0)).mean() > 0.98
    assert np.abs(grown.shares(MATRIX)).mean(axis=0).argmax() == 1
    assert grown.margins(MATRIX[:0]).shape == (0,)
    assert grown.shares(MATRIX[:0]).shape == (0, 3)


def test_the_same_seed_gives_the_same_text_and_the_text_the_same_trees(grown: Trees) -> None:
    again = Trees.grown(MATRIX, TARGET, weights=np.ones(400), categories=[], rounds=10, seed=3)
    assert again.text() == grown.text()
    assert np.array_equal(Trees.read(grown.text(), 3).margins(MATRIX), grown.margins(MATRIX))


def test_trees_of_other_features_and_texts_that_are_too_long_are_refused(
    grown: Trees, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelFileError, match="know 3 features, the schema 4"):
        Trees.read(grown.text(), 4)
    monkeypatch.setattr(trees, "MAX_TEXT", 100)
    with pytest.raises(ModelFileError, match="too many"):
        Trees.read(grown.text(), 3)
