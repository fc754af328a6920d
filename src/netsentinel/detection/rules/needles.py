"""Many texts and expressions looked for in one pass over a value: the only file that speaks Hyperscan.

Texts are compared byte by byte as UTF-8, which finds exactly what comparing characters would: no character's bytes are
part of another's. Letters of either case are the caller's business (it lowers both sides, which Hyperscan's caseless
mode would only do for some scripts). Expressions are approximated from above (`HS_FLAG_PREFILTER`) where Hyperscan
cannot do all of them; who asks verifies what was found.
"""

from collections.abc import Sequence
from typing import Any, cast

import hyperscan

from netsentinel.detection.rules.regex import utf8

_hyperscan: Any = cast("Any", hyperscan)

_LITERAL = _hyperscan.HS_FLAG_SINGLEMATCH | _hyperscan.HS_FLAG_DOTALL
_EXPRESSION = (
    _hyperscan.HS_FLAG_SINGLEMATCH
    | _hyperscan.HS_FLAG_UTF8
    | _hyperscan.HS_FLAG_PREFILTER
    | _hyperscan.HS_FLAG_ALLOWEMPTY
)

LONGEST = 512
"""Bytes of a text that are looked for; the caller verifies a longer one."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

Needle = tuple[bytes, int]
"""An expression of Hyperscan and its flags."""


def literal(text: str, *, at_start: bool = False, at_end: bool = False) -> Needle:
    """A text, anywhere in a value or at an edge of it; only its last (`at_end`) or first bytes when it is long."""
    data = utf8(text)
    cut = data[-LONGEST:] if at_end else data[:LONGEST]
    body = b"".join(bytes((byte,)) if byte in _PLAIN else b"\\x%02x" % byte for byte in cut)
    start = b"\\A" if at_start and len(cut) == len(data) or at_start and not at_end else b""
    return start + body + (b"\\z" if at_end else b""), _LITERAL


def any_case(text: str) -> Needle:
    """A text of ASCII letters and signs in upper or lower case."""
    return literal(text)[0], _LITERAL | _hyperscan.HS_FLAG_CASELESS


def expression(pattern: str) -> Needle | None:
    """A regular expression; None when Hyperscan cannot even approximate it."""
    needle = (utf8(pattern), _EXPRESSION)
    try:
        _compile([needle])
    except _hyperscan.error:
        return None
    return needle


class Needles:
    """A set of needles, compiled. Not for several threads at once.

    Args:
        needles: `find` answers their positions in this sequence.
    """

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._scan = _compile(needles).scan
        found: list[int] = []
        self._found = found
        self._hit = lambda number, _start, _end, _flags, _context: found.append(number)

    def find(self, data: bytes) -> list[int]:
        """The needles that are in these bytes, each once, in no order that means anything."""
        found = self._found
        found.clear()
        self._scan(data, self._hit)
        return found


def _compile(needles: Sequence[Needle]) -> Any:
    database = _hyperscan.Database(mode=_hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression for expression, _ in needles],
        ids=list(range(len(needles))),
        elements=len(needles),
        flags=[flags for _, flags in needles],
    )
    return database
