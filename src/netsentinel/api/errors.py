"""Every way a request can fail, answered as one kind of problem (RFC 9457) with a stable code and the trace id."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import problem_response
from netsentinel.kernel.errors import (
    InvalidInputError,
    MethodNotAllowedError,
    NetSentinelError,
    NotFoundError,
)

_log = structlog.get_logger("netsentinel.api")

_LONGEST_NAME = 128
HUNG_UP = 499
"""The status in the log of a request whose caller hung up, as nginx has it; it is never sent."""
_INTERNAL = "Look for the trace id in the server's log; if it persists, report it with that line."


def install_error_handlers(app: FastAPI) -> None:
    """Have the app answer every failure as a problem."""
    app.add_exception_handler(NetSentinelError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _unexpected_error)


async def _domain_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, NetSentinelError):
        return await _unexpected_error(request, error)
    if error.status >= 500:  # noqa: PLR2004 - RFC 9110: the server's fault begins here
        _log.error("request_failed", code=error.code, detail=error.detail)
    return problem_response(error, trace_id_of(request.scope))


async def _validation_error(request: Request, error: Exception) -> Response:
    """What the framework found wrong with the parameters or the body, without echoing the input back."""
    found: Sequence[dict[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    fields = [{"field": _told(".".join(map(str, item["loc"]))), "reason": str(item["msg"])} for item in found]
    detail = "; ".join(f"{item['field']}: {item['reason']}" for item in fields) or "The request is not valid."
    return problem_response(InvalidInputError(detail, errors=fields), trace_id_of(request.scope))


def _told(name: str) -> str:
    """The caller's own name of a field, short and such that an answer can carry it (JSON can hold half a character)."""
    return name[:_LONGEST_NAME].encode("utf-8", "replace").decode()


async def _http_error(request: Request, error: Exception) -> Response:
    """The router's own: no such path, or not with this method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:  # noqa: PLR2004 - RFC 9110
        problem: NetSentinelError = NotFoundError("There is nothing at this path; /docs lists what there is.")
    elif status == 405:  # noqa: PLR2004 - RFC 9110
        problem = MethodNotAllowedError(f"This path does not take {request.method}; /docs lists what it takes.")
    else:
        problem = InvalidInputError("The request cannot be understood.")
    response = problem_response(problem, trace_id_of(request.scope))
    allow = error.headers.get("Allow") if isinstance(error, HTTPException) and error.headers else None
    if allow:
        response.headers["Allow"] = allow
    return response


async def _hung_up(_request: Request, _error: Exception) -> Response:
    """The caller went away before the answer, as browsers do when a page is left; nobody reads it."""
    return Response(status_code=HUNG_UP)


async def _unexpected_error(request: Request, error: Exception) -> Response:
    """A fault of ours: logged whole with its trace id, told to the caller without its insides."""
    _log.error("request_crashed", path=request.url.path, exc_info=error)
    return problem_response(NetSentinelError(_INTERNAL), trace_id_of(request.scope))
