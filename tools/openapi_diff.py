"""What a change of the OpenAPI document breaks for programs that were written against the one before.

`python tools/openapi_diff.py OLD NEW` prints it. `tools/generate_docs.py` refuses to replace the committed document by
one that breaks something, unless `--breaking "why"` says that it is meant.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from netsentinel.api.openapi import METHODS

Node = Mapping[str, Any]

_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_ANYTHING: Final = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})


def breaking(old: Node, new: Node) -> list[str]:
    """Each change that breaks something, as a sentence; empty when every old program goes on working."""
    return list(dict.fromkeys(_Diff(old, new).changes()))


class _Diff:
    """Two documents, walked side by side."""

    def __init__(self, old: Node, new: Node) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def changes(self) -> Iterator[str]:
        for path, item in self._old["paths"].items():
            for method in METHODS:
                if method in item:
                    place = f"{method.upper()} {path}"
                    found = self._new["paths"].get(path, {}).get(method)
                    if found is None:
                        yield f"{place} is gone"
                    else:
                        yield from self._operation(place, item[method], found)

    def _operation(self, place: str, old: Node, new: Node) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{place} is called {new.get('operationId')} instead of {old.get('operationId')}"
        if old.get("security") == [] and new.get("security") != []:
            yield f"{place} needs credentials now"
        yield from self._parameters(place, old, new)
        yield from self._body(place, old, new)
        yield from self._responses(place, old, new)

    def _parameters(self, place: str, old: Node, new: Node) -> Iterator[str]:
        before = {(one["name"], one["in"]): one for one in old.get("parameters", ())}
        after = {(one["name"], one["in"]): one for one in new.get("parameters", ())}
        for key, parameter in before.items():
            if key not in after:
                yield f"{place} no longer takes the parameter {key[0]}"
            else:
                told = f"{place}: the parameter {key[0]}"
                if after[key].get("required") and not parameter.get("required"):
                    yield f"{told} is required now"
                yield from self._schema(told, parameter.get("schema", {}), after[key].get("schema", {}), sent=True)
        for key, parameter in after.items():
            if key not in before and parameter.get("required"):
                yield f"{place} requires the new parameter {key[0]}"

    def _body(self, place: str, old: Node, new: Node) -> Iterator[str]:
        before, after = old.get("requestBody"), new.get("requestBody")
        if after is None:
            if before is not None:
                yield f"{place} no longer takes a body"
            return
        if after.get("required") and not (before or {}).get("required"):
            yield f"{place} requires a body now"
        for kind, media in (before or {}).get("content", {}).items():
            if kind not in after["content"]:
                yield f"{place} no longer takes {kind}"
            else:
                taken = after["content"][kind].get("schema", {})
                yield from self._schema(f"{place}: the body", media.get("schema", {}), taken, sent=True)

    def _responses(self, place: str, old: Node, new: Node) -> Iterator[str]:
        for code, response in old["responses"].items():
            if code not in new["responses"]:
                if code < "400":
                    yield f"{place} no longer answers {code}"
                continue
            before, after = self._found(self._old, response), self._found(self._new, new["responses"][code])
            for kind, media in before.get("content", {}).items():
                if kind not in after.get("content", {}):
                    yield f"{place}: {code} is no longer {kind}"
                else:
                    given = after["content"][kind].get("schema", {})
                    yield from self._schema(f"{place}: {code}", media.get("schema", {}), given, sent=False)

    def _schema(self, place: str, old: Any, new: Any, *, sent: bool) -> Iterator[str]:
        """Compare what is `sent` to the server, which must take no less, or what comes back, which must be no less."""
        refs = (str(_of(old, "$ref")), str(_of(new, "$ref")))
        if any(refs):
            if (*refs, sent) in self._seen:
                return
            self._seen.add((*refs, sent))
        old, new = self._found(self._old, old), self._found(self._new, new)
        yield from _kinds(place, _types(self._old, old), _types(self._new, new), sent=sent)
        if sent:
            yield from _bounds(place, old, new)
            yield from _words(place, old, new)
        yield from self._members(place, old, new, sent=sent)
        if "items" in old and "items" in new:
            yield from self._schema(f"{place}[]", old["items"], new["items"], sent=sent)
        yield from self._choices(place, old, new, sent=sent)

    def _members(self, place: str, old: Node, new: Node, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name, member in before.items():
            if name in after:
                yield from self._schema(f"{place}.{name}", member, after[name], sent=sent)
            elif not sent or new.get("additionalProperties") is False:
                yield f"{place}: the field {name} is gone"
        if sent:
            for name in sorted(needed_after - needed_before):
                yield f"{place}: the field {name} is required now"
        else:
            for name in sorted((needed_before - needed_after) & set(after)):
                yield f"{place}: the field {name} may be left out now"

    def _choices(self, place: str, old: Node, new: Node, *, sent: bool) -> Iterator[str]:
        """Alternatives that are told apart by their references' names."""
        for several in ("anyOf", "oneOf"):
            before = {_of(one, "$ref"): one for one in old.get(several, ()) if _of(one, "$ref")}
            after = {_of(one, "$ref"): one for one in new.get(several, ()) if _of(one, "$ref")}
            for ref, one in before.items():
                if ref in after:
                    yield from self._schema(place, one, after[ref], sent=sent)
                elif sent and several in new:
                    yield f"{place} no longer takes {str(ref).rpartition('/')[2]}"

    @staticmethod
    def _found(document: Node, node: Any) -> Node:
        return _resolved(document, node)


