"""A NetSentinel that lies: it speaks the live protocol over a scripted journal, and cuts, delays, repeats and garbles.

Both clients are held against it by `check.py`. What it promises is only what the protocol promises; all else that
a network, a proxy or an unlucky server can do to a client, it does, by a seed.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import uvicorn

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

END = "test:end"
"""The name of the last event: the client under test stops when it is delivered."""


@dataclass
class Script:
    """What the server does to its clients."""

    seed: int = 1
    events: int = 200
    cut: float = 0.0
    """The chance, per event, that the connection is cut right after it."""
    lose: float = 0.0
    """The chance that an event is left out of a connection; the next one's `prev` gives it away."""
    repeat: float = 0.0
    """The chance that an event is sent a second time, later."""
    garbage: float = 0.0
    """The chance of a frame that nobody can read before an event."""
    gap: float = 0.0
    """The chance that a run of events is replaced by a `gap`."""
    codes: tuple[int, ...] = (1006, 1011, 4408, 4503, 4429)
    lose_answers: float = 0.0
    """The chance that an answer to a request is lost with its connection."""
    fails_away: bool = False
    """The task that fails does so while the connection is cut; asked again, the server answers with an error."""
    swap_progress: bool = False
    blocked: bool = False
    """Refuses every WebSocket, as some proxies do."""
    epoch_after: int = 0
    """After so many connections the journal is rebuilt, once."""
    silent_after: int = 0
    """After so many events the second connection says nothing any more, and stays open."""
    refuse: int = 0
    """Answers tickets with this status."""
    heartbeat_ms: int = 25_000


