"""`Idempotency-Key` on every POST of the API: carried out once, answered alike (see `idempotency/README.md`)."""

import asyncio
import hashlib
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.answers import SECRET_ANSWER
from netsentinel.api.middleware.known_senders import Admit
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.idempotency import Answer, Claim, Idempotency, checked_key
from netsentinel.idempotency.model import KEY_HEADER, LEASE, REPLAYED_HEADER
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Principal

_PREFIX: Final = "/api/v2/"
_RENEW_S: Final = LEASE / SECOND / 3
_FAULT: Final = 500
_NOT_KEPT: Final = frozenset({401, 403, 404, 429})
"""Nothing was done, and with other rights, after a pause or with the thing there it would be."""

_log = structlog.get_logger("netsentinel.idempotency")


class IdempotentPosts:
    """Lets the first request under a key through, and answers the others in its place."""

    def __init__(self, app: ASGIApp, admit: Admit) -> None:
        self._app = app
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on that has no key, and who is not let in anyway."""
        stated = _stated_key(scope)
        if stated is None:
            await self._app(scope, receive, send)
            return
        idempotency: Idempotency = scope["app"].state.services.idempotency
        try:
            key = checked_key(stated)
            admission = await self._admit(HTTPConnection(scope))
            if admission is None:
                await self._app(scope, receive, send)
                return
            body = await _whole(receive)
            if body is None:
                return  # the caller has gone
            begun = await idempotency.begin(admission.principal, key, _fingerprint(scope, body, admission.principal))
        except NetSentinelError as error:
            if error.status in _OF_THE_BODY:
                raise  # `BodyLimit` answers these
            await refuse(error, trace_id_of(scope), scope, receive, send)
            return
        if isinstance(begun, Answer):
            await _replay(begun, send)
            return
        first = _First(idempotency, begun, scope, send)
        await first.run(self._app, _again(body, receive))


_OF_THE_BODY: Final = frozenset({408, 413})


class _First:
    """The first request under a key. Its answer goes out when it is kept, so that a repetition finds it."""

    def __init__(self, idempotency: Idempotency, claim: Claim, scope: Scope, send: Send) -> None:
        self._idempotency = idempotency
        self._claim = claim
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._held: list[Message] = []
        self._size = 0
        self._is_settled = False

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            await app(self._scope, receive, self._hold)
        except asyncio.CancelledError:
            # The server goes down. What it did may be kept already, so the key stays taken until the lease ends.
            self._is_settled = True
            raise
        finally:
            renewing.cancel()
            if not self._is_settled:  # it failed without an answer, or the caller hung up and it was given up
                await self._settle(None, _FAULT)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await self._idempotency.renew(self._claim)
            except NetSentinelError as error:
                _log.warning("idempotency_not_renewed", code=error.code)

    async def _hold(self, message: Message) -> None:
        """Hold the answer back until it is whole and kept; one that is too long goes on as it comes."""
        if message["type"] == "http.response.start":
            self._start = message
            self._held.append(message)
            return
        if self._is_settled or self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._held.append(message)
        self._size += len(message.get("body", b""))
        status = int(self._start["status"])
        if self._size > self._idempotency.limits.max_answer:
            await self._settle(None, status)
        elif not message.get("more_body", False):
            await self._settle(self._answer(status), status)
        if self._is_settled:
            held, self._held = self._held, []
            for each in held:
                await self._send(each)

    def _answer(self, status: int) -> Answer | None:
        state: dict[str, Any] = self._scope.get("state") or {}
        if state.get(SECRET_ANSWER) or self._start is None:
            return None
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self._start["headers"])
        return Answer(status, headers, b"".join(message.get("body", b"") for message in self._held[1:]))

    async def _settle(self, answer: Answer | None, status: int) -> None:
        self._is_settled = True
        try:
            if status >= _FAULT or status in _NOT_KEPT:
                await self._idempotency.release(self._claim)
            elif not await self._idempotency.finish(self._claim, status, answer):
                _log.warning("idempotency_right_lost", key=self._claim.key)
        except NetSentinelError as error:  # what was done is done; the lock ends by itself
            _log.warning("idempotency_answer_not_kept", code=error.code)


def _stated_key(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(_PREFIX):
        return None
    return Headers(scope=scope).get(KEY_HEADER)


def _fingerprint(scope: Scope, body: bytes, principal: Principal) -> str:
    """What makes two requests the same one; the principal is a part of the row's key.

    Rights are a part of it: an answer is not told again to somebody who could not ask for it any more.
    """
    target = (scope["method"], scope["path"], scope.get("query_string", b"").decode("latin-1"))
    rights = (principal.role, principal.source, *sorted(principal.permissions))
    digest = hashlib.sha256(ascii((target, [str(one) for one in rights])).encode("ascii"))
    digest.update(b"\n")
    digest.update(body)
    return digest.hexdigest()


async def _whole(receive: Receive) -> bytes | None:
    """The body, within the limit of its route; None when the caller went."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever comes."""
    told = False

    async def once_more() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


async def _replay(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((REPLAYED_HEADER.lower().encode("ascii"), b"true"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
