"""Matroska and WebM: elements of EBML (RFC 8794, RFC 9559)."""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
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


class _Id(IntEnum):
    SEGMENT = 0x18538067
    INFO = 0x1549A966
    SCALE = 0x2AD7B1
    DURATION = 0x4489
    TRACKS = 0x1654AE6B
    ENTRY = 0xAE
    TYPE = 0x83
    CODEC = 0x86
    VIDEO = 0xE0
    WIDTH = 0xB0
    HEIGHT = 0xBA
    CLUSTER = 0x1F43B675


_SHELLS: Final = frozenset({_Id.INFO, _Id.TRACKS, _Id.ENTRY, _Id.VIDEO})
"""Elements that hold those that are looked for."""
_SHOWN: Final = frozenset({1, 2})
"""Types of tracks: picture and sound."""
_DEEPEST: Final = 6
_SECOND_NS: Final = 1_000_000_000
_MOST_VALUE: Final = 64


@dataclass
class _Found:
    scale: int = 1_000_000
    """Nanoseconds of a unit of time."""
    units: float = 0.0
    width: int = 0
    height: int = 0
    kind: int = 0
    codec: bytes = b""
    codecs: list[str] = field(default_factory=list[str])
    seen: set[int] = field(default_factory=set[int])


def matroska(file: BinaryIO) -> Recording:
    """What the elements `Info` and `Tracks` say."""
    end, parts, found = size_of(file), Parts(), _Found()
    for kind, start, stop in _elements(file, 0, end, parts):
        if kind == _Id.SEGMENT:
            _segment(file, start, stop, parts, found)
            break
    return Recording(
        duration_ms=milliseconds(found.units * found.scale, _SECOND_NS),
        width=found.width,
        height=found.height,
        codecs=tuple(dict.fromkeys(found.codecs)),
    )


def _segment(file: BinaryIO, begin: int, end: int, parts: Parts, found: _Found) -> None:
    for kind, start, stop in _elements(file, begin, end, parts):
        if kind in _SHELLS:
            _look(file, start, stop, parts, found, 0)
            found.seen.add(kind)
        if {_Id.INFO, _Id.TRACKS} <= found.seen or (kind == _Id.CLUSTER and stop >= end):
            return


def _look(file: BinaryIO, begin: int, end: int, parts: Parts, found: _Found, depth: int) -> None:
    for kind, start, stop in _elements(file, begin, end, parts):
        if kind in _SHELLS and depth < _DEEPEST:
            if kind == _Id.ENTRY:
                found.kind, found.codec = 0, b""
            _look(file, start, stop, parts, found, depth + 1)
            if kind == _Id.ENTRY and found.kind in _SHOWN and found.codec and len(found.codecs) < MOST_CODECS:
                found.codecs.append(printable(found.codec))
        elif stop - start <= _MOST_VALUE:
            file.seek(start)
            _value(kind, exactly(file, stop - start), found)


def _value(kind: int, data: bytes, found: _Found) -> None:
    match kind:
        case _Id.SCALE:
            found.scale = int.from_bytes(data)
        case _Id.DURATION:
            found.units = _float(data)
        case _Id.TYPE:
            found.kind = int.from_bytes(data)
        case _Id.CODEC:
            found.codec = data
        case _Id.WIDTH if not found.width:
            found.width = int.from_bytes(data[-4:])
        case _Id.HEIGHT if not found.height:
            found.height = int.from_bytes(data[-4:])
        case _:
            pass


def _float(data: bytes) -> float:
    if len(data) not in (4, 8):
        return 0.0
    (value,) = struct.unpack(">f" if len(data) == 4 else ">d", data)  # noqa: PLR2004 - the two lengths of a float
    return value if math.isfinite(value) else 0.0


def _elements(file: BinaryIO, begin: int, end: int, parts: Parts) -> Iterator[tuple[int, int, int]]:
    """(id, begin, end) of the content of each element between two places; one of unknown size goes to the end."""
    at = begin
    while at < end:
        parts.take()
        file.seek(at)
        kind, _ = _number(file, keeps_mark=True)
        size, is_unknown = _number(file, keeps_mark=False)
        start = file.tell()
        stop = end if is_unknown else min(start + size, end)
        if start > end:
            return
        yield kind, start, stop
        at = stop


def _number(file: BinaryIO, *, keeps_mark: bool) -> tuple[int, bool]:
    """A number whose first byte says how long it is, and whether all its bits are set: `unknown`."""
    first = exactly(file, 1)[0]
    length = 9 - first.bit_length()
    if length > 8:  # noqa: PLR2004 - RFC 8794, section 4
        raise ValueError("A number of EBML has at most eight bytes.")
    whole = int.from_bytes(bytes([first]) + exactly(file, length - 1))
    mark = 1 << (7 * length)
    value = whole & (mark - 1)
    return (whole if keeps_mark else value), value == mark - 1
