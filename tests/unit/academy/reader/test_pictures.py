"""Headers of pictures: made by hand from the formats' specifications, and whatever bytes come."""

import io
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.pictures import pixels_of

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 640, 480, 8, 2, 0, 0, 0)
GIF = b"GIF89a" + struct.pack("<HHBBB", 320, 200, 0, 0, 0)
JPEG = (
    b"\xff\xd8"
    b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xe1\x80\x00"
    + b"\xff\xc0" * 0x3FFF  # a preview, within which a frame seems to begin
    + b"\xff\xff\xc2\x00\x11\x08"
    + struct.pack(">HH", 1_080, 1_920)
)
WEBP = b"RIFF\x00\x00\x00\x00WEBP"
LOSSY = WEBP + b"VP8 \x00\x00\x00\x00" + b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 800 | 0x4000, 600)
LOSSLESS = WEBP + b"VP8L\x00\x00\x00\x00\x2f" + struct.pack("<I", 799 | 599 << 14) + bytes(9)
EXTENDED = (
    WEBP + b"VP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + (4_095).to_bytes(3, "little") + (2_159).to_bytes(3, "little")
)
STARTS = [b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", WEBP, WEBP + b"VP8L", b""]


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (PNG, (640, 480)),
        (GIF + bytes(20), (320, 200)),
        (JPEG, (1_920, 1_080)),
        (LOSSY, (800, 600)),
        (LOSSLESS, (800, 600)),
        (EXTENDED, (4_096, 2_160)),
    ],
)
def test_width_and_height(data: bytes, pixels: tuple[int, int]) -> None:
    assert pixels_of(io.BytesIO(data), "x") == pixels


@pytest.mark.parametrize("data", [PNG, GIF, JPEG, LOSSY, LOSSLESS, EXTENDED], ids=range(6))
def test_a_header_that_breaks_off_is_refused(data: bytes) -> None:
    for length in range(0, min(len(data), 20), 3):
        with pytest.raises(UnreadableTextError, match="x has no header"):
            pixels_of(io.BytesIO(data[: length if data is not GIF else min(length, 8)]), "x")


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_are_measured_or_refused(start: bytes, rest: bytes) -> None:
    try:
        width, height = pixels_of(io.BytesIO(start + rest), "x")
    except UnreadableTextError:
        return
    assert 0 < width < 2**32
    assert 0 < height < 2**32


@pytest.mark.parametrize("part", [b"\xff\xd0", b"\xff", b"\xff\xe1\x00\x02"])
def test_endless_segments_are_given_up(part: bytes) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableTextError):
        pixels_of(io.BytesIO(b"\xff\xd8\xff\xe0\x00\x02" + part * 300_000), "x")
    assert time.process_time() - began < 1.0
