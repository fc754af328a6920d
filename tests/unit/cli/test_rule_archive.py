import io
import zipfile
from pathlib import Path

import pytest

from netsentinel.cli.rule_archive import archive_of
from netsentinel.kernel.errors import InvalidInputError, NotFoundError


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sorted(archive.namelist())


def test_a_folder_travels_with_its_cases_and_its_licence(tmp_path: Path) -> None:
    for name in ("a/rule.yml", "a/hit.jsonl", "a/miss.jsonl", "b.yaml", "LICENSE", "notes.md", "a/big.pcap"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert names(archive_of(tmp_path)) == ["LICENSE", "a/hit.jsonl", "a/miss.jsonl", "a/rule.yml", "b.yaml"]
    assert names(archive_of(tmp_path / "a" / "rule.yml")) == ["hit.jsonl", "miss.jsonl", "rule.yml"]
    (tmp_path / "p.zip").write_bytes(b"as it is")
    assert archive_of(tmp_path / "p.zip") == b"as it is"


def test_nothing_to_send_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        archive_of(tmp_path / "none")
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no rule"):
        archive_of(tmp_path)
