from pathlib import Path
from typing import Any

import pytest

from netsentinel.detection.errors import ModelFileError, ModelSignatureError, TrainingDataError
from netsentinel.detection.models.artefact import load
from netsentinel.kernel.errors import NotFoundError
from netsentinel.models.orders import MODEL_FILE, PLOT_FILE, Evaluate, Rows, SplitBy, Train
from netsentinel.models.workshop.making import make, measure
from tests.unit.models.workshop.tables import write_csv

KEY = b"k" * 32


def order(folder: Path, **changes: Any) -> Train:
    """What to train."""
    rows = changes.pop("rows", None) or Rows(path=str(write_csv(folder / "rows.csv")), drop=("at", "host"))
    options = {
        "kind": "flow-classifier",
        "split": SplitBy.HASH,
        "test_share": 0.3,
        "seed": 0,
        "budget": 0.01,
        "search_s": 0.0,
    }
    return Train(folder=str(folder), key=KEY, rows=rows, **{**options, **changes})


class Heard:
    """What was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.percents: list[float] = []

    def __call__(self, percent: float, stage: str, message: str, data: Any) -> None:
        self.stages.append(stage)
        self.percents.append(percent)


def test_a_model_is_made_measured_on_other_rows_and_loads_again(tmp_path: Path) -> None:
    heard = Heard()
    made = make(order(tmp_path), heard)
    assert heard.stages == ["reading", "splitting", "training", "measuring"]
    assert heard.percents == sorted(heard.percents)
    report = made.report
    assert report.scores.roc_auc is not None
    assert report.scores.roc_auc > 0.95
    assert report.split.train + report.split.test + report.split.duplicates == 600
    assert report.split.test == report.scores.rows
    assert abs(report.split.test / 600 - 0.3) < 0.1
    assert {one.feature for one in report.features} <= set(report.columns) == {"size", "count", "proto"}
    assert report.labels == {"column label: bad": 180, "column label: benign": 420}
    assert not made.servable
    model = load((tmp_path / MODEL_FILE).read_bytes(), KEY)
    assert (model.schema.version, len(model.schema.features)) == (made.schema, made.features)
    assert (tmp_path / PLOT_FILE).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_same_rows_and_seed_give_the_same_file_and_figures(tmp_path: Path) -> None:
    def once(name: str, seed: int) -> tuple[bytes, Any]:
        folder = tmp_path / name
        folder.mkdir()
        made = make(order(folder, seed=seed), Heard())
        return (folder / MODEL_FILE).read_bytes(), (made.data_hash, made.threshold, made.report.scores)

    assert once("one", 0) == once("two", 0)
    assert once("three", 1)[1] != once("four", 0)[1]


@pytest.mark.parametrize("kind", ["nearest", "isolation-forest", "autoencoder"])
def test_models_without_labels_learn_from_benign_rows(tmp_path: Path, kind: str) -> None:
    made = make(order(tmp_path, kind=kind), Heard())
    assert made.rows == made.report.split.train - made.report.split.train_bad
    assert made.report.scores.roc_auc is not None
    assert made.report.scores.roc_auc > 0.9


def test_what_cannot_be_learnt_from_is_refused(tmp_path: Path) -> None:
    few = Rows(path=str(write_csv(tmp_path / "few.csv", 3)))
    only = tmp_path / "only.csv"
    only.write_text("size,label\n" + "".join(f"{n},normal\n" for n in range(100)), encoding="utf-8")
    for rows, error in (
        (few, TrainingDataError),
        (Rows(path=str(only)), TrainingDataError),
        (Rows(path=str(tmp_path / "none.csv")), NotFoundError),
        (Rows(path=str(only), label="nothing"), TrainingDataError),
    ):
        with pytest.raises(error):
            make(order(tmp_path, rows=rows), Heard())
    with pytest.raises(NotFoundError):
        make(order(tmp_path, kind="no-such-model"), Heard())
    assert not (tmp_path / MODEL_FILE).exists()


def test_a_model_is_measured_on_rows_that_come_later(tmp_path: Path) -> None:
    make(order(tmp_path), Heard())
    other = Rows(path=str(write_csv(tmp_path / "other.csv", seed=5)))
    said = measure(Evaluate(model=str(tmp_path / MODEL_FILE), key=KEY, rows=other, budget=0.01), Heard())
    assert said.scores.roc_auc is not None
    assert said.scores.roc_auc > 0.95
    assert said.curves.roc[-1].y == 1.0
    broken = tmp_path / "broken.nsm"
    content = (tmp_path / MODEL_FILE).read_bytes()
    for damaged, error in ((content[:-7], ModelFileError), (b"\x80\x04pickle", ModelFileError)):
        broken.write_bytes(damaged)
        with pytest.raises(error):
            measure(Evaluate(model=str(broken), key=KEY, rows=other, budget=0.01), Heard())
    with pytest.raises(ModelSignatureError):
        measure(Evaluate(model=str(tmp_path / MODEL_FILE), key=b"x" * 32, rows=other, budget=0.01), Heard())


def test_a_search_is_gone_on_with_where_an_attempt_broke_off(tmp_path: Path) -> None:
    first = make(order(tmp_path, search_s=1.0, budget=0.05), Heard())
    assert first.report.trials[0].parameters == {}
    again = make(order(tmp_path, search_s=1.0, budget=0.05), Heard())
    assert again.report.trials[: len(first.report.trials)] == first.report.trials
    best = max(again.report.trials, key=lambda one: (one.recall, one.pr_auc))
    assert again.report.parameters == best.parameters


def test_half_a_file_of_trials_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "trials.json").write_bytes(b'[{"parameters":{}')
    made = make(order(tmp_path, search_s=0.001), Heard())
    assert len(made.report.trials) == 1
