import pytest

from netsentinel.academy.extraction import SUFFIXES as READABLE
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.academy.reader.kinds import FORMATS, MediumKind, checked_name, format_of, most_bytes
from netsentinel.kernel.types import MIB


@pytest.mark.parametrize(
    ("name", "kept"),
    [(" notes//web.md ", "notes/web.md"), ("a\\b.md", "a/b.md"), ("/abs.md", "abs.md"), ("é.md", "é.md")],
)
def test_names_are_tidied(name: str, kept: str) -> None:
    assert checked_name(name) == kept


@pytest.mark.parametrize("name", ["", "/", "../x.md", "a/../x.md", "a\\..\\x.md", "a\nb.md", "x" * 201, "a\u202eb.md"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidMediumError):
        checked_name(name)


def test_a_format_is_known_by_the_end_of_the_name_whatever_its_case() -> None:
    assert format_of("a/B.VTT").kind is MediumKind.CAPTIONS
    with pytest.raises(InvalidMediumError, match=r"none of \.md"):
        format_of("x.exe")


def test_every_text_that_there_is_a_reader_for_is_taken() -> None:
    assert set(READABLE) <= set(FORMATS)


def test_a_kind_of_its_own_limit_keeps_it_below_that_of_all() -> None:
    assert most_bytes("x.md", 100 * MIB) == 16 * MIB
    assert most_bytes("x.md", MIB) == MIB
