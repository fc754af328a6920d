"""The engine: which rules are true for an event.

Each distinct value of a field is scanned once for all atoms of that field; a rule's logic is only looked at for events
that hold one of its witnesses. The scanner is the only part that knows how values are compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from netsentinel.detection.rules.fields import MISSING, FieldReader, everything, scalars
from netsentinel.detection.rules.model import ON_VALUES, AllOf, Atom, Condition, Has, Not, Operation, Rule
from netsentinel.detection.rules.scanner import FieldScanner, Ids
from netsentinel.detection.rules.taxonomy import aliases, applies
from netsentinel.detection.rules.witness import atoms_of, witnesses
from netsentinel.events.model import Event, Logsource

_REMEMBERED_VALUES = 4096
"""Distinct values whose answer is kept per field; also across batches, because the answer never changes."""

_REMEMBERED_LENGTH = 256
"""Longer values are scanned anew each time, so that what is kept stays small."""

_MAX_PLANS = 1024

_Evaluate = Callable[[set[int], dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is true for an event."""

    rule: Rule
    event: Event
    evidence: tuple[tuple[str, str, Atom], ...]
    """Field, value and atom of everything that made it true."""


class RuleEngine:
    """Knows a set of rules; keeps nothing of the events it has seen but the answers for their values."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._plans: dict[Logsource, _Plan] = {}

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        """Every true rule of every event, in order of events and then of rules."""
        plans = self._plans
        for event in events:
            plan = plans.get(event.logsource)
            if plan is None:
                plan = self._plan(event.logsource)
            for rule, evidence in plan.matches(event.native):
                yield Match(rule, event, evidence)

    def _plan(self, logsource: Logsource) -> "_Plan":
        if len(self._plans) >= _MAX_PLANS:
            self._plans.clear()
        plan = _Plan([rule for rule in self._rules if applies(rule.logsource, logsource)], logsource.product)
        self._plans[logsource] = plan
        return plan


class _Field:
    """One field of a plan: how to read it, and what its values say."""

    def __init__(self, reader: FieldReader, atoms: Iterable[tuple[int, Atom]]) -> None:
        self.reader = reader
        self._scan = FieldScanner(atoms).scan
        self._known: dict[str, Ids] = {}

    def ids(self, value: str) -> Ids:
        """The atoms that a value satisfies."""
        found = self._known.get(value)
        if found is None:
            found = self._scan(value)
            if len(value) <= _REMEMBERED_LENGTH:
                if len(self._known) >= _REMEMBERED_VALUES:
                    self._known.clear()
                self._known[value] = found
        return found

    def add(self, raw: Any, matched: set[int]) -> None:
        """Add what the field's value, as it stands in the event, satisfies."""
        if type(raw) is str:
            found = self._known.get(raw)
            matched.update(self.ids(raw) if found is None else found)
        elif raw is not None and raw is not MISSING:
            for value in scalars(raw):
                matched.update(self.ids(value))


