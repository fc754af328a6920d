import pytest

from netsentinel.academy.media.errors import InvalidMediumError
from netsentinel.academy.media.service import checked_name


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
