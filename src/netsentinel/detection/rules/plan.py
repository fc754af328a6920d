"""The rules that look at events of one log source: which of them an event may fire, found without asking each.

Sets of rules are whole numbers, one bit per rule. What the steady fields of an event say together is its context; it is
worked out once and kept, so that an event costs a look at its context and at its few fresh values.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import perf_counter_ns
from typing import Any

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import MISSING, FieldReader, scalars
from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.logic import Evidence, Logic, View, logic_of
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.scanner import FieldScanner
from netsentinel.detection.rules.taxonomy import aliases
from netsentinel.detection.rules.values import Said, Value
from netsentinel.detection.rules.witness import MAX_STEADY_NEEDS, blockers, fields_of, is_steady, needs

MAX_EVIDENCE = 32
"""Pieces of evidence that a match lists."""

_REMEMBERED_BYTES = 8 * 1024 * 1024
"""Of values, and as much of contexts."""
_VALUE_BYTES = 300
"""What a remembered value takes beside its text, about."""
_SAID_BYTES = 1_000
"""What a remembered answer of several atoms together takes, about."""
_CONTEXT_BYTES = 1_200
"""What a remembered context takes, about."""

_FEW_FIELDS = 12
"""Up to so many fields are looked for in an event; for more the event's own fields are gone through."""


class Room:
    """What is remembered of one kind, of all plans together; when it is full, everything in it is forgotten."""

    def __init__(self) -> None:
        self._tables: list[dict[Any, Any]] = []
        self._left = _REMEMBERED_BYTES

    def table(self) -> dict[Any, Any]:
        """A place of its own for somebody."""
        table: dict[Any, Any] = {}
        self._tables.append(table)
        return table

    def take(self, size: int) -> None:
        """Account for something of about so many bytes that is about to be remembered."""
        self._left -= size
        if self._left < 0:
            for table in self._tables:
                table.clear()
            self._left = _REMEMBERED_BYTES - size


class Memory:
    """What plans remember. New values come all the time; what else there is outlasts them."""

    def __init__(self) -> None:
        self.forget_all()

    def forget_all(self) -> None:
        """Forget the places too: whoever asked for them is gone."""
        self.values = Room()
        self.contexts = Room()


_Asked = defaultdict[str, defaultdict[Atom, Said]]


class _Field:
    """One field of a plan: how to read it, and what its values say about the rules."""

    __slots__ = ("_asked", "_memory", "_scan", "_together", "known", "plain", "reader")

    def __init__(
        self, reader: FieldReader, asked: Mapping[Atom, Said], memory: Memory, cache: RuleCache | None
    ) -> None:
        self.reader = reader
        self.plain = bool(reader.plain)
        """Whether it has but one name in events."""
        self._asked = list(asked.values())
        loose = {number for number, said in enumerate(self._asked) if not said.blocks}
        self._scan = FieldScanner(enumerate(asked), cache, loose).scan
        self.known: dict[str | int, Value] = memory.values.table()
        reader.known = self.known
        self._together: dict[tuple[int, ...], Said] = memory.contexts.table()
        """What atoms say together: most values of a field answer the same few sets of them."""
        self._memory = memory

    def learn(self, raw: str | int, text: str) -> Value:
        """Scan a value that was not seen before, and remember it under what stands in the event."""
        value = Value(text)
        found = self._scan(value)
        if found:
            atoms = tuple(found)
            value.said = self._together.get(atoms) or self._combine(atoms)
        self._memory.values.take(_VALUE_BYTES + 2 * len(text))
        self.known[raw] = value
        return value

    def _combine(self, atoms: tuple[int, ...]) -> Said:
        said = Said()
        for atom in atoms:
            said.add(self._asked[atom])
        self._memory.contexts.take(_SAID_BYTES + 8 * len(atoms))
        self._together[atoms] = said
        return said

    def values(self, raw: Any) -> Iterator[Value]:
        """The values of a field as it stands in the event."""
        for text in () if raw is MISSING else scalars(raw):
            value = self.known.get(text)
            yield self.learn(text, text) if value is None else value


