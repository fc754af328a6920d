import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.evaluate import chosen, evaluate, read_pair
from netsentinel.detection.models.registry import LABELLED, available
from netsentinel.kernel.errors import NotFoundError
from tests.conftest import DATA
from tests.unit.detection.models.rows import some_rows


def test_models_are_chosen_by_name_or_by_what_they_need() -> None:
    assert chosen([], unsupervised=False) == list(available())
    assert not LABELLED & set(chosen([], unsupervised=True))
    assert chosen(["nearest"], unsupervised=True) == ["nearest"]
    with pytest.raises(NotFoundError):
        chosen(["oracle"], unsupervised=False)
    with pytest.raises(TrainingDataError, match="learns from labels"):
        chosen(["flow-classifier"], unsupervised=True)


def test_a_report_says_what_the_threshold_of_the_training_does_on_the_test() -> None:
    report = evaluate("nearest", some_rows(400), some_rows(400, seed=2), seed=4, target=0.05)
    assert report.seed == 4
    assert report.rows_train < 400
    assert report.realised_fpr < 0.2
    assert report.realised_recall > 0.9
    assert report.rows_per_s > 0


@pytest.mark.untraced
@pytest.mark.data
def test_real_flows_are_told_apart() -> None:
    """Far below what `benchmarks/models.py` reports: this only finds what is broken."""
    flows = DATA / "flows" / "nsl-kdd"
    train, test = read_pair(flows / "KDDTrain+_20Percent.txt.gz", flows / "KDDTest+.txt.gz", "class")
    assert len(train.table) == 25_192
    assert len(test.table) == 22_544
    report = evaluate("nearest", (train.table, train.labels), (test.table, test.labels), seed=0, target=0.01)
    assert report.roc_auc > 0.95
    assert report.realised_fpr < 0.03
