"""Problems: what every error looks like on the wire (RFC 9457), in HTTP answers and in WebSocket frames alike."""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from netsentinel.kernel.errors import NetSentinelError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:netsentinel:problem:"
_UNAUTHENTICATED = 401


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error for programs and people. Further members, such as `retry_after`, depend on the code."""

    type: str
    """`urn:netsentinel:problem:` and the code."""
    title: str
    """The same for every error of this code."""
    status: int
    detail: str
    """What went wrong this time, and what to do."""
    code: str
    """Stable: programs may rely on it."""
    trace_id: str
    """Where to look in the server's log."""


def problem(error: NetSentinelError, trace_id: str) -> dict[str, Any]:
    """The problem of an error, with the error's facts as further members."""
    body = Problem(
        type=TYPE_PREFIX + error.code,
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        trace_id=trace_id,
    )
    return {**error.extra, **msgspec.structs.asdict(body)}


def problem_response(error: NetSentinelError, trace_id: str) -> Response:
    """The problem as an HTTP answer, with the headers that belong to its status."""
    headers = {"Cache-Control": "no-store"}
    retry_after = error.extra.get("retry_after")
    if isinstance(retry_after, int):
        headers["Retry-After"] = str(retry_after)
    if error.status == _UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(problem(error, trace_id)), error.status, headers, MEDIA_TYPE)


async def refuse(error: NetSentinelError, trace_id: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the problem from inside a middleware, to a request as well as to a WebSocket's opening handshake."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 4400 + error.status % 100, "reason": error.title})
        return
    await problem_response(error, trace_id)(scope, receive, send)
