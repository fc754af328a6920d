"""Keywords: texts that rules look for in every value of an event.

All values of an event are looked through at once, joined, for a piece of each keyword. Almost always there is none;
else the values are scanned one by one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from netsentinel.detection.rules.atoms import longest_literal
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import everything, text_of
from netsentinel.detection.rules.model import Atom, Operation, pattern_pieces
from netsentinel.detection.rules.needles import LONGEST, Needle, Needles, any_case, literal
from netsentinel.detection.rules.regex import utf8
from netsentinel.detection.rules.scanner import FieldScanner
from netsentinel.detection.rules.values import Value

_ASCII = re.compile(r"[\x00-\x7f]+")

_ODD = ("\u212a", "\u0130")
"""The two characters outside of ASCII whose lower case begins with an ASCII letter: the Kelvin sign and a dotted I."""


class KeywordScanner:
    """Knows all keywords of a plan. Not for several threads at once.

    Args:
        asked: the keyword atoms with the rules that each is a witness for.
        cache: where what is compiled is kept.
    """

    def __init__(self, asked: Mapping[Atom, Sequence[int]], cache: RuleCache | None = None) -> None:
        self._rules = list(asked.values())
        self._scan = FieldScanner(enumerate(asked), cache).scan
        pieces = [_piece(atom) for atom in asked]
        needles: set[Needle] = {*(any_case(piece) for piece in pieces if piece), *(literal(char) for char in _ODD)}
        self._pieces = Needles(sorted(needles), cache) if all(pieces) else None

    def find(self, native: dict[str, Any]) -> set[int]:
        """The rules that have a witness among the values of an event."""
        if self._pieces is not None and not self._pieces.find(_joined(native)):
            return set()
        return {
            rule for _, text in everything(native) for atom in self._scan(Value(text)) for rule in self._rules[atom]
        }


def _piece(atom: Atom) -> str:
    """An ASCII text that a value that answers the atom must hold, in either case; empty when there is none."""
    if atom.operation is Operation.LIKE:
        text = longest_literal(pattern_pieces(str(atom.value)))
    elif atom.operation in {Operation.CONTAINS, Operation.STARTSWITH, Operation.ENDSWITH, Operation.EQUALS}:
        text = str(atom.value)
    else:
        return ""
    return max(_ASCII.findall(text), key=len, default="")[:LONGEST]


def _joined(native: dict[str, Any]) -> bytes:
    texts = [value for value in native.values() if type(value) is str]
    if len(texts) != len(native):
        texts += [text for value in native.values() if type(value) is not str for text in _texts_of(value)]
    return utf8("\n".join(texts))


def _texts_of(value: Any) -> Iterable[str]:
    said = text_of(value)
    return (text for _, text in everything({"": value})) if said is None else (said,)
