"""Finding a field's values in a native event."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec

MISSING: Any = msgspec.UNSET
"""What a reader answers where the event has no such field, and what a row says there."""


class FieldReader:
    """Reads one field: by its flat name first, then down nested objects along the dots, then by its other names.

    Args:
        field: the name a rule uses, for example `http.hostname` or `id.orig_h`.
        aliases: names the same field has in events of this kind, tried in order when its own is absent.
    """

    def __init__(self, field: str, aliases: Sequence[str] = ()) -> None:
        self.field = field
        self._paths = tuple(_path(name) for name in (field, *aliases))
        self.plain = field if len(self._paths) == 1 and len(self._paths[0]) == 1 else ""
        """The only name that it can have in events, or empty when there are several places to look."""
        self.names = (field, *aliases)
        """Every name that it can have."""
        self.is_flat = all(len(path) == 1 for path in self._paths)
        """Whether each of its names is one of the event's own: nothing is nested."""
        self.is_steady = False
        """Whether it is part of the context that a plan keeps."""

    @property
    def keys(self) -> frozenset[str]:
        """Top-level names at least one of which an event has that has this field."""
        return frozenset(name for path in self._paths for name in (path[0][0], path[0][1]))

    def read(self, native: dict[str, Any]) -> Any:
        """The field's value, or MISSING."""
        if self.plain:
            return native.get(self.plain, MISSING)
        for path in self._paths:
            found = _descend(native, path, 0)
            if found is not MISSING:
                return found
        return MISSING

    def texts(self, native: dict[str, Any]) -> list[str]:
        """Every value as text: lists give each of their elements, null and objects none."""
        return list(scalars(self.read(native)))


def scalars(value: Any) -> Iterator[str]:
    """The texts that a rule compares with."""
    if type(value) is list:
        for item in cast("list[Any]", value):
            yield from scalars(item)
        return
    said = text_of(value)
    if said is not None:
        yield said


def text_of(value: Any) -> str | None:
    """A scalar as text: `true`, `4688`, `1.5`; None for null, objects and lists."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return str(int(value)) if value.is_integer() else repr(value)
    return None


def everything(native: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every scalar of an event with its dotted name: what keywords are looked for in."""
    stack: list[tuple[str, Any]] = [(str(key), value) for key, value in reversed(native.items())]
    while stack:
        name, value = stack.pop()
        if type(value) is dict:
            inner = cast("dict[str, Any]", value)
            stack.extend((f"{name}.{key}", item) for key, item in reversed(inner.items()))
        elif type(value) is list:
            stack.extend((name, item) for item in reversed(cast("list[Any]", value)))
        else:
            said = text_of(value)
            if said is not None:
                yield name, said


def _path(name: str) -> tuple[tuple[str, str], ...]:
    """For each step down: the first name of the rest, and the whole rest as one flat name."""
    steps = name.split(".")
    return tuple((steps[at], ".".join(steps[at:])) for at in range(len(steps)))


def _descend(node: Any, path: tuple[tuple[str, str], ...], at: int) -> Any:
    if type(node) is list:
        found = [item for child in cast("list[Any]", node) if (item := _descend(child, path, at)) is not MISSING]
        return found or MISSING
    if type(node) is not dict:
        return MISSING
    table = cast("dict[str, Any]", node)
    head, flat = path[at]
    if flat in table:
        return table[flat]
    if at + 1 == len(path) or head not in table:
        return MISSING
    return _descend(table[head], path, at + 1)
