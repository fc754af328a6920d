import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import InvalidCursorError


@given(st.integers(-(2**62), 2**62), st.text())
def test_a_key_survives(at: int, text: str) -> None:
    assert decode_cursor(encode_cursor((at, text)), int, str) == (at, text)


@given(st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_a_float_key_survives_exactly(heat: float, text: str) -> None:
    assert decode_cursor(encode_cursor((heat, text)), float, str) == (heat, text)


@pytest.mark.parametrize(
    "cursor",
    [
        "!",
        "AAAA",
        "W10",
        encode_cursor((1,)),
        encode_cursor(("a", 1)),
        encode_cursor((1, "a", 2)),
        encode_cursor((2**63, "a")),
        "\u00e9",
        "bm90",
    ],
)
def test_what_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor(cursor, int, str)


@pytest.mark.parametrize("kinds", [(int, str), (float, str)])
@pytest.mark.parametrize("number", [b"1180591620717411303424", b"-9223372036854775809", b"1e400"])
def test_numbers_that_no_database_holds_are_refused(number: bytes, kinds: tuple[type[Any], type[str]]) -> None:
    cursor = base64.urlsafe_b64encode(b"[" + number + b',"a"]').decode()
    try:
        at, _ = decode_cursor(cursor, *kinds)
    except InvalidCursorError:
        return
    assert isinstance(at, float), "a float may be as large as it likes"


@given(st.binary(max_size=40))
def test_no_bytes_break_it(raw: bytes) -> None:
    try:
        decode_cursor(base64.urlsafe_b64encode(raw).decode(), int, str)
    except InvalidCursorError as error:
        assert "next" in error.detail  # noqa: PT017 - most random bytes are refused, a few are a cursor
