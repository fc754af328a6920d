"""Rows: flat JSON records of one source, read by the names that its records have had.

Most sources send records with the same few dozen names and no nesting. Such a record is read straight into a row, which
takes a third of the time that a dictionary does; everything else is left to the general way.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from keyword import iskeyword
from operator import attrgetter
from typing import Any, Protocol, runtime_checkable

import msgspec

from netsentinel.events.model import Event
from netsentinel.events.ports import Format
from netsentinel.kernel.types import TenantId

_Scalar = str | int | float | bool | None

_MOST_NAMES = 160
_NAME = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@.:/ -]{0,63}")
"""Records with more names, or with longer or stranger ones, are read the general way: they could make rows costly."""
_MOST_LAYOUTS = 64
"""So often a source may come with names that are new."""
_MOST_FAILURES = 10
"""So many failures one after the other make the pause twice as long each time, until one record of 1,024 is tried."""


class Layout:
    """How rows with certain names are made.

    Args:
        names: the names that a record may have.
        absent: names that a row answers `msgspec.UNSET` for; a record that has one is no row of this layout.
    """

    def __init__(self, names: tuple[str, ...], absent: tuple[str, ...] = ()) -> None:
        self.attributes: Mapping[str, str] = {name: _attribute(name, number) for number, name in enumerate(names)}
        """What each name is called in a row: itself where it can be. What a record lacks is `msgspec.UNSET` there."""
        self.names = frozenset(names)
        fields: list[tuple[str, Any, Any]] = [(one, _Scalar, msgspec.UNSET) for one in self.attributes.values()]
        rename = {attribute: name for name, attribute in self.attributes.items()}
        nothing = {name: msgspec.UNSET for name in absent if _attribute(name, 0) == name}
        kind = msgspec.defstruct("Row", fields, rename=rename, namespace=nothing, forbid_unknown_fields=True, gc=False)
        self.read = msgspec.json.Decoder[Any](kind).decode

    def getter(self, names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
        """How to get from a row what stands under those of the names that it can have, in order."""
        attributes = [self.attributes[name] for name in names if name in self.attributes]
        if not attributes:
            return lambda _: ()
        get: Callable[[Any], Any] = attrgetter(*attributes)
        return get if len(attributes) > 1 else lambda row: (get(row),)


def _attribute(name: str, number: int) -> str:
    is_usable = name.isidentifier() and not name.startswith(("_", "field")) and not iskeyword(name)
    return name if is_usable else f"field{number}"


@lru_cache(maxsize=256)
def layout_of(names: tuple[str, ...], absent: tuple[str, ...]) -> Layout:
    """The layout for these names; sources of the same kind share it."""
    return Layout(names, absent)


class RowEvent(Event, kw_only=True, gc=False):
    """An event whose native fields stand in a row; they become a dictionary when somebody asks for it."""

    row: Any
    layout: Layout

    @property
    def native(self) -> dict[str, Any]:  # pyright: ignore[reportIncompatibleVariableOverride] - the same, made later
        """The event as it was given, decoded."""
        made: dict[str, Any] | None = _native.__get__(self)
        if made is None:
            made = msgspec.json.decode(self.raw, type=dict[str, Any])
            _native.__set__(self, made)
        return made

    def value(self, name: str) -> Any:
        """What stands in the event itself under a name, or `msgspec.UNSET`."""
        attribute = self.layout.attributes.get(name)
        return msgspec.UNSET if attribute is None else getattr(self.row, attribute)

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether the event itself has one of these names."""
        return not names.isdisjoint(self.layout.names) and not names.isdisjoint(self.native)


_native: Any = Event.__dict__["native"]
"""Where an event keeps its native fields."""


RowParser = Callable[[Any, bytes], Event | None]
"""Makes the same event of a row, given with its line, as `parse` makes of the record; None where `parse` has to."""


@runtime_checkable
class RowFormat(Format, Protocol):
    """A format that can make its events from rows."""

    row_names: tuple[str, ...]
    """Names that it asks rows for by themselves, whether they are in a layout or not."""
    nested_names: frozenset[str]
    """Names of records that it has to look into; no layout has one."""

    def row_parser(self, layout: Layout, tenant: TenantId, source: str) -> RowParser:
        """How to make events of the rows of one layout and source."""
        ...


class RowReader:
    """Reads the records of one source as rows where that can be done, and learns their names from the others.

    Args:
        format_: of the records.
        tenant: whose they are.
        source: name of the source.
    """

    def __init__(self, format_: RowFormat, tenant: TenantId, source: str) -> None:
        self.format = format_
        self._tenant = tenant
        self._source = source
        self._names: dict[str, None] = {}
        self._layout: Layout | None = None
        self._parse: RowParser | None = None
        self._layouts = 0
        self._failures = 0
        self._pause = 0
        self._tried = False

    def take(self, lines: Iterator[bytes], keep: Callable[[Event], None]) -> bytes | None:
        """Read lines as long as they are rows.

        Args:
            lines: what is taken from them is gone.
            keep: told of each event.

        Returns:
            The line that has to be read the general way; None when there are no more lines.
        """
        read, parse, self._tried = self._layout and self._layout.read, self._parse, False
        for line in lines:
            if self._pause:
                self._pause -= 1
                return line
            if type(line) is not bytes or line[:1] != b"{":
                return line
            event = None
            if read is not None and parse is not None:
                try:
                    event = parse(read(line), line)
                except (msgspec.DecodeError, ValueError, RecursionError):
                    event = None
            if event is None:
                self._tried = True
                self._fail()
                return line
            if self._failures:
                self._failures = 0
            keep(event)
        return None

    def learn(self, record: Mapping[str, Any]) -> None:
        """Take over the names of the record whose line `take` just gave back, if it could have been a row."""
        if not self._tried:
            return
        self._tried = False
        new = [name for name in record if name not in self._names]
        if new and self._may_take(new) and {dict, list}.isdisjoint(map(type, record.values())):
            self._layouts += 1
            self._names.update(dict.fromkeys(new))
            absent = tuple(name for name in self.format.row_names if name not in self._names)
            self._layout = layout_of(tuple(self._names), absent)
            self._parse = self.format.row_parser(self._layout, self._tenant, self._source)
            self._failures = self._pause = 0

    def _may_take(self, new: Sequence[str]) -> bool:
        return (
            self._layouts < _MOST_LAYOUTS
            and len(self._names) + len(new) <= _MOST_NAMES
            and all(map(_NAME.fullmatch, new))
            and self.format.nested_names.isdisjoint(new)
        )

    def _fail(self) -> None:
        """Leave out some lines where one was no row, the more the longer none is."""
        self._failures = min(self._failures + 1, _MOST_FAILURES)
        self._pause = 2**self._failures - 1
