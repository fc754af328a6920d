import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import likeness
from netsentinel.detection.models.likeness import Likeness
from netsentinel.detection.models.metrics import roc_auc
from tests.unit.detection.models.rows import SCHEMA, some_rows

ROWS, LABELS = some_rows(400)


def test_rows_like_known_attacks_score_above_rows_like_benign_ones() -> None:
    others, theirs = some_rows(300, seed=2)
    scores = Likeness.of(ROWS, LABELS, 0).scores(others)
    assert roc_auc(theirs.bad, scores) > 0.95
    assert scores[theirs.bad].mean() > 0 > scores[~theirs.bad].mean()


def test_of_too_many_attacks_rare_kinds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = int((LABELS.kinds == 2).sum())
    monkeypatch.setattr(likeness, "MAX_MEMORY", 2 * rare)
    found = Likeness.of(ROWS, LABELS, 0).arrays()
    assert len(found["attacks"]) == 2 * rare
    assert len(found["benign"]) == 2 * rare
    assert Likeness.of(ROWS, LABELS, 0).scores(ROWS.take(LABELS.kinds == 2)).min() > 0


def test_memories_of_other_columns_are_refused() -> None:
    kept = Likeness.of(ROWS, LABELS, 0)
    with pytest.raises(ModelFileError, match="does not fit"):
        Likeness.restored(kept.settings(), {**kept.arrays(), "attacks": np.zeros((3, 2), dtype=np.float32)}, SCHEMA)
    with pytest.raises(ModelFileError, match="lacks"):
        Likeness.restored(kept.settings(), {"attacks": kept.arrays()["attacks"]}, SCHEMA)
