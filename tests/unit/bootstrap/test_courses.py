import pytest

from netsentinel.academy.courses import Section
from netsentinel.academy.courses.texts import faults_of
from netsentinel.academy.extraction import Document, Passage, PassageKind
from netsentinel.academy.extraction.model import Position
from netsentinel.bootstrap.courses import markdown_of
from netsentinel.kernel.errors import NotFoundError


def passage(page: int, text: str, kind: PassageKind = PassageKind.TEXT, term: str = "") -> Passage:
    return Passage(text=text, position=Position(page=page), kind=kind, term=term)


DOCUMENT = Document(
    "Notes",
    (
        passage(1, "One"),
        passage(2, "Heading", PassageKind.HEADING),
        passage(2, "Two <b>bold</b> [x](javascript:1)\nand more"),
        passage(3, "x = 1", PassageKind.CODE),
        passage(3, "asks doors", PassageKind.DEFINITION, "Scan"),
        passage(4, "Four"),
    ),
)


def test_a_part_of_a_medium_becomes_markdown() -> None:
    text = markdown_of(DOCUMENT, Section(medium="m", first="page 2", last="page 3"))
    assert text.startswith("## Heading\n\nTwo ")
    assert text.endswith("```\nx = 1\n```\n\n**Scan**: asks doors\n")
    assert faults_of(text, ()) == []
    whole = markdown_of(DOCUMENT, Section(medium="m"))
    assert (whole.startswith("One\n"), whole.endswith("Four\n")) == (True, True)


def test_positions_must_be_there() -> None:
    with pytest.raises(NotFoundError, match="page 9"):
        markdown_of(DOCUMENT, Section(medium="m", first="page 9"))
