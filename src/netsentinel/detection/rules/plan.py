"""The rules that look at events of one log source: which of them an event may fire, found without asking each.

Sets of rules are whole numbers, one bit per rule. What the steady fields of an event say together is its context; it is
worked out once and kept, so that an event costs a look at its context and at its few fresh values.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from time import perf_counter_ns
from typing import Any, cast

from netsentinel.detection.rules.atoms import Guard, unguarded
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.contexts import WIDE, Context, Kind, Lane
from netsentinel.detection.rules.fields import MISSING, FieldReader
from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.logic import NEVER, Evidence, Logic, View, logic_of
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

_LOGIC_BYTES = 1_000
"""What is left of a rule with a context takes so much, about."""

_KIND_BYTES = 2_000
"""What a remembered kind of events takes beside its contexts, about."""

_MANY_ATOMS = 1_000
_SETTLES_AFTER = 1_024
_SETTLES_AGAIN = 64
_USUAL_SHARE = 0.8
"""What a field with many atoms is made ready for: the rules that so many of the events leave open, which is a fifth of
them. The less is looked for, the faster. Judged after so many events, and again after so many times as many."""

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
        guard: of what is asked of values one by one.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        product: str,
        memory: Memory,
        cache: RuleCache | None,
        guard: Guard = unguarded,
    ) -> None:
        self._guard = guard
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
            self._keywords = KeywordScanner(
                {atom: (said.first, said.second) for atom, said in keywords.items()}, cache, guard
            )
        fields = [FieldSays(self._reader(name), atoms, memory, cache, guard) for name, atoms in asked.items()]
        self._steady = tuple(field for field in fields if self._is_steady(field.reader.field))
        self._fresh = tuple(
            (key, field) for field in fields if field not in self._steady for key in sorted(field.reader.keys)
        )
        by_name: defaultdict[str, list[FieldSays]] = defaultdict(list)
        for name, field in self._fresh:
            by_name[name].append(field)
        self._by_name = dict(by_name)
        self._cache = cache
        self._narrow: dict[FieldSays, FieldSays] = {}
        """Fields, as they are asked for the usual rules alone."""
        self._usual = 0
        self._events, self._settles_at = 0, _SETTLES_AFTER
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
            if atom.field and (self._is_steady(atom.field) or not needed.fresh):
                asked[atom.field][atom].blocks |= rule

    def _is_steady(self, field: str) -> bool:
        """Whether a field is part of the context: it can be found by one look for each of its names."""
        return self._reader(field).is_steady

    def true_of_each(self, events: Sequence[Event]) -> Iterator[tuple[int, Rule, tuple[Evidence, ...]]]:
        """The rules that are true, for each event in order: the event's position, the rule, and why."""
        for at, context, candidates in self._candidates(events):
            for rule, evidence in self._true_of(candidates, events[at], context):
                yield at, rule, evidence

    def _true_of(self, candidates: int, event: Event, context: Context) -> Iterator[tuple[Rule, tuple[Evidence, ...]]]:
        view = View(event)
        while candidates:
            rule = candidates & -candidates
            candidates ^= rule
            logic = context.logic.get(rule) or self._logic_of(rule)
            if logic.holds(view):
                yield self._rules[rule.bit_length() - 1], tuple(islice(logic.explain(view), MAX_EVIDENCE))
                if rule & context.met and rule not in context.logic:
                    self._keep_what_is_left(rule, logic, view, context)
                context.met |= rule
            elif rule not in context.logic:
                self._keep_what_is_left(rule, logic, view, context)

    def _keep_what_is_left(self, rule: int, logic: Logic, view: View, context: Context) -> None:
        """Ask this rule no more than a context leaves open."""
        left = logic.settled(view)
        if left is NEVER:
            context.rule_out(rule)
        elif context.is_kept:
            self._memory.contexts.take(_LOGIC_BYTES)
            context.logic[rule] = left

    def weigh(self, event: Event) -> Iterator[tuple[Rule, int]]:
        """Each rule that is looked at for an event, with the nanoseconds that this takes."""
        for _, context, candidates in self._candidates([event]):
            left = candidates
            while left:
                rule = left & -left
                left ^= rule
                began = perf_counter_ns()
                for _ in self._true_of(rule, event, context):
                    pass
                yield self._rules[rule.bit_length() - 1], perf_counter_ns() - began

    def _contexts(self, events: Sequence[Event], given: Sequence[Any]) -> list[Context]:
        """The contexts of events, whose rows or native fields are given."""
        if type(events[0]) is RowEvent and len(set(map(type, given))) == 1:  # rows of one layout, as nearly always
            kind = self._kinds.get(events[0].layout) or self._new_kind(events[0].layout)
            known = list(map(kind.contexts.get, map(kind.key, given)))
            return (
                [
                    context or self._context(event, kind, kind.key(row))
                    for context, event, row in zip(known, events, given, strict=True)
                ]
                if None in known
                else cast("list[Context]", known)
            )
        found: list[Context] = []
        for event, fields in zip(events, given, strict=True):
            layout = event.layout if type(event) is RowEvent else None
            kind = self._kinds.get(layout) or self._new_kind(layout)
            found.append(self._context(event, kind, kind.key(fields)))
        return found

    def _context(self, event: Event, kind: Kind, key: Sequence[Any]) -> Context:
        try:
            return kind.contexts[key]
        except (KeyError, TypeError):  # new, or with a list or an object
            return self._new_context(event.native, kind, key)

    def _new_kind(self, layout: Layout | None) -> Kind:
        self._memory.contexts.take(_KIND_BYTES)
        kind = self._kinds[layout] = Kind(layout, self._context_keys, self._memory.contexts)
        return kind

    def _candidates(self, events: Sequence[Event]) -> list[tuple[int, Context, int]]:
        """The positions of the events for which rules are to be looked at, with these rules as bits."""
        given = [event.row if type(event) is RowEvent else event.native for event in events]
        contexts = self._contexts(events, given)
        self._events += len(events)
        if self._events >= self._settles_at:
            self._settle(contexts)
        words = self._words(events, contexts)
        lanes: defaultdict[Lane, list[int]] = defaultdict(list)
        for at, context in enumerate(contexts):
            lanes[context.lane].append(at)
        found: list[tuple[int, Context, int]] = []
        for lane, places in lanes.items():
            own, alike = [contexts[at] for at in places], [events[at] for at in places]
            said = [words.get(at, NOTHING) for at in places] if words else []
            if lane is WIDE:
                rules = [
                    context.rules([*self._in_own_fields(event), *said[at : at + 1]])
                    for at, (context, event) in enumerate(zip(own, alike, strict=True))
                ]
            else:
                rules = lane.rules(own, alike, [given[at] for at in places], said)
            found += [each for each in zip(places, own, rules, strict=True) if each[2]]
        found.sort(key=itemgetter(0))
        return found

    def _words(self, events: Sequence[Event], contexts: Sequence[Context]) -> dict[int, Said]:
        """What the keywords in events say, by the events' positions; nearly no event has one."""
        found: dict[int, Said] = {}
        asking = [at for at, context in enumerate(contexts) if context.asks_keywords]
        if self._keywords and asking and self._keywords.may_be_in([events[at].raw for at in asking]):
            for at in asking:
                if self._keywords.may_be_in([events[at].raw]):
                    said = self._keywords.find(events[at].native)
                    if said is not NOTHING:
                        found[at] = said
        return found

    def _in_own_fields(self, event: Event) -> Iterator[Said]:
        """What the fresh values of an event say, found by going through the fields that it has."""
        native, by_name = event.native, self._by_name
        for name, value in native.items():
            if value is not None:
                for field in by_name.get(name, ()):
                    yield field.of(value if field.plain else field.read(native))

    def _new_context(self, native: dict[str, Any], kind: Kind, key: Sequence[Any]) -> Context:
        met = [~needed for needed in self._steady_needed]
        first, second, blocked = ~self._first_needed, ~self._second_needed, 0
        for field in self._steady:
            said = field.of(field.reader.read(native))
            first |= said.first
            second |= said.second
            blocked |= said.blocks
            for number, rules in enumerate(said.steady):
                met[number] |= rules
        allowed = self._all & ~blocked
        for each in met:
            allowed &= each
        context = Context(allowed, allowed & first, allowed & second)
        open_ = [(name, self._enough(field, context)) for name, field in self._fresh if context.helped(field.total)]
        names = kind.known([name for name, _ in open_])
        if len(names) <= _FEW_FIELDS:
            context.lane = kind.lane([(name, field) for name, field in open_ if name in names])
        context.asks_keywords = bool(context.helped(self._in_keywords))
        if all(said is None or said is MISSING or type(said) is str for said in key):
            self._memory.contexts.take(_CONTEXT_BYTES)
            kind.contexts[key] = context
            context.is_kept = True
        return context

    def _enough(self, field: FieldSays, context: Context) -> FieldSays:
        """The field, asked for no more than has to be."""
        narrow = self._narrow.get(field)
        return narrow if narrow is not None and not context.helped(field.total) & ~self._usual else field

    def _settle(self, contexts: Sequence[Context]) -> None:
        """Have many atoms not looked for in events that have one of the contexts which most of these events have."""
        self._settles_at *= _SETTLES_AGAIN
        most = _USUAL_SHARE * len(contexts)
        if sum(not context.allowed & ~self._usual for context in contexts) >= most:
            return
        usual = covered = 0
        for context, times in Counter(contexts).most_common():
            if covered < most:
                usual |= context.allowed
                covered += times
        self._usual = usual
        fields = [field for _, field in self._fresh if field.atoms >= _MANY_ATOMS]
        self._narrow = {field: field.narrowed(usual, self._cache) for field in fields}
        for kind in self._kinds.values():
            kind.forget()

    def _logic_of(self, rule: int) -> Logic:
        index = rule.bit_length() - 1
        logic = self._logic[index]
        if logic is None:
            logic = self._logic[index] = logic_of(self._rules[index].condition, self._reader, self._guard)
        return logic

    def _reader(self, name: str) -> FieldReader:
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = FieldReader(name, aliases(self._product, name))
            reader.is_steady = is_steady(name) and reader.is_flat
        return reader
