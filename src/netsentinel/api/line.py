"""The socket of a live connection: uvicorn's WebSocket, made small, and written to without a task in between."""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any, Final

from uvicorn._types import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, Scope
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.http11 import Request

SEND_BUFFER: Final = 128 * 1024
"""Bytes of one connection; Linux takes twice as many, its own records included."""
LINE: Final = "netsentinel.line"
"""The extension of the connection's scope (ASGI) by which a route finds its socket."""

_LINGER_S: Final = 5.0
_HIGH_WATER: Final = 64 * 1024
"""Bytes that the event loop keeps for a peer before it asks for a pause; asyncio's own figure, too."""
_SHORT: Final = 126
_LONG: Final = 65_536
_TEXT: Final = 0x81
"""The first byte of a whole text frame (RFC 6455, section 5.2)."""

# One line for each connection that opens or closes says nothing of use, and costs more than the handshake's parsing.
_quiet: Final = logging.getLogger("netsentinel.line")
_quiet.setLevel(logging.WARNING)


class _Messages:
    """As much of `asyncio.Queue` as one reader needs, at a tenth of its memory."""

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        self._items: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, item: Any) -> None:
        """Add one."""
        self._items.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        """Whether none waits."""
        return not self._items

    async def get(self) -> Any:
        """The oldest."""
        while not self._items:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.pop(0)


class _Gate:
    """As much of `asyncio.Event` as a connection needs, which mostly stands open."""

    __slots__ = ("_event", "is_open")

    def __init__(self) -> None:
        self.is_open = True
        self._event: asyncio.Event | None = None

    def set(self) -> None:
        """Open it."""
        self.is_open = True
        if self._event is not None:
            self._event.set()
            self._event = None

    def clear(self) -> None:
        """Close it."""
        self.is_open = False

    async def wait(self) -> None:
        """Wait until it is open."""
        while not self.is_open:
            self._event = self._event or asyncio.Event()
            await self._event.wait()


class LiveSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket (`ws=LiveSocketProtocol`), made for thousands of connections that mostly listen.

    A route may take the connection over (`serve_by`): what only the handshake needed is forgotten then, the
    application's whole stack with it.

    It also lets go of a peer that takes nothing any more. Closing a socket waits until everything was sent. A peer with
    a full window never lets that happen, and each such peer would keep a file descriptor for good, whatever the
    application does. And the system would buffer megabytes for it, unseen by the limits of the live protocol.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = self.conn.logger = _quiet
        self.queue = _Messages()  # type: ignore[assignment] - as much of a queue as is used
        self.writable: _Gate = _Gate()  # type: ignore[assignment] - as much of an event as is used
        self.app = self._run
        self.on_writable: Callable[[], None] | None = None
        self._work: Callable[[], Coroutine[Any, Any, None]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound what the system buffers for this peer."""
        super().connection_made(transport)
        line = transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def handle_connect(self, event: Request) -> None:
        """Let the route find this socket."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, dict[object, object]] = self.scope.setdefault("extensions", {})  # type: ignore[assignment] - never None here
            extensions[LINE] = {"socket": self}

    def serve_by(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have `work` serve the connection, once the application has returned."""
        self._work = work

    async def _run(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        try:
            await self.config.loaded_app(scope, receive, send)  # type: ignore[arg-type] - this is the version that it takes
        finally:
            work, self._work = self._work, None
        if work is None:
            return
        del scope, receive, send, self.scope, self.request, self.response
        await work()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        super().resume_writing()
        if self.on_writable is not None:
            self.on_writable()

    def say_goodbye(self, code: int, reason: str) -> None:
        """Close after what was written."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        try:
            self.conn.send_close(code, reason)
        except InvalidState:  # the peer's goodbye has just come
            return
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done with this connection: what is left gets a few seconds to be sent."""
        super().on_task_complete(task)
        del self.app  # so that nothing of this object points to itself any more
        self.loop.call_later(_LINGER_S, self.transport.abort)


class Line:
    """Carries the frames of one connection that was taken over."""

    __slots__ = ("socket",)

    holds = _HIGH_WATER + 2 * SEND_BUFFER
    """Bytes that are kept outside of the connection's outbox for a peer that does not read."""

    def __init__(self, line: LiveSocketProtocol) -> None:
        self.socket = line

    @property
    def is_writable(self) -> bool:
        """Whether the event loop takes frames without asking for a pause."""
        return self.socket.writable.is_open

    @property
    def unsent(self) -> int:
        """Bytes that the system has not taken yet."""
        return self.socket.transport.get_write_buffer_size()

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the peer is gone or after `close`."""
        message: ASGIReceiveEvent = await self.socket.receive()
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    def write(self, data: bytes) -> None:
        """Take a frame; nothing happens when the peer is gone."""
        line = self.socket
        transport = line.transport
        if line.close_sent or line.disconnected or transport.is_closing():
            return
        size = len(data)
        if size < _SHORT:
            head = bytes((_TEXT, size))
        elif size < _LONG:
            head = struct.pack("!BBH", _TEXT, 126, size)
        else:
            head = struct.pack("!BBQ", _TEXT, 127, size)
        try:
            transport.write(head + data)
        except (OSError, RuntimeError):  # closed under our hands: one peer's end, and nobody else's
            transport.abort()

    def on_writable(self, call: Callable[[], None] | None) -> None:
        """Have `call` called whenever it takes frames again."""
        self.socket.on_writable = call

    def close(self, code: int, reason: str, *, at_once: bool = False) -> None:
        """Say goodbye, or let go of the peer whatever it has not taken; nothing happens when it was quicker."""
        if at_once:
            self.socket.transport.abort()
        else:
            self.socket.say_goodbye(code, reason)
