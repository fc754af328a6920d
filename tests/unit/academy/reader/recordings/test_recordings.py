"""What all readers of recordings keep to, whatever bytes come."""

import contextlib
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.recordings import probe
from tests.unit.academy.reader.recordings import made

WHOLE = {
    "x.mp4": made.mp4(),
    "x.webm": made.webm(),
    "x.opus": made.ogg(made.OPUS, place=480_312),
    "x.wav": made.wav(),
    "x.flac": made.flac(),
    "x.mp3": made.mp3(tag=True),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_recording_that_breaks_off_is_probed_or_refused(name: str) -> None:
    assert probe(io.BytesIO(WHOLE[name]), name).codecs
    for length in range(0, 200, 7):
        with contextlib.suppress(UnreadableTextError):
            assert probe(io.BytesIO(WHOLE[name][:length]), name).codecs


@given(st.sampled_from(list(WHOLE)), st.integers(0, 300), st.binary(max_size=40))
def test_any_bytes_are_probed_or_refused(name: str, at: int, change: bytes) -> None:
    data = WHOLE[name][:at] + change + WHOLE[name][at + len(change) :]
    try:
        found = probe(io.BytesIO(data), name)
    except UnreadableTextError:
        return
    assert 0 <= found.duration_ms <= 1_000 * 3_600_000
    assert 0 <= found.width < 2**32
    assert 0 <= found.height < 2**32
    assert all(one.isprintable() and len(one) <= 40 for one in found.codecs)


@pytest.mark.parametrize(
    "data",
    [
        made.mp4(made.box(b"free") * 300_000),
        made.mp4(*[made.box(b"trak", made.box(b"trak"))] * 30_000),
        made.webm(made.element(0xEC) * 300_000),
        made.wav().replace(b"LIST\x03\x00\x00\x00odd\x00", b"LIST\x00\x00\x00\x00" * 300_000),
    ],
    ids=["boxes", "tracks", "elements", "chunks"],
)
def test_endless_parts_are_given_up(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableTextError, match="more than 20,000 parts"):
        probe(io.BytesIO(data), "x")
    assert time.process_time() - began < 2.0


def test_what_holds_neither_sound_nor_picture_is_refused() -> None:
    with pytest.raises(UnreadableTextError, match=r"x\.mp4 has no header that says which sound or picture"):
        probe(io.BytesIO(made.mp4(made.track(b"text", b"tx3g"))), "x.mp4")
    with pytest.raises(UnreadableTextError, match=r"x\.mp3 has no header"):
        probe(io.BytesIO(b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(500)), "x.mp3")
