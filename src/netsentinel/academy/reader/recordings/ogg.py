"""Ogg: pages of streams (RFC 3533) of Opus (RFC 7845), Vorbis, FLAC, Speex and Theora."""

from dataclasses import dataclass
from typing import BinaryIO, Final

from netsentinel.academy.reader.recordings.parts import MOST_CODECS, Recording, exactly, milliseconds, size_of

_PAGE: Final = 27
_FIRST: Final = 0x02
"""A flag: the first page of a stream."""
_TAIL: Final = 128 * 1024
"""Bytes at the end in which the last page is looked for: a page has at most 65,307."""
_OPUS_RATE: Final = 48_000
_NO_PLACE: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class _Stream:
    serial: bytes
    codec: str
    rate: float = 0
    skipped: int = 0
    """Samples before the first that is heard."""
    width: int = 0
    height: int = 0


def ogg(file: BinaryIO) -> Recording:
    """What the first pages say, and when the last one is."""
    size = size_of(file)
    streams = _streams(file)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    picture = next((one for one in streams if one.width), None)
    return Recording(
        duration_ms=max((_length(tail, one) for one in streams), default=0),
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        codecs=tuple(dict.fromkeys(one.codec for one in streams)),
    )


def _streams(file: BinaryIO) -> list[_Stream]:
    """The streams that are known, of those that begin in the first pages."""
    found: list[_Stream] = []
    for _ in range(MOST_CODECS):
        page = file.read(_PAGE)
        if len(page) < _PAGE or page[:4] != b"OggS" or not page[5] & _FIRST:
            break
        body = exactly(file, sum(exactly(file, page[26])))
        stream = _stream(page[14:18], body)
        if stream is not None:
            found.append(stream)
    return found


def _stream(serial: bytes, body: bytes) -> _Stream | None:
    if body.startswith(b"OpusHead"):
        return _Stream(serial, "opus", _OPUS_RATE, int.from_bytes(body[10:12], "little"))
    if body.startswith(b"\x01vorbis"):
        return _Stream(serial, "vorbis", int.from_bytes(body[12:16], "little"))
    if body.startswith(b"\x7fFLAC"):
        return _Stream(serial, "flac", int.from_bytes(body[27:30]) >> 4)
    if body.startswith(b"Speex   "):
        return _Stream(serial, "speex", int.from_bytes(body[36:40], "little"))
    if body.startswith(b"\x80theora"):
        return _Stream(serial, "theora", width=int.from_bytes(body[14:17]), height=int.from_bytes(body[17:20]))
    return None


def _length(tail: bytes, stream: _Stream) -> int:
    """Milliseconds up to the last page of a stream; 0 where pages count pictures."""
    at = tail.rfind(b"OggS")
    while at >= 0:
        place = int.from_bytes(tail[at + 6 : at + 14], "little")
        if tail[at + 14 : at + 18] == stream.serial and place != _NO_PLACE:
            return milliseconds(place - stream.skipped, stream.rate)
        at = tail.rfind(b"OggS", 0, at)
    return 0
