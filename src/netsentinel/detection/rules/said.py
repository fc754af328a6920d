"""What the values of one field say about the rules of a plan: each distinct value is scanned once and remembered."""

from collections.abc import Iterable, Mapping
from typing import Any

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import MISSING, FieldReader, scalars
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom
from netsentinel.detection.rules.scanner import FieldScanner

_VALUE_BYTES = 150
"""What a remembered value takes beside its text, about."""
_SAID_BYTES = 1_000
"""What a remembered answer of several atoms together takes, about."""


class Said:
    """What is known of rules when an atom, or some together, are true: sets of rules as bits."""

    __slots__ = ("blocks", "first", "second", "steady")

    def __init__(self) -> None:
        self.first = 0
        """The rules whose first fresh need is met,"""
        self.second = 0
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

    __slots__ = ("_asked", "_memory", "_room", "_scan", "_together", "known", "plain", "reader", "total")

    def __init__(
        self, reader: FieldReader, asked: Mapping[Atom, Said], memory: Memory, cache: RuleCache | None
    ) -> None:
        self.reader = reader
        self.plain = bool(reader.plain)
        """Whether it has but one name in events."""
        self._asked = list(asked.values())
        self.total = Said()
        """What all its atoms say together: of other rules no value of it says anything."""
        for said in self._asked:
            self.total.add(said)
        loose = {number for number, said in enumerate(self._asked) if not said.blocks}
        self._scan = FieldScanner(enumerate(asked), cache, loose).scan
        self.known: dict[str | int, Said] = memory.values.table()
        """What values said that were scanned before, by what stands in the event."""
        self._together: dict[tuple[int, ...], Said] = memory.contexts.table()
        """What atoms say together: most values of a field answer the same few sets of them."""
        self._room = memory.values
        self._memory = memory

    def learn(self, raw: str | int, text: str) -> Said:
        """Scan a value that was not seen before, and remember what it says under what stands in the event."""
        found = self._scan(text)
        said = NOTHING
        if found:
            atoms = tuple(found)
            said = self._together.get(atoms) or self._combine(atoms)
        self._room.take(_VALUE_BYTES + len(text))
        self.known[raw] = said
        return said

    def of(self, raw: Any) -> Iterable[Said]:
        """What each value of the field says, as it stands in the event."""
        if type(raw) is str or type(raw) is int:
            return (self.known.get(raw) or self.learn(raw, str(raw)),)
        return () if raw is MISSING else [self.known.get(text) or self.learn(text, text) for text in scalars(raw)]

    def _combine(self, atoms: tuple[int, ...]) -> Said:
        said = Said()
        for atom in atoms:
            said.add(self._asked[atom])
        self._memory.contexts.take(_SAID_BYTES + 8 * len(atoms))
        self._together[atoms] = said
        return said
