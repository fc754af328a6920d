import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import shares
from netsentinel.detection.models.flow_classifier import FlowClassifier
from netsentinel.detection.models.ports import Labels, State
from netsentinel.detection.models.shares import Shares
from netsentinel.detection.models.table import Category, Feature, Kind, Schema, Table

SENT = Schema.of(
    [
        Feature("out", unit="bytes", window="60 s"),
        Feature("took", unit="s", window="60 s"),
        Feature("in", unit="bytes", window="60 s"),
        Feature("long", unit="bytes", window="2 s"),
        Feature("errors"),
        Feature("warnings"),
        Feature("service", Kind.CATEGORY),
    ]
)


def sent(count: int = 400) -> tuple[Table, Labels]:
    """Rows of all sizes; bad is who sends more than three times what comes back."""
    random = np.random.default_rng(0)
    numbers = np.exp(random.normal(8, 3, (count, 6)))
    bad = numbers[:, 0] > 3 * numbers[:, 2]
    return Table(SENT, numbers, (Category.of(["http"] * count),)), Labels(bad, bad.astype(np.int64))


def test_numbers_of_one_unit_and_window_are_paired() -> None:
    assert Shares.of(SENT).pairs == ((0, 2),)
    assert Shares.of(Schema(())).pairs == ()


def test_pairs_are_no_more_than_can_be_judged_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST", 3)
    assert (
        len(Shares.of(Schema.of([Feature(f"n{place}", unit="flows", window="60 s") for place in range(9)])).pairs) == 3
    )


def test_a_share_is_that_of_the_first_and_missing_where_nothing_is_told() -> None:
    numbers = np.array([[3.0, 0, 1], [0, 0, 5], [0, 0, 0], [np.nan, 0, 1], [-1, 0, 1]])
    found = Shares([(0, 2)]).columns(numbers)[:, 0]
    assert np.array_equal(found, [0.75, 0.0, np.nan, np.nan, -0.5], equal_nan=True)


def test_weights_of_shares_go_to_both_numbers() -> None:
    found = Shares([(0, 2)]).folded(np.array([[1.0, 2, 3, 10, 7]]), 3)
    assert found.tolist() == [[6.0, 2.0, 8.0, 7.0]]


def test_the_classifier_sees_who_sends_more_whatever_the_size() -> None:
    table, labels = sent()
    model = FlowClassifier()
    model.fit(table, labels)
    assert ((model.score(table) > 0.5) == labels.bad).mean() > 0.99
    blamed = {one.feature for row in model.explain(table.take(np.arange(20)), 2) for one in row}
    assert blamed <= {"out", "in"}


def test_a_model_file_with_shares_of_other_columns_is_refused() -> None:
    table, labels = sent()
    model = FlowClassifier()
    model.fit(table, labels)
    state = model.state()
    broken = State({**state.settings, "shares": [[0, 6]]}, state.arrays, state.texts)
    with pytest.raises(ModelFileError, match="shares of other columns"):
        FlowClassifier.restored(broken, table.schema)
