from typing import Any

import jsonschema_rs
import pytest

from netsentinel.api.examples import example
from tests.application import document

LOOP = {"properties": {"next": {"$ref": "#/components/schemas/Loop"}}, "required": ["next"]}
DOCUMENT: dict[str, Any] = {"components": {"schemas": {"Loop": LOOP}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "minLength": 8}, "stringxx"),
        ({"type": "string", "maxLength": 3}, "str"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "boolean"}, False),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": 7}, 7),
        ({"type": "integer", "default": 5, "examples": [6]}, 6),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string"),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "object"}, {}),
        ({"properties": {"a": {"type": "null"}, "b": {"type": "string"}}, "required": ["a"]}, {"a": None}),
    ],
)
def test_the_smallest_value_that_fits(schema: dict[str, Any], expected: object) -> None:
    assert example(schema, DOCUMENT) == expected


def test_a_schema_that_refers_to_itself_ends() -> None:
    found = example({"$ref": "#/components/schemas/Loop"}, DOCUMENT)
    assert str(found).count("next") < 10


def test_every_body_of_the_api_has_an_example_that_fits_its_schema() -> None:
    schema = document()
    checked = 0
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            for kind, media in operation.get("requestBody", {}).get("content", {}).items():
                if "json" in kind and kind != "application/x-ndjson":
                    whole = {**media["schema"], "components": schema["components"]}
                    jsonschema_rs.validate(whole, media["example"])
                    checked += 1
                    assert media["example"] is not None, f"{method} {path}"
    assert checked > 20
