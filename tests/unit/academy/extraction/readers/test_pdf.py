"""PDF, written here by hand, so that it can be as odd as an attacker's."""

import pytest

from netsentinel.academy.extraction import read_text
from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.readers import pdf


def written(*pages: list[str], title: str = "", nameless: str = "") -> bytes:
    """A PDF with these lines on its pages; its font does not tell what the letters `nameless` are."""
    glyphs = " ".join(f"{ord(letter)} /uniE{ord(letter):03X}" for letter in nameless)
    objects: list[bytes] = [b"", b""]
    kids: list[str] = []
    for lines in pages:
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown}ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        encoding = f"/Encoding << /Type /Encoding /Differences [{glyphs}] >>" if glyphs else ""
        font = f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {encoding} >>"
        means = f"/Contents {len(objects)} 0 R /Resources << /Font << /F1 {font} >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {means} >>".encode())
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(pages)} >>".encode()
    objects.append(f"<< /Title ({title}) >>".encode())
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    info = len(objects)
    trailer = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (info + 1, info, len(body))
    return body + table + trailer


def test_pages_become_passages_with_their_number() -> None:
    first = ["A session cookie is a cookie that holds the identi-", "fier of a session of some user.", "It is secret."]
    document = read_text("notes.pdf", written(first, ["Replay.", "Another paragraph is here."], title="Web  sessions"))
    assert document.title == "Web sessions"
    assert [(one.text, str(one.position)) for one in document.passages] == [
        ("A session cookie is a cookie that holds the identifier of a session of some user. It is secret.", "page 1"),
        ("Replay.", "page 2"),
        ("Another paragraph is here.", "page 2"),
    ]
    assert read_text("my_notes.pdf", written(["x"])).title == "my notes"


def test_lines_whose_letters_nobody_knows_are_left_out() -> None:
    lines = ["A session cookie is a secret.", "zzzz zz zzzz.", "Replay \\(zz\\) is an attack."]
    document = read_text("x.pdf", written(lines, nameless="z"))
    assert [one.text for one in document.passages] == [
        "A session cookie is a secret.",
        "Replay (\ue07a\ue07a) is an attack.",
    ]
    with pytest.raises(UnreadableTextError, match="do not tell which letters"):
        read_text("x.pdf", written(["zzzz zz zzzz.", "zzz"], nameless="z"))


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 1)
    with pytest.raises(UnreadableTextError, match="2 pages"):
        read_text("x.pdf", written(["a"], ["b"]))
    monkeypatch.setattr(pdf, "MOST_TEXT", 3)
    with pytest.raises(UnreadableTextError, match="characters of text"):
        read_text("x.pdf", written(["abcdef"]))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
        b"%PDF-1.4\ntrailer << /Root 9 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n",
        b"not even that",
    ],
)
def test_damaged_files_say_so(data: bytes) -> None:
    with pytest.raises(UnreadableTextError, match=r"x\.pdf"):
        read_text("x.pdf", data)
