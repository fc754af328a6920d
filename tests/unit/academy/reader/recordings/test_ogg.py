import io

from netsentinel.academy.reader.recordings.ogg import ogg
from tests.unit.academy.reader.recordings import made


def test_the_last_page_says_how_long_it_is() -> None:
    opus = ogg(io.BytesIO(made.ogg(made.OPUS, place=480_312)))
    assert (opus.duration_ms, opus.codecs) == (10_000, ("opus",))
    vorbis = ogg(io.BytesIO(made.ogg(made.VORBIS, place=441_000)))
    assert (vorbis.duration_ms, vorbis.codecs) == (10_000, ("vorbis",))


def test_flac_and_speex_say_their_rate_elsewhere() -> None:
    flac = b"\x7fFLAC\x01\x00\x00\x01" + made.flac(rate=48_000)
    speex = b"Speex   " + bytes(28) + (16_000).to_bytes(4, "little") + bytes(40)
    assert ogg(io.BytesIO(made.ogg(flac, place=96_000))).duration_ms == 2_000
    assert ogg(io.BytesIO(made.ogg(speex, place=16_000))).duration_ms == 1_000


def test_a_film_has_a_picture_and_the_length_of_its_sound() -> None:
    found = ogg(io.BytesIO(made.ogg(made.VORBIS, made.THEORA, place=441_000)))
    assert (found.width, found.height, found.codecs) == (320, 180, ("vorbis", "theora"))
    assert found.duration_ms == 10_000


def test_streams_of_unknown_codecs_are_left_out() -> None:
    assert ogg(io.BytesIO(made.ogg(b"fishead\0" + bytes(56), place=1))).codecs == ()
