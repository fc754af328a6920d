"""MP4, M4A and QuickTime: boxes within boxes (ISO/IEC 14496-12)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from netsentinel.academy.reader.recordings.parts import (
    MOST_CODECS,
    Parts,
    Recording,
    exactly,
    milliseconds,
    printable,
    size_of,
)

_SHELLS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"})
"""Boxes that hold boxes."""
_TRACKS: Final = frozenset({b"vide", b"soun"})
_DEEPEST: Final = 6


@dataclass
class _Found:
    scale: int = 0
    """Units of time a second."""
    units: int = 0
    width: int = 0
    height: int = 0
    track: tuple[bytes, int, int] = (b"", 0, 0)
    """Kind, width and height of the one that is read."""
    codecs: list[str] = field(default_factory=list[str])


def mp4(file: BinaryIO) -> Recording:
    """What the box `moov` says."""
    found = _Found()
    _look(file, 0, size_of(file), Parts(), found, 0)
    return Recording(
        duration_ms=milliseconds(found.units, found.scale),
        width=found.width,
        height=found.height,
        codecs=tuple(dict.fromkeys(found.codecs)),
    )


def _look(file: BinaryIO, begin: int, end: int, parts: Parts, found: _Found, depth: int) -> None:
    for kind, start, stop in _boxes(file, begin, end, parts):
        if kind in _SHELLS and depth < _DEEPEST:
            if kind == b"trak":
                found.track = (b"", 0, 0)
            _look(file, start, stop, parts, found, depth + 1)
        elif kind in _READERS:
            file.seek(start)
            _READERS[kind](file, stop - start, found)
        if kind == b"moov":
            return


def _boxes(file: BinaryIO, begin: int, end: int, parts: Parts) -> Iterator[tuple[bytes, int, int]]:
    """(kind, begin, end) of the content of each box between two places."""
    at = begin
    while at + 8 <= end:
        parts.take()
        file.seek(at)
        size, kind = int.from_bytes(exactly(file, 4)), exactly(file, 4)
        head = 8
        if size == 1:
            size, head = int.from_bytes(exactly(file, 8)), 16
        elif size == 0:  # to the end
            size = end - at
        if size < head or at + size > end:
            if kind != b"mdat":  # a recording that broke off within its data may have been described before
                raise ValueError("A box is larger than what it stands in.")
            return
        yield kind, at + head, at + size
        at += size


def _movie(file: BinaryIO, size: int, found: _Found) -> None:
    """`mvhd`: units a second, and how many there are."""
    is_long = exactly(file, 4)[0] == 1
    data = exactly(file, min(size - 4, 28 if is_long else 16))
    if is_long:
        found.scale, units, unknown = int.from_bytes(data[16:20]), int.from_bytes(data[20:28]), 2**64 - 1
    else:
        found.scale, units, unknown = int.from_bytes(data[8:12]), int.from_bytes(data[12:16]), 2**32 - 1
    found.units = max(found.units, 0 if units == unknown else units)


def _fragments(file: BinaryIO, size: int, found: _Found) -> None:
    """`mehd`: the length of a recording in fragments."""
    is_long = exactly(file, 4)[0] == 1
    found.units = max(found.units, int.from_bytes(exactly(file, min(size - 4, 8 if is_long else 4))))


def _track(file: BinaryIO, size: int, found: _Found) -> None:
    """`tkhd`: its last eight bytes are width and height in 16.16."""
    data = exactly(file, min(size, 200))
    found.track = (b"", int.from_bytes(data[-8:-4]) >> 16, int.from_bytes(data[-4:]) >> 16)


def _handler(file: BinaryIO, _size: int, found: _Found) -> None:
    """`hdlr`: what a track is. QuickTime has a second one, of where its data are."""
    if not found.track[0]:
        found.track = (exactly(file, 12)[8:12], *found.track[1:])


def _samples(file: BinaryIO, size: int, found: _Found) -> None:
    """`stsd`: the first entry's name is the codec's."""
    kind, width, height = found.track
    if kind not in _TRACKS or size < 16 or len(found.codecs) >= MOST_CODECS:  # noqa: PLR2004 - one entry's head
        return
    found.codecs.append(printable(exactly(file, 16)[12:16]))
    if kind == b"vide" and not found.width:
        found.width, found.height = width, height


_READERS: Final = {
    b"mvhd": _movie,
    b"mehd": _fragments,
    b"tkhd": _track,
    b"hdlr": _handler,
    b"stsd": _samples,
}
