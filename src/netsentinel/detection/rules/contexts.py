"""What the steady fields of an event say together, and how the events of one kind are read: as rows or dictionaries."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from netsentinel.detection.rules.fields import MISSING
from netsentinel.detection.rules.said import FieldSays, Said
from netsentinel.events.model import Event
from netsentinel.events.rows import Layout

Values = Callable[[Any], Sequence[Any]]
"""The values under certain names, of a row or a dictionary; MISSING where it has none."""


def _no_values(_: Any) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """Fresh fields that many contexts leave open: their events are looked at together, one field after the other."""

    fields: tuple[FieldSays, ...] = ()
    values: Values = _no_values
    """Their values in an event of one kind."""

    def says(self, events: Sequence[Event], given: Sequence[Any]) -> Iterator[tuple[int, Said]]:
        """What the fields of events say, with the events' positions; nothing of most.

        Args:
            events: of one kind.
            given: their rows, or their native fields.
        """
        for field, column in zip(self.fields, zip(*map(self.values, given), strict=True), strict=True):
            if field.plain:
                yield from field.of_each(column)
                continue
            for at, raw in enumerate(column):
                if raw is not MISSING and raw is not None:
                    for said in field.of(field.reader.read(events[at].native)):
                        yield at, said


WIDE = Lane()
"""Of contexts that leave too many fields open: each event's own fields are gone through."""


class Context:
    """What the steady fields of an event say about the rules, as bits."""

    __slots__ = ("allowed", "anyway", "asked", "asks_keywords", "first", "lane", "second")

    def __init__(self, allowed: int, first: int, second: int) -> None:
        self.allowed = allowed
        """The rules that need no more than their fresh needs to be looked at."""
        self.first = first
        """Those whose first fresh need is met, or that have none."""
        self.second = second
        """The same for the second."""
        self.anyway = allowed & first & second
        """Those that are looked at whatever the fresh fields say."""
        self.asked = 0
        """Those that are known to be possible with these fields."""
        self.lane = WIDE
        """The fresh fields that can still meet a need of an allowed rule."""
        self.asks_keywords = False
        """Whether keywords can meet such a need."""

    def helped(self, said: Said) -> int:
        """The rules of which this can meet a fresh need that is still open, or that it can rule out."""
        return self.allowed & (said.first & ~self.first | said.second & ~self.second | said.blocks)

    def rule_out(self, rules: int) -> None:
        """These cannot be true for any event with this context."""
        self.allowed &= ~rules
        self.anyway &= ~rules


class Kind:
    """Events that are read in the same way: rows of one layout, or dictionaries.

    Args:
        layout: of the rows; None for dictionaries.
        names: what their contexts depend on.
    """

    __slots__ = ("_lanes", "_values", "contexts", "key", "layout")

    def __init__(self, layout: Layout | None, names: Sequence[str]) -> None:
        self.layout = layout
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
            found = self._lanes[key] = Lane(tuple(field for _, field in key), values)
        return found

    def values(self, names: tuple[str, ...]) -> Values:
        """How to get the values under these names."""
        found = self._values.get(names)
        if found is None:
            found = self._values[names] = self.layout.getter(names) if self.layout else _native_values(names)
        return found


def _native_values(names: tuple[str, ...]) -> Values:
    missing = (MISSING,) * len(names)
    return lambda native: tuple(map(native.get, names, missing))
