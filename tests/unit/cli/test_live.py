import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosedError

from netsentinel.cli import live as module
from netsentinel.cli.live import LiveLine
from netsentinel.cli.remote import Remote
from netsentinel.kernel.errors import RemoteError, UnavailableError

pytestmark = pytest.mark.anyio
PROBLEM = {"code": "unknown-action", "title": "There is no such action", "detail": "No action is called x."}


class Socket:
    """A connection to a server that says these frames after the first request, and then hangs up."""

    def __init__(self, frames: tuple[dict[str, Any], ...], welcome: str) -> None:
        self.heard: list[dict[str, Any]] = []
        self._said: list[dict[str, Any]] = []
        self._frames = frames
        self._welcome = {"type": welcome, "problem": PROBLEM}

    async def send(self, text: str) -> None:
        self.heard.append(json.loads(text))
        match self.heard[-1]["type"]:
            case "hello":
                self._said.append(self._welcome)
            case "request":
                self._said += self._frames
            case _:
                pass

    async def recv(self) -> str:
        if not self._said:
            raise ConnectionClosedError(None, None)
        return json.dumps(self._said.pop(0))

    async def close(self) -> None:
        return None


@asynccontextmanager
async def line_to(*frames: dict[str, Any], welcome: str = "welcome") -> AsyncIterator[tuple[LiveLine, list[Any]]]:
    socket = Socket(frames, welcome)

    async def connect(url: str, **_: object) -> Socket:
        assert url == "ws://here/ws"
        return socket

    answers = httpx2.MockTransport(lambda _: httpx2.Response(201, json={"ticket": "once"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "connect", connect)
        async with Remote("http://here", "ns_key_x", transport=answers) as remote:
            yield LiveLine(remote), socket.heard


ASKED = {"id": "r1", "action": "echo", "payload": {}}
DONE = {"type": "complete", "id": "r1", "task_id": "tsk_1", "status": "succeeded", "result": 7}


async def test_progress_is_shown_and_the_end_is_the_answer() -> None:
    shown: list[str] = []
    frames = [
        {"type": "ack", "id": "r1", "task_id": "tsk_1"},
        {"type": "ping", "t": 5, "seq": 1},
        {"type": "progress", "id": "other", "percent": 3},
        {"type": "progress", "id": "r1", "percent": 50},
        DONE,
    ]
    async with line_to(*frames) as (line, heard), line:
        assert await line.request(ASKED, lambda frame: shown.append(frame["type"])) == DONE
    assert shown == ["ack", "progress"]
    assert heard[0]["ticket"] == "once"
    assert heard[1] == {"type": "request", "mode": "async", **ASKED}


async def test_a_refusal_says_why() -> None:
    async with line_to({"type": "error", "id": "r1", "problem": PROBLEM}) as (line, _), line:
        with pytest.raises(RemoteError, match="No action is called x"):
            await line.request(ASKED, lambda _: None)
    async with line_to(welcome="error") as (line, _):
        with pytest.raises(RemoteError, match="No action"):
            await line.__aenter__()


async def test_a_line_that_breaks_is_unavailable() -> None:
    async with line_to() as (line, _), line:
        with pytest.raises(UnavailableError, match="ended"):
            await line.request(ASKED, lambda _: None)
    async with line_to() as (line, _):
        with pytest.raises(UnavailableError, match="no live connection"):
            await line.request(ASKED, lambda _: None)


async def test_nobody_at_the_other_end_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(*_: object, **_more: object) -> Socket:
        raise ConnectionRefusedError

    async with line_to() as (line, _):
        monkeypatch.setattr(module, "connect", connect)
        with pytest.raises(UnavailableError, match="No live connection"):
            await line.__aenter__()
