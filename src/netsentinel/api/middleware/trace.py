"""The trace of a request: an id that the answer, the log and every problem carry; and where faults end."""

import secrets
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.problems import refuse
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import NetSentinelError

TRACE_HEADER: Final = "X-Trace-Id"
FAULT: Final = "Something went wrong inside NetSentinel. Look for the trace id in the server's log."

_VERSION: Final = 2
_TRACE_ID: Final = 32
_PARENT_ID: Final = 16
_FLAGS: Final = 2
_PARTS: Final = 4
_HEX: Final = frozenset("0123456789abcdef")
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})
_OVER: Final = _STARTS | {"websocket.close"}
_PROBES: Final = frozenset({"/livez", "/readyz", "/metrics"})

_log = structlog.get_logger("netsentinel.http")


def trace_id_of(scope: Scope) -> str:
    """The trace id of a request; a fresh one where the middleware has not run."""
    state: dict[str, Any] = scope.get("state") or {}
    return state.get("trace_id") or new_trace_id()


def new_trace_id() -> str:
    """128 random bits, in hexadecimal, never all zero."""
    return secrets.token_hex(_TRACE_ID // 2)


def trace_id_from(traceparent: str) -> str | None:
    """The trace id of a `traceparent` header, None when the header is not valid (W3C Trace Context, section 3.2)."""
    parts = traceparent.strip().split("-")
    if len(parts) < _PARTS or not _is_hex(parts[0], _VERSION) or parts[0] == "ff":
        return None
    # Version 00 has exactly these four parts; a later one may append more.
    if parts[0] == "00" and len(parts) != _PARTS:
        return None
    version, trace_id, parent_id, flags = parts[:_PARTS]
    del version
    valid = _is_hex(trace_id, _TRACE_ID) and _is_hex(parent_id, _PARENT_ID) and _is_hex(flags, _FLAGS)
    return trace_id if valid and trace_id.strip("0") and parent_id.strip("0") else None


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and _HEX.issuperset(text)


class Trace:
    """Names each request's trace, logs the request once it is answered, and turns faults into problems."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with `trace_id` in its state and in every log line about it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        trace_id = trace_id_from(Headers(scope=scope).get("traceparent", "")) or new_trace_id()
        scope.setdefault("state", {})["trace_id"] = trace_id
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            try:
                await self._answer(scope, receive, send, trace_id)
            finally:
                structlog.contextvars.unbind_contextvars("tenant", "principal")  # bound where the principal is known

    async def _answer(self, scope: Scope, receive: Receive, send: Send, trace_id: str) -> None:
        started_at = self._clock.now()
        status = 0

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS:
                MutableHeaders(scope=message)[TRACE_HEADER] = trace_id
            if message["type"] in _OVER and not status:
                status = message.get("status", 101)
            await send(message)

        try:
            await self._app(scope, receive, traced)
        except Exception as error:  # process edge: one request's fault must not be another's, and the caller is told
            _log.exception("request_crashed", path=scope["path"])
            if status:
                raise  # the answer has begun; the server can only cut it off
            await refuse(_problem_of(error), trace_id, scope, receive, traced)
        finally:
            if scope["type"] == "http":
                took_us = self._clock.now() - started_at
                log = _log.debug if scope["path"] in _PROBES else _log.info
                log("request", method=scope["method"], path=scope["path"], status=status, took_us=took_us)


def _problem_of(error: Exception) -> NetSentinelError:
    return error if isinstance(error, NetSentinelError) else NetSentinelError(FAULT)
