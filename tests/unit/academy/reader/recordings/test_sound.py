import io

import pytest

from netsentinel.academy.reader.recordings.sound import flac, mp3, wav
from tests.unit.academy.reader.recordings import made


def test_wav() -> None:
    found = wav(io.BytesIO(made.wav()))
    assert (found.duration_ms, found.codecs) == (2_000, ("pcm",))
    extended = (22).to_bytes(2, "little") + bytes(6) + (3).to_bytes(2, "little") + bytes(14)
    assert wav(io.BytesIO(made.wav(0xFFFE, extended))).codecs == ("pcm float",)
    assert wav(io.BytesIO(made.wav(0x0161))).codecs == ("wave 0x0161",)


def test_wav_that_was_written_to_a_pipe_counts_what_is_there() -> None:
    data = made.wav().replace((32_000).to_bytes(4, "little"), b"\xff\xff\xff\xff")
    assert wav(io.BytesIO(data)).duration_ms == 2_000


def test_flac() -> None:
    found = flac(io.BytesIO(made.flac()))
    assert (found.duration_ms, found.codecs) == (2_000, ("flac",))
    with pytest.raises(ValueError, match="STREAMINFO"):
        flac(io.BytesIO(made.flac().replace(b"fLaC\x80", b"fLaC\x84")))


def test_mp3_by_its_bit_rate_or_the_count_of_its_frames() -> None:
    assert mp3(io.BytesIO(made.mp3())).duration_ms == 1_000
    assert mp3(io.BytesIO(made.mp3(tag=True))).duration_ms == 1_000
    counted = mp3(io.BytesIO(made.mp3(tag=True, frames=1_000)))
    assert (counted.duration_ms, counted.codecs) == (1_000 * 1_152 * 1_000 // 44_100, ("mp3",))
