import pytest

from netsentinel.detection.rules.atoms import longest_literal, question_of
from netsentinel.detection.rules.model import Atom, Operation, pattern_pieces
from netsentinel.detection.rules.values import Value


@pytest.mark.parametrize(
    ("atom", "text", "expected"),
    [
        (Atom("f", Operation.EQUALS, "A"), "a", True),
        (Atom("f", Operation.EQUALS, "A", cased=True), "a", False),
        (Atom("f", Operation.STARTSWITH, "Ab"), "aBc", True),
        (Atom("f", Operation.ENDSWITH, "bc", cased=True), "aBc", False),
        (Atom("f", Operation.CONTAINS, ""), "", True),
        (Atom("f", Operation.LIKE, "a*c?"), "A\nbCd", True),
        (Atom("f", Operation.LIKE, "a*c?", cased=True), "AbCd", False),
        (Atom("f", Operation.REGEX, "^a+$"), "aaa", True),
        (Atom("f", Operation.CIDR, "10.0.0.0/8"), "10.1.1.1", True),
        (Atom("f", Operation.CIDR, "10.0.0.0/8"), "ten", False),
        (Atom("f", Operation.GT, 5), "5.5", True),
        (Atom("f", Operation.GT, 5), "many", False),
    ],
)
def test_one_value_is_asked(atom: Atom, text: str, *, expected: bool) -> None:
    assert question_of(atom)(Value(text)) is expected


def test_the_longest_literal_of_a_pattern() -> None:
    assert longest_literal(pattern_pieces("a*bcd?e")) == "bcd"
    assert longest_literal(pattern_pieces("*?")) == ""
