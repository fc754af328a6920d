import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.rules.coarse import coarse


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a{1,990}b", "a{1,}b"),
        ("a{9}", "a{8,}"),
        ("a{0,9}?", "a{0,}?"),
        ("a{3,8}b{8}c{2,}", "a{3,8}b{8}c{2,}"),
        ("a{990,}", "a{8,}"),
        (r"\{9,99}", r"\{9,99}"),
        (r"[{9,99}]x[]{9}]", r"[{9,99}]x[]{9}]"),
        (r"[[:alpha:]{9}\]{9}]{9}", r"[[:alpha:]{9}\]{9}]{8,}"),
        (r"\Qa{9}\E{9}", r"\Qa{9}\E{8,}"),
        (r"\x{10}{9}\p{Greek}{1}", r"\x{10}{8,}\p{Greek}{1}"),
        ("{,9}a{9", "{,9}a{9"),
    ],
)
def test_larger_counts_are_left_open(pattern: str, expected: str) -> None:
    assert coarse(pattern)[0] == expected


@pytest.mark.parametrize("pattern", [r"\pL{1,8}", r"(([a-z].{1,8}){1,8}q){1,8}z"])
def test_what_is_too_large_is_not_looked_for(pattern: str) -> None:
    assert coarse(pattern) == ("", 0)


_parts = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "(?:a|b)", "(?:ab)", r"\{", "[{9}]", r"\w", r"\Q{9}\E"])
_counts = st.sampled_from(["", "", "{9}", "{2,12}", "{0,9}", "{11,}", "{3}", "+", "*", "?", "{9,}?"])
_patterns = st.lists(st.tuples(_parts, _counts).map("".join), min_size=1, max_size=4).map("".join)


@given(_patterns, st.text(alphabet="ab{}9x", max_size=40))
def test_it_is_found_wherever_the_exact_one_is(pattern: str, text: str) -> None:
    found, size = coarse(pattern)
    assert size > 0
    assert re2.search(pattern, text) is None or re2.search(found, text) is not None
