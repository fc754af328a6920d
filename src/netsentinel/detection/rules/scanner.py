"""The scanner: takes one distinct value of a field and answers which of the field's atoms it satisfies.

A pass of Hyperscan over the value costs about its length, not the number of atoms. Exact values and numbers are looked
up in tables; what is left (networks, comparisons) is asked one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from netsentinel.detection.rules.atoms import Guard, Test, heed, longest_literal, question_of, unguarded
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.coarse import coarse
from netsentinel.detection.rules.model import Atom, Operation, Part, pattern_pieces
from netsentinel.detection.rules.needles import LONGEST, Needle, Needles, caseless, expression, literal, supported
from netsentinel.detection.rules.regex import utf8
from netsentinel.detection.rules.values import Value, number_of

_Answer = tuple[int, Test | None]
"""Id of an atom, and the test that it still has to pass, if any."""

_Sought = defaultdict[Needle, list[_Answer]]

_MOST_INSTRUCTIONS = 20_000
"""So large all expressions of a field may be together; others are asked of every value. SigmaHQ's 118 have 11,937."""

_MOST_CHARACTERS = 512 * 1024
"""So many characters of expressions are compiled at a time: SigmaHQ's field with the most has 294,224."""

_TEXTS = frozenset({Operation.EQUALS, Operation.STARTSWITH, Operation.ENDSWITH, Operation.CONTAINS, Operation.LIKE})


class FieldScanner:
    """Knows all atoms of one field. Not for several threads at once.

    A value in ASCII, as nearly all are, is looked through once for everything. In others only the lower-case form of
    the value can be compared without case, so they are looked through once for each kind of atom.

    Args:
        atoms: the atoms with the id that `scan` answers for each.
        cache: where what is compiled is kept.
        loose: the ids for which it is enough that the atom may be true; this saves asking it.
        guard: of what is asked of values one by one.
    """

    def __init__(
        self,
        atoms: Iterable[tuple[int, Atom]],
        cache: RuleCache | None = None,
        loose: Container[int] = (),
        guard: Guard = unguarded,
    ) -> None:
        self._guard = guard
        self._cache = cache
        self._loose = loose
        self._equal: defaultdict[str, list[int]] = defaultdict(list)
        self._equal_cased: defaultdict[str, list[int]] = defaultdict(list)
        self._numbers: defaultdict[float, list[int]] = defaultdict(list)
        self._asked: list[_Answer] = []
        """Atoms without anything to look for: each is asked of every value."""
        self._in_ascii: _Sought = defaultdict(list)
        """Texts in ASCII that are compared without case, as Hyperscan finds them in either case."""
        self._caseless: _Sought = defaultdict(list)
        """All texts that are compared without case, in lower case."""
        self._cased: _Sought = defaultdict(list)
        self._expressions: _Sought = defaultdict(list)
        self._expression_tests: list[tuple[int, Test]] = []
        self._size = 0
        """Of all expressions, as `coarse` counts it."""
        self._first: Atom | None = None
        """Of its atoms."""
        for number, atom in atoms:
            self._first = self._first or atom
            self._add(number, atom)
        self._groups: list[tuple[int, ...]] = []
        """Atoms that are found together, by what stands for them: the first is -1."""
        self._table = self._whole_table()
        self._others: tuple[_Table, _Table, _Table] | None = None
        self._lengths = frozenset(map(len, (*self._equal, *self._equal_cased)))
        """Of the texts that a value may equal: almost no value is as long as one."""
        self._asks = bool(self._numbers or self._asked)

    def atoms(self, text: str) -> list[int]:
        """The ids of the atoms that this value satisfies, or may satisfy, in no order that means anything."""
        return self.atoms_of(self.scan(text))

    def atoms_of(self, answers: Iterable[int]) -> list[int]:
        """The ids of the atoms that these answers of `scan` stand for."""
        return [atom for one in answers for atom in ((one,) if one >= 0 else self._groups[-1 - one])]

    def scan(self, text: str) -> Sequence[int]:
        """The same, said shorter: a negative number stands for the atoms that it is always found with."""
        if text and text.isascii():
            found = self._table.find(text.encode(), text)
            if len(text) in self._lengths:
                self._add_equal(text, found)
        else:  # a letter may be longer in lower case
            found = self._find_in_other(text)
            self._add_equal(text, found)
        if self._asks:
            self._ask(text, found)
        return found

    def _add_equal(self, text: str, found: list[int]) -> None:
        found += self._equal.get(text.lower(), ())
        found += self._equal_cased.get(text, ())

    def _ask(self, text: str, found: list[int]) -> None:
        """Add what is asked of every value."""
        if self._numbers:
            said = number_of(text)
            if said is not None:
                found += self._numbers.get(said, ())
        if self._asked:
            value = Value(text)
            found += [number for number, test in self._asked if test is None or test(value)]

    def _find_in_other(self, text: str) -> list[int]:
        """What is in a value that is not in ASCII, or empty."""
        try:
            data = text.encode()
        except UnicodeEncodeError:  # half a surrogate pair: Hyperscan may only be given valid UTF-8 for expressions
            data = b""
        if not data:
            value = Value(text)
            found = [number for number, test in self._expression_tests if test(value)]
            return found + self._texts_in(text) if text else found
        return self._texts_in(text) + self._other_tables()[2].find(data, text)

    def _texts_in(self, text: str) -> list[int]:
        caseless, cased, _ = self._other_tables()
        return caseless.find(utf8(text.lower()), text) + cased.find(utf8(text), text)

    def _other_tables(self) -> "tuple[_Table, _Table, _Table]":
        if self._others is None:
            kinds = (self._caseless, self._cased, self._expressions)
            caseless, cased, expressions = (_Table(kind, self._groups, self._cache, self._heed) for kind in kinds)
            self._others = caseless, cased, expressions
        return self._others

    def _whole_table(self) -> "_Table":
        """Everything that is looked for in a value in ASCII."""
        everything = {**self._in_ascii, **self._cased, **self._expressions}
        try:
            return _Table(everything, self._groups, self._cache, self._heed)
        except ValueError:
            tests, needles = dict(self._expression_tests), list(self._expressions)
            for needle, fine in zip(needles, supported(needles, self._cache), strict=True):
                if not fine:  # not even an approximation: it is asked of every value
                    self._asked += [(number, tests[number]) for number, _ in self._expressions.pop(needle)]
            asked = {number for number, _ in self._asked}
            self._expression_tests = [one for one in self._expression_tests if one[0] not in asked]
            everything = {**self._in_ascii, **self._cased, **self._expressions}
            return _Table(everything, self._groups, self._cache, self._heed)

    def _heed(self) -> None:
        if self._first is not None:
            heed(self._guard, self._first)

    def _add(self, number: int, atom: Atom) -> None:
        if atom.operation in _TEXTS:
            self._add_text(number, atom, str(atom.value) if atom.cased else str(atom.value).lower())
        elif atom.operation is Operation.REGEX:
            self._add_expression(number, atom)
        elif atom.operation is Operation.NUMBER and atom.part is Part.WHOLE and not isinstance(atom.value, str):
            self._numbers[atom.value].append(number)
        else:
            self._asked.append((number, question_of(atom, self._guard)))

    def _add_expression(self, number: int, atom: Atom) -> None:
        """Look for an expression, or ask it of every value when looking would take Hyperscan too long to prepare."""
        test = question_of(atom, self._guard)
        pattern, size = coarse(str(atom.value))
        self._size += size
        if not pattern or self._size > _MOST_INSTRUCTIONS:
            self._asked.append((number, test))
            return
        self._expression_tests.append((number, test))
        self._expressions[expression(pattern)].append((number, None if number in self._loose else test))

    def _add_text(self, number: int, atom: Atom, text: str) -> None:
        if atom.operation is Operation.EQUALS:
            (self._equal_cased if atom.cased else self._equal)[text].append(number)
        elif atom.operation is Operation.LIKE:
            piece = longest_literal(pattern_pieces(text))
            if piece:
                self._seek(
                    literal(piece),
                    atom,
                    piece,
                    (number, None if number in self._loose else question_of(atom, self._guard)),
                )
            else:
                self._asked.append((number, question_of(atom, self._guard)))
        elif not text:
            self._asked.append((number, None))
        else:
            at_start, at_end = atom.operation is Operation.STARTSWITH, atom.operation is Operation.ENDSWITH
            test = question_of(atom, self._guard) if len(utf8(text)) > LONGEST and number not in self._loose else None
            self._seek(literal(text, at_start=at_start, at_end=at_end), atom, text, (number, test))

    def _seek(self, needle: Needle, atom: Atom, text: str, answer: _Answer) -> None:
        if atom.cased:
            self._cased[needle].append(answer)
            return
        self._caseless[needle].append(answer)
        if text.isascii():
            self._in_ascii[caseless(needle)].append(answer)


