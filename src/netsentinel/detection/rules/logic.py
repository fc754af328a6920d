"""The logic of one rule over one event: a tree that says whether it is true, and why.

It is only asked for rules that have a witness in the event, so it compares the few values of that rule directly.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from netsentinel.detection.rules.atoms import Guard, Test, question_of, unguarded
from netsentinel.detection.rules.fields import MISSING, FieldReader, everything, scalars
from netsentinel.detection.rules.model import ON_VALUES, AllOf, Atom, Condition, Has, Not, Operation
from netsentinel.detection.rules.values import Value
from netsentinel.detection.rules.witness import odds
from netsentinel.events.model import Event
from netsentinel.events.rows import RowEvent

Evidence = tuple[str, str, Atom]
"""Field, value and the atom that it answers."""

Readers = Callable[[str], FieldReader]
"""How a plan reads a field, by the name that rules use."""


class View:
    """One event as the logic sees it: each field is read once.

    Args:
        event: the event.
    """

    __slots__ = ("_event", "_pairs", "known")

    def __init__(self, event: Event) -> None:
        self._event = event
        self.known: dict[FieldReader, tuple[Value, ...]] = {}
        """The values of the fields that were read."""
        self._pairs: tuple[tuple[str, Value], ...] | None = None

    def read(self, reader: FieldReader) -> Any:
        """What stands in a field, or MISSING."""
        event = self._event
        if type(event) is not RowEvent or not reader.is_flat:
            return reader.read(event.native)
        for name in reader.names:
            raw = event.value(name)
            if raw is not MISSING:
                return raw
        return MISSING

    def values(self, reader: FieldReader) -> tuple[Value, ...]:
        """The values of a field."""
        found = self.known.get(reader)
        if found is None:
            raw = self.read(reader)
            found = (Value(raw),) if type(raw) is str else tuple(map(Value, scalars(raw)))
            self.known[reader] = found
        return found

    def everything(self) -> tuple[tuple[str, Value], ...]:
        """Every value with its name: what keywords are looked for in."""
        if self._pairs is None:
            self._pairs = tuple((name, Value(text)) for name, text in everything(self._event.native))
        return self._pairs


class Logic(ABC):
    """A part of a rule's condition."""

    @abstractmethod
    def holds(self, view: View) -> bool:
        """Whether it is true."""

    @abstractmethod
    def settled(self, view: View) -> "Logic":
        """What is left to ask of events whose steady fields are those of this one; `NEVER` when they rule it out."""

    @abstractmethod
    def explain(self, view: View) -> Iterator[Evidence]:
        """What made it true: everything of an `and`, the true items of an `or`, nothing of a `not`."""


class _Leaf(Logic):
    """One question about some fields.

    Args:
        readers: of the fields; none when it asks all of them.
    """

    __slots__ = ("_steady",)

    def __init__(self, *readers: FieldReader) -> None:
        self._steady = bool(readers) and all(reader.is_steady for reader in readers)

    def settled(self, view: View) -> Logic:
        if not self._steady:
            return self
        return _Known(tuple(self.explain(view))) if self.holds(view) else NEVER


def _values_of(reader: FieldReader, atom: Atom, guard: Guard) -> Callable[[View, FieldReader], tuple[Value, ...]]:
    """How the values of a field are found: down nested lists it may take long, and find nothing to ask."""
    return View.values if reader.is_flat else guard(atom, View.values)


class _Known(Logic):
    """What is true whatever the fresh fields are.

    Args:
        evidence: why.
    """

    __slots__ = ("evidence",)

    def __init__(self, evidence: tuple[Evidence, ...]) -> None:
        self.evidence = evidence

    def holds(self, view: View) -> bool:  # noqa: ARG002 - no event is asked
        return True

    def settled(self, view: View) -> Logic:  # noqa: ARG002 - no event is asked
        return self

    def explain(self, view: View) -> Iterator[Evidence]:  # noqa: ARG002 - no event is asked
        return iter(self.evidence)


class _Never(Logic):
    """What is false whatever the fresh fields are."""

    __slots__ = ()

    def holds(self, view: View) -> bool:  # noqa: ARG002 - no event is asked
        return False

    def settled(self, view: View) -> Logic:  # noqa: ARG002 - no event is asked
        return self

    def explain(self, view: View) -> Iterator[Evidence]:  # noqa: ARG002 - what is false has no reason to be true
        return iter(())


NEVER: Logic = _Never()


def logic_of(condition: Condition, reader: Readers, guard: Guard = unguarded) -> Logic:
    """A condition, ready to be asked; each of its questions is guarded."""
    if isinstance(condition, Has):
        return _atom(condition.atom, reader, guard)
    if isinstance(condition, Not):
        return _Not(logic_of(condition.item, reader, guard))
    if isinstance(condition, AllOf):
        items = [(odds(item), logic_of(item, reader, guard)) for item in condition.items]
        return _All([item for _, item in items], [item for _, item in sorted(items, key=itemgetter(0))])
    items = _grouped(condition.items, reader, guard)
    return items[0] if len(items) == 1 else _Any(items)


