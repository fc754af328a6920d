"""An example of every JSON body, made from its schema: what the document shows and the page of the API starts from."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_DEEPEST: Final = 6
_PLAIN: Final[Mapping[str, Any]] = {"integer": 0, "number": 0, "boolean": False, "null": None, "object": {}}


def example(schema: Schema, document: Schema, depth: int = 0) -> Any:
    """A value that fits a schema: its own example, its default, its first choice, or the smallest that there is.

    Objects have what they must have; nothing is made up that need not be there.
    """
    schema = _resolved(schema, document)
    if depth > _DEEPEST:
        return None
    for said in ("examples", "enum"):
        if schema.get(said):
            return schema[said][0]
    for said in ("example", "const", "default"):
        if said in schema:
            return schema[said]
    for several in ("oneOf", "anyOf"):
        if schema.get(several):
            return example(schema[several][0], document, depth + 1)
    if "properties" in schema:
        members = schema["properties"]
        return {name: example(members[name], document, depth + 1) for name in members if name in _needed(schema)}
    return _smallest(schema, document, depth)


def _needed(schema: Schema) -> frozenset[str]:
    return frozenset(schema.get("required", ()))


def _smallest(schema: Schema, document: Schema, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [example(schema.get("items", {}), document, depth + 1) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return "string"[: schema.get("maxLength", 6)].ljust(schema.get("minLength", 0), "x")
    if kind in {"integer", "number"}:
        return schema.get("minimum", 0)
    return _PLAIN.get(str(kind), {})


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = document
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema
