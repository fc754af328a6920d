from typing import Any

import pytest

from tests.application import document


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return document()


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method} {path}", op) for path, item in schema["paths"].items() for method, op in item.items()]


def test_it_is_openapi_3_1_with_both_ways_to_authenticate(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    assert set(schema["components"]["securitySchemes"]) == {"key", "session"}


def test_every_operation_describes_itself_and_its_parameters(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        assert operation.get("description"), name
        for parameter in operation.get("parameters", []):
            described = parameter.get("description") or parameter["schema"].get("description")
            assert described or parameter["in"] == "path", f"{name}: {parameter['name']}"


def test_problems_have_their_own_media_type_and_schema(schema: dict[str, Any]) -> None:
    named = schema["paths"]["/api/v2/alerts"]["get"]["responses"]["401"]["$ref"]
    refused = schema["components"]["responses"][named.rpartition("/")[2]]
    assert list(refused["content"]) == ["application/problem+json"]
    assert {"code", "trace_id", "detail"} <= set(schema["components"]["schemas"]["Problem"]["properties"])


def test_the_frameworks_own_errors_are_not_promised(schema: dict[str, Any]) -> None:
    ours = {"$ref": "#/components/responses/Problem422"}
    assert all(operation["responses"].get("422", ours) == ours for _, operation in operations(schema))
    assert not {"HTTPValidationError", "ValidationError"} & set(schema["components"]["schemas"])


def test_operation_ids_are_unique(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(schema)]
    assert len(ids) == len(set(ids))
