import json

import pytest

from netsentinel.cli import model_costs
from netsentinel.cli.program import run
from netsentinel.detection.models import extra


def test_the_command_prints_what_was_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int] = []

    def measured(*, seed: int) -> dict[str, object]:
        asked.append(seed)
        lineup = {"rules": "none", "models": "none", "share": 0.0, "own_share": 0.0, "flows_per_cpu_s": 9}
        return {"classifier": {"rows_per_s": 7}, "pipeline": [lineup], "seconds": 1.5}

    monkeypatch.setattr(model_costs, "measure", measured)
    assert run(["bench", "models", "--seed", "3", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["classifier"] == {"rows_per_s": 7}
    assert run(["bench", "models"]) == 0
    assert "models none" in capsys.readouterr().out
    assert asked == [3, 0]


def test_without_the_extra_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "PACKAGES", ("numpy", "a_package_that_nobody_has"))
    assert run(["bench", "models"]) == 3
    assert "[missing-extra]" in capsys.readouterr().err
