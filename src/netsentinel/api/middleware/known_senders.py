"""Only somebody who is let in may send a large body: the framework reads a body before a route asks who sends it."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from netsentinel.api.middleware.body_limit import AUTH_PATHS, JSON_LIMIT
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.identity import Admission
from netsentinel.kernel.errors import NetSentinelError, NotAuthenticatedError

Admit = Callable[[HTTPConnection], Awaitable[Admission | None]]
"""Whom a request lets in."""


class KnownSenders:
    """Refuses bodies of strangers that are larger than `JSON_LIMIT`, or of unknown length, and reads none of them."""

    def __init__(self, app: ASGIApp, admit: Admit) -> None:
        self._app = app
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small, and what somebody sends who is let in."""
        refusal: NetSentinelError | None = None
        if scope["type"] == "http" and _is_large(scope):
            try:
                if await self._admit(HTTPConnection(scope)) is None:
                    refusal = NotAuthenticatedError("Log in, or send an API key, before so much.")
            except NetSentinelError as error:
                refusal = error
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refuse(refusal, trace_id_of(scope), scope, receive, send)


def _is_large(scope: Scope) -> bool:
    """What is sent to log in has a small limit of its own (`BodyLimit`), which also looked at the stated length."""
    if scope["path"].startswith(AUTH_PATHS):
        return False
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or int(headers.get("content-length", "0")) > JSON_LIMIT
