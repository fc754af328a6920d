"""The formats of media: by the suffix of a name, what it is, how large it may be, and how its bytes must begin."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.kernel.types import MIB


class MediumKind(StrEnum):
    """What a medium is for people."""

    TEXT = "text"
    CAPTIONS = "captions"
    DOCUMENT = "document"
    SLIDES = "slides"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of media."""

    kind: MediumKind
    media_type: str
    signatures: tuple[str, ...]
    """What `signature_of` says of its bytes."""
    most_mib: int = 0
    """At most so much of it; 0 for what a medium may have at all."""
    is_markup: bool = False
    """Whether it is text, that a warm reader may read after another one's."""


MAX_NAME: Final = 200
_TEXT_MIB: Final = 16
_PICTURE_MIB: Final = 64
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."


def _text(media_type: str, kind: MediumKind = MediumKind.TEXT) -> Format:
    return Format(kind, media_type, ("text",), _TEXT_MIB, is_markup=True)


def _recording(kind: MediumKind, media_type: str, signature: str) -> Format:
    return Format(kind, media_type, (signature,))


def _picture(what: str) -> Format:
    return Format(MediumKind.IMAGE, f"image/{what}", (what,), _PICTURE_MIB)


FORMATS: Final[Mapping[str, Format]] = {
    ".md": _text("text/markdown"),
    ".markdown": _text("text/markdown"),
    ".txt": _text("text/plain"),
    ".html": _text("text/html"),
    ".htm": _text("text/html"),
    ".vtt": _text("text/vtt", MediumKind.CAPTIONS),
    ".srt": _text("application/x-subrip", MediumKind.CAPTIONS),
    ".pdf": Format(MediumKind.DOCUMENT, "application/pdf", ("pdf",), 128),
    ".docx": Format(MediumKind.DOCUMENT, f"{_OFFICE}wordprocessingml.document", ("zip",), 64),
    ".pptx": Format(MediumKind.SLIDES, f"{_OFFICE}presentationml.presentation", ("zip",), 64),
    ".png": _picture("png"),
    ".jpg": _picture("jpeg"),
    ".jpeg": _picture("jpeg"),
    ".gif": _picture("gif"),
    ".webp": _picture("webp"),
    ".mp4": _recording(MediumKind.VIDEO, "video/mp4", "mp4"),
    ".m4v": _recording(MediumKind.VIDEO, "video/mp4", "mp4"),
    ".mov": _recording(MediumKind.VIDEO, "video/quicktime", "mp4"),
    ".webm": _recording(MediumKind.VIDEO, "video/webm", "matroska"),
    ".mkv": _recording(MediumKind.VIDEO, "video/matroska", "matroska"),
    ".ogv": _recording(MediumKind.VIDEO, "video/ogg", "ogg"),
    ".m4a": _recording(MediumKind.AUDIO, "audio/mp4", "mp4"),
    ".mp3": _recording(MediumKind.AUDIO, "audio/mpeg", "mp3"),
    ".ogg": _recording(MediumKind.AUDIO, "audio/ogg", "ogg"),
    ".oga": _recording(MediumKind.AUDIO, "audio/ogg", "ogg"),
    ".opus": _recording(MediumKind.AUDIO, "audio/ogg", "ogg"),
    ".wav": _recording(MediumKind.AUDIO, "audio/wav", "wav"),
    ".flac": _recording(MediumKind.AUDIO, "audio/flac", "flac"),
}
"""Suffix of a name, in small letters -> its format."""

SUFFIXES: Final = tuple(FORMATS)
RECORDINGS: Final = frozenset({MediumKind.AUDIO, MediumKind.VIDEO})
"""Kinds of media that are heard or seen, and whose text is that of captions beside them."""


def format_of(name: str) -> Format:
    """The format of a medium of this name.

    Raises:
        InvalidMediumError: there is none.
    """
    found = FORMATS.get(PurePath(name).suffix.lower())
    if found is None:
        raise InvalidMediumError(f"{name} is none of {', '.join(SUFFIXES)}.")
    return found


def most_bytes(name: str, most: int) -> int:
    """How large a medium of this name may be, where no medium may have more than `most`.

    Raises:
        InvalidMediumError: there is no such format.
    """
    own = format_of(name).most_mib * MIB
    return min(own, most) if own else most


def checked_name(name: str) -> str:
    """A name as it is kept: parts between single slashes, none of them a step up.

    Raises:
        InvalidMediumError: it cannot be a medium's.
    """
    tidy = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))
    parts = [part for part in tidy.split("/") if part]
    is_odd = ".." in parts or any(unicodedata.category(char).startswith("C") for char in tidy)
    if not parts or is_odd or len(tidy) > MAX_NAME:
        raise InvalidMediumError(
            f"A medium's name has 1 to {MAX_NAME} characters, no control characters and no `..`: {name[:60]!r}."
        )
    return "/".join(parts)
