"""What each atom asks of one value, asked by itself: for the logic of the few rules that have a witness."""

import ipaddress
import operator
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from netsentinel.detection.rules.model import Atom, Operation, Part, pattern_pieces
from netsentinel.detection.rules.regex import like, search, utf8
from netsentinel.detection.rules.values import Value, number_of, part_of

Test = Callable[[Value], bool]
"""Whether a value answers an atom."""

_Given = ParamSpec("_Given")
_Said = TypeVar("_Said")


class Guard(Protocol):
    """Who looks at each question before it is asked, and may end the judging by an error of its own."""

    def __call__(self, atom: Atom, question: Callable[_Given, _Said], /) -> Callable[_Given, _Said]:
        """The same question, guarded. The atom is the one that it is asked for, or the first of those."""
        ...


def unguarded(_: Atom, question: Callable[_Given, _Said], /) -> Callable[_Given, _Said]:
    """The question as it is."""
    return question


_COMPARE: dict[Operation, Callable[[float, float], bool]] = {
    Operation.NUMBER: operator.eq,
    Operation.LT: operator.lt,
    Operation.LTE: operator.le,
    Operation.GT: operator.gt,
    Operation.GTE: operator.ge,
}


_COMPILED = frozenset({Operation.REGEX, Operation.LIKE})
"""What RE2 has to compile, which takes up to some 20 ms each."""


def heed(guard: Guard, atom: Atom) -> None:
    """Have the guard look before something is made ready for this atom, and others, that takes its time."""
    guard(atom, _is_heeded)()


def _is_heeded() -> bool:
    return True


def question_of(atom: Atom, guard: Guard = unguarded) -> Test:
    """The question of an atom that one value decides (`model.ON_VALUES`).

    Raises:
        InvalidInputError: RE2 does not support its expression.
    """
    if atom.operation in _COMPILED:
        heed(guard, atom)
    return guard(atom, _test_of(atom))


def _test_of(atom: Atom) -> Test:
    if isinstance(atom.value, str) and atom.operation is not Operation.CIDR:
        return _text_test(atom, atom.value)
    if atom.operation is Operation.CIDR:
        return _network_test(str(atom.value))
    return _number_test(atom, float(atom.value) if isinstance(atom.value, float) else int(atom.value))


def _text_test(atom: Atom, said: str) -> Test:
    if atom.operation is Operation.REGEX:
        found = search(said)
        return lambda value: found(utf8(value.text))
    if atom.operation is Operation.LIKE:
        return _pattern_test(said, cased=atom.cased)
    return (_cased_test if atom.cased else _caseless_test)(atom.operation, said)


def _cased_test(operation: Operation, wanted: str) -> Test:
    tests: dict[Operation, Test] = {
        Operation.EQUALS: lambda value: value.text == wanted,
        Operation.STARTSWITH: lambda value: value.text.startswith(wanted),
        Operation.ENDSWITH: lambda value: value.text.endswith(wanted),
        Operation.CONTAINS: lambda value: wanted in value.text,
    }
    return tests[operation]


def _caseless_test(operation: Operation, said: str) -> Test:
    wanted = said.lower()
    tests: dict[Operation, Test] = {
        Operation.EQUALS: lambda value: value.low == wanted,
        Operation.STARTSWITH: lambda value: value.low.startswith(wanted),
        Operation.ENDSWITH: lambda value: value.low.endswith(wanted),
        Operation.CONTAINS: lambda value: wanted in value.low,
    }
    return tests[operation]


def _pattern_test(pattern: str, *, cased: bool) -> Test:
    pieces = pattern_pieces(pattern if cased else pattern.lower())
    matches = like(pieces)
    literal = longest_literal(pieces)
    if cased:
        return lambda value: literal in value.text and matches(utf8(value.text))
    return lambda value: literal in value.low and matches(utf8(value.low))


def longest_literal(pieces: list[str]) -> str:
    """The longest text that a value of this form must hold somewhere; empty when the pattern has none."""
    return max((piece[1:] for piece in pieces if piece.startswith("=")), key=len, default="")


def _number_test(atom: Atom, wanted: float) -> Test:
    compare, part = _COMPARE[atom.operation], atom.part

    def holds(value: Value) -> bool:
        said = number_of(value.text) if part is Part.WHOLE else part_of(value.text, part)
        return said is not None and compare(said, wanted)

    return holds


def _network_test(said: str) -> Test:
    network = ipaddress.ip_network(said)

    def holds(value: Value) -> bool:
        try:
            return ipaddress.ip_address(value.text) in network
        except ValueError:
            return False

    return holds
