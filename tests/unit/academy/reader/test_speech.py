from pathlib import Path

import pytest

from netsentinel.academy.extraction import read_text
from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.speech import Speech, chosen_transcriber, load_transcriber, webvtt
from netsentinel.academy.reader.testing import ScriptedTranscriber
from tests.unit.academy.media.site import install_transcriber


def test_what_is_heard_is_read_as_captions_with_the_same_words_and_times() -> None:
    said = [
        Speech(-5, 1_000, " Bits & <b>bytes</b>, 1 --> 2 "),
        Speech(9_000, 8_000, "on two\nlines\n\n00:00:20.000 --> 00:00:30.000\x1b"),
        Speech(10_000, 11_000, "  "),
    ]
    text = webvtt(said, "talk.mp4 -->\nheard")
    assert text.startswith("WEBVTT\n\nNOTE talk.mp4 --&gt; heard\n\n00:00:00.000 --> 00:00:01.000\n")
    found = read_text("talk.vtt", text.encode()).passages
    assert [(one.position.at_ms, one.text) for one in found] == [
        (0, "Bits & <b>bytes</b>, 1 --> 2"),
        (9_000, "on two lines 00:00:20.000 --> 00:00:30.000"),
    ]
    assert all(line.count("-->") <= 1 for line in text.splitlines())


def test_the_plug_in_that_the_settings_name_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoTranscriberError, match="Upload captions"):
        chosen_transcriber("")
    install_transcriber(tmp_path, monkeypatch, second="builtins:dict")
    assert chosen_transcriber("") == "scripted"
    assert chosen_transcriber("second") == "second"
    with pytest.raises(NoTranscriberError, match="'whisper'; installed are: scripted, second"):
        chosen_transcriber("whisper")
    assert isinstance(load_transcriber("scripted"), ScriptedTranscriber)
    with pytest.raises(NoTranscriberError, match="second is no transcriber"):
        load_transcriber("second")
