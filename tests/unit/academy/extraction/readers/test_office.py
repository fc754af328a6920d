"""Office files, made here part by part, and what hostile ones come to."""

import io
import zipfile

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.model import PassageKind
from netsentinel.academy.extraction.readers import office, read_text

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SLIDE = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return whole.getvalue()


def docx(body: str) -> bytes:
    return packed({"word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>"})


def paragraph(text: str, style: str = "") -> str:
    looks = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{looks}<w:r><w:t>{text}</w:t></w:r></w:p>"


def shape(text: str, kind: str = "") -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
    return f"<p:sp>{place}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def relations(**targets: str) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{TYPE}/{"notesSlide" if "notes" in target else "slide"}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def test_a_docx_becomes_passages_with_sections_and_pages() -> None:
    body = (
        paragraph("Tickets", "Title")
        + paragraph("Golden ticket", "Heading2")
        + '<w:p><w:r><w:t xml:space="preserve">A golden </w:t></w:r>'
        + "<w:r><w:tab/><w:t>ticket &amp; more.</w:t></w:r></w:p>"
        + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>Next page.</w:t></w:r></w:p>"
    )
    document = read_text("x.docx", docx(body))
    assert document.title == "Tickets"
    assert [(one.kind, one.text, one.position.page, one.position.section) for one in document.passages] == [
        (PassageKind.HEADING, "Tickets", 1, ("Tickets",)),
        (PassageKind.HEADING, "Golden ticket", 1, ("Tickets", "Golden ticket")),
        (PassageKind.TEXT, "A golden ticket & more.", 1, ("Tickets", "Golden ticket")),
        (PassageKind.TEXT, "Next page.", 2, ("Tickets", "Golden ticket")),
    ]


def test_slides_come_in_the_order_of_the_presentation_with_their_notes() -> None:
    ids = '<p:sldId id="256" r:id="rId9"/><p:sldId id="257" r:id="rId1"/><p:sldId id="258" r:id="rId7"/>'
    data = packed(
        {
            "ppt/presentation.xml": f"<p:presentation {SLIDE}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(rId1="slides/slide1.xml", rId9="slides/slide2.xml"),
            "ppt/slides/slide1.xml": f"<p:sld {SLIDE}>{shape('only text', 'body')}</p:sld>",
            "ppt/slides/slide2.xml": f"<p:sld {SLIDE}>{shape('text', 'body')}{shape('Kerberos', 'title')}</p:sld>",
            "ppt/slides/_rels/slide2.xml.rels": relations(rId1="../notesSlides/notesSlide1.xml"),
            "ppt/notesSlides/notesSlide1.xml": f"<p:notes {SLIDE}>{shape('said')}{shape('1', 'sldNum')}</p:notes>",
        }
    )
    document = read_text("x.pptx", data)
    assert document.title == "Kerberos"
    assert [(str(one.position), one.kind, one.text) for one in document.passages] == [
        ("slide 1", PassageKind.HEADING, "Kerberos"),
        ("slide 1", PassageKind.TEXT, "text"),
        ("slide 1", PassageKind.TEXT, "said"),
        ("slide 2", PassageKind.TEXT, "only text"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.docx", b"no archive", "not the office file"),
        ("x.docx", b"%PDF-1.7\n" + b"x" * 100, "not the office file"),
        ("x.pptx", docx(paragraph("x")), "no PPTX file"),
        ("x.docx", packed({"readme.txt": "x"}), "no DOCX file"),
        ("x.docx", packed({"word/document.xml": "<w:p"}), "is no XML"),
        ("x.docx", packed({"word/document.xml": "x", "../evil": "x"}), "outside of itself"),
        ("x.docx", packed({"word/document.xml": "x", "/etc/passwd": "x"}), "outside of itself"),
        (
            "x.docx",
            packed({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'}),
            "document type",
        ),
        ("x.docx", packed({"word/document.xml": b" " * 40 * 1024 * 1024}), "unpacks to more than"),
    ],
    ids=["text", "pdf", "docx as pptx", "zip", "cut", "parent", "absolute", "entities", "bomb"],
)
def test_what_is_not_what_it_says_is_refused(name: str, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableTextError, match=why):
        read_text(name, data)


def test_archives_of_countless_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_MEMBERS", 3)
    with pytest.raises(UnreadableTextError, match="members"):
        read_text("x.docx", packed({f"{number}.xml": "x" for number in range(4)}))


def test_damaged_members_are_refused() -> None:
    data = bytearray(packed({"word/document.xml": "<a>" + "text " * 500 + "</a>"}, zipfile.ZIP_STORED))
    data[200] ^= 0xFF
    with pytest.raises(UnreadableTextError, match="is damaged"):
        read_text("x.docx", bytes(data))


def test_a_part_that_lies_about_its_size_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_BYTES", 10_000)
    with pytest.raises(UnreadableTextError, match="unpacks to more than 10,000"):
        read_text("x.docx", docx(paragraph("x" * 20_000)))
