"""DOCX and PPTX: paragraphs with headings and pages, slides with titles and notes; hostile files meet limits.

Only the parts that hold text are unpacked, and what comes out is counted, whatever the archive says of itself. XML with
a DTD is refused, so that no entity is ever expanded (OWASP ASVS 5.0, 5.2.3 and 5.2.5).
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.model import Document, Passage, PassageKind, Position
from netsentinel.academy.extraction.readers.plain import cut

MOST_MEMBERS: Final = 10_000
MOST_PART_BYTES: Final = 32 * 1024 * 1024
"""Of one unpacked part."""
MOST_BYTES: Final = 128 * 1024 * 1024
"""Of all unpacked parts."""
MOST_RATIO: Final = 100
RATIO_FLOOR: Final = 1024 * 1024
"""Bytes up to which every ratio is believed."""
_STEP: Final = 64 * 1024
_HEADING: Final = re.compile(r"^(?:heading|titre|berschrift)\s*([1-9])$|^(title|subtitle)$", re.IGNORECASE)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1


class _Package:
    """The parts of an office file."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._left = MOST_BYTES
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise UnreadableTextError(f"{name} is not the office file that its name says: {error}.") from error
        members = self._archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise UnreadableTextError(f"{name} has {len(members):,} members; at most {MOST_MEMBERS:,} are read.")
        for one in members:
            if one.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", one.filename):
                raise UnreadableTextError(f"{name} holds a member outside of itself: {one.filename[:60]!r}.")
        self._members = {one.filename: one for one in members}

    def __contains__(self, part: str) -> bool:
        return part in self._members

    def read(self, part: str) -> bytes:
        """An unpacked part.

        Raises:
            UnreadableTextError: it is not there, damaged, or unpacks to more than is believed.
        """
        info = self._members.get(part)
        if info is None or info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED:
            raise UnreadableTextError(f"{self._name} has no readable {part}.")
        most = min(MOST_PART_BYTES, self._left, max(RATIO_FLOOR, info.compress_size * MOST_RATIO))
        pieces: list[bytes] = []
        size = 0
        try:
            with self._archive.open(info) as packed:
                while piece := packed.read(_STEP):
                    size += len(piece)
                    if size > most:
                        raise UnreadableTextError(f"{part} of {self._name} unpacks to more than {most:,} bytes.")
                    pieces.append(piece)
        except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as error:
            raise UnreadableTextError(f"{part} of {self._name} is damaged: {error}.") from error
        self._left -= size
        return b"".join(pieces)

    def parse(self, part: str, opens: Callable[[str, dict[str, str]], None], **others: Callable[[str], None]) -> None:
        """Read a part as XML; names come without their namespace.

        Raises:
            UnreadableTextError: it is no XML, or has a document type.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = lambda tag, attributes: opens(
            tag.rpartition(" ")[2], {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        )
        if closes := others.get("closes"):
            parser.EndElementHandler = lambda tag: closes(tag.rpartition(" ")[2])
        if says := others.get("says"):
            parser.CharacterDataHandler = says
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(self.read(part), True)
        except expat.ExpatError as error:
            raise UnreadableTextError(f"{part} of {self._name} is no XML: {error}.") from error

    def _refuse(self, *_: object) -> None:
        raise UnreadableTextError(f"{self._name} holds XML with a document type, which is not read.")

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Id -> (last word of the type, part) of what a part refers to inside the file."""
        found: dict[str, tuple[str, str]] = {}
        folder, _, file = part.rpartition("/")

        def opens(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

        relations = f"{folder}/_rels/{file}.rels"
        if relations in self:
            self.parse(relations, opens)
        return found


@dataclass
class _Paragraphs:
    """Collects the paragraphs of a part."""

    done: list[Passage] = field(default_factory=list[Passage])
    text: list[str] = field(default_factory=list[str])
    is_text: bool = False

    def says(self, data: str) -> None:
        """Take characters."""
        if self.is_text:
            self.text.append(data)

    def take(self) -> str:
        """The paragraph that ends here."""
        text, self.text = " ".join("".join(self.text).split()), []
        return text


def read_docx(data: bytes, name: str, title: str) -> Document:
    """The document in a DOCX file. Pages are those that its writer last laid out.

    Raises:
        UnreadableTextError: it is none, or is not read for what it would unpack to.
    """
    package = _Package(data, name)
    if "word/document.xml" not in package:
        raise UnreadableTextError(f"{name} is no DOCX file: it has no word/document.xml.")
    found = _Paragraphs()
    path: list[tuple[int, str]] = []
    style, page = "", 1

    def opens(tag: str, attributes: dict[str, str]) -> None:
        nonlocal style, page
        found.is_text = tag == "t"
        if tag == "pStyle":
            style = attributes.get("val", "")
        elif tag == "lastRenderedPageBreak" or (tag == "br" and attributes.get("type") == "page"):
            page += 1
        elif tag in {"tab", "br", "cr"}:
            found.text.append(" ")

    def closes(tag: str) -> None:
        nonlocal style, path
        found.is_text = False
        if tag != "p":
            return
        text, heading, style = found.take(), _HEADING.match(style), ""
        if not text:
            return
        if heading:
            level = int(heading[1] or 1)
            path = [*(one for one in path if one[0] < level), (level, text)]
        position = Position(section=tuple(one for _, one in path), page=page)
        kind = PassageKind.HEADING if heading else PassageKind.TEXT
        found.done.extend(Passage(text=part, position=position, kind=kind) for part in cut(text))

    package.parse("word/document.xml", opens, closes=closes, says=found.says)
    first = next((one.text for one in found.done if one.kind is PassageKind.HEADING), "")
    return Document(first or title, tuple(found.done))


def read_pptx(data: bytes, name: str, title: str) -> Document:
    """The document in a PPTX file: each slide's title as its heading, then its text, then its notes.

    Raises:
        UnreadableTextError: it is none, or is not read for what it would unpack to.
    """
    package = _Package(data, name)
    if "ppt/presentation.xml" not in package:
        raise UnreadableTextError(f"{name} is no PPTX file: it has no ppt/presentation.xml.")
    order: list[str] = []

    def opens(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sldId":
            # `id` of the slide itself has no namespace, and comes first; the relation's overwrites it.
            order.append(attributes.get("id", ""))

    package.parse("ppt/presentation.xml", opens)
    slides = package.related("ppt/presentation.xml")
    passages: list[Passage] = []
    for number, relation in enumerate(order, 1):
        kind, part = slides.get(relation, ("", ""))
        if kind != "slide" or part not in package:
            continue
        passages += _slide(package, part, number)
        for what, notes in package.related(part).values():
            if what == "notesSlide" and notes in package:
                passages += [one for one in _slide(package, notes, number) if not one.text.isdigit()]
    first = next((one.text for one in passages if one.kind is PassageKind.HEADING), "")
    return Document(first or title, tuple(passages))


def _slide(package: _Package, part: str, number: int) -> list[Passage]:
    found = _Paragraphs()
    heading = ""
    is_title = False

    def opens(tag: str, attributes: dict[str, str]) -> None:
        nonlocal is_title
        found.is_text = tag == "t"
        if tag == "sp":
            is_title = False
        elif tag == "ph":
            is_title = attributes.get("type") in {"title", "ctrTitle"}
        elif tag == "br":
            found.text.append(" ")

    def closes(tag: str) -> None:
        nonlocal heading
        found.is_text = False
        if tag != "p":
            return
        text = found.take()
        if text and is_title:
            heading = f"{heading} {text}".strip()
        elif text:
            found.done.extend(Passage(text=one, position=Position(slide=number)) for one in cut(text))

    package.parse(part, opens, closes=closes, says=found.says)
    if not heading:
        return found.done
    place = Position(section=(heading,), slide=number)
    rest = [Passage(text=one.text, position=place) for one in found.done]
    return [Passage(text=heading, position=place, kind=PassageKind.HEADING), *rest]
