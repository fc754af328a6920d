import pytest

from netsentinel.detection.rules.model import pattern_pieces
from netsentinel.detection.rules.regex import compile_pattern, instructions_of, like, search, utf8
from netsentinel.kernel.errors import InvalidInputError


def test_searching_and_whole_patterns() -> None:
    assert search("b+")(b"abc")
    assert not search("^b")(b"abc")
    assert search("é")(utf8("café"))
    assert like(["=a", "?", "*", "=.c"])(b"axyz.c")
    assert not like(["=a", "?"])(b"a")
    assert like(["?"])(utf8("é"))


@pytest.mark.parametrize("pattern", ["(?<=a)b", "(?=a)", r"(a)\1", "(", "a{5000}"])
def test_what_re2_does_not_support_is_said_and_not_printed(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInputError, match="RE2"):
        compile_pattern(pattern)
    assert capfd.readouterr() == ("", "")


def test_an_expression_that_grows_too_large_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        compile_pattern("((a{100}){100}){100}")


def test_the_size_of_an_expression_grows_with_its_counts_and_is_never_nothing() -> None:
    small, large = instructions_of("x"), instructions_of("x{1,500}")
    assert 2_000 < small < 2_100 < large < 4_000
    assert small < instructions_of(pattern_pieces("*evil?txt")) < 2_100


def test_an_expression_that_is_refused_for_its_size_is_told_to_be_split() -> None:
    with pytest.raises(InvalidInputError, match=r"too large.*write it as several"):
        like(["*", "=a"] * 20_000)
