"""Plain text: paragraphs between empty lines; a short line alone without a full stop is a heading."""

import re
from typing import Final

from netsentinel.academy.extraction.model import Document, Passage, PassageKind, Position

_MOST_HEADING_WORDS: Final = 10
_MOST_PARAGRAPH_CHARS: Final = 4_000
_NUMBERED: Final = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[A-Z][.)]|Chapter \d+[:.]?)\s+\S")
_UNDERLINE: Final = re.compile(r"^(?:=+|-+|~+)$")


def read_plain(text: str, title: str) -> Document:
    """The document in a plain text."""
    passages: list[Passage] = []
    section: tuple[str, ...] = ()
    for line, block in _blocks(text):
        lines = block.split("\n")
        if heading := _heading(lines):
            section = (heading,)
            passages.append(
                Passage(text=heading, position=Position(section=section, line=line), kind=PassageKind.HEADING)
            )
            lines = lines[2:] if len(lines) > 1 else []
        body = " ".join(" ".join(lines).split())
        passages.extend(Passage(text=part, position=Position(section=section, line=line)) for part in cut(body))
    first = passages[0].text if passages and passages[0].kind is PassageKind.HEADING else ""
    return Document(first or title, tuple(passages))


def cut(text: str) -> list[str]:
    """A paragraph in pieces of at most 4,000 characters, between words where there are any."""
    pieces: list[str] = []
    while len(text) > _MOST_PARAGRAPH_CHARS:
        space = text.rfind(" ", _MOST_PARAGRAPH_CHARS // 2, _MOST_PARAGRAPH_CHARS)
        end = space if space > 0 else _MOST_PARAGRAPH_CHARS
        pieces.append(text[:end])
        text = text[end:].lstrip()
    return [*pieces, text] if text else pieces


def _blocks(text: str) -> list[tuple[int, str]]:
    """(line that it begins on, from 1; text) of each paragraph."""
    found: list[tuple[int, str]] = []
    lines: list[str] = []
    begin = 1
    for number, line in enumerate([*text.replace("\f", "\n").split("\n"), ""], 1):
        if line.strip():
            if not lines:
                begin = number
            lines.append(line.strip())
        elif lines:
            found.append((begin, "\n".join(lines)))
            lines = []
    return found


def _heading(lines: list[str]) -> str:
    """The heading that a paragraph is or begins with; empty for none."""
    first = lines[0]
    if len(lines) > 1:
        return first if _UNDERLINE.match(lines[1]) and len(first.split()) <= _MOST_HEADING_WORDS else ""
    is_short = len(first.split()) <= _MOST_HEADING_WORDS and not first.endswith((".", ",", ";", ":", "!", "?", "-"))
    return first if is_short and (first.isupper() or first[:1].isupper() or _NUMBERED.match(first)) else ""
