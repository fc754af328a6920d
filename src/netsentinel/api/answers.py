"""Answers: domain values, encoded by msgspec, described to OpenAPI by their dataclasses."""

from typing import Any, Final

import msgspec
from fastapi import Request, Response

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
        415: "The body is of another type than this takes.",
        422: "The Idempotency-Key belongs to another request.",
        429: "Too many requests or attempts; see Retry-After.",
        460: "The bytes do not come to their checksum.",
        503: "Not available at the moment; see Retry-After.",
        507: "The disk is full; reading goes on.",
    }.items()
}


SECRET_ANSWER: Final = "answer_is_secret"  # noqa: S105 - a name
"""Under this name a request's state says that its answer must not be stored anywhere."""


def secret_answer(request: Request, value: object, status: int = 200) -> Response:
    """An answer with a secret that is told this once: a repetition under the same Idempotency-Key is not told it."""
    setattr(request.state, SECRET_ANSWER, True)
    return answer(value, status)


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    return {code: PROBLEMS[code] for code in codes}


def answer(value: object, status: int = 200) -> Response:
    """A JSON response of a dataclass or struct, field for field."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