def _of(node: Any, key: str) -> Any:
    return node.get(key, "") if isinstance(node, Mapping) else ""


def _resolved(document: Node, node: Any) -> Node:
    """What a reference stands for. `true` and `{}` are schemas of anything."""
    while isinstance(node, Mapping) and "$ref" in node:
        target: Any = document
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node if isinstance(node, Mapping) else {}


def _types(document: Node, schema: Node) -> frozenset[str]:
    """The JSON types that a schema allows."""
    for several in ("anyOf", "oneOf"):
        if several in schema:
            found = (_types(document, _resolved(document, one)) for one in schema[several])
            return frozenset().union(*found)
    if "const" in schema or "enum" in schema:
        return frozenset(_type_of(value) for value in schema.get("enum", [schema.get("const")]))
    said = schema.get("type")
    if said is None:
        return frozenset({"object"}) if "properties" in schema else _ANYTHING
    kinds = frozenset([said] if isinstance(said, str) else said)
    return kinds | {"integer"} if "number" in kinds else kinds


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


def _kinds(place: str, old: frozenset[str], new: frozenset[str], *, sent: bool) -> Iterator[str]:
    lost, more = sorted(old - new), sorted(new - old)
    if sent and lost:
        yield f"{place} no longer takes {', '.join(lost)}"
    if not sent and more:
        yield f"{place} may be {', '.join(more)} now"


def _bounds(place: str, old: Node, new: Node) -> Iterator[str]:
    for name in _LOWER:
        if name in new and new[name] > old.get(name, float("-inf") if "imum" in name or "Minimum" in name else 0):
            yield f"{place}: {name} is {new[name]} now"
    for name in _UPPER:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{place}: {name} is {new[name]} now"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{place}: the pattern is {new['pattern']} now"


def _words(place: str, old: Node, new: Node) -> Iterator[str]:
    if "enum" in new:
        lost = sorted(str(word) for word in old.get("enum", ()) if word not in new["enum"])
        if lost or "enum" not in old:
            yield f"{place} no longer takes {', '.join(lost) or 'any value'}"


def main() -> int:
    """Print what breaks between two files; 1 when something does."""
    old, new = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    found = breaking(old, new)
    print("\n".join(found) or "Nothing breaks.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
