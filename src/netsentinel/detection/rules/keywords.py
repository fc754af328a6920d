"""Keywords: texts that rules look for in every value of an event.

The JSON of an event is looked through for a piece of each keyword. Almost always there is none; else its values are,
joined, and only then one by one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from netsentinel.detection.rules.atoms import Guard, heed, longest_literal, unguarded
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import everything, text_of
from netsentinel.detection.rules.model import Atom, Operation, pattern_pieces
from netsentinel.detection.rules.needles import LONGEST, Needles, any_case, literal
from netsentinel.detection.rules.regex import utf8
from netsentinel.detection.rules.said import NOTHING, Said
from netsentinel.detection.rules.scanner import FieldScanner
from netsentinel.detection.rules.witness import is_typical

_ASCII = re.compile(r"[\x00-\x7f]+")

_ODD = ("\u212a", "\u0130")
"""The two characters outside of ASCII whose lower case begins with an ASCII letter: the Kelvin sign and a dotted I."""


_NUMBER = frozenset("0123456789.eE+-")
"""What a number is written with: JSON may write one in another way than it is read."""

_PIECE = 8
"""So many characters of a keyword are looked for: its beginning where that says something, since the ends of texts
(`.dll`, `.com`) are what many have in common. A long needle takes three times as long."""

_MOST_ANSWERS = 1_024
"""So many sets of keywords that stood in one event are told apart at a time."""

_REWRITTEN = (rb"(?:^|[^\\])(?:\\\\)*\\[u/]", literal("")[1])
"""JSON's escapes for what needs none, which hide a text: a code point, a slash."""


class KeywordScanner:
    """Knows all keywords of a plan. Not for several threads at once.

    Args:
        asked: the keyword atoms with the rules, as bits, whose first and whose second fresh need each meets.
        cache: where what is compiled is kept.
        guard: of what is asked of values one by one.
    """

    def __init__(
        self, asked: Mapping[Atom, tuple[int, int]], cache: RuleCache | None = None, guard: Guard = unguarded
    ) -> None:
        self._rules = list(asked.values())
        self._said: dict[tuple[int, int], Said] = {}
        self._atoms_in = FieldScanner(enumerate(asked), cache, guard=guard).atoms
        pieces = [_piece(atom) for atom in asked]
        self._pieces = self._escaped = self._escaped_ascii = None
        if all(pieces):
            heed(guard, next(iter(asked)))
            odd = {literal(char) for char in _ODD}
            self._pieces = Needles(sorted({*map(any_case, pieces), *odd}), cache)
            if not any(_NUMBER.issuperset(piece) for piece in pieces):
                escaped = {any_case(msgspec.json.encode(piece)[1:-1].decode()) for piece in pieces}
                heed(guard, next(iter(asked)))
                self._escaped = Needles(sorted({*escaped, *odd, _REWRITTEN}), cache)
                heed(guard, next(iter(asked)))
                self._escaped_ascii = Needles(sorted({*escaped, _REWRITTEN}), cache)

    def may_be_in(self, raws: Sequence[bytes]) -> bool:
        """Whether any of these events may hold a keyword; one look through all of them together.

        What is looked for holds no line end, which JSON writes as an escape: none reaches over two events.

        Args:
            raws: the events as JSON, or empty.
        """
        return self._escaped is None or not all(raws) or self._is_in(b"\n".join(raws))

    def _is_in(self, json: bytes) -> bool:
        """Whether a piece of a keyword, or what may hide one, stands there."""
        escaped = self._escaped_ascii if json.isascii() else self._escaped
        return escaped is None or bool(escaped.find(json))

    def find(self, native: dict[str, Any]) -> Said:
        """What the keywords in an event's values say; events with the same ones are answered with the same."""
        if self._pieces is not None and not self._pieces.find(_joined(native)):
            return NOTHING
        first = second = 0
        for _, text in everything(native):
            for atom in self._atoms_in(text):
                in_first, in_second = self._rules[atom]
                first |= in_first
                second |= in_second
        if not first | second:
            return NOTHING
        if len(self._said) >= _MOST_ANSWERS:
            self._said.clear()
        return self._said.setdefault((first, second), Said(first, second))


def _piece(atom: Atom) -> str:
    """A short ASCII text that a value that answers the atom must hold, in either case; empty when there is none."""
    if atom.operation is Operation.LIKE:
        text = longest_literal(pattern_pieces(str(atom.value)))
    elif atom.operation in {Operation.CONTAINS, Operation.STARTSWITH, Operation.ENDSWITH, Operation.EQUALS}:
        text = str(atom.value)
    else:
        return ""
    whole = max(_ASCII.findall(text), key=len, default="")[:LONGEST]
    pieces = (whole[at : at + _PIECE] for at in range(len(whole) - _PIECE + 1))
    return next((piece for piece in pieces if not _NUMBER.issuperset(piece) and not is_typical(piece)), whole)


def _joined(native: dict[str, Any]) -> bytes:
    texts = [value for value in native.values() if type(value) is str]
    if len(texts) != len(native):
        texts += [text for value in native.values() if type(value) is not str for text in _texts_of(value)]
    return utf8("\n".join(texts))


def _texts_of(value: Any) -> Iterable[str]:
    said = text_of(value)
    return (text for _, text in everything({"": value})) if said is None else (said,)
