import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.model import Atom, Operation

words = st.text(alphabet="abKk\u212aİiéÉ", max_size=4)


@given(st.lists(words.filter(bool), min_size=1, max_size=5, unique_by=str.lower), st.lists(words, max_size=4))
def test_it_finds_what_plain_comparison_finds(keywords: list[str], values: list[str]) -> None:
    asked = {Atom("", Operation.CONTAINS, word): [at] for at, word in enumerate(keywords)}
    expected = {at for at, word in enumerate(keywords) if any(word.lower() in value.lower() for value in values)}
    assert KeywordScanner(asked).find({str(at): value for at, value in enumerate(values)}) == expected


@pytest.mark.parametrize(
    "native", [{"a": "x Needle"}, {"a": {"b": [1, "NEEDLE"]}}, {"a": 7, "b": ["x", {"c": "aneedleb"}]}]
)
def test_it_looks_everywhere(native: dict[str, object]) -> None:
    scanner = KeywordScanner({Atom("", Operation.CONTAINS, "needle"): [3], Atom("", Operation.CONTAINS, "77"): [4]})
    assert scanner.find(native) == {3}
    assert scanner.find({"a": "need", "b": "le"}) == set()


def test_a_keyword_does_not_reach_over_two_values() -> None:
    scanner = KeywordScanner({Atom("", Operation.CONTAINS, "a\nb"): [1]})
    assert scanner.find({"x": "a", "y": "b"}) == set()
    assert scanner.find({"x": "a\nb"}) == {1}


def test_numbers_and_expressions_can_be_keywords() -> None:
    scanner = KeywordScanner({Atom("", Operation.NUMBER, 4688): [1], Atom("", Operation.REGEX, "a+b"): [2]})
    assert scanner.find({"id": 4688}) == {1}
    assert scanner.find({"id": "caab"}) == {2}
