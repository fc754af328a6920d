"""Holds a value against the part of JSON Schema (2020-12) in which msgspec describes frames."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

Schema = Mapping[str, Any]

_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "object": Mapping,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_SILENT: Final = frozenset({"title", "description", "default", "discriminator"})
"""Keywords that say nothing about a value."""
_OF_OBJECTS: Final = frozenset({"required", "properties", "additionalProperties", "propertyNames"})
_SIZED: Final[Mapping[str, type | tuple[type, ...]]] = {
    "imum": (int, float),
    "Length": str,
    "Items": list,
    "Properties": Mapping,
}
"""What a keyword with these last letters measures."""


class Conformance:
    """Checks values against schemas that may refer to each other by name."""

    def __init__(self, schemas: Schema) -> None:
        self._schemas = schemas

    def faults(self, schema: Schema, value: Any, at: str = "$") -> Iterator[str]:
        """Everything about the value that the schema does not allow, each as `path: what`.

        Args:
            schema: of this value.
            value: as JSON decodes.
            at: path of the value.

        Raises:
            NotImplementedError: the schema has a keyword that is not checked here.
        """
        for keyword in schema.keys() - _SILENT:
            if keyword in _OF_OBJECTS:
                if isinstance(value, Mapping):
                    yield from self._members(keyword, schema, cast("Mapping[str, Any]", value), at)
            elif keyword[:3] in {"min", "max"}:
                yield from _out_of_bounds(keyword, schema[keyword], value, at)
            else:
                yield from self._shape(keyword, schema[keyword], value, at)

    def _shape(self, keyword: str, wanted: Any, value: Any, at: str) -> Iterator[str]:
        match keyword:
            case "$ref":
                yield from self.faults(self._schemas[str(wanted).rpartition("/")[2]], value, at)
            case "anyOf":
                if all(any(self.faults(choice, value, at)) for choice in wanted):
                    yield f"{at}: fits none of {len(wanted)} choices"
            case "type":
                if not _is(wanted, value):
                    yield f"{at}: not of type {wanted}"
            case "enum":
                if value not in wanted:
                    yield f"{at}: not one of {wanted}"
            case "items":
                for number, item in enumerate(cast("Sequence[Any]", value) if isinstance(value, list) else ()):
                    yield from self.faults(wanted, item, f"{at}[{number}]")
            case _:
                raise NotImplementedError(f"the schema keyword {keyword} is not checked")

    def _members(self, keyword: str, schema: Schema, value: Mapping[str, Any], at: str) -> Iterator[str]:
        wanted = schema[keyword]
        known: Schema = schema.get("properties", {})
        match keyword:
            case "required":
                yield from (f"{at}: lacks {name}" for name in wanted if name not in value)
            case "properties":
                for name in known.keys() & value.keys():
                    yield from self.faults(known[name], value[name], f"{at}.{name}")
            case "propertyNames":
                for name in value:
                    yield from self.faults(wanted, name, f"{at}.{name}")
            case _:
                for name in value.keys() - known.keys():
                    if isinstance(wanted, bool):
                        yield from () if wanted else (f"{at}: has {name}, which is unknown",)
                    else:
                        yield from self.faults(wanted, value[name], f"{at}.{name}")


def _is(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _out_of_bounds(keyword: str, wanted: float, value: Any, at: str) -> Iterator[str]:
    kind = _SIZED.get(keyword[3:])
    if kind is None:
        raise NotImplementedError(f"the schema keyword {keyword} is not checked")
    if not isinstance(value, kind):
        return
    size = value if isinstance(value, int | float) else len(cast("Sequence[Any]", value))
    if size < wanted if keyword.startswith("min") else size > wanted:
        yield f"{at}: {keyword} is {wanted}"
