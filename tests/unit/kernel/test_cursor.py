import base64

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
    ["!", "AAAA", "W10", encode_cursor((1,)), encode_cursor(("a", 1)), encode_cursor((1, "a", 2)), "\u00e9", "bm90"],
)
def test_what_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor(cursor, int, str)


@given(st.binary(max_size=40))
def test_no_bytes_break_it(raw: bytes) -> None:
    try:
        decode_cursor(base64.urlsafe_b64encode(raw).decode(), int, str)
    except InvalidCursorError as error:
        assert "next" in error.detail  # noqa: PT017 - most random bytes are refused, a few are a cursor
