import io

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.recordings.parts import MOST_PARTS, Parts, exactly, milliseconds, printable


def test_only_so_many_parts_are_looked_at() -> None:
    parts = Parts()
    for _ in range(MOST_PARTS):
        parts.take()
    with pytest.raises(UnreadableTextError):
        parts.take()


def test_bytes_are_all_there_or_none_are_taken() -> None:
    assert exactly(io.BytesIO(b"abc"), 2) == b"ab"
    for count in (4, -1):
        with pytest.raises(ValueError, match="ends within"):
            exactly(io.BytesIO(b"abc"), count)


def test_times_that_no_recording_has_are_none() -> None:
    assert milliseconds(48_000, 48_000) == 1_000
    assert [milliseconds(1, 0), milliseconds(-5, 1), milliseconds(2**63, 1)] == [0, 0, 0]


def test_names_of_codecs_are_text() -> None:
    assert printable(b"A_\x1b[31mPCM\xff\0") == "A_[31mPCM"
