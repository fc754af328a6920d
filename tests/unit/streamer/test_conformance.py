"""The schema check: strict where it matters, and loud about what it does not know."""

from typing import Any

import pytest

from netsentinel.streamer.conformance import Conformance

SCHEMAS = {"Name": {"type": "string", "minLength": 1}}


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    return list(Conformance(SCHEMAS).faults(schema, value))


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, "x", 1),
        ({"type": "integer"}, 1, 1.5),
        ({"type": "integer"}, 1, True),
        ({"type": "number"}, 1.5, "1.5"),
        ({"type": "boolean"}, False, 0),
        ({"type": "null"}, None, 0),
        ({"type": "array", "items": {"type": "integer"}}, [1, 2], [1, "2"]),
        ({"type": "array", "maxItems": 1}, [1], [1, 2]),
        ({"enum": ["a", "b"]}, "b", "c"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, 1),
        ({"$ref": "#/components/schemas/Name"}, "x", ""),
        ({"type": "integer", "minimum": 0, "maximum": 9}, 9, 10),
        ({"type": "integer", "minimum": 0}, 0, -1),
        ({"type": "string", "maxLength": 2}, "xy", "xyz"),
        ({"type": "object", "required": ["a"]}, {"a": 1}, {"b": 1}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "x", "b": 1}, {"a": 1}),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            {"a": 1},
            {"a": 1, "b": 1},
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"x": 1}, {"x": "1"}),
        ({"type": "object", "additionalProperties": True}, {"x": 1}, []),
        ({"type": "object", "propertyNames": {"maxLength": 1}}, {"x": 1}, {"xy": 1}),
        ({"type": "object", "maxProperties": 1}, {"x": 1}, {"x": 1, "y": 2}),
    ],
)
def test_each_keyword(schema: dict[str, Any], good: Any, bad: Any) -> None:
    assert faults(schema, good) == []
    assert faults(schema, bad)


def test_a_fault_says_where_it_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    assert faults(schema, {"a": ["x", 1]}) == ["$.a[1]: not of type string"]


@pytest.mark.parametrize("keyword", ["oneOf", "pattern", "minContains"])
def test_an_unknown_keyword_is_not_passed_over(keyword: str) -> None:
    with pytest.raises(NotImplementedError):
        faults({keyword: 1}, "x")