class FakeServer:
    """The ASGI application."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections = 0
        self.epoch = "e1"
        self._random = random.Random(script.seed)
        self.journal = self._written(1)
        self._tasks: dict[str, dict[str, Any]] = {}
        self.was_silent = False

    def _written(self, start: int) -> list[tuple[int, str]]:
        """The journal: seqs with holes, as in the real one, and the end."""
        seqs: list[int] = []
        seq = start
        for _ in range(self.script.events):
            seq += self._random.choice((1, 1, 1, 2, 7))
            seqs.append(seq)
        return [(seq, "alert:raised") for seq in seqs[:-1]] + [(seqs[-1], END)]

    @property
    def newest(self) -> int:
        return self.journal[-1][0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(receive, send)

    # --- HTTP ----------------------------------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = self._answer(scope["method"], scope["path"], parse_qs(scope["query_string"].decode()), body)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"access-control-allow-origin", b"*"),
                    (b"access-control-allow-headers", b"*"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Any]:
        if method == "OPTIONS":
            return 200, {}
        if path == "/api/v2/ws-tickets":
            if self.script.refuse:
                return self.script.refuse, _problem("not-authenticated", self.script.refuse)
            return 201, {"ticket": "t-1", "expires_at": 0}
        if path == "/api/v2/entries":
            return 200, self._entries(query)
        if path == "/api/v2/tasks" and method == "POST":
            request = json.loads(body)
            task = self.task(request["request_id"], request["action"], request["input"])
            return 201, {"task": task, "is_duplicate": False}
        if path.startswith("/api/v2/tasks/"):
            task = self._tasks.get(path.split("/")[4])
            if task is None:
                return 404, _problem("not-found", 404)
            if path.endswith("/result"):
                return 200, task["result"]
            task["state"] = "succeeded"
            return 200, {"task": task, "result": task["result"]}
        return 404, _problem("not-found", 404)

    def _entries(self, query: dict[str, list[str]]) -> dict[str, Any]:
        after, limit = int(query.get("after", ["0"])[0]), int(query.get("limit", ["100"])[0])
        found = [
            {"seq": seq, "name": name, "topic": "alerts", "payload": {"n": seq}}
            for seq, name in self.journal
            if seq > after
        ][:limit]
        following = found[-1]["seq"] if len(found) == limit else max(after, self.newest)
        return {"items": found, "next": following, "epoch": self.epoch, "oldest": 1, "newest": self.newest}

    def has_task(self, request_id: str) -> bool:
        return f"tsk-{request_id}" in self._tasks

    def task(self, request_id: str, action: str, payload: Any) -> dict[str, Any]:
        task_id = f"tsk-{request_id}"
        if task_id not in self._tasks:
            self._tasks[task_id] = {
                "id": task_id,
                "state": "running",
                "percent": 50.0,
                "stage": "half",
                "message": "",
                "result": {"action": action, "payload": payload},
            }
        return self._tasks[task_id]

    # --- WebSocket -----------------------------------------------------------------------------------------------

    async def _websocket(self, receive: Receive, send: Send) -> None:
        await receive()
        if self.script.blocked:
            await send({"type": "websocket.close", "code": 1006})
            return
        await send({"type": "websocket.accept", "subprotocol": "netsentinel.v1.json"})
        self.connections += 1
        if self.script.epoch_after and self.connections == self.script.epoch_after + 1:
            self.epoch = "e2"
            self.journal = self._written(0)
        with suppress(_Cut):
            await _Connection(self, self._random, receive, send).serve()


class _Cut(Exception):  # noqa: N818
    """The connection has ended."""


class _Connection:
    def __init__(self, server: FakeServer, chance: random.Random, receive: Receive, send: Send) -> None:
        self._server = server
        self._script = server.script
        self._chance = chance
        self._receive = receive
        self._raw_send = send
        self._streams: set[asyncio.Task[None]] = set()
        self._sent = 0

    async def serve(self) -> None:
        hello = await self._frame()
        if hello.get("type") != "hello" or hello.get("ticket") != "t-1":
            await self._close(4401)
        await self._send(
            {
                "type": "welcome",
                "connection_id": f"con-{self._server.connections}",
                "epoch": self._server.epoch,
                "heartbeat_ms": self._script.heartbeat_ms,
                "max_frame": 65_536,
                "limits": {"frames_per_second": 50, "frame_burst": 100, "max_subscriptions": 10},
                "resumed": "full" if hello.get("resume") else "none",
                "something_new": [1, 2, 3],
            }
        )
        try:
            while True:
                await self._handle(await self._frame())
        finally:
            for stream in self._streams:
                stream.cancel()
            await asyncio.gather(*self._streams, return_exceptions=True)

    async def _handle(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "subscribe":
            self._spawn(self._stream(frame))
        elif kind == "request":
            self._spawn(self._work(frame))
        elif kind == "ping":
            await self._send({"type": "pong", "t": frame["t"], "seq": 0})

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        stream = asyncio.create_task(work)
        self._streams.add(stream)
        stream.add_done_callback(self._streams.discard)

    async def _stream(self, frame: dict[str, Any]) -> None:
        sub, start = frame["sub"], frame["from"]
        position = 0 if start == "now" else int(start)
        with suppress(_Cut):
            await self._tell(sub, position, [item for item in self._server.journal if item[0] > position])

    async def _tell(self, sub: str, last: int, journal: list[tuple[int, str]]) -> None:
        number = 0
        while number < len(journal):
            seq, name = journal[number]
            if name != END and self._happens(self._script.gap):
                number = min(number + self._chance.randrange(1, 5), len(journal) - 1)
                to = journal[number - 1][0]
                await self._send(
                    {
                        "type": "gap",
                        "sub": sub,
                        "from": last,
                        "to": to,
                        "reason": "overflow",
                        "snapshot_url": "/api/v2/alerts",
                    }
                )
                last = to
                continue
            number += 1
            if name == END or not self._happens(self._script.lose):
                await self._tell_one(sub, seq, last, name)
            last = seq  # also when it was left out, as if it had been sent
            if number % 16 == 0:
                await asyncio.sleep(0)

    async def _tell_one(self, sub: str, seq: int, prev: int, name: str) -> None:
        script = self._script
        if self._happens(script.garbage):
            await self._raw(self._chance.choice(_GARBAGE))
        event = {"type": "event", "sub": sub, "seq": seq, "prev": prev, "name": name, "data": {"n": seq}}
        await self._send(event)
        if self._happens(script.repeat):
            await self._send(event)
        self._sent += 1
        if self._goes_silent():
            await asyncio.sleep(3_600)
        if name != END and self._happens(script.cut):
            await self._close(self._chance.choice(script.codes))

    def _happens(self, chance: float) -> bool:
        return self._chance.random() < chance

    def _goes_silent(self) -> bool:
        server = self._server
        if self._script.silent_after and self._sent >= self._script.silent_after and not server.was_silent:
            server.was_silent = True
            return True
        return False

    async def _work(self, frame: dict[str, Any]) -> None:
        identifier, action = frame["id"], frame["action"]
        with suppress(_Cut):
            if action == "test.refused":
                problem = _problem("invalid-input", 400)
                await self._send({"type": "error", "id": identifier, "problem": problem, "retryable": False})
            elif action == "test.short":
                await self._maybe_cut()
                await self._send({"type": "response", "id": identifier, "data": frame["payload"]})
            else:
                await self._work_long(frame)

    async def _work_long(self, frame: dict[str, Any]) -> None:
        server, identifier, action = self._server, frame["id"], frame["action"]
        known = server.has_task(identifier)
        task = server.task(identifier, action, frame["payload"])
        about = {"id": identifier, "task_id": task["id"]}
        await self._maybe_cut()
        if self._script.fails_away and action == "test.fails" and known:
            problem = _problem("ended", 500)
            await self._send({"type": "error", "id": identifier, "problem": problem, "retryable": False})
            return
        status = "duplicate" if known else "queued"
        await self._send({"type": "ack", **about, "estimated_ms": 5, "status": status})
        if self._script.fails_away and action == "test.fails":
            await self._close(1011)
        numbers = [0, 1, 2, 3]
        if self._script.swap_progress:
            self._chance.shuffle(numbers)
        for number in numbers:
            await self._send(
                {"type": "progress", **about, "n": number, "percent": number * 25, "stage": "s", "message": ""}
            )
        await self._maybe_cut()
        end: dict[str, Any] = {"type": "complete", **about, "seq": 1, "status": "succeeded"}
        if action == "test.fails":
            end |= {"status": "failed", "result": {"code": "internal"}}
        elif action == "test.large":
            end |= {"result_url": f"/api/v2/tasks/{task['id']}/result"}
        else:
            end |= {"result": task["result"]}
        await self._send(end)
        await self._send(end)

    async def _maybe_cut(self) -> None:
        if self._happens(self._script.lose_answers):
            await self._close(self._chance.choice(self._script.codes))

    async def _frame(self) -> dict[str, Any]:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise _Cut
        return json.loads(message["text"])

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._raw(json.dumps(frame))

    async def _raw(self, text: str) -> None:
        try:
            await self._raw_send({"type": "websocket.send", "text": text})
        except (RuntimeError, OSError) as error:
            raise _Cut from error

    async def _close(self, code: int) -> None:
        reason = "retry_after_ms=20" if code in {4503, 4429} else ""
        with suppress(RuntimeError, OSError):
            # 1006 is what a cut line looks like, and no server may send it; 1011 is the nearest.
            await self._raw_send({"type": "websocket.close", "code": 1011 if code == 1006 else code, "reason": reason})
        raise _Cut


_GARBAGE = (
    "",
    "no json at all",
    "[1, 2, 3]",
    "null",
    '{"type": 7}',
    '{"type": "event"}',
    '{"type": "event", "sub": "alerts", "seq": "many", "prev": 1, "name": "alert:raised", "data": {}}',
    '{"type": "event", "sub": "nobody", "seq": 999999, "prev": 1, "name": "alert:raised", "data": {}}',
    '{"type": "invented", "anything": true}',
    '{"type": "progress", "id": "nobody", "task_id": "x", "n": 1}',
    '{"type": "complete", "id": "nobody", "task_id": "x", "seq": 1, "status": "succeeded", "result": 1}',
    '{"type": "ping"}',
    '{"type": "gap", "sub": "alerts"}',
    '{"type": "error"}',
)


def _problem(code: str, status: int) -> dict[str, Any]:
    return {
        "type": f"urn:netsentinel:problem:{code}",
        "title": code,
        "status": status,
        "detail": "As scripted.",
        "code": code,
        "trace_id": "x",
    }


async def serve(server: FakeServer, started: Callable[[str], None]) -> None:
    """Serve on a free port of loopback until cancelled."""
    config = uvicorn.Config(
        server, host="127.0.0.1", port=0, log_level="critical", ws="websockets-sansio", lifespan="off"
    )
    program = uvicorn.Server(config)
    running = asyncio.create_task(program.serve())
    try:
        while not program.started:
            await asyncio.sleep(0.01)
        started(f"http://127.0.0.1:{program.servers[0].sockets[0].getsockname()[1]}")
        await asyncio.Event().wait()
    finally:
        program.should_exit = True
        program.force_exit = True
        await running
