"""How large a picture is, by its header alone: PNG, JPEG, GIF and WebP. Nothing is unpacked."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from netsentinel.academy.extraction.errors import UnreadableTextError

_HEAD: Final = 30
_MOST_SEGMENTS: Final = 2_000
"""Of a JPEG before its frame: profiles and previews take some dozens."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame (ITU-T T.81, table B.1)."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers that nothing follows."""

Pixels = tuple[int, int]
"""Width and height."""


def pixels_of(file: BinaryIO, name: str) -> Pixels:
    """Width and height of a picture.

    Args:
        file: its bytes, at their beginning.
        name: what it is called, for the error.

    Raises:
        UnreadableTextError: its header is broken, or of no such format.
    """
    head = file.read(_HEAD)
    known = next((measure for start, measure in _MEASURES.items() if head.startswith(start)), None)
    found = known(head, file) if known else (0, 0)
    if not all(found):
        raise UnreadableTextError(f"{name} has no header that says how large the picture is.")
    return found


def _png(head: bytes, _file: BinaryIO) -> Pixels:
    if head[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def _gif(head: bytes, _file: BinaryIO) -> Pixels:
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _webp(head: bytes, _file: BinaryIO) -> Pixels:
    """RFC 9649: an extended header, a lossless stream (28 bits hold both), or a lossy one (RFC 6386, 9.1)."""
    if len(head) < _HEAD or head[8:12] != b"WEBP":
        return 0, 0
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L" and head[20] == 0x2F:  # noqa: PLR2004 - its signature
        both = int.from_bytes(head[21:25], "little")
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return 0, 0


def _jpeg(_head: bytes, file: BinaryIO) -> Pixels:
    """From segment to segment, by their lengths, to the first frame."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        mark = file.read(2)
        if len(mark) < 2 or mark[0] != 0xFF:  # noqa: PLR2004 - two bytes, the first all ones
            break
        if mark[1] == 0xFF:  # noqa: PLR2004 - filling before a marker
            file.seek(-1, 1)
            continue
        if mark[1] in _ALONE:
            continue
        length = int.from_bytes(file.read(2))
        if mark[1] in _FRAMES:
            frame = file.read(5)
            return int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])
        if length < 2:  # noqa: PLR2004 - the length counts itself
            break
        file.seek(length - 2, 1)
    return 0, 0


_MEASURES: Final[Mapping[bytes, Callable[[bytes, BinaryIO], Pixels]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"RIFF": _webp,
}
