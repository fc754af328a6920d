import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.read import read
from netsentinel.kernel.errors import InvalidInputError, NotFoundError

CSV = """when,id,proto,bytes,share,verdict
2026-01-01 10:00:00,a,tcp,10,0.5,benign
2026-01-01 10:00:01,b,udp,,0.25,scan
2026-01-01 10:00:02,c,,30,1,benign
"""
KDD = "0,tcp,http,SF,181,5450" + ",0" * 35


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "flows.csv"
    path.write_text(CSV)
    return path


def test_a_csv_file_with_gaps(csv: Path) -> None:
    data = read(csv, "verdict", drop=("id",))
    assert data.table.schema.numbers == ("bytes", "share")
    assert data.table.schema.categories == ("proto",)
    assert np.array_equal(data.table.numbers, [[10, 0.5], [np.nan, 0.25], [30, 1]], equal_nan=True)
    assert data.table.categories[0].values == ("tcp", "udp")
    assert data.table.categories[0].codes.tolist() == [0, 1, -1]
    assert data.labels.bad.tolist() == [False, True, False]
    assert data.left_out == ("when", "id", "verdict")


def test_parquet_gives_the_same_as_csv(csv: Path) -> None:
    duckdb.sql(f"COPY (FROM '{csv}') TO '{csv.with_suffix('.parquet')}'")
    found, other = read(csv.with_suffix(".parquet"), "verdict"), read(csv, "verdict")
    assert np.array_equal(found.table.numbers, other.table.numbers, equal_nan=True)
    assert found.table.schema.version == other.table.schema.version


def test_a_later_file_is_read_with_the_columns_of_the_first(csv: Path, tmp_path: Path) -> None:
    first = read(csv, "verdict")
    later = tmp_path / "later.csv"
    later.write_text("share,verdict,bytes,proto,id,new\n1,scan,5,icmp,x,9\n0,benign,6,tcp,y,9\n")
    found = read(later, "verdict", like=first.table.schema)
    assert found.table.numbers.tolist() == [[5, 1], [6, 0]]
    later.write_text("share,verdict\n1,scan\n0,benign\n")
    with pytest.raises(TrainingDataError, match="lacks the columns"):
        read(later, "verdict", like=first.table.schema)
    later.write_text("share,verdict,bytes,proto,id\nmuch,scan,5,icmp,x\n1,benign,5,icmp,x\n")
    with pytest.raises(TrainingDataError, match="share was a number"):
        read(later, "verdict", like=first.table.schema)


@pytest.mark.parametrize("tail", [",neptune,21", ",neptune"])
def test_nsl_kdd_text_is_recognised(tmp_path: Path, tail: str) -> None:
    normal = KDD + tail.replace("neptune", "normal")
    path = tmp_path / "KDDTrain+.txt.gz"
    path.write_bytes(gzip.compress(f"{KDD}{tail}\n{normal}\n".encode()))
    for label in ("class", "label"):
        data = read(path, label)
        assert data.layout == "nsl-kdd"
        assert len(data.table.schema.features) == 41
        assert data.table.schema.categories == ("protocol_type", "service", "flag")
        assert data.labels.bad.tolist() == [True, False]
        assert "difficulty" not in data.table.schema.numbers


def test_units_and_windows_of_known_layouts(tmp_path: Path) -> None:
    path = tmp_path / "kdd.txt"
    path.write_text(f"{KDD},neptune,21\n{KDD},normal,21\n")
    features = {one.name: one for one in read(path, "class").table.schema.features}
    assert features["src_bytes"].unit == "bytes"
    assert features["serror_rate"].window == "2 s"
    assert features["dst_host_count"].window == "100 connections"


def test_columns_that_give_unsw_nb15_away_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "unsw.csv"
    path.write_text("id,sttl,dttl,ct_state_ttl,ct_srv_src,attack_cat,label\n1,2,3,4,5,Normal,0\n2,2,3,4,5,Worms,1\n")
    assert read(path, "label").left_out == ("id", "attack_cat", "label")
    assert read(path, "attack_cat").left_out == ("id", "attack_cat", "label")


def test_texts_that_name_rows_are_no_features(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    rows = "".join(f"session-{row},{row},{row % 2}\n" for row in range(1_200))
    path.write_text("session,bytes,label\n" + rows)
    assert read(path, "label").left_out == ("session", "label")


def test_whoever_says_what_benign_means_is_heeded(csv: Path) -> None:
    assert read(csv, "verdict", benign=("scan",)).labels.bad.tolist() == [True, False, True]
    with pytest.raises(TrainingDataError, match="There are benign, scan"):
        read(csv, "verdict", benign=("fine", "good*"))
    csv.write_text(CSV.replace("benign", "fine"))
    with pytest.raises(TrainingDataError, match="--benign"):
        read(csv, "verdict")


def test_files_that_cannot_be_read_are_refused_by_name(tmp_path: Path, csv: Path) -> None:
    with pytest.raises(NotFoundError):
        read(tmp_path / "nothing.csv", "label")
    with pytest.raises(TrainingDataError, match="no column 'label'"):
        read(csv, "label")
    for name, content in (("a.parquet", b"no parquet"), ("b.csv.gz", b"no gzip"), ("c.csv", b"")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises((InvalidInputError, TrainingDataError)):
            read(path, "label")
    unlabelled = tmp_path / "d.csv"
    unlabelled.write_text("bytes,label\n1,\n2,normal\n")
    with pytest.raises(TrainingDataError, match="1 rows have no label"):
        read(unlabelled, "label")
