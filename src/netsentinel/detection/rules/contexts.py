"""What the steady fields of an event say together, and how the events of one kind are read: as rows or dictionaries."""

from collections.abc import Callable, Sequence
from typing import Any

from netsentinel.detection.rules.fields import MISSING
from netsentinel.detection.rules.said import FieldSays, Said
from netsentinel.events.rows import Layout

Values = Callable[[Any], Sequence[Any]]
"""The values under certain names, of a row or a dictionary; MISSING where it has none."""


class Context:
    """What the steady fields of an event say about the rules, as bits."""

    __slots__ = ("allowed", "asked", "asks_keywords", "fields", "first", "second", "values")

    def __init__(self, allowed: int, first: int, second: int) -> None:
        self.allowed = allowed
        """The rules that need no more than their fresh needs to be looked at."""
        self.first = first
        """Those whose first fresh need is met, or that have none."""
        self.second = second
        """The same for the second."""
        self.asked = 0
        """Those that are known to be possible with these fields."""
        self.fields: tuple[FieldSays, ...] = ()
        """The fresh fields that can still meet a need of an allowed rule."""
        self.values: Values | None = None
        """Their values in an event of the same kind; None where they are too many to look for each."""
        self.asks_keywords = False
        """Whether keywords can meet such a need."""

    def helps(self, said: Said) -> bool:
        """Whether this can meet a fresh need that is still open."""
        return bool(self.allowed & (said.first & ~self.first | said.second & ~self.second))


class Kind:
    """Events that are read in the same way: rows of one layout, or dictionaries.

    Args:
        layout: of the rows; None for dictionaries.
        names: what their contexts depend on.
    """

    __slots__ = ("_values", "contexts", "key", "layout")

    def __init__(self, layout: Layout | None, names: Sequence[str]) -> None:
        self.layout = layout
        self._values: dict[tuple[str, ...], Values] = {}
        self.key = self.values(self.known(names))
        """What tells their contexts apart."""
        self.contexts: dict[Sequence[Any], Context] = {}

    def known(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that events of this kind can have."""
        return tuple(name for name in names if self.layout is None or name in self.layout.attributes)

    def values(self, names: tuple[str, ...]) -> Values:
        """How to get the values under these names."""
        found = self._values.get(names)
        if found is None:
            found = self._values[names] = self.layout.getter(names) if self.layout else _native_values(names)
        return found


def _native_values(names: tuple[str, ...]) -> Values:
    missing = (MISSING,) * len(names)
    return lambda native: tuple(map(native.get, names, missing))
