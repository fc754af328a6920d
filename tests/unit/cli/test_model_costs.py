from pathlib import Path

import pytest

from netsentinel.cli.model_costs import measure


@pytest.mark.untraced
def test_every_part_is_measured_on_rows_that_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = measure(trained=300, window_rows=2_000, flows=600, rate=0.5)
    assert found["training"]["rows"] == 300
    assert found["training"]["columns"] == 41
    for part in ("classifier", "sketches", "behaviour", "behaviour_scoring"):
        assert found[part]["rows_per_s"] > 0, part
        assert found[part]["rows_per_cpu_s"] > 0, part
    lineups = [(one["rules"], one["stored"], one["models"]) for one in found["pipeline"]]
    assert len(set(lineups)) == 6
    assert [one["share"] for one in found["pipeline"] if one["models"] == "none"] == [0.0, 0.0]
    assert all(0 <= one["share"] < 1 for one in found["pipeline"])
    assert [one["own_share"] for one in found["pipeline"] if one["models"] == "none"] == [0.0, 0.0]
    assert all(0 < one["own_share"] < 1 for one in found["pipeline"] if one["models"] != "none")