class _Context:
    """What the steady fields of an event say about the rules, as bits."""

    __slots__ = ("allowed", "asked", "first", "second")

    def __init__(self, allowed: int, first: int, second: int) -> None:
        self.allowed = allowed
        """The rules that need no more than their fresh needs to be looked at."""
        self.first = first
        """Those whose first fresh need is met, or that have none."""
        self.second = second
        """The same for the second."""
        self.asked = 0
        """Those that are known to be possible with these fields."""


class Plan:
    """The rules that look at events of one log source. Not for several threads at once.

    Args:
        rules: in the order in which true ones are listed.
        product: of the log source, which decides how fields are called.
        memory: where values and contexts are remembered.
        cache: where what is compiled is kept.
    """

    def __init__(self, rules: Sequence[Rule], product: str, memory: Memory, cache: RuleCache | None) -> None:
        self._rules = tuple(rules)
        self._product = product
        self._memory = memory
        self._readers: dict[str, FieldReader] = {}
        self._logic: list[Logic | None] = [None] * len(self._rules)
        self._all = (1 << len(self._rules)) - 1
        self._first_needed = self._second_needed = 0
        self._steady_needed = [0] * MAX_STEADY_NEEDS
        asked: _Asked = defaultdict(lambda: defaultdict(Said))
        for index, rule in enumerate(self._rules):
            self._ask(1 << index, rule, asked)
        keywords = asked.pop("", None)
        self._keywords = None
        if keywords:
            self._keywords = KeywordScanner({atom: (said.first, said.second) for atom, said in keywords.items()}, cache)
        fields = [_Field(self._reader(name), atoms, memory, cache) for name, atoms in asked.items()]
        self._steady = tuple(field for field in fields if self._is_steady(field.reader.field))
        self._fresh = tuple(
            (key, field) for field in fields if field not in self._steady for key in sorted(field.reader.keys)
        )
        by_key: defaultdict[str, list[_Field]] = defaultdict(list)
        for key, field in self._fresh:
            by_key[key].append(field)
        self._by_key = {key: tuple(fields) for key, fields in by_key.items()}
        steady = (self._reader(name) for name in fields_of(rule.condition for rule in rules) if self._is_steady(name))
        self._context_keys = tuple(sorted({key for reader in steady for key in reader.keys}))
        self._nothing = (MISSING,) * len(self._context_keys)
        self._contexts: dict[tuple[Any, ...], _Context] = memory.contexts.table()

    def _ask(self, rule: int, stated: Rule, asked: _Asked) -> None:
        """Note what each atom says about a rule, given by its bit."""
        needed = needs(stated.condition, self._is_steady)
        for atom in needed.fresh[0] if needed.fresh else ():
            self._first_needed |= rule
            asked[atom.field][atom].first |= rule
        for atom in needed.fresh[1] if len(needed.fresh) > 1 else ():
            self._second_needed |= rule
            asked[atom.field][atom].second |= rule
        for number, need in enumerate(needed.steady):
            self._steady_needed[number] |= rule
            for atom in need:
                asked[atom.field][atom].meets(number, rule)
        for atom in blockers(stated.condition):
            if atom.field and (self._is_steady(atom.field) or not (needed.fresh or needed.steady)):
                asked[atom.field][atom].blocks |= rule

    def _is_steady(self, field: str) -> bool:
        """Whether a field is part of the context: it can be found by one look for each of its names."""
        return self._reader(field).is_steady

    def meet(self, natives: Sequence[dict[str, Any]]) -> None:
        """Scan what is new in the fresh fields of these events.

        Only time depends on it: a field's tables stay in the processor's caches while its values come one by one.
        """
        if len(self._fresh) > _FEW_FIELDS:
            return
        for key, field in self._fresh:
            known = field.known
            for native in natives:
                said = native.get(key)
                if type(said) is str and said not in known and field.plain:
                    field.learn(said, said)

    def true_of(self, native: dict[str, Any], raw: bytes) -> Iterable[tuple[Rule, tuple[Evidence, ...]]]:
        """The rules that are true for an event, in order, and why.

        Args:
            native: the event.
            raw: the same as JSON, or empty.
        """
        context = self._context(native)
        candidates = self._candidates(native, raw, context)
        return self._true_of(candidates, native, context) if candidates else ()

    def _true_of(
        self, candidates: int, native: dict[str, Any], context: _Context
    ) -> Iterator[tuple[Rule, tuple[Evidence, ...]]]:
        view = View(native)
        while candidates:
            rule = candidates & -candidates
            candidates ^= rule
            logic = self._logic_of(rule)
            if logic.holds(view):
                yield self._rules[rule.bit_length() - 1], tuple(islice(logic.explain(view), MAX_EVIDENCE))
            elif not rule & context.asked:
                if logic.possible(view):
                    context.asked |= rule
                else:
                    context.allowed &= ~rule

    def weigh(self, native: dict[str, Any], raw: bytes) -> Iterator[tuple[Rule, int]]:
        """Each rule that is looked at for an event, with the nanoseconds that this takes."""
        context = self._context(native)
        candidates = self._candidates(native, raw, context)
        while candidates:
            rule = candidates & -candidates
            candidates ^= rule
            began = perf_counter_ns()
            for _ in self._true_of(rule, native, context):
                pass
            yield self._rules[rule.bit_length() - 1], perf_counter_ns() - began

    def _context(self, native: dict[str, Any]) -> _Context:
        key = tuple(map(native.get, self._context_keys, self._nothing))
        try:
            return self._contexts[key]
        except KeyError:
            context = self._new_context(native)
            if all(said is None or said is MISSING or type(said) is str for said in key):
                self._memory.contexts.take(_CONTEXT_BYTES)
                self._contexts[key] = context
            return context
        except TypeError:  # a list or an object
            return self._new_context(native)

    def _candidates(self, native: dict[str, Any], raw: bytes, context: _Context) -> int:
        """The rules that are to be looked at, as bits."""
        get = native.get
        first, second, blocked = context.first, context.second, 0
        for key, field in self._fresh if len(self._fresh) <= _FEW_FIELDS else self._present(native):
            said = get(key)
            if said is None:
                continue
            if not field.plain:
                said = field.reader.read(native)
            if type(said) is str or type(said) is int:
                value = field.known.get(said) or field.learn(said, str(said))
                if value.said is not None:
                    first |= value.said.first
                    second |= value.said.second
                    blocked |= value.said.blocks
            else:
                for value in field.values(said):
                    if value.said is not None:
                        first |= value.said.first
                        second |= value.said.second
                        blocked |= value.said.blocks
        if self._keywords is not None:
            in_first, in_second = self._keywords.find(native, raw)
            first |= in_first
            second |= in_second
        found = first & second & context.allowed
        return found & ~blocked if blocked else found

    def _present(self, native: dict[str, Any]) -> Iterator[tuple[str, _Field]]:
        """The fresh fields that an event has, with a name that each has there."""
        by_key = self._by_key
        return ((key, field) for key in native if key in by_key for field in by_key[key])

    def _new_context(self, native: dict[str, Any]) -> _Context:
        met = [~needed for needed in self._steady_needed]
        first, second, blocked = ~self._first_needed, ~self._second_needed, 0
        for field in self._steady:
            for value in field.values(field.reader.read(native)):
                if value.said is not None:
                    first |= value.said.first
                    second |= value.said.second
                    blocked |= value.said.blocks
                    for number, rules in enumerate(value.said.steady):
                        met[number] |= rules
        allowed = self._all & ~blocked
        for each in met:
            allowed &= each
        return _Context(allowed, allowed & first, allowed & second)

    def _logic_of(self, rule: int) -> Logic:
        index = rule.bit_length() - 1
        logic = self._logic[index]
        if logic is None:
            logic = self._logic[index] = logic_of(self._rules[index].condition, self._reader)
        return logic

    def _reader(self, name: str) -> FieldReader:
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = FieldReader(name, aliases(self._product, name))
            reader.is_steady = is_steady(name) and reader.is_flat
        return reader