def _atom(atom: Atom, reader: Readers, guard: Guard) -> Logic:
    if atom.operation in ON_VALUES:
        test = question_of(atom, guard)
        return _Value(reader(atom.field), atom, test, guard) if atom.field else _Keyword(atom, test)
    if atom.operation in {Operation.ABSENT, Operation.PRESENT}:
        return _Presence(reader(atom.field), atom, guard)
    return _Reference(reader(atom.field), reader(str(atom.value)), atom, guard)


_AT_ONCE = 64
"""So many texts are looked for in a value as one question: a long list is not asked in one breath."""

_PLAIN: dict[Operation, Callable[[str, str], bool]] = {
    Operation.EQUALS: str.__eq__,
    Operation.STARTSWITH: str.startswith,
    Operation.ENDSWITH: str.endswith,
    Operation.CONTAINS: str.__contains__,
}


def _grouped(items: Sequence[Condition], reader: Readers, guard: Guard) -> list[Logic]:
    """The items of an `or`: those that compare the same field's text in the same way as one."""
    alike: dict[tuple[str, Operation, bool], list[Atom]] = {}
    others: list[Condition] = []
    for item in items:
        if isinstance(item, Has) and item.atom.operation in _PLAIN and item.atom.field:
            alike.setdefault((item.atom.field, item.atom.operation, item.atom.cased), []).append(item.atom)
        else:
            others.append(item)
    texts: list[Logic] = [
        _AnyText(reader(field), part, guard)
        for (field, operation, _), atoms in alike.items()
        for part in (_parts(atoms) if operation is Operation.CONTAINS else (atoms,))
    ]
    return texts + [logic_of(item, reader, guard) for item in others]


