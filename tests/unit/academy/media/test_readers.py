from pathlib import Path

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media.readers import read_file


def test_a_text_comes_with_what_is_known_of_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n\n01:00.000 --> 01:02.000\nTwo.\n")
    found = read_file(tmp_path / "x", "talk.vtt")
    assert [str(one.position) for one in found.document.passages] == ["00:00:01.000", "00:01:00.000"]
    assert found.facts.duration_ms == 60_000
    (tmp_path / "x").write_bytes(b"# Title\n\nText.\n")
    assert read_file(tmp_path / "x", "x.md").facts.duration_ms == 0


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\0")
    with pytest.raises(UnreadableTextError):
        read_file(tmp_path / "x", "x.md")