def _parts(needles: Iterable[Needle]) -> Iterator[slice]:
    """What is compiled together: all of them, nearly always."""
    begin = end = characters = 0
    for text, _ in needles:
        if characters + len(text) > _MOST_CHARACTERS and end > begin:
            yield slice(begin, end)
            begin, characters = end, 0
        end += 1
        characters += len(text)
    if end > begin:
        yield slice(begin, end)


def _one_after_another(finds: Sequence[Callable[[bytes], list[int]]]) -> Callable[[bytes], list[int]]:
    return lambda data: [name for find in finds for name in find(data)]


class _Table:
    """Needles with the atoms that each answers. Not for several threads at once.

    Args:
        sought: what is looked for.
        groups: where those atoms are noted that are found together.
        cache: where what is compiled is kept.
        heed: called before anything is compiled, which may take seconds.

    Raises:
        ValueError: one of the needles is not supported.
    """

    def __init__(
        self,
        sought: Mapping[Needle, Sequence[_Answer]],
        groups: list[tuple[int, ...]],
        cache: RuleCache | None,
        heed: Callable[[], None],
    ) -> None:
        names: list[int] = []
        self._tests: dict[int, Sequence[_Answer]] = {}
        """Of what was found, that which says nothing before the value is tested."""
        for answers in sought.values():
            is_sure = all(test is None for _, test in answers)
            if is_sure and len(answers) == 1:
                names.append(answers[0][0])
                continue
            groups.append(tuple(atom for atom, _ in answers) if is_sure else ())
            names.append(-len(groups))
            if not is_sure:
                self._tests[names[-1]] = answers
        finds: list[Callable[[bytes], list[int]]] = []
        for part in _parts(sought):
            heed()
            finds.append(Needles(list(sought)[part], cache, names[part]).find)
        self._find = finds[0] if len(finds) == 1 else _one_after_another(finds)

    def find(self, data: bytes, text: str) -> list[int]:
        """What this value answers, good until the next call.

        Args:
            data: the value in the form that is looked through.
            text: the value.
        """
        found = self._find(data)
        return found if self._tests.keys().isdisjoint(found) else self._tested(found, text)

    def _tested(self, found: Sequence[int], text: str) -> list[int]:
        """The same where a needle is not enough."""
        tests, value = self._tests, Value(text)
        sure: list[int] = []
        for number in found:
            if number in tests:
                sure += [atom for atom, test in tests[number] if test is None or test(value)]
            else:
                sure.append(number)
        return sure
