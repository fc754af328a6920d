"""What the values of one field say about the rules of a plan: each distinct value is scanned once and remembered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

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


class FieldSays:
    """One field of a plan: how to read it, and what its values say about the rules.

    Args:
        reader: how it is read.
        asked: its atoms, with what each says when it is true.
        memory: where values are remembered.
        cache: where what is compiled is kept.
    """

    __slots__ = (
        *("_asked", "_memory", "_new", "_pause", "_room", "_said", "_scan", "_seen", "_together"),
        *("atoms", "known", "plain", "reader", "total"),
    )

    def __init__(
        self, reader: FieldReader, asked: Mapping[Atom, Said], memory: Memory, cache: RuleCache | None
    ) -> None:
        self.reader = reader
        self.plain = bool(reader.plain)
        """Whether it has but one name in events."""
        self._asked = asked
        self._said = list(asked.values())
        self.atoms = len(asked)
        """How many it is asked for."""
        self.total = Said()
        """What all its atoms say together: of other rules no value of it says anything."""
        for said in self._said:
            self.total.add(said)
        loose = {number for number, said in enumerate(self._said) if not said.blocks}
        self._scan = FieldScanner(enumerate(asked), cache, loose).scan
        self.known: dict[Any, Said] = memory.values.table()
        """What values said that were scanned before, by what stands in the event."""
        self._together: dict[tuple[int, ...], Said] = memory.contexts.table()
        """What atoms say together: most values of a field answer the same few sets of them."""
        self._room = memory.values
        self._memory = memory
        self._seen = self._new = 0
        """How many values were looked up lately, and how many of them were not known."""
        self._pause = 0
        """So many more values are scanned without asking whether they are known, and not remembered."""

    def narrowed(self, rules: int, cache: RuleCache | None) -> "FieldSays":
        """The same field, asked only for the atoms that say something about some of these rules."""
        asked = {atom: said for atom, said in self._asked.items() if (said.first | said.second | said.blocks) & rules}
        return FieldSays(self.reader, asked, self._memory, cache)

    def say(self, raw: str | int) -> Said:
        """What a value says that is not remembered."""
        found = self._scan(raw if type(raw) is str else str(raw))
        if not found:
            return NOTHING
        atoms = tuple(found)
        return self._together.get(atoms) or self._combine(atoms)

    def learn(self, raw: str | int) -> Said:
        """The same, and remember it under what stands in the event."""
        said = self.say(raw)
        self._room.take(_VALUE_BYTES + (len(raw) if type(raw) is str else 0))
        self.known[raw] = said
        return said

    def of_each(self, column: Sequence[Any]) -> list[tuple[int, Said]]:
        """What the values say that stand under the field's only name in many events, with the events' positions."""
        if not _USUAL_TYPES.issuperset(map(type, column)):
            return [(at, said) for at, raw in enumerate(column) for said in self._of_any(raw) if said is not NOTHING]
        if self._is_paused(len(column)):
            return self._scanned(column)
        said = list(map(self.known.get, column))
        if None in said:
            self._fill(said, column)
        elif said.count(NOTHING) == len(said):
            return []
        return [(at, one) for at, one in enumerate(said) if one is not NOTHING and one is not None]

    def _fill(self, said: list[Said | None], column: Sequence[Any]) -> None:
        """Have what the values say that are not remembered, where they stand."""
        known = self.known
        for at, one in enumerate(said):
            if one is not None:
                continue
            raw = column[at]
            if raw is None or raw is MISSING:
                known[raw] = said[at] = NOTHING
                continue
            said[at] = known.get(raw)
            if said[at] is None:
                self._new += 1
                said[at] = self.learn(raw)

    def _scanned(self, column: Sequence[Any]) -> list[tuple[int, Said]]:
        """The same without remembering."""
        scan, together = self._scan, self._together
        found: list[tuple[int, Said]] = []
        for at, raw in enumerate(column):
            if raw is None or raw is MISSING:
                continue
            atoms = scan(raw if type(raw) is str else str(raw))
            if atoms:
                key = tuple(atoms)
                found.append((at, together.get(key) or self._combine(key)))
        return found

    def _of_any(self, raw: Any) -> Iterable[Said]:
        return () if raw is None else self.of(raw)

    def of(self, raw: Any) -> Iterable[Said]:
        """What each value of the field says, as it stands in the event."""
        if type(raw) is str or type(raw) is int:
            return (self.known.get(raw) or self.learn(raw),)
        return () if raw is MISSING else [self.known.get(text) or self.learn(text) for text in scalars(raw)]

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

    def _combine(self, atoms: tuple[int, ...]) -> Said:
        said = Said()
        for atom in atoms:
            said.add(self._said[atom])
        self._memory.contexts.take(_SAID_BYTES + 8 * len(atoms))
        self._together[atoms] = said
        return said
