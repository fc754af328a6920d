"""The OpenAPI 3.1 document: what the framework finds in the routes, and what is the same for all of them."""

import re
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from netsentinel.api.answers import PROBLEMS
from netsentinel.api.deps import Public, declared_access
from netsentinel.api.examples import example
from netsentinel.api.middleware.rate_limits import LIMIT_HEADER, POLICY_HEADER
from netsentinel.api.problems import Problem
from netsentinel.api.versions import OLDER, SUPPORTED, VERSION_HEADER
from netsentinel.idempotency.model import KEY_HEADER, LONGEST_KEY

METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_WITH_BODY: Final = frozenset({"post", "put", "patch"})
_SAFE: Final = frozenset({"get", "head", "options"})
_NO_STORAGE: Final = frozenset({"/livez"})
_OF_OLDER: Final = f"/api/v{OLDER}/"

Document = dict[str, Any]


_IDEMPOTENCY_KEY: Final[Document] = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "The client's own name of this request, best a random UUID: sent again under the same key within 24"
    " hours, it is not carried out again but answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}


def document(app: FastAPI) -> Document:
    """The document of an application: stable operation ids, every error of every operation, both ways to log in."""
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        openapi_version="3.1.0",
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    public = _public(app)
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            _complete(path, method, operation, is_public=(method, path) in public)
            _illustrate(operation, schema)
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = msgspec.json.schema(Problem)["$defs"]["Problem"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, `ns_key_...`."},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-ns_session"},
    }
    components["responses"] = {f"Problem{code}": _response(code) for code in PROBLEMS}
    components["headers"] = {
        "RateLimitPolicy": {
            "description": "The limits: `q` requests in a window of `w` seconds. Absent where there is none.",
            "schema": {"type": "string"},
            "example": '"minute";q=100;w=60, "day";q=10000;w=86400',
        },
        "RateLimit": {
            "description": "What is left: `r` requests, for `t` seconds.",
            "schema": {"type": "string"},
            "example": '"minute";r=97;t=42, "day";r=9876;t=40021',
        },
        "ApiVersion": {
            "description": "The version of this answer.",
            "schema": {"type": "string", "enum": list(SUPPORTED)},
        },
    }
    schema["security"] = [{"key": []}, {"session": []}]
    return schema


TAGS: Final = {
    "operations": "For operators: whether the server is well, and its figures.",
    "session": "Logging in and out, and who is logged in.",
    "events": "What was observed: batches in, stored events searched and counted.",
    "alerts": "What people look at: findings grouped, scored and de-duplicated.",
    "suppressions": "Findings that raise no alert.",
    "threats": "Addresses, hosts and users with a score over time.",
    "entries": "The journal of everything that happened.",
    "sources": "Where events come from.",
    "rules": "Sigma rules and packs of them.",
    "models": "Models that judge events: trained, deployed, watched, taken back.",
    "graph": "Concepts, what has to be understood before what, and where that is said.",
    "practice": "Questions that come again when they fade, and what each person masters.",
    "media": "What there is to learn from: uploaded, read, and stated in the graph.",
    "courses": "What is taught, in which order, and to whom.",
    "lessons": "What there is to read, how far the caller is, and the way to a goal.",
    "connections": "Who is connected over the WebSocket.",
    "tasks": "Durable work: asked for, watched, stopped, tried again.",
    "error recovery": "Retries, circuit breakers and dead letters.",
    "schedules": "What is done at a time or when something happens.",
    "webhooks": "Programs elsewhere that are told of what happens here.",
    "batch": "Many operations in one request.",
    "people and keys": "Users and API keys of the tenant, for its administrators.",
    "usage": "How many requests were made, how many are left, and who may make how many.",
    "metrics": "Error recovery and schedules in figures.",
    "version 1": "The older version. It ends at the date in `Sunset`; docs/guide/migrating-to-v2.md says what to call.",
}


def _public(app: FastAPI) -> set[tuple[str, str]]:
    """Methods and paths that everybody may call."""
    return {
        (method.lower(), re.sub(r":\w+}", "}", str(route.path)))
        for route in iter_route_contexts(app.routes)
        if hasattr(route, "dependant") and isinstance(declared_access(route), Public)
        for method in route.methods or ()
    }


def _complete(path: str, method: str, operation: Document, *, is_public: bool) -> None:
    operation["operationId"] = _operation_id(path, method, operation["operationId"])
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)  # the framework's own; ours is a problem with status 400
    if is_public:
        operation["security"] = []
    if _takes_key(path, method):
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    for code in sorted(_errors(path, method, is_public=is_public)):
        responses.setdefault(str(code), None)
    for code in list(responses):
        if int(code) in PROBLEMS and _is_plain(responses[code], int(code)):
            responses[code] = {"$ref": f"#/components/responses/Problem{code}"}
    operation["responses"] = dict(sorted(responses.items()))
    for response in operation["responses"].values():
        if "$ref" not in response:
            if response.get("description") == "Successful Response":
                response["description"] = "Done."
            if path.startswith(("/api/", "/auth/")):
                response.setdefault("headers", {})[VERSION_HEADER] = {"$ref": "#/components/headers/ApiVersion"}


def _illustrate(operation: Document, schema: Document) -> None:
    """An example of each JSON body that has none."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        if "json" in kind and not {"example", "examples"} & set(media):
            media["example"] = example(media["schema"], schema)


def _operation_id(path: str, method: str, long: str) -> str:
    """The name of the function behind it, which stays when its path does not; of older routes with their version."""
    name = long.removesuffix(re.sub(r"\W", "_", path) + f"_{method}")
    return f"v{OLDER}_{name}" if path.startswith(_OF_OLDER) else name


def _errors(path: str, method: str, *, is_public: bool) -> set[int]:
    """The statuses that an operation may answer for reasons that do not lie in its route."""
    found = {400}  # a host that is not ours, a version that there is not, a parameter that is not possible
    if not is_public:
        found |= {401, 403, 429}
    if _takes_key(path, method):
        found |= {409, 422}
    if method not in _SAFE:
        found |= {403, 507}  # a foreign page; a full disk
    if method in _WITH_BODY:
        found |= {408, 413}
    if path not in _NO_STORAGE:
        found.add(503)
    return found


def _takes_key(path: str, method: str) -> bool:
    """Whether it may carry an `Idempotency-Key`."""
    return method == "post" and path.startswith("/api/v2/")


def _is_plain(response: Document | None, code: int) -> bool:
    return response is None or response.get("content") == PROBLEMS[code].get("content")


def _response(code: int | str) -> Document:
    """The response of a problem, with its headers."""
    headers: Document = {VERSION_HEADER: {"$ref": "#/components/headers/ApiVersion"}}
    if code in {429, 503}:
        headers["Retry-After"] = {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}
    if code == 429:  # noqa: PLR2004 - RFC 6585
        headers[POLICY_HEADER] = {"$ref": "#/components/headers/RateLimitPolicy"}
        headers[LIMIT_HEADER] = {"$ref": "#/components/headers/RateLimit"}
    if code == 401:  # noqa: PLR2004 - RFC 9110
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return {**PROBLEMS[code], "headers": headers}
