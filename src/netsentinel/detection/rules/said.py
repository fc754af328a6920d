"""What the values of one field say about the rules of a plan: each distinct value is scanned once and remembered."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import msgspec

from netsentinel.detection.rules.atoms import Guard, unguarded
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import MISSING, FieldReader, scalars
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom
from netsentinel.detection.rules.scanner import FieldScanner

_VALUE_BYTES = 150
"""What a remembered value takes beside its text, about."""
_JUDGED_AFTER = 512
_WORTHLESS = 0.9
_PAUSE = 8 * _JUDGED_AFTER
"""When nine of ten values are new (command lines that each hold an id), so many are not remembered."""

_SAID_BYTES = 1_000
"""What a remembered answer of several atoms together takes, about."""


class Said:
    """What is known of rules when an atom, or some together, are true: sets of rules as bits."""

    __slots__ = ("blocks", "first", "second", "steady")

    def __init__(self, first: int = 0, second: int = 0) -> None:
        self.first = first
        """The rules whose first fresh need is met,"""
        self.second = second
        """those whose second is,"""
        self.steady: tuple[int, ...] = ()
        """those whose first, second, ... steady need is,"""
        self.blocks = 0
        """and those that cannot be true."""

    def meets(self, number: int, rules: int) -> None:
        """The steady need of this number is met of these rules."""
        each = list(self.steady) + [0] * (number + 1 - len(self.steady))
        each[number] |= rules
        self.steady = tuple(each)

    def add(self, other: "Said") -> None:
        """What the other says is true as well."""
        self.first |= other.first
        self.second |= other.second
        self.blocks |= other.blocks
        for number, rules in enumerate(other.steady):
            self.meets(number, rules)


_USUAL_TYPES = frozenset[type]({str, int, type(None), msgspec.UnsetType})
"""Of values that can be remembered by themselves. A truth or a fraction could be taken for the number it equals."""

NOTHING = Said()
"""Of a value that answers no atom. Never changed."""

_SILENT = frozenset({NOTHING})


class FieldSays:
    """One field of a plan: how to read it, and what its values say about the rules.

    Args:
        reader: how it is read.
        asked: its atoms, with what each says when it is true.
        memory: where values are remembered.
        cache: where what is compiled is kept.
        guard: of what is asked of values one by one.
    """

    __slots__ = (
        *(
            "_asked",
            "_atoms_of",
            "_guard",
            "_memory",
            "_new",
            "_pause",
            "_room",
            "_said",
            "_scan",
            "_seen",
            "_together",
        ),
        *("atoms", "known", "plain", "read", "reader", "total"),
    )

    def __init__(
        self,
        reader: FieldReader,
        asked: Mapping[Atom, Said],
        memory: Memory,
        cache: RuleCache | None,
        guard: Guard = unguarded,
    ) -> None:
        self.reader = reader
        self.plain = bool(reader.plain)
        """Whether it has but one name in events."""
        self._asked = asked
        self._guard = guard
        self._said = list(asked.values())
        self.atoms = len(asked)
        """How many it is asked for."""
        self.total = Said()
        """What all its atoms say together: of other rules no value of it says anything."""
        for said in self._said:
            self.total.add(said)
        loose = {number for number, said in enumerate(self._said) if not said.blocks}
        scanner = FieldScanner(enumerate(asked), cache, loose, guard)
        self._scan, self._atoms_of = scanner.scan, scanner.atoms_of
        self.read = reader.read
        """What stands in the field of an event."""
        for first in islice(asked, 1):
            self._scan, self.read = guard(first, self._scan), guard(first, self.read)
        self.known: dict[Any, Said] = memory.values.table()
        """What values said that were scanned before, by what stands in the event."""
        self._together: dict[tuple[Any, ...], Said] = memory.contexts.table()
        """What answers of the scanner say together, or the values of a list: the same few come back all the time."""
        self._room = memory.values
        self._memory = memory
        self._seen = self._new = 0
        """How many values were looked up lately, and how many of them were not known."""
        self._pause = 0
        """So many more values are scanned without asking whether they are known, and not remembered."""

    def narrowed(self, rules: int, cache: RuleCache | None) -> "FieldSays":
        """The same field, asked only for the atoms that say something about some of these rules."""
        asked = {atom: said for atom, said in self._asked.items() if (said.first | said.second | said.blocks) & rules}
        return FieldSays(self.reader, asked, self._memory, cache, self._guard)

    def say(self, raw: str | int) -> Said:
        """What a value says that is not remembered."""
        found = tuple(self._scan(raw if type(raw) is str else str(raw)))
        return (self._together.get(found) or self._combine(found)) if found else NOTHING

    def learn(self, raw: str | int) -> Said:
        """The same, and remember it under what stands in the event."""
        said = self.say(raw)
        self._room.take(_VALUE_BYTES + (len(raw) if type(raw) is str else 0))
        self.known[raw] = said
        return said

    def of_each(self, column: Sequence[Any]) -> Sequence[Said]:
        """What each value says that stands under the field's only name in many events; empty when none says a thing."""
        if not _USUAL_TYPES.issuperset(map(type, column)):
            said = list(map(self.of, column))
        elif self._is_paused(len(column)):
            said = self._scanned(column)
        else:
            known = list(map(self.known.get, column))
            said = self._filled(known, column) if None in known else cast("list[Said]", known)
        return () if _SILENT.issuperset(said) else said

    def _filled(self, said: Sequence[Said | None], column: Sequence[Any]) -> list[Said]:
        """The same with what those values say that are not remembered."""
        known, found = self.known, list(said)
        for at in [at for at, one in enumerate(said) if one is None]:
            raw = column[at]
            if raw is None or raw is MISSING:
                known[raw] = found[at] = NOTHING
                continue
            found[at] = known.get(raw)
            if found[at] is None:
                self._new += 1
                found[at] = self.learn(raw)
        return cast("list[Said]", found)

    def _scanned(self, column: Sequence[Any]) -> list[Said]:
        """What these values say, without remembering them."""
        scan, together = self._scan, self._together
        found: list[Said] = []
        for raw in column:
            if raw is None or raw is MISSING:
                found.append(NOTHING)
                continue
            key = tuple(scan(raw if type(raw) is str else str(raw)))
            found.append((together.get(key) or self._combine(key)) if key else NOTHING)
        return found

    def of(self, raw: Any) -> Said:
        """What the field says when this stands in the event: all its values together."""
        if type(raw) is str or type(raw) is int:
            return self.known.get(raw) or self.learn(raw)
        if raw is None or raw is MISSING:
            return NOTHING
        each = dict.fromkeys(self.known.get(text) or self.learn(text) for text in scalars(raw))
        each.pop(NOTHING, None)
        if len(each) < 2:  # noqa: PLR2004 - one says what it says
            return next(iter(each), NOTHING)
        return self._together.get(key := tuple(each)) or self._remembered(key, key)

    def _is_paused(self, values: int) -> bool:
        """Whether remembering these values would cost more than it saves; when it does is found out again and again."""
        if self._pause > 0:
            self._pause -= values
            self._new = 0
            return True
        if self._seen >= _JUDGED_AFTER:
            self._pause = 0 if self._new < self._seen * _WORTHLESS else _PAUSE
            self._seen = self._new = 0
        self._seen += values
        return False

    def _combine(self, answers: tuple[int, ...]) -> Said:
        return self._remembered(answers, [self._said[atom] for atom in self._atoms_of(answers)])

    def _remembered(self, key: tuple[Any, ...], each: Iterable[Said]) -> Said:
        said = Said()
        for one in each:
            said.add(one)
        self._memory.contexts.take(_SAID_BYTES + 8 * len(key))
        self._together[key] = said
        return said
