"""Answers: domain values, encoded by msgspec, described to OpenAPI by their dataclasses."""

from typing import Any

import msgspec
from fastapi import Response

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, text in {
        400: "The request, or the version that it asks for, cannot be understood.",
        401: "No valid session, key or ticket.",
        403: "The principal lacks the permission, or the request came from another site.",
        404: "There is no such thing in the caller's tenant.",
        408: "The body came too slowly.",
        409: "The state of the thing does not allow this.",
        412: "It is no longer what `If-Match` says.",
        413: "The body is too large.",
        429: "Too many attempts; see Retry-After.",
        503: "Not available at the moment; see Retry-After.",
        507: "The disk is full; reading goes on.",
    }.items()
}


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    return {code: PROBLEMS[code] for code in codes}


def answer(value: object, status: int = 200) -> Response:
    """A JSON response of a dataclass or struct, field for field."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
