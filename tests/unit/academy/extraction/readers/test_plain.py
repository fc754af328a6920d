from netsentinel.academy.extraction.model import PassageKind
from netsentinel.academy.extraction.readers.plain import cut, read_plain


def test_short_lines_alone_are_headings() -> None:
    document = read_plain("Access Tokens\n\nA token is shown\nto a service.\n\nUnderlined\n=====\nText.\n", "file")
    assert document.title == "Access Tokens"
    assert [(one.kind, one.text, one.position.line) for one in document.passages] == [
        (PassageKind.HEADING, "Access Tokens", 1),
        (PassageKind.TEXT, "A token is shown to a service.", 3),
        (PassageKind.HEADING, "Underlined", 6),
        (PassageKind.TEXT, "Text.", 6),
    ]


def test_paragraphs_without_end_are_cut_between_words() -> None:
    pieces = cut("word " * 2_000)
    assert max(map(len, pieces)) <= 4_000
    assert "".join(pieces).replace(" ", "") == "word" * 2_000
    assert max(map(len, cut("x" * 9_000))) <= 4_000
