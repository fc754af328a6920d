"""Zeek's classic logs, with tabs and a header of `#` lines, turned into the JSON that Zeek writes when asked for it.

Source: Zeek's log reference, "Log Formats and Inspecting Them"; base/frameworks/logging/writers/ascii.zeek.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

_HEADER = b"#separator"
_ESCAPED_TAB = "\\x09"


def is_classic(head: bytes) -> bool:
    """Whether a file begins like a classic Zeek log."""
    return head.lstrip().startswith(_HEADER)


def as_json(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Each row as a JSON object with `_path`; a row that does not fit its header comes as it is."""
    table = _Table()
    for line in lines:
        text = line.decode("utf-8", "replace")
        if text.lstrip().startswith("#"):
            table.header(text.strip())
            continue
        record = table.row(text)
        yield msgspec.json.encode(record) if record is not None else line


class _Table:
    """What the header says about the rows below it."""

    def __init__(self) -> None:
        self._separator = "\t"
        self._words = {"set_separator": ",", "empty_field": "(empty)", "unset_field": "-", "path": ""}
        self._fields: list[str] = []
        self._readers: list[Callable[[str], Any]] = []

    def header(self, line: str) -> None:
        """Take over one `#` line."""
        if line.startswith("#separator"):
            said = line.partition(" ")[2].strip()
            self._separator = "\t" if said == _ESCAPED_TAB or not said else said
            return
        name, *values = line.removeprefix("#").split(self._separator)
        if name == "fields":
            self._fields = values
        elif name == "types":
            self._readers = [self._reader(kind) for kind in values]
        elif name in self._words and values:
            self._words[name] = values[0]

    def row(self, line: str) -> dict[str, Any] | None:
        """One row; None when it has not the header's columns or a value is not of its type."""
        values = line.split(self._separator)
        if not self._fields or len(values) != len(self._fields) or len(values) != len(self._readers):
            return None
        record: dict[str, Any] = {"_path": self._words["path"]} if self._words["path"] else {}
        unset = self._words["unset_field"]
        try:
            for field, read, value in zip(self._fields, self._readers, values, strict=True):
                if value != unset:
                    record[field] = read(value)
        except ValueError:
            return None
        return record

    def _reader(self, kind: str) -> Callable[[str], Any]:
        if kind.startswith(("set[", "vector[")):
            element = self._reader(kind.partition("[")[2].rstrip("]"))
            return lambda value: self._list(value, element)
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
        unset = self._words["unset_field"]
        return [None if item == unset else element(item) for item in value.split(self._words["set_separator"])]
