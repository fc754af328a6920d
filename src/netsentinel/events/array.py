"""Cutting a JSON array into its items, one at a time: an array of many small items is never held as a list."""

import re
from collections.abc import Iterator

import msgspec

from netsentinel.events.surrogates import without_lone_surrogates
from netsentinel.kernel.errors import MalformedBodyError

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_SPACE = re.compile(rb"[ \t\r\n]*+")

# A bounded number of pieces, so that one match never keeps other threads waiting for long.
_AMONG_ITEMS = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb"){0,2000}+", re.DOTALL)
_INSIDE_ITEM = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb"){0,2000}+", re.DOTALL)

_WHOLE_STRING = re.compile(_STRING, re.DOTALL)

_QUOTE, _COMMA = ord('"'), ord(",")
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")

_check = msgspec.json.Decoder(msgspec.Raw).decode


def is_array(text: bytes) -> bool:
    """Whether a JSON text begins as an array."""
    return text.startswith(b"[", _after(_SPACE, text, 0))


def array_items(text: bytes) -> Iterator[bytes]:
    """The items of a JSON array as they are written, each checked to be valid JSON by itself.

    Raises:
        MalformedBodyError: the text is no valid JSON array. The items before the fault were given by then.
    """
    number, start = 0, _after(_SPACE, text, 0) + 1
    while True:
        end = _item_end(text, start)
        item = text[start:end]
        number += 1
        if text[end] != _COMMA and number == 1 and not item.strip():
            break
        yield _valid(item, number)
        if text[end] != _COMMA:
            break
        start = end + 1
    if text[end : end + 1] != b"]" or _after(_SPACE, text, end + 1) < len(text):
        raise MalformedBodyError("The body is no valid JSON: the array is not closed by its last character.")


def one_value(text: bytes) -> bytes:
    """A JSON text that is one value, as it is written; only unpaired surrogate escapes are replaced.

    Raises:
        MalformedBodyError: it is no valid JSON.
    """
    try:
        try:
            return bytes(_check(text))
        except msgspec.DecodeError:
            repaired = without_lone_surrogates(text)
            if repaired == text:
                raise
            return bytes(_check(repaired))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBodyError(f"The body is no valid JSON: {error}.") from None
    except RecursionError:
        raise MalformedBodyError("The body is no JSON that can be read: it is nested too deeply.") from None


def _item_end(text: bytes, start: int) -> int:
    """Where the comma or bracket stands that ends an item."""
    at, depth = start, 0
    while at < len(text):
        at = _after(_INSIDE_ITEM if depth else _AMONG_ITEMS, text, at)
        sign = text[at] if at < len(text) else 0
        if sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            if depth == 0:
                return at
            depth -= 1
        elif sign == _COMMA and depth == 0:
            return at
        elif sign == _QUOTE and not _WHOLE_STRING.match(text, at):
            break
        else:
            continue
        at += 1
    raise MalformedBodyError("The body is no valid JSON: it ends within the array.")


def _valid(item: bytes, number: int) -> bytes:
    try:
        return one_value(item)
    except MalformedBodyError as error:
        raise MalformedBodyError(f"{error.detail} (item {number} of the array)") from None


def _after(pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    """Where the text goes on behind what the pattern takes here."""
    found = pattern.match(text, at)
    return at if found is None else found.end()
