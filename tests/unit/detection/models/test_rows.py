import numpy as np
import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.rows import benign_only, both_classes, enough, held_back
from tests.unit.detection.models.rows import some_rows

ROWS, LABELS = some_rows(200)


def test_a_number_that_no_row_states_is_named() -> None:
    table, _ = some_rows(100)
    table.numbers[:, 1] = np.nan
    with pytest.raises(TrainingDataError, match="No row states seconds"):
        enough(table)


def test_labels_are_needed_with_rows_of_both_classes() -> None:
    assert both_classes(ROWS, LABELS) is LABELS
    with pytest.raises(TrainingDataError, match="none were given"):
        both_classes(ROWS, None)
    few = Labels(np.arange(200) < 9, (np.arange(200) < 9).astype(np.int64))
    with pytest.raises(TrainingDataError, match="9 bad and 191 benign"):
        both_classes(ROWS, few)


def test_benign_rows_are_all_where_nobody_knows() -> None:
    assert len(benign_only(ROWS, None)) == 200
    assert len(benign_only(ROWS, LABELS)) == int((~LABELS.bad).sum())


def test_equal_rows_are_held_back_together_and_never_all() -> None:
    keys = np.arange(1_000) % 100
    back = held_back(keys, 0.2, 0)
    assert 0.1 < back.mean() < 0.3
    assert all(len(set(back[keys == key].tolist())) == 1 for key in range(100))
    assert 0 < held_back(np.array([0, 1]), 0.0, 0).sum() < 2
