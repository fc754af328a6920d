"""The rules that look at events of one log source: which of them an event may fire, found without asking each.

Sets of rules are whole numbers, one bit per rule. What the steady fields of an event say together is its context; it is
worked out once and kept, so that an event costs a look at its context and at its few fresh values.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from time import perf_counter_ns
from typing import Any

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.contexts import Context, Kind
from netsentinel.detection.rules.fields import MISSING, FieldReader
from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.logic import Evidence, Logic, View, logic_of
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.said import NOTHING, FieldSays, Said
from netsentinel.detection.rules.taxonomy import aliases
from netsentinel.detection.rules.witness import MAX_STEADY_NEEDS, blockers, fields_of, is_steady, needs
from netsentinel.events.model import Event
from netsentinel.events.rows import Layout, RowEvent

MAX_EVIDENCE = 32
"""Pieces of evidence that a match lists."""

_CONTEXT_BYTES = 1_400
"""What a remembered context takes, about."""

_KIND_BYTES = 2_000
"""What a remembered kind of events takes beside its contexts, about."""

_FEW_FIELDS = 12
"""Up to so many fields are looked for in an event; for more the event's own fields are gone through."""


_Asked = defaultdict[str, defaultdict[Atom, Said]]


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
        self._in_keywords = Said()
        if keywords:
            for said in keywords.values():
                self._in_keywords.add(said)
            self._keywords = KeywordScanner({atom: (said.first, said.second) for atom, said in keywords.items()}, cache)
        fields = [FieldSays(self._reader(name), atoms, memory, cache) for name, atoms in asked.items()]
        self._steady = tuple(field for field in fields if self._is_steady(field.reader.field))
        self._fresh = tuple(
            (key, field) for field in fields if field not in self._steady for key in sorted(field.reader.keys)
        )
        by_name: defaultdict[str, list[FieldSays]] = defaultdict(list)
        for name, field in self._fresh:
            by_name[name].append(field)
        self._by_name = dict(by_name)
        self._blocking = tuple(one for one in self._fresh if one[1].total.blocks)
        steady = (self._reader(name) for name in fields_of(rule.condition for rule in rules) if self._is_steady(name))
        self._context_keys = tuple(sorted({key for reader in steady for key in reader.keys}))
        self._kinds: dict[Layout | None, Kind] = memory.contexts.table()

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

    def true_of_each(self, events: Sequence[Event]) -> Iterator[tuple[Event, Rule, tuple[Evidence, ...]]]:
        """The rules that are true, for each event in order: the event, the rule, and why."""
        contexts = [self._context(event) for event in events]
        search = any(context.asks_keywords for context in contexts) and self._may_hold_keywords(events)
        for event, context in zip(events, contexts, strict=True):
            candidates = self._candidates(event, context, search=search)
            if candidates:
                for rule, evidence in self._true_of(candidates, event, context):
                    yield event, rule, evidence

    def _may_hold_keywords(self, events: Sequence[Event]) -> bool:
        return self._keywords is not None and self._keywords.may_be_in([event.raw for event in events])

    def _true_of(self, candidates: int, event: Event, context: Context) -> Iterator[tuple[Rule, tuple[Evidence, ...]]]:
        view = View(event)
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

    def weigh(self, event: Event) -> Iterator[tuple[Rule, int]]:
        """Each rule that is looked at for an event, with the nanoseconds that this takes."""
        context = self._context(event)
        candidates = self._candidates(event, context, search=self._may_hold_keywords([event]))
        while candidates:
            rule = candidates & -candidates
            candidates ^= rule
            began = perf_counter_ns()
            for _ in self._true_of(rule, event, context):
                pass
            yield self._rules[rule.bit_length() - 1], perf_counter_ns() - began

    def _context(self, event: Event) -> Context:
        if type(event) is RowEvent:
            kind, given = self._kinds.get(event.layout) or self._new_kind(event.layout), event.row
        else:
            kind, given = self._kinds.get(None) or self._new_kind(None), event.native
        key = kind.key(given)
        try:
            return kind.contexts[key]
        except KeyError:
            context = self._new_context(event.native, kind)
            if all(said is None or said is MISSING or type(said) is str for said in key):
                self._memory.contexts.take(_CONTEXT_BYTES)
                kind.contexts[key] = context
            return context
        except TypeError:  # a list or an object
            return self._new_context(event.native, kind)

    def _new_kind(self, layout: Layout | None) -> Kind:
        self._memory.contexts.take(_KIND_BYTES)
        kind = self._kinds[layout] = Kind(layout, self._context_keys)
        return kind

    def _candidates(self, event: Event, context: Context, *, search: bool) -> int:
        """The rules that are to be looked at, as bits.

        Args:
            event: the event.
            context: what its steady fields say.
            search: whether it may hold a keyword.
        """
        first, second = context.first, context.second
        values = context.values
        if values is None:
            found = self._present(event.native)
        else:
            found = zip(values(event.row if type(event) is RowEvent else event.native), context.fields, strict=True)
        for value, field in found:
            if field.plain and (type(value) is str or type(value) is int):
                said = field.known.get(value) or field.learn(value, str(value))
                if said is not NOTHING:
                    first |= said.first
                    second |= said.second
            elif value is not MISSING and value is not None:
                for said in _says(field, event.native, value):
                    first |= said.first
                    second |= said.second
        if search and context.asks_keywords and self._may_hold_keywords([event]) and self._keywords is not None:
            in_first, in_second = self._keywords.find(event.native, event.raw)
            first |= in_first
            second |= in_second
        rules = first & second & context.allowed
        return rules and self._unblocked(rules, event)

    def _present(self, native: dict[str, Any]) -> Iterable[tuple[Any, FieldSays]]:
        """The fresh fields that an event has, with their values."""
        by_name = self._by_name
        return [(value, field) for name, value in native.items() if name in by_name for field in by_name[name]]

    def _unblocked(self, rules: int, event: Event) -> int:
        """Those of the rules that no fresh value makes false."""
        for key, field in self._blocking:
            if field.total.blocks & rules and (raw := event.native.get(key)) is not None:
                for said in _says(field, event.native, raw):
                    rules &= ~said.blocks
        return rules

    def _new_context(self, native: dict[str, Any], kind: Kind) -> Context:
        met = [~needed for needed in self._steady_needed]
        first, second, blocked = ~self._first_needed, ~self._second_needed, 0
        for field in self._steady:
            for said in field.of(field.reader.read(native)):
                first |= said.first
                second |= said.second
                blocked |= said.blocks
                for number, rules in enumerate(said.steady):
                    met[number] |= rules
        allowed = self._all & ~blocked
        for each in met:
            allowed &= each
        context = Context(allowed, allowed & first, allowed & second)
        open_ = [one for one in self._fresh if context.helps(one[1].total)]
        names = kind.known([name for name, _ in open_])
        if len(names) <= _FEW_FIELDS:
            context.fields = tuple(field for name, field in open_ if name in names)
            context.values = kind.values(names)
        context.asks_keywords = context.helps(self._in_keywords)
        return context

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


def _says(field: FieldSays, native: dict[str, Any], raw: Any) -> Iterable[Said]:
    """What a field says that an event has under one of the names.

    Args:
        field: the field.
        native: the event.
        raw: what stands under that name, which is not null.
    """
    return field.of(raw if field.plain else field.reader.read(native))
