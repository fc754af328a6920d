"""Rows under a header: Zeek's classic logs, and CSV. Each row becomes a record that is understood without its header.

That is where headers live: whoever reads a file makes records of its rows before it cuts them into batches, so nothing
has to remember a header from one batch to the next. A batch that brings its own header is read the same way.

Sources: Zeek's log reference, "Log Formats and Inspecting Them", base/frameworks/logging/writers/ascii.zeek; RFC 4180.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import msgspec

from netsentinel.events.lines import LongLine, Unreadable

_ZEEK = b"#"
_ZEEK_STARTS = (b"#separator", b"#fields")
_ESCAPED_TAB = "\\x09"
_MIN_CELLS = 3
_MAX_CELLS = 1_000
_MAX_HEADER = 16 * 1024
"""Characters of a header: every record below it repeats its names."""
_CELL = re.compile(r"[A-Za-z_@~][\w .@:/()\[\]%-]{0,127}")
_TIMES = frozenset(
    {"time", "ts", "timestamp", "@timestamp", "_time", "date", "datetime", "starttime", "eventtime", "timecreated"}
    | {"start_time", "event_time", "utctime", "first_seen", "firstseen", "date_time", "date time", "timegenerated"}
)
"""A row of names is taken for a header when one of them, in lower case, is among these."""


class _Rows(Protocol):
    def row(self, line: str) -> dict[str, Any]:
        """One row.

        Raises:
            ValueError: it does not fit the header.
        """
        ...


class TableReader:
    """Finds headers in a stream of lines, and reads the rows below them."""

    def __init__(self) -> None:
        self._zeek: _ZeekRows | None = None
        self._rows: _Rows | None = None

    @property
    def active(self) -> bool:
        """Whether a header came before."""
        return self._rows is not None

    def take_header(self, line: bytes, *, any_names: bool = False) -> bool:
        """Whether the line is a header, or a remark between rows; it then says how to read the lines after it.

        Args:
            line: without its line end.
            any_names: take any row of names for a header, also one that names no time.
        """
        text = line.lstrip()
        if text.startswith(_ZEEK):
            if text.startswith(_ZEEK_STARTS) and (self._zeek is None or text.startswith(_ZEEK_STARTS[0])):
                self._zeek = _ZeekRows()
            if self._zeek is None:
                return False
            self._rows = self._zeek
            self._zeek.header(text.rstrip().decode("utf-8", "backslashreplace"))
            return True
        cells = _header_cells(line, any_names=any_names)
        if cells is None:
            return False
        self._rows, self._zeek = _CsvRows(cells[0], cells[1]), None
        return True

    def row(self, line: bytes) -> dict[str, Any]:
        """The row as a record.

        Raises:
            ValueError: the line does not fit the header, or none came before.
        """
        if self._rows is None:
            raise ValueError("the row has no header before it")
        return self._rows.row(line.decode("utf-8", "backslashreplace"))


def is_table(first: bytes) -> bool:
    """Whether a file whose first line this is holds rows under a header."""
    return TableReader().take_header(first)


def as_json(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Each row as a JSON object; headers are no records, and a row that does not fit comes as an `Unreadable` line."""
    table = TableReader()
    for line in lines:
        if type(line) is LongLine or type(line) is Unreadable:
            yield line
            continue
        if table.take_header(line):
            continue
        if not table.active:
            yield line
            continue
        try:
            record = table.row(line)
        except ValueError as error:
            yield Unreadable(line, str(error))
        else:
            yield msgspec.json.encode(record)


def _header_cells(line: bytes, *, any_names: bool) -> tuple[list[str], str] | None:
    if len(line) > _MAX_HEADER or not line[:1].strip(b"{[<0123456789"):
        return None
    text = line.decode("utf-8", "replace").strip()
    separator = max(",\t;", key=text.count)
    if text.count(separator) < _MIN_CELLS - 1:
        return None
    try:
        cells = [cell.strip() for cell in _split(text, separator)]
    except ValueError:
        return None
    names = [cell.lower() for cell in cells]
    if len(cells) > _MAX_CELLS or (_TIMES.isdisjoint(names) and not any_names) or len(set(names)) != len(names):
        return None
    return (cells, separator) if all(_CELL.fullmatch(cell) for cell in cells) else None


def _split(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    try:
        return next(csv.reader([text], delimiter=separator, strict=True))
    except (csv.Error, StopIteration) as error:
        raise ValueError(f"the row is no CSV: {error}") from None


class _CsvRows:
    def __init__(self, names: list[str], separator: str) -> None:
        self._names = names
        self._separator = separator

    def row(self, line: str) -> dict[str, Any]:
        cells = _split(line, self._separator)
        if len(cells) != len(self._names):
            raise ValueError(f"the row has {len(cells)} cells; its header has {len(self._names)}")
        return {name: cell.strip() for name, cell in zip(self._names, cells, strict=True) if cell}


class _ZeekRows:
    """What the header of a classic Zeek log says about the rows below it."""

    def __init__(self) -> None:
        self._separator = "\t"
        self._words = {"set_separator": ",", "empty_field": "(empty)", "unset_field": "-", "path": ""}
        self._fields: list[str] = []
        self._readers: list[Callable[[str], Any]] = []

    def header(self, line: str) -> None:
        """Take over one `#` line."""
        if line.startswith("#separator"):
            said = line.partition(" ")[2].strip()
            self._separator = "\t" if said == _ESCAPED_TAB or not said else said[:16]
            return
        name, *values = line.removeprefix("#").split(self._separator)
        if name == "fields":
            is_wide = len(values) > _MAX_CELLS or len(line) > _MAX_HEADER
            self._fields, self._readers = [] if is_wide else values, []
        elif name == "types":
            self._readers = [self._reader(kind) for kind in values]
        elif name in self._words and values:
            self._words[name] = values[0]

    def row(self, line: str) -> dict[str, Any]:
        """One row; fields that are not set are left out."""
        values = line.split(self._separator)
        if not self._fields or len(self._readers) != len(self._fields):
            raise ValueError("the Zeek log's header has no #fields with as many #types, or too many or too long ones")
        if len(values) != len(self._fields):
            raise ValueError(f"the row has {len(values)} fields; its header has {len(self._fields)}")
        record: dict[str, Any] = {"_path": self._words["path"]} if self._words["path"] else {}
        unset = self._words["unset_field"]
        for field, read, value in zip(self._fields, self._readers, values, strict=True):
            if value != unset:
                try:
                    record[field] = read(value)
                except ValueError:
                    raise ValueError(f"{value[:64]!r} is no value of the field {field}") from None
        return record

    def _reader(self, kind: str) -> Callable[[str], Any]:
        if kind.startswith(("set[", "vector[")):
            element = self._scalar(kind.partition("[")[2].rstrip("]"))
            return lambda value: self._list(value, element)
        return self._scalar(kind)

    def _scalar(self, kind: str) -> Callable[[str], Any]:
        if kind in {"time", "interval", "double"}:
            return float
        if kind in {"count", "int", "port"}:
            return int
        if kind == "bool":
            return lambda value: value == "T"
        return lambda value: "" if value == self._words["empty_field"] else value

    def _list(self, value: str, element: Callable[[str], Any]) -> list[Any]:
        if value == self._words["empty_field"]:
            return []
        unset, separator = self._words["unset_field"], self._words["set_separator"] or ","
        return [None if item == unset else element(item) for item in value.split(separator)]
