"""Tests of `storage/dialect.py`."""

from enum import Enum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.storage.dialect import SQLITE, bind, storable, to_psycopg


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("a = ? AND b = ?", "a = %s AND b = %s"),
        ("a LIKE '50%?' AND b = ?", "a LIKE '50%%?' AND b = %s"),
        ("'it''s ?' || ?", "'it''s ?' || %s"),
        ('"odd?name" = ?', '"odd?name" = %s'),
        ("a % ?", "a %% %s"),
        ("? -- why?\n?", "%s -- why?\n%s"),
        ("? /* why? ' */ ?", "%s /* why? ' */ %s"),
        ("?-?/?", "%s-%s/%s"),
        ("? 'never closed ?", "%s 'never closed ?"),
        ("? -- at the end ?", "%s -- at the end ?"),
        ("", ""),
    ],
)
def test_placeholders(sql: str, expected: str) -> None:
    assert to_psycopg(sql) == expected


TEXT = st.text(alphabet="?%'\"-/*\n ;ab")
QUOTED = {
    "string": TEXT.map(lambda text: "'" + text.replace("'", "''") + "'"),
    "name": TEXT.map(lambda text: '"' + text.replace('"', '""') + '"'),
    "line": TEXT.map(lambda text: "--" + text.replace("\n", "") + "\n"),
    "block": TEXT.map(lambda text: "/*" + text.replace("*", "") + "*/"),
}
CODE = st.sampled_from(["?", " ", "a", "%", ",", "=", "(?)", "a-b", "a/b"])


@given(
    st.lists(
        st.one_of(
            CODE.map(lambda text: (True, text)), *(part.map(lambda text: (False, text)) for part in QUOTED.values())
        )
    )
)
def test_only_code_is_translated_and_the_driver_restores_the_rest(pieces: list[tuple[bool, str]]) -> None:
    # A space between the pieces: two of them must not grow together into a third.
    translated = to_psycopg(" ".join(text for _, text in pieces))
    expected = [
        text.replace("%", "%%").replace("?", "%s") if is_code else text.replace("%", "%%") for is_code, text in pieces
    ]
    assert translated == " ".join(expected)
    marks = sum(text.count("?") for is_code, text in pieces if is_code)
    assert translated.replace("%%", "").count("%s") == marks


@given(st.text(alphabet="?%'\"-/*\n ab"))
def test_any_text_keeps_its_letters(sql: str) -> None:
    """Even what is no SQL: nothing is lost, whatever quotes are open."""
    assert to_psycopg(sql).replace("%%", "\x00").replace("%s", "?").replace("\x00", "%") == sql


def test_sqlite_takes_statements_as_they_are() -> None:
    assert SQLITE.translate("? '?' %") == "? '?' %"


class Colour(StrEnum):
    RED = "red"


class Shade(str, Enum):  # noqa: UP042 - the older form, whose str() is not its value
    DARK = "dark"


def test_values_are_bound_as_plain_ones() -> None:
    bound = bind(["a\x00b", Colour.RED, Shade.DARK, True, 7, 1.5, b"\x00", None])
    assert bound == ("a\ufffdb", "red", "dark", 1, 7, 1.5, b"\x00", None)
    assert [type(value) for value in bound] == [str, str, str, int, int, float, bytes, type(None)]


@given(st.text())
def test_storable_text_has_no_nul_and_is_otherwise_the_same(text: str) -> None:
    assert "\x00" not in storable(text)
    assert storable(text) == "".join("\ufffd" if letter == "\x00" else letter for letter in text)