class _Plan:
    """The rules that look at events of one log source."""

    def __init__(self, rules: Sequence[Rule], product: str) -> None:
        self._rules = tuple(rules)
        self._numbers: dict[Atom, int] = {}
        self._readers: dict[str, FieldReader] = {}
        by_field: defaultdict[str, list[tuple[int, Atom]]] = defaultdict(list)
        for rule in self._rules:
            for atom in atoms_of(rule.condition):
                if atom.operation in ON_VALUES and atom not in self._numbers:
                    self._numbers[atom] = len(self._numbers)
                    by_field[atom.field].append((self._numbers[atom], atom))
                for name in _fields_of(atom):
                    if name not in self._readers:
                        self._readers[name] = FieldReader(name, aliases(product, name))
        keywords = by_field.pop("", None)
        self._keywords = _Field(FieldReader(""), keywords) if keywords else None
        self._fields = {name: _Field(self._readers[name], atoms) for name, atoms in by_field.items()}
        by_key: defaultdict[str, list[_Field]] = defaultdict(list)
        for field in self._fields.values():
            for key in field.reader.keys:
                by_key[key].append(field)
        self._by_key = dict(by_key)
        self._logic = [self._compile(rule.condition) for rule in self._rules]
        self._triggers, self._always = self._witnesses()

    def _witnesses(self) -> tuple[dict[int, list[int]], tuple[int, ...]]:
        triggers: defaultdict[int, list[int]] = defaultdict(list)
        always: list[int] = []
        for index, rule in enumerate(self._rules):
            atoms = witnesses(rule.condition)
            for atom in atoms:
                triggers[self._numbers[atom]].append(index)
            if not atoms:
                always.append(index)
        return dict(triggers), tuple(always)

    def matches(self, native: dict[str, Any]) -> Iterator[tuple[Rule, tuple[tuple[str, str, Atom], ...]]]:
        """The rules that are true for an event, in order."""
        matched: set[int] = set()
        for key in native.keys() & self._by_key.keys():
            for field in self._by_key[key]:
                field.add(field.reader.read(native), matched)
        if self._keywords is not None:
            for _, value in everything(native):
                matched.update(self._keywords.ids(value))
        candidates = set(self._always)
        for number in matched & self._triggers.keys():
            candidates.update(self._triggers[number])
        for index in sorted(candidates):
            if self._logic[index](matched, native):
                rule = self._rules[index]
                yield rule, tuple(self._evidence(rule.condition, matched, native))

    def _compile(self, condition: Condition) -> _Evaluate:
        if isinstance(condition, Has):
            atom = condition.atom
            if atom.operation in ON_VALUES:
                number = self._numbers[atom]
                return lambda matched, _: number in matched
            return self._whole_event(atom)
        if isinstance(condition, Not):
            inner = self._compile(condition.item)
            return lambda matched, native: not inner(matched, native)
        items = tuple(self._compile(item) for item in condition.items)
        if isinstance(condition, AllOf):
            return lambda matched, native: all(item(matched, native) for item in items)
        return lambda matched, native: any(item(matched, native) for item in items)

    def _whole_event(self, atom: Atom) -> _Evaluate:
        reader = self._readers[atom.field]
        if atom.operation is Operation.ABSENT:
            return lambda _, native: _is_absent(reader.read(native))
        if atom.operation is Operation.PRESENT:
            return lambda _, native: not _is_absent(reader.read(native))
        other, compare = self._readers[str(atom.value)], _REFERENCES[atom.operation]
        return lambda _, native: any(
            compare(left.lower(), right.lower()) for left in reader.texts(native) for right in other.texts(native)
        )

    def _evidence(
        self, condition: Condition, matched: set[int], native: dict[str, Any]
    ) -> Iterator[tuple[str, str, Atom]]:
        """What made a true condition true: everything of an `and`, the true items of an `or`, nothing of a `not`."""
        if isinstance(condition, Has):
            yield self._seen(condition.atom, native)
        elif not isinstance(condition, Not):
            for item in condition.items:
                if self._compile(item)(matched, native):
                    yield from self._evidence(item, matched, native)

    def _seen(self, atom: Atom, native: dict[str, Any]) -> tuple[str, str, Atom]:
        if not atom.field and self._keywords is not None:
            pairs = everything(native)
            return next(
                ((*pair, atom) for pair in pairs if self._numbers[atom] in self._keywords.ids(pair[1])), ("", "", atom)
            )
        texts = self._readers[atom.field].texts(native)
        if atom.operation in ON_VALUES:
            number, field = self._numbers[atom], self._fields[atom.field]
            texts = [text for text in texts if number in field.ids(text)]
        return atom.field, texts[0] if texts else "", atom


def _fields_of(atom: Atom) -> Iterator[str]:
    if atom.field:
        yield atom.field
    if atom.operation in _REFERENCES:
        yield str(atom.value)


def _is_absent(raw: Any) -> bool:
    return raw is MISSING or raw is None or raw == []


_REFERENCES: dict[Operation, Callable[[str, str], bool]] = {
    Operation.FIELD_EQUALS: str.__eq__,
    Operation.FIELD_STARTSWITH: str.startswith,
    Operation.FIELD_ENDSWITH: str.endswith,
    Operation.FIELD_CONTAINS: str.__contains__,
}
