import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.models.metrics import log_loss, pr_auc, recall_at_fpr, roc_auc, threshold_for

BAD = np.array([False, False, True, True])
SCORES = np.array([0.1, 0.4, 0.35, 0.8])


def test_the_textbook_case() -> None:
    """The figures that scikit-learn's documentation gives for these four rows."""
    assert roc_auc(BAD, SCORES) == pytest.approx(0.75)
    assert pr_auc(BAD, SCORES) == pytest.approx(0.8333333)


def test_a_perfect_and_a_useless_order() -> None:
    assert roc_auc(BAD, np.array([0.0, 0.1, 0.2, 0.3])) == 1
    assert pr_auc(BAD, np.array([0.0, 0.1, 0.2, 0.3])) == 1
    assert roc_auc(BAD, np.zeros(4)) == 0.5
    assert pr_auc(BAD, np.zeros(4)) == 0.5


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=60))
def test_roc_auc_counts_pairs(rows: list[tuple[bool, int]]) -> None:
    bad = [score for is_bad, score in rows if is_bad]
    good = [score for is_bad, score in rows if not is_bad]
    if not bad or not good:
        return
    pairs = [1.0 if b > g else 0.5 if b == g else 0.0 for b in bad for g in good]
    flags = np.array([is_bad for is_bad, _ in rows])
    scores = np.array([float(score) for _, score in rows])
    assert roc_auc(flags, scores) == pytest.approx(sum(pairs) / len(pairs))


def test_recall_spends_no_more_than_the_budget() -> None:
    good, bad = np.arange(1000.0), np.array([998.5, 989.5, 500.0])
    flags, scores = np.array([False] * 1000 + [True] * 3), np.concatenate([good, bad])
    assert recall_at_fpr(flags, scores, 0.001) == pytest.approx(1 / 3)
    assert recall_at_fpr(flags, scores, 0.01) == pytest.approx(2 / 3)
    assert recall_at_fpr(flags, scores, 0.0005) == 0
    assert (good > threshold_for(good, 0.01)).sum() == 10


def test_ties_with_benign_rows_are_not_found() -> None:
    assert recall_at_fpr(np.array([False, False, True]), np.ones(3), 0.1) == 0


def test_log_loss_punishes_certainty_that_is_wrong() -> None:
    assert log_loss(np.array([True, False]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))
    assert log_loss(np.array([True]), np.array([0.0])) > 30
