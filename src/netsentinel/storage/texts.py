"""What stands in columns of text: values as JSON, and patterns to find a part of them."""

from typing import Final

import msgspec

decode_texts: Final = msgspec.json.Decoder(tuple[str, ...]).decode
"""Texts that `as_json` wrote."""


def as_json(value: object) -> str:
    """A value as stores keep it where it needs no columns of its own."""
    return msgspec.json.encode(value).decode()


def containing(text: str) -> str:
    r"""A pattern for `LOWER(column) LIKE ? ESCAPE '\'` that finds the text anywhere, whatever characters it has."""
    return ending(text) + "%"


def ending(text: str) -> str:
    """Like `containing`, for what ends with the text."""
    return "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
