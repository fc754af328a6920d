"""What the steady fields of an event say together, and how the events of one kind are read: as rows or dictionaries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any

from netsentinel.detection.rules.fields import MISSING
from netsentinel.detection.rules.logic import Logic
from netsentinel.detection.rules.memory import Room
from netsentinel.detection.rules.said import NOTHING, FieldSays, Said
from netsentinel.events.model import Event
from netsentinel.events.rows import Layout

Values = Callable[[Any], Sequence[Any]]
"""The values under certain names, of a row or a dictionary; MISSING where it has none."""


def _no_values(_: Any) -> tuple[Any, ...]:
    return ()


_ANSWER_BYTES = 200
"""What a remembered answer takes beside its rules, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """Fresh fields that many contexts leave open: their events are looked at together, one field after the other."""

    room: Room = field(default_factory=Room)
    """Where answers are accounted for."""
    fields: tuple[FieldSays, ...] = ()
    values: Values = _no_values
    """Their values in an event of one kind."""
    answers: dict[tuple[Any, ...], int] = field(default_factory=dict[tuple[Any, ...], int])
    """The rules to look at for a context and what fields say in it: the same few come back all the time."""

    def rules(
        self, contexts: Sequence["Context"], events: Sequence[Event], given: Sequence[Any], words: Sequence[Said]
    ) -> list[int]:
        """The rules that are to be looked at for each event, as bits.

        Args:
            contexts: of the events, each of this lane.
            events: of one kind.
            given: their rows, or their native fields.
            words: what the keywords in each event say, or empty.
        """
        columns = zip(self.fields, zip(*map(self.values, given), strict=True), strict=True)
        said = [words, *(_said(field, column, events) for field, column in columns)]
        keys: list[tuple[Any, ...]] = list(zip(contexts, *filter(None, said), strict=True))
        found = list(map(self.answers.get, keys))
        return [self._answer(*key) if one is None else one for one, key in zip(found, keys, strict=True)]

    def _answer(self, context: "Context", *said: Said) -> int:
        rules = context.rules(said)
        if context.is_kept:
            self.room.take(_ANSWER_BYTES + getsizeof(rules) + 8 * len(said))
            self.answers[context, *said] = rules
        return rules


def _said(field: FieldSays, column: Sequence[Any], events: Sequence[Event]) -> Sequence[Said]:
    """What a field says in each event, of which one of its names is given; empty when it says nothing in any."""
    if field.plain:
        return field.of_each(column)
    return [
        NOTHING if raw is MISSING or raw is None else field.of(field.read(event.native))
        for raw, event in zip(column, events, strict=True)
    ]


WIDE = Lane()
"""Of contexts that leave too many fields open: each event's own fields are gone through."""


class Context:
    """What the steady fields of an event say about the rules, as bits."""

    __slots__ = ("allowed", "asks_keywords", "first", "is_kept", "lane", "logic", "met", "second")

    def __init__(self, allowed: int, first: int, second: int) -> None:
        self.allowed = allowed
        """The rules that need no more than their fresh needs to be looked at."""
        self.first = first
        """Those whose first fresh need is met, or that have none."""
        self.second = second
        """The same for the second."""
        self.is_kept = False
        """Whether it will be met again: whoever remembers something of one that will not keeps it for nothing."""
        self.met = 0
        """Rules that were true with it."""
        self.logic: dict[int, Logic] = {}
        """What is left to ask of a rule, by its bit, where that is known."""
        self.lane = WIDE
        """The fresh fields that can still meet a need of an allowed rule."""
        self.asks_keywords = False
        """Whether keywords can meet such a need."""

    def helped(self, said: Said) -> int:
        """The rules of which this can meet a fresh need that is still open, or that it can rule out."""
        return self.allowed & (said.first & ~self.first | said.second & ~self.second | said.blocks)

    def rules(self, said: Iterable[Said]) -> int:
        """The rules that are to be looked at when this is said beside the context."""
        first, second, blocked = self.first, self.second, 0
        for one in said:
            first |= one.first
            second |= one.second
            blocked |= one.blocks
        return first & second & self.allowed & ~blocked

    def rule_out(self, rules: int) -> None:
        """These cannot be true for any event with this context."""
        self.allowed &= ~rules
        if self.is_kept:  # of others there are no answers
            self.lane.answers.clear()


class Kind:
    """Events that are read in the same way: rows of one layout, or dictionaries.

    Args:
        layout: of the rows; None for dictionaries.
        names: what their contexts depend on.
        room: where what is remembered of them is accounted for.
    """

    __slots__ = ("_lanes", "_room", "_values", "contexts", "key", "layout")

    def __init__(self, layout: Layout | None, names: Sequence[str], room: Room) -> None:
        self.layout = layout
        self._room = room
        self._values: dict[tuple[str, ...], Values] = {}
        self._lanes: dict[tuple[tuple[str, FieldSays], ...], Lane] = {}
        self.key = self.values(self.known(names))
        """What tells their contexts apart."""
        self.contexts: dict[Sequence[Any], Context] = {}

    def known(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that events of this kind can have."""
        return tuple(name for name in names if self.layout is None or name in self.layout.attributes)

    def lane(self, fields: Sequence[tuple[str, FieldSays]]) -> Lane:
        """The lane for these fields, given with the names that they have in events of this kind."""
        found = self._lanes.get(key := tuple(fields))
        if found is None:
            values = self.values(tuple(name for name, _ in key))
            found = self._lanes[key] = Lane(self._room, tuple(field for _, field in key), values)
        return found

    def forget(self) -> None:
        """Work contexts, and what is asked beside them, out anew."""
        self.contexts.clear()
        self._lanes.clear()

    def values(self, names: tuple[str, ...]) -> Values:
        """How to get the values under these names."""
        found = self._values.get(names)
        if found is None:
            found = self._values[names] = self.layout.getter(names) if self.layout else _native_values(names)
        return found


def _native_values(names: tuple[str, ...]) -> Values:
    missing = (MISSING,) * len(names)
    return lambda native: tuple(map(native.get, names, missing))
