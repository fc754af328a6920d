"""Unpaired surrogate escapes: JSON can write them, text cannot hold them, and names of Windows files may have them."""

import re

_ESCAPE = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u])|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""A pair or another escape (kept), or half a pair."""


def without_lone_surrogates(text: bytes) -> bytes:
    """A JSON text in which U+FFFD stands for every half of a surrogate pair that has no other half.

    A decoder refuses such a text; a record must not escape the rules by holding one.
    """
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: found[1] or b"\\ufffd", text)
