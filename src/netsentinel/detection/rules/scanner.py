"""The scanner: takes one distinct value of a field and answers which of the field's atoms it satisfies.

Every strategy costs about the length of the value, not the number of atoms: exact values, beginnings and ends are
looked up in hash tables by length; substrings are found by one rare four-byte piece each, and only then compared.
"""

import ipaddress
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from netsentinel.detection.rules.model import Atom, Operation, Part, pattern_pieces
from netsentinel.detection.rules.regex import Search, like, search, utf8
from netsentinel.kernel.clock import from_iso

Ids = tuple[int, ...]

_GRAM = 4
_FEW = 24
"""Up to so many substrings are simply tried one after the other."""

_WINDOW = 32 * 1024
"""Values are cut into pieces of this length for the table of four-byte pieces, so that it stays small."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 64

_COMPARE: dict[Operation, Callable[[float, float], bool]] = {
    Operation.NUMBER: operator.eq,
    Operation.LT: operator.lt,
    Operation.LTE: operator.le,
    Operation.GT: operator.gt,
    Operation.GTE: operator.ge,
}


class FieldScanner:
    """Knows all atoms of one field.

    Args:
        atoms: the atoms with the id that `scan` answers for each.
    """

    def __init__(self, atoms: Iterable[tuple[int, Atom]]) -> None:
        caseless, cased = _Texts(), _Texts()
        self._numbers = _Numbers()
        self._networks = _Networks()
        self._regexes: list[tuple[int, Search]] = []
        for number, atom in atoms:
            if atom.operation in _COMPARE:
                self._numbers.add(number, atom)
            elif atom.operation is Operation.CIDR:
                self._networks.add(number, atom)
            elif atom.operation is Operation.REGEX:
                self._regexes.append((number, search(str(atom.value))))
            else:
                (cased if atom.cased else caseless).add(number, atom)
        self._caseless = caseless if caseless.freeze() else None
        self._cased = cased if cased.freeze() else None

    def scan(self, value: str) -> Ids:
        """The ids of the atoms that this value satisfies, in no order that means anything."""
        found: list[int] = []
        if self._caseless is not None:
            self._caseless.find(value.lower(), found)
        if self._cased is not None:
            self._cased.find(value, found)
        if self._regexes:
            encoded = utf8(value)
            found.extend(number for number, matches in self._regexes if matches(encoded))
        self._numbers.find(value, found)
        self._networks.find(value, found)
        return tuple(found)


class _Texts:
    """Atoms that compare texts, all of the same case rule."""

    def __init__(self) -> None:
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._starts: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._ends: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._inside: list[tuple[str, int, Search | None]] = []
        self._always: list[int] = []
        self._grams: dict[int, list[tuple[str, int, Search | None]]] = {}

    def add(self, number: int, atom: Atom) -> None:
        value = str(atom.value) if atom.cased else str(atom.value).lower()
        if atom.operation is Operation.EQUALS:
            self._exact[value].append(number)
        elif not value:
            self._always.append(number)
        elif atom.operation is Operation.STARTSWITH:
            self._starts[len(value)][value].append(number)
        elif atom.operation is Operation.ENDSWITH:
            self._ends[len(value)][value].append(number)
        elif atom.operation is Operation.CONTAINS:
            self._inside.append((value, number, None))
        else:
            self._add_pattern(number, value)

    def _add_pattern(self, number: int, pattern: str) -> None:
        pieces = pattern_pieces(pattern)
        literals = [piece[1:] for piece in pieces if piece.startswith("=")]
        if not literals and set(pieces) == {"*"}:
            self._always.append(number)
            return
        self._inside.append((max(literals, key=len, default=""), number, like(pieces)))

    def freeze(self) -> bool:
        """Make it ready to find; whether it holds anything."""
        if len(self._inside) > _FEW:
            self._index()
        return bool(self._exact or self._starts or self._ends or self._inside or self._always or self._grams)

    def _index(self) -> None:
        """File each substring under its rarest four bytes; shorter ones stay in the list that is tried in full."""
        uses: defaultdict[int, int] = defaultdict(int)
        for literal, _, _ in self._inside:
            for gram in _grams(utf8(literal)):
                uses[gram] += 1
        short: list[tuple[str, int, Search | None]] = []
        for entry in self._inside:
            grams = _grams(utf8(entry[0]))
            if grams:
                rarest = min(sorted(grams), key=uses.__getitem__)
                self._grams.setdefault(rarest, []).append(entry)
            else:
                short.append(entry)
        self._inside = short

    def find(self, value: str, found: list[int]) -> None:
        found.extend(self._always)
        if value in self._exact:
            found.extend(self._exact[value])
        size = len(value)
        for length, table in self._starts.items():
            if length <= size and (head := value[:length]) in table:
                found.extend(table[head])
        for length, table in self._ends.items():
            if length <= size and (tail := value[-length:]) in table:
                found.extend(table[tail])
        for literal, number, verify in self._inside:
            if literal in value and (verify is None or verify(utf8(value))):
                found.append(number)
        if self._grams:
            self._find_by_grams(value, found)

    def _find_by_grams(self, value: str, found: list[int]) -> None:
        data = utf8(value)
        hits: set[int] = set()
        for start in range(0, max(len(data) - _GRAM + 1, 0), _WINDOW):
            hits |= self._grams.keys() & _grams(data[start : start + _WINDOW + _GRAM - 1])
        for gram in hits:
            for literal, number, verify in self._grams[gram]:
                if literal in value and (verify is None or verify(data)):
                    found.append(number)


def _grams(data: bytes) -> set[int]:
    """Every four bytes in a row, each as one number: four passes that Python leaves to C."""
    view, found = memoryview(data), set[int]()
    for start in range(_GRAM):
        whole = (len(data) - start) // _GRAM * _GRAM
        if whole > 0:
            found.update(view[start : start + whole].cast("I"))
    return found


class _Numbers:
    """Atoms that compare numbers, of the value itself or of a part of the time it states."""

    def __init__(self) -> None:
        self._tests: defaultdict[Part, list[tuple[int, Callable[[float, float], bool], float]]] = defaultdict(list)

    def add(self, number: int, atom: Atom) -> None:
        if not isinstance(atom.value, str):
            self._tests[atom.part].append((number, _COMPARE[atom.operation], atom.value))

    def find(self, value: str, found: list[int]) -> None:
        for part, tests in self._tests.items():
            said = number_of(value) if part is Part.WHOLE else part_of(value, part)
            if said is not None:
                found.extend(number for number, compare, other in tests if compare(said, other))


class _Networks:
    """Atoms that ask whether an address lies in a network."""

    def __init__(self) -> None:
        self._tests: list[tuple[int, ipaddress.IPv4Network | ipaddress.IPv6Network]] = []

    def add(self, number: int, atom: Atom) -> None:
        self._tests.append((number, ipaddress.ip_network(str(atom.value))))

    def find(self, value: str, found: list[int]) -> None:
        if not self._tests:
            return
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return
        found.extend(number for number, network in self._tests if address in network)


def number_of(value: str) -> float | None:
    """The number that a text states in decimal digits; None for anything else (also for `inf`, `nan` and `1_000`)."""
    if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
        return None
    return int(value) if value.isdigit() else float(value)


def part_of(value: str, part: Part) -> float | None:
    """The part of the time that a text states, in UTC: ISO 8601, or seconds since 1970."""
    try:
        seconds = number_of(value)
        moment = datetime.fromtimestamp(from_iso(value) / 1_000_000 if seconds is None else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return float(moment.isocalendar().week if part is Part.WEEK else getattr(moment, part.value))
