import io
import struct

import pytest

from netsentinel.academy.reader.recordings.mp4 import mp4
from tests.unit.academy.reader.recordings import made


def test_length_picture_and_codecs_of_its_tracks() -> None:
    found = mp4(io.BytesIO(made.mp4()))
    assert (found.duration_ms, found.width, found.height, found.codecs) == (61_500, 1_280, 720, ("avc1", "mp4a"))


def test_sound_alone_has_no_picture() -> None:
    found = mp4(io.BytesIO(made.mp4(made.track(b"soun", b"mp4a", 99, 99))))
    assert (found.width, found.height, found.codecs) == (0, 0, ("mp4a",))


def test_the_handler_of_data_in_quicktime_is_none_of_the_track() -> None:
    data = made.mp4(made.track(b"vide", b"avc1", 640, 360, made.box(b"hdlr", bytes(8), b"url ", bytes(12))))
    assert mp4(io.BytesIO(data)).codecs == ("avc1",)


def test_large_boxes_and_long_times() -> None:
    movie = made.box(b"mvhd", b"\x01" + bytes(19), struct.pack(">IQ", 90_000, 90_000 * 3_600), bytes(80))
    whole = made.box(b"moov", movie, made.track(b"soun", b"mp4a"))
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + bytes(40)
    assert mp4(io.BytesIO(made.box(b"ftyp", b"isom") + large + whole)).duration_ms == 3_600_000


def test_a_recording_in_fragments_says_its_length_elsewhere() -> None:
    more = made.box(b"mvex", made.box(b"mehd", bytes(4), struct.pack(">I", 5_000)))
    assert mp4(io.BytesIO(made.mp4(made.track(b"soun", b"Opus"), more, units=0))).duration_ms == 5_000
    unknown = mp4(io.BytesIO(made.mp4(made.track(b"soun", b"Opus"), units=2**32 - 1)))
    assert (unknown.duration_ms, unknown.codecs) == (0, ("Opus",))


def test_boxes_that_reach_out_of_others_are_refused() -> None:
    data = made.mp4().replace(struct.pack(">I4s", 108, b"mvhd"), struct.pack(">I4s", 99_999, b"mvhd"))
    with pytest.raises(ValueError, match="larger"):
        mp4(io.BytesIO(data))
