"""The scanner: takes one distinct value of a field and answers which of the field's atoms it satisfies.

A pass of Hyperscan over the value costs about its length, not the number of atoms. Exact values and numbers are looked
up in tables; what is left (networks, comparisons) is asked one by one.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence

from netsentinel.detection.rules.atoms import Test, longest_literal, question_of
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.model import Atom, Operation, Part, pattern_pieces
from netsentinel.detection.rules.needles import LONGEST, Needle, Needles, expression, literal, supported
from netsentinel.detection.rules.regex import utf8
from netsentinel.detection.rules.values import Value, number_of

_Answers = list[tuple[int, Test | None]]
"""Ids of atoms, and the test that each still has to pass, if any."""

_TEXTS = frozenset({Operation.EQUALS, Operation.STARTSWITH, Operation.ENDSWITH, Operation.CONTAINS, Operation.LIKE})


class FieldScanner:
    """Knows all atoms of one field. Not for several threads at once.

    Args:
        atoms: the atoms with the id that `scan` answers for each.
        cache: where what is compiled is kept.
        loose: the ids for which it is enough that the atom may be true; this saves asking it.
    """

    def __init__(
        self, atoms: Iterable[tuple[int, Atom]], cache: RuleCache | None = None, loose: Container[int] = ()
    ) -> None:
        caseless, cased, expressions = _Texts(loose), _Texts(loose), _Expressions(loose)
        self._numbers: defaultdict[float, list[int]] = defaultdict(list)
        self._tests: list[tuple[int, Test]] = []
        for number, atom in atoms:
            if atom.operation is Operation.REGEX:
                expressions.add(number, atom)
            elif atom.operation in _TEXTS:
                (cased if atom.cased else caseless).add(number, atom)
            elif atom.operation is Operation.NUMBER and atom.part is Part.WHOLE and not isinstance(atom.value, str):
                self._numbers[atom.value].append(number)
            else:
                self._tests.append((number, question_of(atom)))
        self._caseless = caseless if caseless.freeze(cache) else None
        self._cased = cased if cased.freeze(cache) else None
        self._expressions = expressions if expressions.freeze(cache) else None

    def scan(self, value: Value) -> Sequence[int]:
        """The ids of the atoms that this value satisfies, or may satisfy, in no order that means anything."""
        found: list[int] = []
        if self._caseless is not None:
            self._caseless.find(value.low, value, found)
        if self._cased is not None:
            self._cased.find(value.text, value, found)
        if self._expressions is not None:
            self._expressions.find(value, found)
        if self._numbers:
            said = number_of(value.text)
            if said is not None:
                found.extend(self._numbers.get(said, ()))
        for number, test in self._tests:
            if test(value):
                found.append(number)
        return found


class _Texts:
    """Atoms that compare texts, all in the same form of the value: as it is, or in lower case."""

    def __init__(self, loose: Container[int]) -> None:
        self._loose = loose
        self._equal: defaultdict[str, list[int]] = defaultdict(list)
        self._sought: defaultdict[Needle, _Answers] = defaultdict(list)
        self._unsought: _Answers = []
        """Atoms without any text to look for: each is asked of every value."""
        self._needles: Needles | None = None
        self._answers: list[_Answers] = []
        self._single: list[int | None] = []
        """For each needle its only answer, where that one needs no test: true of almost all."""

    def add(self, number: int, atom: Atom) -> None:
        text = str(atom.value) if atom.cased else str(atom.value).lower()
        if atom.operation is Operation.EQUALS:
            self._equal[text].append(number)
        elif atom.operation is Operation.LIKE:
            sought = longest_literal(pattern_pieces(text))
            test = None if number in self._loose and sought else question_of(atom)
            (self._sought[literal(sought)] if sought else self._unsought).append((number, test))
        elif not text:
            self._unsought.append((number, None))
        else:
            at_start, at_end = atom.operation is Operation.STARTSWITH, atom.operation is Operation.ENDSWITH
            test = question_of(atom) if len(utf8(text)) > LONGEST and number not in self._loose else None
            self._sought[literal(text, at_start=at_start, at_end=at_end)].append((number, test))

    def freeze(self, cache: RuleCache | None) -> bool:
        """Make it ready to find; whether it holds anything."""
        if self._sought:
            self._needles = Needles(list(self._sought), cache)
            self._answers = list(self._sought.values())
            self._single = [each[0][0] if len(each) == 1 and each[0][1] is None else None for each in self._answers]
            self._sought.clear()
        return bool(self._equal or self._needles or self._unsought)

    def find(self, text: str, value: Value, found: list[int]) -> None:
        if text in self._equal:
            found += self._equal[text]
        for number, test in self._unsought:
            if test is None or test(value):
                found.append(number)
        if self._needles is not None and text:
            for position in self._needles.find(utf8(text)):
                single = self._single[position]
                if single is not None:
                    found.append(single)
                    continue
                for number, test in self._answers[position]:
                    if test is None or test(value):
                        found.append(number)


class _Expressions:
    """Regular expressions: Hyperscan finds the values that may match, RE2 decides."""

    def __init__(self, loose: Container[int]) -> None:
        self._loose = loose
        self._atoms: list[tuple[int, Test]] = []
        self._sought: list[tuple[Needle, int, Test | None]] = []
        self._unsought: list[tuple[int, Test]] = []
        """What Hyperscan cannot even approximate."""
        self._needles: Needles | None = None

    def add(self, number: int, atom: Atom) -> None:
        test = question_of(atom)
        self._atoms.append((number, test))
        self._sought.append((expression(str(atom.value)), number, None if number in self._loose else test))

    def freeze(self, cache: RuleCache | None) -> bool:
        """Make it ready to find; whether it holds anything."""
        if self._sought:
            try:
                self._needles = Needles([needle for needle, _, _ in self._sought], cache)
            except ValueError:
                self._leave_out_unsupported(cache)
        return bool(self._atoms)

    def _leave_out_unsupported(self, cache: RuleCache | None) -> None:
        can = supported([needle for needle, _, _ in self._sought], cache)
        self._unsought = [one for one, fine in zip(self._atoms, can, strict=True) if not fine]
        self._sought = [one for one, fine in zip(self._sought, can, strict=True) if fine]
        if self._sought:
            self._needles = Needles([needle for needle, _, _ in self._sought], cache)

    def find(self, value: Value, found: list[int]) -> None:
        try:
            data = value.text.encode()
        except UnicodeEncodeError:  # half a surrogate pair: Hyperscan may only be given valid UTF-8
            data = b""
        if not data or self._needles is None:
            found.extend(number for number, test in self._atoms if test(value))
            return
        for number, test in self._unsought:
            if test(value):
                found.append(number)
        for position in self._needles.find(data):
            _, number, doubt = self._sought[position]
            if doubt is None or doubt(value):
                found.append(number)
