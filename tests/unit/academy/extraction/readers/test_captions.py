import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.readers.captions import read_captions

VTT = """WEBVTT

NOTE a comment

1
00:00:01.000 --> 00:00:03.000 align:start
<v Anna>Hello &amp; welcome

00:00:03.000 --> 00:00:05.000
Hello &amp; welcome to the course.

01:00:00.500 --> 01:00:02.000
Later.
"""


def test_vtt_becomes_speech_with_times_and_rolled_up_lines_once() -> None:
    passages = read_captions(VTT, "t").passages
    assert [(str(one.position), one.text) for one in passages] == [
        ("00:00:01.000", "Hello & welcome to the course."),
        ("01:00:00.500", "Later."),
    ]


def test_srt_has_commas_in_its_times() -> None:
    text = "1\n00:00:01,5 --> 00:00:02,000\n{\\an8}First\n\n2\n00:00:02,000 --> 00:00:03,000\n- second"
    assert [one.text for one in read_captions(text, "t").passages] == ["First second"]


def test_captions_without_times_are_said_to_be_none() -> None:
    with pytest.raises(UnreadableTextError, match="no time"):
        read_captions("just text", "t")
    assert read_captions("", "t").passages == ()
