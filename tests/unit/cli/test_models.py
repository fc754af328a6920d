import json
from pathlib import Path

import numpy as np
import pytest

from netsentinel.cli.program import run
from netsentinel.detection.models import extra
from netsentinel.detection.models.registry import available
from tests.unit.detection.models.rows import some_rows

FIELDS = {"model", "roc_auc", "pr_auc", "recall_at_fpr", "realised_fpr", "fit_s", "rows_per_s"}


def write(path: Path, seed: int, count: int = 300) -> str:
    table, labels = some_rows(count, seed=seed)
    names = np.array(["benign", "flood", "odd"])
    lines = ["bytes,seconds,errors,flag,service,label"]
    for row, numbers in enumerate(table.numbers):
        words = [column.values[column.codes[row]] for column in table.categories]
        lines.append(",".join([*(f"{number:.6f}" for number in numbers), *words, str(names[labels.kinds[row]])]))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return ["--train", write(tmp_path / "a.csv", 1), "--test", write(tmp_path / "b.csv", 2), "--label", "label"]


def test_one_object_a_model(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "evaluate", *files, "-o", "json"]) == 0
    said = capsys.readouterr()
    reports = [json.loads(line) for line in said.out.splitlines()]
    assert [report["model"] for report in reports] == list(available())
    assert all(report.keys() >= FIELDS and report["recall_at_fpr"].keys() == {"0.001", "0.01"} for report in reports)
    assert {report["supervision"] for report in reports} == {"labels", "benign rows"}
    assert all(report["roc_auc"] > 0.8 for report in reports)
    assert "300 rows to learn from" in said.err


def test_without_labels_only_models_that_need_none(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "evaluate", *files, "--unsupervised", "--model", "nearest", "--fpr", "0.01"]) == 0
    assert "nearest" in capsys.readouterr().out
    assert run(["models", "evaluate", *files, "--unsupervised", "--model", "flow-classifier"]) == 2


def test_what_cannot_be_measured_is_said_with_a_code(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "evaluate", *files, "--model", "oracle"]) == 1
    assert "There is no model 'oracle'" in capsys.readouterr().err
    Path(files[3]).write_text("bytes,seconds,errors,flag,service,label\n1,1,1,SF,http,benign\n")
    assert run(["models", "evaluate", *files]) == 2
    assert "both are needed. [training-data]" in capsys.readouterr().err
    Path(files[1]).write_text("\n".join(Path(files[1]).read_text().splitlines()[:4]) + "\n")
    Path(files[3]).write_text("bytes,seconds,errors,flag,service,label\n1,1,1,SF,http,benign\n1,1,1,SF,http,odd\n")
    assert run(["models", "evaluate", *files]) == 2
    assert "too few" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "PACKAGES", ("numpy", "a_package_that_nobody_has"))
    assert run(["models", "evaluate", *files]) == 3
    assert "pip install 'netsentinel[ml]' [missing-extra]" in capsys.readouterr().err
