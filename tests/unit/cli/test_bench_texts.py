"""The measurement of texts in `netsentinel bench academy`, on material of its own and small."""

import gzip
import json
from pathlib import Path

import pytest

from netsentinel.academy.extraction import read_text
from netsentinel.cli import bench_texts
from netsentinel.cli.bench_texts import f1, measure_texts, name_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    technique = {
        "type": "attack-pattern",
        "name": "Phishing",
        "description": "Adversaries may send phishing messages.",
        "external_references": [{"external_id": "T1566"}],
    }
    old = {**technique, "revoked": True, "external_references": [{"external_id": "T1"}]}
    file = tmp_path / bench_texts._ATTACK
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress(json.dumps({"objects": [technique, old]}).encode()))
    pairs = tmp_path / bench_texts._PAIRS
    pairs.mkdir(parents=True)
    (pairs / "geometry.pairs").write_text("Isosceles_triangle,Angle\nAngle,Isosceles_triangle\nCube,Angle\n")
    (pairs / "geometry.preqs").write_text("Isosceles_triangle,Angle\n")
    return tmp_path


def test_every_figure_is_measured(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_texts, "_OTHERS", 3)
    figures = measure_texts(data)
    assert 0 < figures["ingest_s_per_9k_words"] < 120
    assert figures["media_before"] == 3
    assert figures["link_hit_at_1"] == figures["link_hit_at_5"] == 1.0
    assert figures["prerequisite_f1"] == pytest.approx(2 / 3, abs=0.01)


def test_without_data_the_figure_is_null(tmp_path: Path) -> None:
    assert bench_texts._linking(tmp_path / "none") == {"link_hit_at_1": None, "link_hit_at_5": None}
    assert bench_texts._prerequisites(tmp_path)["prerequisite_f1"] is None


def test_the_transcript_has_its_words_and_times() -> None:
    made = read_text("x.vtt", bench_texts._captions([f"w{number}" for number in range(500)], 1, 100))
    said = " ".join(passage.text for passage in made.passages).split()
    assert said[:3] == ["w1", "w2", "w3"]
    assert len(said) == 100


def test_f1_and_names() -> None:
    assert f1([True, True, False], [True, False, True]) == 0.5
    assert f1([False], [False]) == 0.0
    assert name_of("Altitude_(triangle)") == "Altitude"
