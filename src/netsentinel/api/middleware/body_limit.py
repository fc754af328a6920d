"""How large a body may be, per kind of route; counted while it streams in, never collected here."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.kernel.errors import MalformedBodyError, NetSentinelError, TooLargeError
from netsentinel.kernel.settings import MIB, Settings

JSON_LIMIT: Final = MIB
"""Bytes of any body that is not a batch of events."""
EVENTS_PATH: Final = "/api/v2/events"
_LONGEST_NUMBER: Final = 18


class BodyLimit:
    """Refuses what is too large: at once when the header says so, else as soon as the limit is passed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._events_limit = settings.intake_max_body_mib * MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._events_limit if scope["path"].rstrip("/") == EVENTS_PATH else JSON_LIMIT
        refusal = _refused_by_header(Headers(scope=scope).get("content-length"), limit)
        if refusal is not None:
            await refuse(refusal, trace_id_of(scope), scope, receive, send)
            return
        await _Counted(self._app, limit).run(scope, receive, send)


class _Counted:
    """One request whose body is counted."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit
        self._received = 0
        self._refusal: TooLargeError | None = None
        self._started = False

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            if self._refusal is not None:
                raise self._refusal
            message = await receive()
            if message["type"] == "http.request":
                self._received += len(message.get("body", b""))
                if self._received > self._limit:
                    self._refusal = _too_large(self._limit)
                    raise self._refusal
            return message

        async def guarded(message: Message) -> None:
            # Whatever the route makes of the error that `counted` raised, the caller hears of the size.
            if self._refusal is None or self._started:
                self._started = True
                await send(message)

        try:
            await self._app(scope, counted, guarded)
        except TooLargeError as error:
            if error is not self._refusal or self._started:
                raise
        if self._refusal is not None and not self._started:
            await refuse(self._refusal, trace_id_of(scope), scope, receive, send)


def _refused_by_header(content_length: str | None, limit: int) -> NetSentinelError | None:
    if content_length is None:
        return None
    if not (content_length.isascii() and content_length.isdigit() and len(content_length) <= _LONGEST_NUMBER):
        return MalformedBodyError("Content-Length is not a number of bytes.")
    return _too_large(limit) if int(content_length) > limit else None


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"The body is larger than {limit // MIB} MiB. Send it in parts.", limit=limit)
