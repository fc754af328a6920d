"""Many texts and expressions looked for in one pass over a value: the only file that speaks Hyperscan.

Texts are compared byte by byte as UTF-8, which finds exactly what comparing characters would: no character's bytes are
part of another's. Letters of either case are the caller's business (it lowers both sides, which Hyperscan's caseless
mode would only do for some scripts). Expressions are approximated from above (`HS_FLAG_PREFILTER`) where Hyperscan
cannot do all of them; who asks verifies what was found.
"""

from collections.abc import Callable, Sequence
from functools import cache as once
from typing import Any, cast

import hyperscan

from netsentinel.detection.rules.cache import RuleCache, key_of
from netsentinel.detection.rules.regex import utf8

_hyperscan: Any = cast("Any", hyperscan)

_LITERAL = int(_hyperscan.HS_FLAG_SINGLEMATCH | _hyperscan.HS_FLAG_DOTALL)
_CASELESS = int(_hyperscan.HS_FLAG_CASELESS)
_EXPRESSION = int(
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
    return (b"\\A" if at_start else b"") + body + (b"\\z" if at_end else b""), _LITERAL


def any_case(text: str) -> Needle:
    """A text of ASCII letters and signs in upper or lower case."""
    return caseless(literal(text))


def caseless(needle: Needle) -> Needle:
    """A needle made of ASCII letters and signs, found in upper or lower case."""
    return needle[0], needle[1] | _CASELESS


def expression(pattern: str) -> Needle:
    """A regular expression; see `supported`."""
    return utf8(pattern), _EXPRESSION


def supported(needles: Sequence[Needle], cache: RuleCache | None = None) -> list[bool]:
    """Which of these Hyperscan can find, or at least approximate."""
    if cache is None:
        return [_compiles(needle) for needle in needles]
    different = sorted(set(needles))  # what is kept is found again however a start happens to list them
    key = _key("supported", different)
    kept = cache.get(key)
    if kept is None or len(kept) != len(different):
        kept = bytes(map(_compiles, different))
        cache.put(key, kept)
    fine = dict(zip(different, kept, strict=True))
    return [bool(fine[needle]) for needle in needles]


class Needles:
    """A set of needles, compiled. Not for several threads at once.

    Args:
        needles: what is looked for.
        cache: where compiled sets are kept.
        names: what `find` answers for each needle; its position in the sequence by default.

    Raises:
        ValueError: one of them is not supported.
    """

    def __init__(
        self, needles: Sequence[Needle], cache: RuleCache | None = None, names: Sequence[int] | None = None
    ) -> None:
        # Compiled in an order of their own: what is kept is found again however a start happens to list them.
        order = sorted(range(len(needles)), key=needles.__getitem__)
        self._database = _database([needles[at] for at in order], cache)
        self._scan = self._database.scan
        self._found: list[int] = []
        self._hit = _collector(self._found, order if names is None else [names[at] for at in order])

    def find(self, data: bytes) -> list[int]:
        """The needles that are in these bytes, each once, in no order that means anything; good until the next call."""
        found = self._found
        found.clear()
        self._scan(data, self._hit)
        return found


def _collector(found: list[int], names: Sequence[int]) -> Callable[[int, int, int, int, object], None]:
    append = found.append

    def hit(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        append(names[number])

    return hit


def _database(needles: Sequence[Needle], cache: RuleCache | None) -> Any:
    if cache is None:
        return _compile(needles)
    key = _key("needles", needles)
    kept = cache.get(key)
    if kept is not None:
        try:
            return _load(kept)
        except _hyperscan.error:  # made by another version or for another processor: make it again
            kept = None
    database = _compile(needles)
    cache.put(key, _hyperscan.dumpb(database))
    return database


def _key(kind: str, needles: Sequence[Needle]) -> str:
    return key_of(kind, _platform(), *(b"%d %s" % (flags, text) for text, flags in needles))


def _load(kept: bytes) -> Any:
    database = _hyperscan.loadb(kept, mode=_hyperscan.HS_MODE_BLOCK)
    database.scratch = _hyperscan.Scratch(database)
    return database


def _compiles(needle: Needle) -> bool:
    try:
        _compile([needle])
    except ValueError:
        return False
    return True


def _compile(needles: Sequence[Needle]) -> Any:
    database = _hyperscan.Database(mode=_hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[text for text, _ in needles],
            ids=list(range(len(needles))),
            elements=len(needles),
            flags=[flags for _, flags in needles],
        )
    except _hyperscan.error as error:
        raise ValueError(str(error)) from None
    return database


@once
def _platform() -> bytes:
    """What a compiled set depends on beside its needles: the library's version and the processor it was made for."""
    return f"{_hyperscan.__version__} {_compile([(b'a', _LITERAL)]).info()!r}".encode()
