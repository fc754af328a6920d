"""Versions on the way in and out: one path for what has several spellings, and what each answer says of its version."""

from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.credentials import bearer
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.api.versions import (
    CURRENT,
    OLDER,
    VERSION_HEADER,
    Negotiated,
    deprecation_headers,
    has_older_form,
    is_versioned,
    negotiate,
    with_version,
)
from netsentinel.kernel.errors import NetSentinelError

_JSON: Final = "application/json"


class Versions:
    """Finds the version that a request asks for, gives it the one path that the routes know, and says so in the answer.

    `/threats`, `/alerts` and `/ml` belong to programs of the older version as well as to the dashboard. A browser that
    opens a page accepts `text/html` and sends no key; everybody else is a program (docs/decisions/0028).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its one path."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, headers = scope["path"], Headers(scope=scope)
        shared = has_older_form(path)
        if shared and not _opens_a_page(headers):
            path = f"/api/v{OLDER}{path}"
        if not is_versioned(path):
            await self._app(scope, receive, _varied(send, "Accept, Authorization") if shared else send)
            return
        try:
            asked = negotiate(path, headers)
        except NetSentinelError as error:
            told = _told(scope, send, Negotiated(CURRENT, ""), shared=shared)
            await refuse(error, trace_id_of(scope), scope, receive, told)
            return
        path = with_version(path, asked.version)
        if path != scope["path"]:
            # In place: what is further out reads the route's template from the same scope.
            scope["path"] = path
            scope["raw_path"] = quote(path, safe="/:@").encode("ascii")
        await self._app(scope, receive, _told(scope, send, asked, shared=shared))


def _opens_a_page(headers: Headers) -> bool:
    """Whether a browser asks for a page to show."""
    return bearer(headers) is None and "text/html" in headers.get("accept", "").lower()


def _varied(send: Send, names: str) -> Send:
    """An answer that caches keep apart by these headers."""

    async def varied(message: Message) -> None:
        if message["type"] == "http.response.start":
            for name in names.split(", "):
                MutableHeaders(scope=message).add_vary_header(name)
        await send(message)

    return varied


def _told(scope: Scope, send: Send, asked: Negotiated, *, shared: bool) -> Send:
    """An answer that says which version it is, and of an older one that it ends."""
    names = f"Accept, {VERSION_HEADER}" + (", Authorization" if shared else "")

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[VERSION_HEADER] = asked.version
            if asked.media_type and headers.get("content-type", "").partition(";")[0] == _JSON:
                headers["Content-Type"] = asked.media_type
            if asked.version == OLDER and scope["path"].startswith("/api/"):
                route = getattr(scope.get("route"), "path", "")
                headers.update(deprecation_headers(route, scope["path"]))
        await send(message)

    return _varied(told, names)
