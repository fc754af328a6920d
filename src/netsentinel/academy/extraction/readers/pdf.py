"""PDF: the text of its pages. What the file says of itself is not believed: pages, text and depth have bounds.

Pages without text, such as scanned ones, say nothing: there is no optical character recognition. Nor do lines in fonts
that do not tell which letters their glyphs are.
"""

import io
import logging
import re
from importlib import import_module
from typing import Any, Final

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.model import Document, Passage, Position
from netsentinel.academy.extraction.readers.plain import cut

MOST_PAGES: Final = 5_000
MOST_TEXT: Final = 32 * 1024 * 1024
"""Characters of all pages."""
_HYPHEN: Final = re.compile(r"(\w)[\u00ad-]\n(?=[a-z])")
_BULLETS: Final = re.compile(r"^[\s\u2022\u25aa\u25cf\u2013\uf0b7*-]+$")
_UNKNOWN: Final = re.compile("[\ue000-\uf8ff]")
"""What stands for a glyph whose letter nobody knows: Unicode's private use."""
_SENTENCE_END: Final = (".", "!", "?", ":", "\u3002")
_LEAST_LINE: Final = 45
"""Characters of a line below which the next one begins a paragraph, when the line ends a sentence."""


def read_pdf(data: bytes, name: str, title: str) -> Document:
    """The document in a PDF, page by page.

    Raises:
        UnreadableTextError: it is none, is encrypted with a password, has more pages or text than are read, or shows
            most of its text in fonts that do not tell which letters they are.
    """
    # Only those who read PDF pay for the library, which is large.
    pypdf: Any = import_module("pypdf")
    broken: type[Exception] = import_module("pypdf.errors").PyPdfError
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every fault of every file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableTextError(f"{name} is encrypted with a password.")
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise UnreadableTextError(f"{name} has {pages:,} pages; at most {MOST_PAGES:,} are read.")
        stated: object = reader.metadata.title if reader.metadata else None
        passages: list[Passage] = []
        size = unknown = 0
        for number, page in enumerate(reader.pages, 1):
            text: str = page.extract_text()
            size += len(text)
            unknown += len(_UNKNOWN.findall(text))
            if size > MOST_TEXT:
                raise UnreadableTextError(f"{name} has more than {MOST_TEXT:,} characters of text.")
            passages += _passages(text, number)
    except (broken, ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError) as error:
        # The library meets damaged files with errors of all kinds; it runs where nothing else can be harmed.
        raise UnreadableTextError(f"{name} is damaged: {type(error).__name__}: {str(error)[:200]}.") from error
    if 2 * unknown > size:
        raise UnreadableTextError(
            f"The fonts of {name} do not tell which letters they show. Print it to a new PDF, or upload its text."
        )
    return Document(" ".join(str(stated or "").split()) or title, tuple(passages))


def _passages(text: str, page: int) -> list[Passage]:
    """The paragraphs of a page: lines are joined until one that ends a sentence early, or an empty one."""
    position = Position(page=page)
    return [Passage(text=part, position=position) for whole in _paragraphs(text) for part in cut(whole)]


def _paragraphs(text: str) -> list[str]:
    found: list[str] = []
    held: list[str] = []
    for line in _HYPHEN.sub(r"\1", text.replace("\0", "")).split("\n"):
        said = " ".join(line.split())
        is_known = 2 * len(_UNKNOWN.findall(said)) <= len(said)
        if said and is_known and not _BULLETS.match(said):
            held.append(said)
        ends = not said or (len(said) < _LEAST_LINE and said.endswith(_SENTENCE_END))
        if held and ends:
            found.append(" ".join(held))
            held = []
    if held:
        found.append(" ".join(held))
    return found
