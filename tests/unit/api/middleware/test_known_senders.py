"""Who may send a large body."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from netsentinel.api.middleware.body_limit import JSON_LIMIT
from netsentinel.api.middleware.known_senders import KnownSenders
from netsentinel.kernel.errors import NetSentinelError, ThrottledError
from netsentinel.kernel.types import system_principal

pytestmark = pytest.mark.anyio

LARGE = {"content-length": str(JSON_LIMIT + 1)}


class Door:
    """Lets in who says `known`, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: NetSentinelError | None = None

    async def __call__(self, connection: HTTPConnection) -> Any:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        is_known = connection.headers.get("authorization") == "known"
        return SimpleNamespace(principal=system_principal()) if is_known else None


async def status(door: Door, path: str = "/api/v2/courses", **headers: str) -> int:
    """What a request with these headers is answered, and that a refused one was not read."""
    was_read, sent = False, list[Any]()

    async def receive() -> Any:
        nonlocal was_read
        was_read = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw, "state": {}}
    await KnownSenders(app, door)(scope, receive, send)
    assert was_read is (sent[0]["status"] == 200)
    return sent[0]["status"]


async def test_a_stranger_sends_little() -> None:
    door = Door()
    assert await status(door, content_length=str(JSON_LIMIT)) == 200
    assert await status(door) == 200
    assert door.asked == 0
    assert await status(door, **{"content-length": str(JSON_LIMIT + 1)}) == 401
    assert await status(door, transfer_encoding="chunked") == 401, "nobody knows how much comes"


async def test_who_is_let_in_may_send_much() -> None:
    door = Door()
    assert await status(door, authorization="known", **LARGE) == 200
    assert await status(door, authorization="known", transfer_encoding="chunked") == 200
    door.failure = ThrottledError("later", retry_after=3)
    assert await status(door, authorization="known", **LARGE) == 429


async def test_a_login_has_a_limit_of_its_own() -> None:
    assert await status(Door(), path="/auth/login", transfer_encoding="chunked") == 200
