"""Readers: one file per format. A reader makes a document with positions of a text; it never fails on odd markup."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Final

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.model import Document
from netsentinel.academy.extraction.readers.captions import read_captions
from netsentinel.academy.extraction.readers.html import read_html
from netsentinel.academy.extraction.readers.markdown import read_markdown
from netsentinel.academy.extraction.readers.office import read_docx, read_pptx
from netsentinel.academy.extraction.readers.pdf import read_pdf
from netsentinel.academy.extraction.readers.plain import read_plain

__all__ = ["PACKED_READERS", "READERS", "SUFFIXES", "decode", "read_text", "suffix_of", "title_of"]

READERS: Final[Mapping[str, Callable[[str, str], Document]]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain,
    ".html": read_html,
    ".htm": read_html,
    ".vtt": read_captions,
    ".srt": read_captions,
}
"""Suffix of a file's name -> `(text, title) -> Document`."""

PACKED_READERS: Final[Mapping[str, Callable[[bytes, str, str], Document]]] = {
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".pdf": read_pdf,
}
"""Suffix of a file's name -> `(bytes, name, title) -> Document`, of formats that are no text themselves."""

SUFFIXES: Final = (*READERS, *PACKED_READERS)

_MOST_CONTROLS: Final = 0.02
_MOST_MARKS: Final = 30


def suffix_of(name: str) -> str:
    """The suffix of a file's name, in small letters."""
    return PurePath(name).suffix.lower()


def read_text(name: str, data: bytes) -> Document:
    """The document in a file; its name says the format, and is the title where the text has none.

    Raises:
        UnreadableTextError: there is no reader for such a name, or it is not what the name says.
    """
    suffix = suffix_of(name)
    if packed := PACKED_READERS.get(suffix):
        return packed(data, name, title_of(name))
    reader = READERS.get(suffix)
    if reader is None:
        raise UnreadableTextError(f"{name} is none of {', '.join(SUFFIXES)}.")
    return reader(decode(data, name), title_of(name))


def title_of(name: str) -> str:
    """A title made of a file's name."""
    return " ".join(re.split(r"[\s_]+", PurePath(name).stem)).strip() or name


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, UTF-16 with a byte order mark, or else Windows-1252; in NFC, line ends as in Unix.

    Raises:
        UnreadableTextError: it holds what texts do not hold.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    controls = sum(text.count(chr(code)) for code in range(32) if code not in (9, 10, 12, 13))
    if "\0" in text or controls > len(text) * _MOST_CONTROLS:
        raise UnreadableTextError(f"{name} is no text.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _few_marks(text))


def _few_marks(text: str) -> str:
    """The text with at most 30 combining marks in a row (UAX 15, section 13): ordering n takes n times n steps."""
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
