"""Regular expressions of rules: RE2 only, which takes time linear in the text whatever the pattern."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import re2

from netsentinel.kernel.errors import InvalidInputError

_re2: Any = cast("Any", re2)

_MAX_MEMORY = 2 * 1024 * 1024
"""Bytes one compiled expression may use, with what it remembers of texts; RE2 refuses a larger one."""

_OF_EACH = 2_000
"""Instructions that an expression counts beside its own, for what is kept with it however small it is."""

Search = Callable[[bytes], bool]


def utf8(text: str) -> bytes:
    """A value as RE2 reads it; a lone surrogate from a JSON escape does not fail."""
    return text.encode("utf-8", "surrogatepass")


def search(pattern: str) -> Search:
    """Whether the expression is found anywhere in a value (UTF-8).

    Raises:
        InvalidInputError: RE2 does not support the expression (look-around, back references) or it is too large.
    """
    find = compile_pattern(pattern).search
    return lambda value: find(value) is not None


def like(pieces: Sequence[str]) -> Search:
    """Whether a whole value (UTF-8) has the form of a pattern, given by `pattern_pieces`."""
    match = compile_pattern(_form(pieces)).fullmatch
    return lambda value: match(value) is not None


def instructions_of(pattern: str | Sequence[str]) -> int:
    """How large an expression is, or the pattern of these pieces, once compiled. An instruction takes some 9 bytes.

    Raises:
        InvalidInputError: RE2 does not support it or it is too large.
    """
    return int(compile_pattern(pattern if isinstance(pattern, str) else _form(pattern)).programsize) + _OF_EACH


def _form(pieces: Sequence[str]) -> str:
    parts = [".*" if piece == "*" else "." if piece == "?" else _re2.escape(piece[1:]) for piece in pieces]
    return "(?s)" + "".join(parts)


def compile_pattern(pattern: str) -> Any:
    """The compiled expression; nothing is printed when it fails.

    Raises:
        InvalidInputError: RE2 does not support the expression or it is too large.
    """
    options = _re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return _re2.compile(pattern, options)
    except _re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        advice = "write it as several" if "large" in said else "RE2 has no look-around and no back references"
        raise InvalidInputError(f"{said} ({advice})") from None
