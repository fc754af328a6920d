"""The document says everything that every operation may answer."""

from typing import Any

import pytest

from netsentinel.api.openapi import METHODS, TAGS
from tests.application import document


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="module")
def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): item[method] for path, item in schema["paths"].items() for method in METHODS if method in item
    }


def test_operation_ids_are_short_unique_names(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids)) > 100
    assert not [one for one in ids if "api_v" in one]
    assert operations["get", "/api/v1/threats"]["operationId"] == "v1_list_threats"
    assert operations["get", "/api/v2/threats"]["operationId"] == "list_threats"


def test_every_operation_announces_what_may_always_happen(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    for (method, path), operation in operations.items():
        codes = set(operation["responses"])
        assert {"400"} <= codes, path
        assert any(code < "300" for code in codes), path
        if "security" not in operation:
            assert {"401", "403"} <= codes, path
        if method in {"post", "put", "patch"}:
            assert {"403", "408", "413", "503", "507"} <= codes, path


def test_public_operations_need_no_key(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    public = {path for (_, path), operation in operations.items() if operation.get("security") == []}
    assert {"/livez", "/auth/login", "/auth/state"} <= public
    assert "/api/v2/alerts" not in public


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(target := node.get("$ref"), str):
                place: Any = schema
                for part in target.removeprefix("#/").split("/"):
                    place = place[part]
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(schema)


def test_every_tag_says_what_it_is(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert {tag for operation in operations.values() for tag in operation["tags"]} <= set(TAGS)


def test_the_older_version_is_marked(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    marked = {path for (_, path), operation in operations.items() if operation.get("deprecated")}
    assert marked == {path for _, path in operations if path.startswith("/api/v1/")}
