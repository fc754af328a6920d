from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.rules.model import Atom, Operation, Part, escape_pattern, pattern_pieces


@given(st.text(alphabet="ab*?\\", min_size=1))
def test_an_escaped_literal_is_one_piece(literal: str) -> None:
    assert pattern_pieces(escape_pattern(literal)) == ["=" + literal]


def test_pieces_of_a_pattern() -> None:
    assert pattern_pieces(r"a*b?\*\\") == ["=a", "*", "=b", "?", "=*\\"]
    assert pattern_pieces("*") == ["*"]
    assert pattern_pieces("a\\") == ["=a\\"]


def test_an_atom_in_words() -> None:
    assert Atom("f", Operation.ENDSWITH, "/wp-login.php").describe() == "endswith '/wp-login.php'"
    assert Atom("f", Operation.GTE, 5).describe() == ">= 5"
    assert Atom("f", Operation.ABSENT).describe() == "absent"
    assert Atom("f", Operation.EQUALS, "a", cased=True).describe() == "equals 'a' (cased)"
    assert Atom("f", Operation.NUMBER, 23, part=Part.HOUR).describe() == "hour = 23"
