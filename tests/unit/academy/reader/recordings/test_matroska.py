import io
import struct

from netsentinel.academy.reader.recordings.matroska import matroska
from tests.unit.academy.reader.recordings import made


def test_length_picture_and_codecs_of_its_tracks() -> None:
    found = matroska(io.BytesIO(made.webm()))
    assert (found.duration_ms, found.width, found.height, found.codecs) == (61_500, 1_280, 720, ("V_VP9", "A_OPUS"))


def test_tracks_behind_the_data_are_found() -> None:
    data = made.webm(made.INFO, *[made.element(0x1F43B675, bytes(50))] * 100, made.TRACKS)
    assert matroska(io.BytesIO(data)).codecs == ("V_VP9", "A_OPUS")


def test_a_recording_that_was_written_live_has_no_length() -> None:
    info = made.element(0x1549A966, made.element(0x2AD7B1, (1_000_000).to_bytes(3)))
    unknown = b"\x01" + b"\xff" * 7
    data = made.EBML + b"\x18\x53\x80\x67" + unknown + info + made.TRACKS + b"\x1f\x43\xb6\x75" + unknown + bytes(99)
    found = matroska(io.BytesIO(data))
    assert (found.duration_ms, found.codecs) == (0, ("V_VP9", "A_OPUS"))


def test_a_length_that_is_no_number_is_none() -> None:
    for value in (float("nan"), float("inf"), -1.0, 1e300):
        info = made.element(0x1549A966, made.element(0x4489, struct.pack(">d", value)))
        assert matroska(io.BytesIO(made.webm(info, made.TRACKS))).duration_ms == 0
    short = made.element(0x1549A966, made.element(0x4489, struct.pack(">f", 1_500.0)))
    assert matroska(io.BytesIO(made.webm(short, made.TRACKS))).duration_ms == 1_500
