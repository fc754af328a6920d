"""The engine: which rules are true for an event.

Each rule has witnesses: atoms one of which must be true before the rule can be. Each distinct value of a field is
scanned once, for the witnesses alone, and a rule's logic is only looked at for events that hold one of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter_ns
from typing import Any

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import MISSING, FieldReader, scalars
from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.logic import Evidence, Logic, View, logic_of
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.scanner import FieldScanner
from netsentinel.detection.rules.taxonomy import aliases, applies
from netsentinel.detection.rules.values import Value
from netsentinel.detection.rules.witness import blockers, confirmations, is_settled, witnesses
from netsentinel.events.model import Event, Logsource

MAX_EVIDENCE = 32
"""Pieces of evidence that a match lists."""

_MAX_PLANS = 1024

_REMEMBERED_BYTES = 16 * 1024 * 1024
_VALUE_BYTES = 300
"""What a remembered value takes beside its text, about."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is true for an event."""

    rule: Rule
    event: Event
    evidence: tuple[Evidence, ...]
    """Field, value and atom of what made it true, up to `MAX_EVIDENCE`."""


class RuleEngine:
    """Knows a set of rules; keeps nothing of the events it has seen but the answers for their values.

    Not for several threads at once.

    Args:
        rules: in the order in which true ones are listed.
        cache: where what is compiled is kept.
    """

    def __init__(self, rules: Sequence[Rule], cache: RuleCache | None = None) -> None:
        self._rules = tuple(rules)
        self._cache = cache
        self._plans: dict[Logsource, _Plan] = {}
        self._alike: dict[tuple[str, tuple[int, ...]], _Plan] = {}
        self._memory = _Memory()

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        """Every true rule of every event, in order of events and then of rules."""
        plans = self._plans
        for event in events:
            plan = plans.get(event.logsource)
            if plan is None:
                plan = self._plan(event.logsource)
            candidates = plan.candidates(event.native)
            if candidates:
                for rule, evidence in plan.true_of(candidates, event.native):
                    yield Match(rule, event, evidence)

    def weigh(self, events: Iterable[Event]) -> Iterator[tuple[Rule, int]]:
        """Each rule that these events make a candidate, as often as they do, with the nanoseconds its logic took."""
        for event in events:
            plan = self._plans.get(event.logsource) or self._plan(event.logsource)
            for index in plan.candidates(event.native):
                began = perf_counter_ns()
                for _ in plan.true_of((index,), event.native):
                    pass
                yield plan.rules[index], perf_counter_ns() - began

    def _plan(self, logsource: Logsource) -> "_Plan":
        """The plan of a log source. Log sources that the same rules look at share one."""
        if len(self._plans) >= _MAX_PLANS:
            self._plans.clear()
            self._alike.clear()
            self._memory.forget_all()
        chosen = tuple(at for at, rule in enumerate(self._rules) if applies(rule.logsource, logsource))
        key = (logsource.product, chosen)
        plan = self._alike.get(key)
        if plan is None:
            plan = _Plan([self._rules[at] for at in chosen], logsource.product, self._memory, self._cache)
            self._alike[key] = plan
        self._plans[logsource] = plan
        return plan


class _Memory:
    """What is remembered of values, of all fields together; when it is full, everything is forgotten."""

    def __init__(self) -> None:
        self._tables: list[dict[Any, Value]] = []
        self._left = _REMEMBERED_BYTES

    def table(self) -> dict[Any, Value]:
        """A place for one field's values."""
        table: dict[Any, Value] = {}
        self._tables.append(table)
        return table

    def take(self, value: Value) -> None:
        """Account for one more value."""
        self._left -= _VALUE_BYTES + 2 * len(value.text)
        if self._left < 0:
            for table in self._tables:
                table.clear()
            self._left = _REMEMBERED_BYTES

    def forget_all(self) -> None:
        """Forget the places too: whoever asked for them is gone."""
        self._tables.clear()
        self._left = _REMEMBERED_BYTES


class _Asked:
    """What an atom says about rules when it is true."""

    __slots__ = ("blocks", "confirms", "rules")

    def __init__(self) -> None:
        self.rules: list[int] = []
        self.confirms: list[int] = []
        self.blocks: list[int] = []


