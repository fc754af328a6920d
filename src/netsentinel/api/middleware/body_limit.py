"""How large a body may be, per kind of route, and how slow; counted while it streams in, never collected here."""

import asyncio
import re
from functools import partial
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.idempotency.model import KEY_HEADER
from netsentinel.kernel.errors import MalformedBodyError, NetSentinelError, TooLargeError, TooSlowError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB

JSON_LIMIT: Final = 64 * 1024
"""Bytes of any body that is not a batch of events; the framework reads it before it knows who sends it."""
AUTH_LIMIT: Final = 16 * 1024
"""Bytes of a login or a set-up, which everybody may send."""
AUTH_PATHS: Final = "/auth/"
STALL_S = 30.0
"""Seconds that the next piece of a body may take, and the head start before the slowest rate counts."""
SLOWEST_RATE = 1_024
"""Bytes a second that a body must come with on the whole: a byte now and then is no progress."""
EVENTS_PATH: Final = "/api/v2/events"
RULES_PATH: Final = "/api/v2/rules"
RULE_LIMIT: Final = 1 * MIB
"""Bytes of a rule's text, or of the events that it is tried on."""
PACK_PATH: Final = "/api/v2/rules/packs"
PACK_LIMIT: Final = 32 * MIB
"""Bytes of an archive of rules: all of SigmaHQ's are 4 MiB."""
TABLE_PATH: Final = "/api/v2/graph/references/attack"
TABLE_LIMIT: Final = 4 * MIB
"""Bytes of a table of ATT&CK: that of Enterprise has 0.2 MiB."""
UPLOAD_PATH: Final = "/api/v2/models/tables/"
"""Tables to train models on, which go to the disk as they come; `models_tables_mib` bounds all of a tenant's.

Only `PUT` is one: what else is sent below this path is for a model that is called `tables`, and is read into memory.
"""
MEDIA_UPLOADS_PATH: Final = "/api/v2/media/uploads"
"""Media, by `POST` here and `PATCH` below. A repeatable `POST` (`Idempotency-Key`) is held in memory, so it is JSON's
size: it announces an upload, and the bytes follow.
"""
BATCH_PATH: Final = "/api/v2/batch/operations"
BATCH_LIMIT: Final = 1 * MIB
"""Bytes of a thousand operations, notes and inputs included; a task carries no more."""
COURSES_PATH: Final = "/api/v2/courses"
COURSE_LIMIT: Final = 4 * MIB
"""Bytes of a course with the texts of all its lessons; one of twelve lessons has 0.06 MiB."""
QUESTIONS_PATH: Final = "/api/v2/practice/questions"
QUESTIONS_LIMIT: Final = 1 * MIB
"""Bytes of the questions that are written at once: the sixty of a course have 0.05 MiB."""
_LARGE: Final = {
    PACK_PATH: PACK_LIMIT,
    BATCH_PATH: BATCH_LIMIT,
    TABLE_PATH: TABLE_LIMIT,
    QUESTIONS_PATH: QUESTIONS_LIMIT,
}
_DRAFT: Final = re.compile(re.escape(COURSES_PATH) + "/[^/]+/draft")
_LONGEST_NUMBER: Final = 18


class BodyLimit:
    """Refuses what is too large: at once when the header says so, else as soon as the limit is passed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._events_limit = settings.intake_max_body_mib * MIB
        self._upload_limit = settings.models_tables_mib * MIB
        self._media_limit = settings.media_max_mib * MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit_of(scope["method"], scope["path"], is_repeatable=KEY_HEADER in headers)
        refusal = _refused_by_header(headers.get("content-length"), limit)
        if refusal is not None:
            await refuse(refusal, trace_id_of(scope), scope, receive, send)
            return
        await _Counted(self._app, limit).run(scope, receive, send)

    def _limit_of(self, method: str, path: str, *, is_repeatable: bool) -> int:
        if path.startswith(AUTH_PATHS):
            return AUTH_LIMIT
        path = path.rstrip("/")
        if path == EVENTS_PATH:
            return self._events_limit
        if method == "PUT" and path.startswith(UPLOAD_PATH):
            return self._upload_limit
        if _is_media_upload(method, path) and not is_repeatable:
            return self._media_limit
        if (method, path) == ("POST", COURSES_PATH) or (method == "PUT" and _DRAFT.fullmatch(path)):
            return COURSE_LIMIT
        is_rule = path == RULES_PATH or path.startswith(RULES_PATH + "/")
        return _LARGE.get(path, RULE_LIMIT if is_rule else JSON_LIMIT)


def _is_media_upload(method: str, path: str) -> bool:
    is_begun = method == "POST" and path == MEDIA_UPLOADS_PATH
    return is_begun or (method == "PATCH" and path.startswith(MEDIA_UPLOADS_PATH + "/"))


class _Counted:
    """One request whose body is counted."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit
        self._received = 0
        self._refusal: NetSentinelError | None = None
        self._started = False
        self._whole = False
        self._began = 0.0

    async def _next(self, receive: Receive) -> Message:
        """The next message; while the body is not whole it must not take too long.

        Raises:
            TooSlowError: nothing came for a while, or too little on the whole.
        """
        if self._whole:  # what comes next is the end of the connection, which may take any time
            return await receive()
        now = asyncio.get_running_loop().time()
        left = self._began + STALL_S + self._received / SLOWEST_RATE - now
        try:
            async with asyncio.timeout(min(STALL_S, left)):
                return await receive()
        except TimeoutError as error:
            raise TooSlowError(f"The body came too slowly after {self._received} bytes. Send it again.") from error

    async def _counted(self, receive: Receive) -> Message:
        """The next message, counted.

        Raises:
            TooLargeError: the body is larger than the limit.
            TooSlowError: it does not come on.
        """
        if self._refusal is not None:
            raise self._refusal
        try:
            message = await self._next(receive)
        except TooSlowError as error:
            self._refusal = error
            raise
        self._whole = not message.get("more_body", False)
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._limit:
                self._refusal = _too_large(self._limit)
                raise self._refusal
        return message

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            # Whatever the route makes of the error that `_counted` raised, the caller hears of the size.
            if self._refusal is None or self._started:
                self._started = True
                await send(message)

        self._began = asyncio.get_running_loop().time()
        try:
            await self._app(scope, partial(self._counted, receive), guarded)
        except (TooLargeError, TooSlowError) as error:
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
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // 1024} KiB"
    return TooLargeError(f"The body is larger than {size}. Send less at once.", limit=limit)
