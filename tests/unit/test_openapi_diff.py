"""What breaks a program that was written against the document before, and what does not."""

from copy import deepcopy
from typing import Any

import pytest
from tools.openapi_diff import breaking

PROBLEM = {
    "description": "No.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/P"}}},
}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "list_things",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
                    {"name": "kind", "in": "query", "schema": {"enum": ["a", "b"], "type": "string"}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}},
                    "404": {"$ref": "#/components/responses/No"},
                },
            },
            "post": {
                "operationId": "make_thing",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}},
                },
                "responses": {"201": {}},
            },
        }
    },
    "components": {
        "responses": {"No": PROBLEM},
        "schemas": {
            "P": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
            "Page": {
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "next": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["items", "next"],
            },
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "parent": {"$ref": "#/components/schemas/Thing"},
                    "size": {"type": "integer"},
                },
                "required": ["id", "size"],
            },
            "New": {
                "type": "object",
                "properties": {"name": {"type": "string", "maxLength": 20}, "note": {"type": ["string", "null"]}},
                "required": ["name"],
                "additionalProperties": False,
            },
        },
    },
}
GET = ("paths", "/things", "get")
POST = ("paths", "/things", "post")
SCHEMAS = ("components", "schemas")
GONE = object()


def changed(*steps: Any) -> dict[str, Any]:
    """The document with the value at a path replaced, or taken away."""
    *path, last, value = steps
    document = deepcopy(DOCUMENT)
    node: Any = document
    for step in path:
        node = node[step]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return document


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed("paths", {}), "GET /things is gone"),
        (changed("paths", "/things", "post", GONE), "POST /things is gone"),
        (changed(*GET, "operationId", "all_things"), "is called all_things"),
        (changed(*GET, "parameters", 0, GONE), "no longer takes the parameter limit"),
        (changed(*GET, "parameters", 0, "required", True), "limit is required now"),
        (changed(*GET, "parameters", 0, "schema", "maximum", 100), "maximum is 100 now"),
        (changed(*GET, "parameters", 0, "schema", "minimum", 2), "minimum is 2 now"),
        (changed(*GET, "parameters", 1, "schema", "enum", ["a"]), "no longer takes b"),
        (
            changed(*GET, "parameters", 1, {"name": "x", "in": "query", "required": True}),
            "requires the new parameter x",
        ),
        (changed(*GET, "responses", "200", GONE), "no longer answers 200"),
        (changed(*GET, "responses", "200", "content", {"text/csv": {}}), "is no longer application/json"),
        (changed(*SCHEMAS, "Thing", "properties", "size", GONE), "the field size is gone"),
        (changed(*SCHEMAS, "Thing", "properties", "size", {"type": ["integer", "null"]}), "may be null now"),
        (changed(*SCHEMAS, "Thing", "properties", "size", {"type": "string"}), "may be string now"),
        (changed(*SCHEMAS, "Thing", "required", ["id"]), "the field size may be left out now"),
        (changed(*SCHEMAS, "P", "properties", {}), "the field code is gone"),
        (changed(*SCHEMAS, "New", "required", ["name", "note"]), "the field note is required now"),
        (changed(*SCHEMAS, "New", "properties", "note", GONE), "the field note is gone"),
        (changed(*SCHEMAS, "New", "properties", "note", {"type": "string"}), "no longer takes null"),
        (changed(*SCHEMAS, "New", "properties", "name", "maxLength", 10), "maxLength is 10 now"),
        (changed(*SCHEMAS, "New", "properties", "name", "minLength", 1), "minLength is 1 now"),
        (changed(*SCHEMAS, "New", "properties", "name", "pattern", "a+"), "the pattern is a+ now"),
        (changed(*SCHEMAS, "New", "properties", "name", "enum", ["x"]), "no longer takes any value"),
        (changed(*POST, "requestBody", GONE), "no longer takes a body"),
        (changed(*POST, "requestBody", "content", {"text/plain": {}}), "no longer takes application/json"),
        (changed(*GET, "requestBody", {"required": True, "content": {}}), "requires a body now"),
    ],
)
def test_what_breaks(new: dict[str, Any], said: str) -> None:
    assert any(said in change for change in breaking(DOCUMENT, new)), breaking(DOCUMENT, new)


@pytest.mark.parametrize(
    "new",
    [
        DOCUMENT,
        changed("paths", "/others", {"get": {"operationId": "others", "responses": {"200": {}}}}),
        changed(*GET, "parameters", 0, "schema", {"type": "integer", "minimum": 0, "maximum": 1_000}),
        changed(*GET, "parameters", 1, "schema", {"enum": ["a", "b", "c"], "type": "string"}),
        changed(*GET, "responses", "429", {"$ref": "#/components/responses/No"}),
        changed(*GET, "responses", "404", GONE),
        changed(*GET, "description", "Other words."),
        changed(*SCHEMAS, "Thing", "properties", "colour", {"type": "string"}),
        changed(*SCHEMAS, "Page", "properties", "next", {"type": "string"}),
        changed(*SCHEMAS, "New", "properties", "more", {"type": "string"}),
        changed(*SCHEMAS, "New", "required", []),
        changed(*POST, "requestBody", "required", False),
    ],
)
def test_what_breaks_nothing(new: dict[str, Any]) -> None:
    assert breaking(DOCUMENT, new) == []


def test_a_public_operation_that_asks_for_a_key() -> None:
    assert breaking(changed(*GET, "security", []), DOCUMENT) == ["GET /things needs credentials now"]
