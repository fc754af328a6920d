import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.readers import decode, read_text, title_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_of_usual_encodings_are_read(encoding: str) -> None:
    assert decode("Crème\r\nbrûlée\r".encode(encoding), "x.txt") == "Crème\nbrûlée\n"


@pytest.mark.parametrize("data", [b"\x7fELF\x00\x00", bytes(range(1, 9)) * 20])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableTextError, match="is no text"):
        read_text("x.md", data)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnreadableTextError, match="none of"):
        read_text("x.exe", b"text")


def test_the_name_is_the_title_where_the_text_has_none() -> None:
    assert read_text("Zero_Trust notes.md", b"text").title == "Zero Trust notes" == title_of("a/Zero_Trust notes.md")


def test_marks_on_one_letter_are_few() -> None:
    said = decode(("e" + "\u0316\u0300" * 300_000 + "n").encode(), "x.txt")
    assert len(said) <= 32
    assert said[-1] == "n"
