"""What a file is by its first bytes, whatever its name says; and whether an archive hides at its end."""

from typing import Final

HEAD_BYTES: Final = 4_096
"""Of a file's beginning that are enough to tell."""
TAIL_BYTES: Final = 66_000
"""Of its end: an archive's directory ends within 65,557 bytes (APPNOTE.TXT 4.3.16)."""

_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xff\xfe", "text"),  # UTF-16
    (b"\xfe\xff", "text"),
    (b"#!", "a script"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xfe\xed\xfa", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office file"),
    (b"SQLite format 3\x00", "a database"),
)
_RIFF: Final = {b"WAVE": "wav", b"WEBP": "webp", b"AVI ": "avi"}
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_TEXT_CONTROLS: Final = frozenset(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}


def signature_of(head: bytes) -> str:
    """What a file with these first bytes is: `pdf`, `zip`, `png`, ..., `text`; `data` for bytes that nobody knows."""
    known = next((name for start, name in _STARTS if head.startswith(start)), "")
    if known:
        return known
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return "mp4"
    if _is_mp3(head):
        return "mp3"
    return "data" if any(byte in _TEXT_CONTROLS for byte in head[:HEAD_BYTES]) else "text"


def ends_as_archive(tail: bytes) -> bool:
    """Whether the end of a file is that of a ZIP archive: such a file is one, whatever stands before it."""
    at = tail.rfind(_END_OF_DIRECTORY)
    while at >= 0:
        if len(tail) - at >= _END_BYTES:
            comment = int.from_bytes(tail[at + 20 : at + 22], "little")
            if at + _END_BYTES + comment == len(tail):
                return True
        at = tail.rfind(_END_OF_DIRECTORY, 0, at)
    return False


def _is_mp3(head: bytes) -> bool:
    """Whether it begins with a frame of MPEG audio, layer III (ISO 11172-3), of a possible bit and sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - eleven bits set, then the layer
        return False
    return head[1] >> 3 & 3 != 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3  # noqa: PLR2004 - reserved