class _Field:
    """One field of a plan: how to read it, and what its values say about the rules."""

    __slots__ = ("_asked", "_memory", "_scan", "known", "name", "reader")

    def __init__(
        self, reader: FieldReader, asked: Mapping[Atom, _Asked], memory: _Memory, cache: RuleCache | None
    ) -> None:
        self.reader = reader
        self.name = reader.plain
        """The one name that it has in events, or empty when there are several ways to read it."""
        self._asked = [(frozenset(one.rules), frozenset(one.confirms), frozenset(one.blocks)) for one in asked.values()]
        self._scan = FieldScanner(enumerate(asked), cache).scan
        self.known = reader.known = memory.table()
        self._memory = memory

    def learn(self, raw: str | int, text: str) -> Value:
        """Scan a value that was not seen before, and remember it under what stands in the event."""
        value = Value(text)
        found = self._scan(value)
        if found:
            value.rules, value.confirms, value.blocks = self._asked[found[0]]
            for atom in found[1:]:
                rules, confirms, blocks = self._asked[atom]
                value.rules |= rules
                value.confirms |= confirms
                value.blocks |= blocks
        self._memory.take(value)
        self.known[raw] = value
        return value

    def values(self, raw: Any) -> Iterator[Value]:
        """The values of a field as it stands in the event."""
        for text in scalars(raw):
            value = self.known.get(text)
            yield self.learn(text, text) if value is None else value


class _Plan:
    """The rules that look at events of one log source."""

    def __init__(self, rules: Sequence[Rule], product: str, memory: _Memory, cache: RuleCache | None) -> None:
        self._rules = self.rules = tuple(rules)
        self._product = product
        self._readers: dict[str, FieldReader] = {}
        self._logic: list[Logic | None] = [None] * len(self._rules)
        asked: defaultdict[str, defaultdict[Atom, _Asked]] = defaultdict(lambda: defaultdict(_Asked))
        self._always, self._doubted = self._ask(asked)
        keywords = asked.pop("", None)
        self._keywords = None
        if keywords:
            self._keywords = KeywordScanner({atom: one.rules for atom, one in keywords.items()}, cache)
        by_key: defaultdict[str, list[_Field]] = defaultdict(list)
        for name, atoms_of_field in asked.items():
            field = _Field(self._reader(name), atoms_of_field, memory, cache)
            for key in sorted(field.reader.keys):
                by_key[key].append(field)
        self._by_key = {key: tuple(fields) for key, fields in by_key.items()}

    def _ask(self, asked: Mapping[str, Mapping[Atom, _Asked]]) -> tuple[tuple[int, ...], frozenset[int]]:
        """Note what each atom says about rules; the rules without witnesses, and those that need a confirmation."""
        always: list[int] = []
        doubted: list[int] = []
        for index, rule in enumerate(self._rules):
            first, second = witnesses(rule.condition), confirmations(rule.condition)
            for atom in first:
                asked[atom.field][atom].rules.append(index)
            for atom in second:
                asked[atom.field][atom].confirms.append(index)
            for atom in blockers(rule.condition):
                if atom.field and (is_settled(atom) or not first):
                    asked[atom.field][atom].blocks.append(index)
            if not first:
                always.append(index)
            if second:
                doubted.append(index)
        return tuple(always), frozenset(doubted)

    def candidates(self, native: dict[str, Any]) -> list[int]:
        """The rules that may be true for an event, in order."""
        found = set(self._always)
        confirms: list[frozenset[int]] = []
        blocks: list[frozenset[int]] = []
        for value in self._values(native):
            if value.rules:
                found.update(value.rules)
            if value.confirms:
                confirms.append(value.confirms)
            if value.blocks:
                blocks.append(value.blocks)
        if self._keywords is not None:
            found.update(self._keywords.find(native))
        for block in blocks:
            found -= block
        if not found:
            return []
        kept = found - self._doubted
        for confirm in confirms:
            kept |= found & confirm
        return sorted(kept)

    def _values(self, native: dict[str, Any]) -> list[Value]:
        """The values of all fields that rules have witnesses in."""
        by_key = self._by_key
        values: list[Value] = []
        for key, said in native.items():
            fields = by_key.get(key)
            if fields is None:
                continue
            for field in fields:
                raw = said if field.name else field.reader.read(native)
                if type(raw) is str or type(raw) is int:
                    value = field.known.get(raw)
                    values.append(field.learn(raw, str(raw)) if value is None else value)
                elif raw is not None and raw is not MISSING:
                    values.extend(field.values(raw))
        return values

    def true_of(self, candidates: Sequence[int], native: dict[str, Any]) -> Iterator[tuple[Rule, tuple[Evidence, ...]]]:
        """The candidates that are true for an event, in order."""
        view = View(native)
        for index in candidates:
            logic = self._logic[index]
            if logic is None:
                logic = self._logic[index] = logic_of(self._rules[index].condition, self._reader)
            if logic.holds(view):
                yield self._rules[index], tuple(islice(logic.explain(view), MAX_EVIDENCE))

    def _reader(self, name: str) -> FieldReader:
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = FieldReader(name, aliases(self._product, name))
        return reader
