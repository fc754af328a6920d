import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.said import NOTHING


def found(scanner: KeywordScanner, native: dict[str, object], raw: bytes = b"") -> tuple[int, int]:
    said = scanner.find(native) if scanner.may_be_in([raw]) else NOTHING
    assert said is NOTHING or said is scanner.find(native)
    return said.first, said.second


PIECES = ["c:\\windows\\", "system32", "evil", "0123456789", ".dll", "e+", "/bin/sh", "K\u212a", "kiwi"]
words = st.text(alphabet='abKk\u212aİiéÉ/\\"\nu', max_size=4)


long_words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)


@given(
    st.lists(words.filter(bool) | long_words, min_size=1, max_size=5, unique_by=str.lower),
    st.lists(words | long_words, max_size=4),
)
def test_it_finds_what_plain_comparison_finds(keywords: list[str], values: list[str]) -> None:
    asked = {Atom("", Operation.CONTAINS, word): (1 << at, 0) for at, word in enumerate(keywords)}
    expected = sum(
        1 << at for at, word in enumerate(keywords) if any(word.lower() in value.lower() for value in values)
    )
    native = {str(at): value for at, value in enumerate(values)}
    scanner = KeywordScanner(asked)
    assert found(scanner, native) == (expected, 0)
    for raw in (json.dumps(native), json.dumps(native, ensure_ascii=False), json.dumps(native).replace("/", "\\/")):
        assert found(scanner, native, raw.encode()) == (expected, 0)


@pytest.mark.parametrize(
    "native", [{"a": "x Needle"}, {"a": {"b": [1, "NEEDLE"]}}, {"a": 7, "b": ["x", {"c": "aneedleb"}]}]
)
def test_it_looks_everywhere(native: dict[str, object]) -> None:
    scanner = KeywordScanner(
        {Atom("", Operation.CONTAINS, "needle"): (1, 0), Atom("", Operation.CONTAINS, "77"): (0, 1)}
    )
    assert found(scanner, native) == (1, 0)
    assert found(scanner, {"a": "need", "b": "le"}) == (0, 0)


def test_a_keyword_does_not_reach_over_two_values() -> None:
    scanner = KeywordScanner({Atom("", Operation.CONTAINS, "a\nb"): (0, 1)})
    assert found(scanner, {"x": "a", "y": "b"}) == (0, 0)
    assert found(scanner, {"x": "a\nb"}) == (0, 1)


def test_numbers_and_expressions_can_be_keywords() -> None:
    scanner = KeywordScanner({Atom("", Operation.NUMBER, 4688): (1, 0), Atom("", Operation.REGEX, "a+b"): (2, 0)})
    assert found(scanner, {"id": 4688}) == (1, 0)
    assert found(scanner, {"id": "caab"}) == (2, 0)


def test_the_json_is_believed_where_it_says_everything() -> None:
    scanner = KeywordScanner({Atom("", Operation.CONTAINS, "c:\\windows"): (1, 0)})
    assert found(scanner, {"a": "C:\\Windows"}, b'{"a":"nothing of the kind"}') == (0, 0)
    assert found(scanner, {"a": "C:\\Windows"}, rb'{"a":"C:\\Windows"}') == (1, 0)
    assert found(scanner, {"a": "C:\\Windows"}, rb'{"a":"\u0043:\\Windows"}') == (1, 0)


def test_a_number_is_not_looked_for_in_the_json() -> None:
    scanner = KeywordScanner({Atom("", Operation.CONTAINS, "1000"): (1, 0)})
    assert found(scanner, {"a": 1000.0}, b'{"a":1e3}') == (1, 0)