def _parts(atoms: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    return (atoms[at : at + _AT_ONCE] for at in range(0, len(atoms), _AT_ONCE))


class _AnyText(_Leaf):
    """One of many texts in one field: most of what rules ask, so it is asked fast."""

    __slots__ = ("_cased", "_compare", "_found", "_pairs", "_reader", "_values")

    def __init__(self, reader: FieldReader, atoms: Sequence[Atom], guard: Guard) -> None:
        super().__init__(reader)
        self._reader = reader
        self._values = _values_of(reader, atoms[0], guard)
        self._cased = atoms[0].cased
        wanted = tuple(str(atom.value) if atom.cased else str(atom.value).lower() for atom in atoms)
        self._pairs = tuple(zip(wanted, atoms, strict=True))
        self._compare = guard(atoms[0], _PLAIN[atoms[0].operation])
        self._found = guard(atoms[0], _any_of(atoms[0].operation, wanted))

    def holds(self, view: View) -> bool:
        found, reader = self._found, self._reader
        for value in view.known.get(reader) or self._values(view, reader):
            if found(value.text if self._cased else value.low):
                return True
        return False

    def explain(self, view: View) -> Iterator[Evidence]:
        compare, found, cased = self._compare, self._found, self._cased
        values = [one for one in self._values(view, self._reader) if found(one.text if cased else one.low)]
        if len(values) == 1:  # most
            text, said = (values[0].text if cased else values[0].low), values[0].text
            for wanted, atom in self._pairs:
                if compare(text, wanted):
                    yield atom.field, said, atom
            return
        for wanted, atom in self._pairs if values else ():
            for value in values:
                if compare(value.text if cased else value.low, wanted):
                    yield atom.field, value.text, atom
                    break


def _any_of(operation: Operation, wanted: tuple[str, ...]) -> Callable[[str], bool]:
    if operation is Operation.STARTSWITH:
        return lambda text: text.startswith(wanted)
    if operation is Operation.ENDSWITH:
        return lambda text: text.endswith(wanted)
    if operation is Operation.EQUALS:
        return frozenset(wanted).__contains__

    def contains(text: str) -> bool:
        for one in wanted:  # noqa: SIM110 - a generator would cost more than what it does
            if one in text:
                return True
        return False

    return contains


class _Value(_Leaf):
    __slots__ = ("_atom", "_reader", "_test", "_values")

    def __init__(self, reader: FieldReader, atom: Atom, test: Test, guard: Guard) -> None:
        super().__init__(reader)
        self._reader = reader
        self._values = _values_of(reader, atom, guard)
        self._atom = atom
        self._test = test

    def holds(self, view: View) -> bool:
        for value in self._values(view, self._reader):  # noqa: SIM110 - a generator would cost more than what it does
            if self._test(value):
                return True
        return False

    def explain(self, view: View) -> Iterator[Evidence]:
        for value in self._values(view, self._reader):
            if self._test(value):
                yield self._atom.field, value.text, self._atom
                return


class _Keyword(_Leaf):
    __slots__ = ("_atom", "_test")

    def __init__(self, atom: Atom, test: Test) -> None:
        super().__init__()
        self._atom = atom
        self._test = test

    def holds(self, view: View) -> bool:
        return any(self._test(value) for _, value in view.everything())

    def explain(self, view: View) -> Iterator[Evidence]:
        for name, value in view.everything():
            if self._test(value):
                yield name, value.text, self._atom
                return


class _Presence(_Leaf):
    __slots__ = ("_asked", "_atom", "_reader")

    def __init__(self, reader: FieldReader, atom: Atom, guard: Guard) -> None:
        super().__init__(reader)
        self._reader = reader
        self._atom = atom
        self._asked = guard(atom, self._is_so)

    def holds(self, view: View) -> bool:
        return self._asked(view)

    def _is_so(self, view: View) -> bool:
        raw = view.read(self._reader)
        absent = raw is MISSING or raw is None or raw == []
        return absent is (self._atom.operation is Operation.ABSENT)

    def explain(self, view: View) -> Iterator[Evidence]:
        if self.holds(view):
            values = view.values(self._reader)
            yield self._atom.field, values[0].text if values else "", self._atom


class _Reference(_Leaf):
    __slots__ = ("_atom", "_compare", "_other", "_others", "_reader", "_values")

    def __init__(self, reader: FieldReader, other: FieldReader, atom: Atom, guard: Guard) -> None:
        super().__init__(reader, other)
        self._reader = reader
        self._other = other
        self._atom = atom
        self._compare = guard(atom, _REFERENCES[atom.operation])
        self._values = _values_of(reader, atom, guard)
        self._others = _values_of(other, atom, guard)

    def holds(self, view: View) -> bool:
        return next(self.explain(view), None) is not None

    def explain(self, view: View) -> Iterator[Evidence]:
        for value in self._values(view, self._reader):
            if any(self._compare(value.low, other.low) for other in self._others(view, self._other)):
                yield self._atom.field, value.text, self._atom
                return


_REFERENCES: dict[Operation, Callable[[str, str], bool]] = {
    Operation.FIELD_EQUALS: str.__eq__,
    Operation.FIELD_STARTSWITH: str.startswith,
    Operation.FIELD_ENDSWITH: str.endswith,
    Operation.FIELD_CONTAINS: str.__contains__,
}


class _Not(Logic):
    __slots__ = ("_item",)

    def __init__(self, item: Logic) -> None:
        self._item = item

    def holds(self, view: View) -> bool:
        return not self._item.holds(view)

    def settled(self, view: View) -> Logic:
        item = self._item.settled(view)
        if item is NEVER:
            return _Known(())
        return NEVER if type(item) is _Known else _Not(item)

    def explain(self, view: View) -> Iterator[Evidence]:  # noqa: ARG002 - what is not there has nothing to show
        return iter(())


class _All(Logic):
    __slots__ = ("_items", "_rarest_first")

    def __init__(self, items: Sequence[Logic], rarest_first: Sequence[Logic]) -> None:
        self._items = tuple(items)
        self._rarest_first = tuple(rarest_first)

    def holds(self, view: View) -> bool:
        for item in self._rarest_first:  # noqa: SIM110 - a generator would cost more than what it does
            if not item.holds(view):
                return False
        return True

    def settled(self, view: View) -> Logic:
        after: dict[Logic, Logic] = {}
        for item in self._rarest_first:
            left = after[item] = item.settled(view)
            if left is NEVER:
                return NEVER
        items = [after.get(item, item) for item in self._items]  # what is known is not asked
        if all(type(item) is _Known for item in items):
            return _known(items, view)
        return _All(items, [left for left in after.values() if type(left) is not _Known])

    def explain(self, view: View) -> Iterator[Evidence]:
        for item in self._items:
            yield from item.explain(view)


class _Any(Logic):
    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Logic]) -> None:
        self._items = tuple(items)

    def holds(self, view: View) -> bool:
        for item in self._items:  # noqa: SIM110 - a generator would cost more than what it does
            if item.holds(view):
                return True
        return False

    def settled(self, view: View) -> Logic:
        items = [left for item in self._items if (left := item.settled(view)) is not NEVER]
        if all(type(item) is _Known for item in items):
            return _known(items, view) if items else NEVER
        return items[0] if len(items) == 1 else _Any(items)

    def explain(self, view: View) -> Iterator[Evidence]:
        for item in self._items:
            if item.holds(view):
                yield from item.explain(view)


def _known(items: Sequence[Logic], view: View) -> Logic:
    """All these, each of which is true whatever the fresh fields are."""
    return _Known(tuple(evidence for item in items for evidence in item.explain(view)))
