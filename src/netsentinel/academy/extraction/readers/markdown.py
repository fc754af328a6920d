"""Markdown: headings, paragraphs, list items, tables and definitions; code stays apart, links keep their text only."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from netsentinel.academy.extraction.model import Document, Passage, PassageKind, Position
from netsentinel.academy.extraction.readers.plain import cut

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_ITEM: Final = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+")
_RULE_MARKS: Final = frozenset("-*_")
_TABLE_RULE: Final = frozenset(" \t:|-")
_DEFINITION: Final = re.compile(
    r"^(?:\*\*|__)([^*_]{2,80}?):?(?:\*\*|__)\s*(?:[:\u2013\u2014-]\s*)?(?=\S)(.{12,})$", re.DOTALL
)
_IMAGE: Final = re.compile(r"!\[([^\]\n]{0,200})\]\([^()\n]{0,500}\)")
_LINK: Final = re.compile(r"\[([^\]\n]{1,300})\](?:\([^()\n]{0,800}\)|\[[^\]\n]{0,100}\])")
_REFERENCE: Final = re.compile(r"^\s*\[[^\]]+\]:\s+\S+")
_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{2,80}?)\1|(?<![\w*])[*_](?=\S)([^*_\n]{2,80}?)[*_](?![\w*])")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_MARKS: Final = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`+|\\(?=[^\w\s])")
_COLON: Final = ":   "


@dataclass
class _Reading:
    """What was read so far."""

    passages: list[Passage] = field(default_factory=list[Passage])
    path: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """(level, heading) of the headings above."""
    block: list[str] = field(default_factory=list[str])
    begin: int = 1
    title: str = ""

    def position(self, line: int) -> Position:
        """Of a line, from 1."""
        return Position(section=tuple(heading for _, heading in self.path), line=line)

    def heading(self, level: int, raw: str, line: int) -> None:
        """Begin a section."""
        self.flush()
        text = plain_of(raw)
        if not text:
            return
        self.path = [item for item in self.path if item[0] < level]
        self.path.append((level, text))
        if not self.title and level == 1:
            self.title = text
        self.passages.append(Passage(text=text, position=self.position(line), kind=PassageKind.HEADING))

    def flush(self) -> None:
        """End the paragraph."""
        raw, self.block = "\n".join(self.block), []
        if not raw.strip():
            return
        position = self.position(self.begin)
        emphasised = tuple(plain_of(one[1] or one[2]) for one in _STRONG.findall(raw))
        if found := _DEFINITION.match(raw.strip()):
            term, text = plain_of(found[1]), plain_of(found[2])
            whole = f"{term}: {text}"
            self.passages.append(
                Passage(text=whole, position=position, kind=PassageKind.DEFINITION, term=term, emphasised=emphasised)
            )
            return
        self.passages.extend(
            Passage(text=part, position=position, emphasised=emphasised) for part in cut(plain_of(raw))
        )


def plain_of(raw: str) -> str:
    """Markdown without its marks, on one line."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _TAG.sub(" ", _without_comments(raw))))
    return " ".join(unescape(_MARKS.sub("", text)).split())


def _without_comments(raw: str) -> str:
    """In one pass, however many of them are never closed."""
    kept: list[str] = []
    at = 0
    while (begin := raw.find("<!--", at)) >= 0 and (end := raw.find("-->", begin + 4)) >= 0:
        kept.append(raw[at:begin])
        at = end + 3
    return " ".join([*kept, raw[at:]])


def _is_rule(line: str) -> bool:
    """Whether a line is a rule, or the rule below the head of a table."""
    marks = set(line.replace(" ", "").replace("\t", ""))
    if len(marks) == 1 and marks <= _RULE_MARKS:
        return len(line.split()) > 2 or len(line.strip()) > 2  # noqa: PLR2004 - three marks at least
    return "|" in line and set(line) <= _TABLE_RULE


def read_markdown(text: str, title: str) -> Document:
    """The document in a Markdown text."""
    lines = text.split("\n")
    reading = _Reading()
    number = _front_matter(lines)
    while number < len(lines):
        number = _line(reading, lines, number)
    reading.flush()
    return Document(reading.title or title, tuple(reading.passages))


def _line(reading: _Reading, lines: list[str], number: int) -> int:
    """Take a line, or all of a block of code; the index of the next."""
    line = lines[number]
    if fence := _FENCE.match(line):
        reading.flush()
        return _code(reading, lines, number, fence[1])
    if found := _HEADING.match(line):
        reading.heading(len(found[1]), line[found.end() :].rstrip().rstrip("#"), number + 1)
    elif reading.block and len(reading.block) == 1 and (under := _UNDERLINE.match(line)):
        raw, reading.block = reading.block[0], []
        reading.heading(1 if "=" in under[1] else 2, raw, number)
    elif not line.strip() or _is_rule(line) or _REFERENCE.match(line):
        reading.flush()
    elif line.startswith(_COLON) and len(reading.block) == 1:
        term = plain_of(reading.block.pop())
        definition = Passage(
            text=f"{term}: {plain_of(line[len(_COLON) :])}",
            position=reading.position(number),
            kind=PassageKind.DEFINITION,
            term=term,
        )
        reading.passages.append(definition)
    else:
        _text(reading, line, number)
    return number + 1


def _text(reading: _Reading, line: str, number: int) -> None:
    """Take a line of a paragraph, of an item or of a table."""
    item = _ITEM.match(line)
    is_row = line.lstrip().startswith("|")
    if item or is_row or line.lstrip().startswith(">"):
        reading.flush()
    if not reading.block:
        reading.begin = number + 1
    if is_row:
        line = ". ".join(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip())
    reading.block.append(line[item.end() :] if item else line.lstrip("> \t"))


def _code(reading: _Reading, lines: list[str], number: int, fence: str) -> int:
    end = number + 1
    while end < len(lines) and not lines[end].lstrip().startswith(fence):
        end += 1
    body = "\n".join(lines[number + 1 : end])
    if body.strip():
        reading.passages.extend(
            Passage(text=part, position=reading.position(number + 1), kind=PassageKind.CODE) for part in cut(body)
        )
    return end + 1


def _front_matter(lines: list[str]) -> int:
    """Index of the first line after a YAML header."""
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:200], 1):
            if line.strip() in ("---", "..."):
                return number + 1
    return 0
