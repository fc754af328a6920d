from pathlib import Path

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.files import read_file
from netsentinel.academy.reader.model import Facts
from tests.unit.academy.reader.recordings import made


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


def test_a_picture_has_a_size_and_no_text(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"GIF89a\x40\x01\xc8\x00" + bytes(30))
    found = read_file(tmp_path / "x", "maps/office_net.gif")
    assert (found.document.title, found.document.passages) == ("office net", ())
    assert (found.facts.width, found.facts.height) == (320, 200)


def test_a_recording_has_a_length_and_no_text_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(made.webm())
    found = read_file(tmp_path / "x", "week 1/first_talk.webm")
    assert (found.document.title, found.document.passages) == ("first talk", ())
    assert found.facts == Facts(duration_ms=61_500, width=1_280, height=720, codec="V_VP9, A_OPUS")
    with pytest.raises(UnreadableTextError):
        read_file(tmp_path / "x", "talk.md")
