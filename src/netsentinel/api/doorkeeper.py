"""Connections that nobody has vouched for yet: how long their headers may take, and how many there may be."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from netsentinel.api.bodies import LargeBody
from netsentinel.api.middleware.origin import is_loopback
from netsentinel.api.middleware.trace import TRACE_HEADER, new_trace_id
from netsentinel.api.problems import problem_response
from netsentinel.identity import network_of
from netsentinel.kernel.errors import InvalidInputError

_NO_HTTP: Final = "This is no HTTP/1.1, or its path and headers are more than 64 KiB or 200. Send it in another way."
_LONGEST: Final = 64 * 1024
"""Bytes of a path with its headers, and of whatever else is no part of a body."""
_MOST_HEADERS: Final = 200
"""Every look at a request's headers goes through them."""
_MOST_WAITING: Final = 16
"""Requests that one connection may send ahead of their answers."""
_LARGE: Final = 256 * 1024
"""Bytes of a body that somebody has read, from which on the rest is read in larger pieces."""
_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Every figure of the door; times in seconds."""

    header_s: float = 10.0
    """From the opening of a connection, or the end of an answer, to the last header of the next request."""
    stalled_s: float = 30.0
    """How long a peer may take nothing of an answer that waits for it."""
    per_network: int = 100
    """Open HTTP connections of one address (or IPv6 /64) none of whose requests was let in by a session or key."""
    total: int = 2_000
    """The same of all addresses together; loopback and trusted proxies, which speak for many, have this bound alone."""


class Doorkeeper:
    """Counts the open HTTP connections of strangers. One per server; all of it happens on the event loop."""

    def __init__(self, limits: DoorLimits, proxies: Collection[str] = ()) -> None:
        self.limits = limits
        self._proxies = frozenset(proxies)
        self._strangers: Counter[str] = Counter()
        self._open = 0

    def enter(self, address: str) -> str | None:
        """Let a connection in; what to give to `leave`, or None when there is no place for it."""
        network = network_of(address)
        spoken_for = is_loopback(address) or address in self._proxies
        if self._open >= self.limits.total:
            return None
        if not spoken_for and self._strangers[network] >= self.limits.per_network:
            return None
        self._strangers[network] += 1
        self._open += 1
        return network

    def leave(self, network: str) -> None:
        """A connection is closed, is a WebSocket now, or belongs to somebody known."""
        self._open -= 1
        self._strangers[network] -= 1
        if self._strangers[network] <= 0:
            del self._strangers[network]

    @property
    def strangers(self) -> int:
        """How many connections are counted now."""
        return self._open


class DoorProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP, which also lets go of a peer that sends no request, or does not take its answer.

    Bodies have their own deadline (`middleware/body_limit.py`): only who reads them knows that they are waited for.
    The parser puts no bound on what is neither a body nor a whole head, so it is counted here.
    """

    def __init__(
        self,
        doorkeeper: Doorkeeper,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._doorkeeper = doorkeeper
        self._place: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._open = 0
        """Bytes since the last whole head, piece of a body or end of a request."""
        self._head = 0
        """Bytes of the path and the headers so far."""
        self._reads_head = True
        self._body = 0
        """Bytes of the body so far. While nobody reads it, little more than 64 KiB of it come."""
        self._is_handed_over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as uvicorn has it
        """A peer has connected: it gets a place, or the word that there is none."""
        super().connection_made(transport)
        self._place = self._doorkeeper.enter(self.client[0] if self.client else "")
        if self._place is None:
            transport.write(_FULL)
            transport.close()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, whoever ended it."""
        self._end_watch()
        self.resume_writing()
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What the peer sends; nothing any more once it was refused."""
        if self.transport.is_closing():
            return
        self._open += len(data)
        super().data_received(data)
        if self._open > _LONGEST and not self.transport.is_closing():
            self.send_400_response(_NO_HTTP)
        self._watch()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head, self._reads_head, self._body = 0, True, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the path."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; those behind a body mean nothing."""
        if self._reads_head:
            self._count(len(name) + len(value))
            if len(self.headers) >= _MOST_HEADERS:
                raise ValueError(_NO_HTTP)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole.

        Raises:
            ValueError: too many requests wait for their turn.
        """
        self._open, self._reads_head = 0, False
        super().on_headers_complete()
        if len(self.pipeline) > _MOST_WAITING:
            raise ValueError(_NO_HTTP)
        if self.parser is not None and self.parser.should_upgrade() and not self._should_upgrade():
            self.cycle.keep_alive = False  # the parser reads nothing behind a change of protocols, made or not

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._open = 0
        self._body += len(body)
        super().on_body(body)
        if self._body >= _LARGE and self.transport.get_protocol() is self and not self.cycle.response_complete:
            self.transport.set_protocol(LargeBody(self))

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._open = 0
        if isinstance(self.transport.get_protocol(), LargeBody):
            self.transport.set_protocol(self)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """What is no HTTP, or has too long a head, hears so as it hears of every other error."""
        if self.cycle is None or self.cycle.response_complete:  # pyright: ignore[reportUnnecessaryComparison] - None until the first request
            error, trace_id = InvalidInputError(_NO_HTTP), new_trace_id()
            told = problem_response(error, trace_id)
            told.headers[TRACE_HEADER] = trace_id
            lines = [name + b": " + value + b"\r\n" for name, value in (*told.raw_headers, (b"connection", b"close"))]
            self.transport.write(b"".join((STATUS_LINE[error.status], *lines, b"\r\n", told.body)))
        self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from now on, with limits of its own (`HubLimits`).

        Not while an answer is on its way over it: that would get between the frames, and nobody would hold it back.
        """
        if self.pipeline or (self.cycle is not None and not self.cycle.response_complete):  # pyright: ignore[reportUnnecessaryComparison] - None until the first request
            self.transport.abort()
            return
        self._is_handed_over = True
        self._end_watch()
        self._leave()
        super().handle_websocket_upgrade()

    def on_response_complete(self) -> None:
        """An answer is out: somebody whom a session or a key let in is no stranger."""
        if "admission" in self.scope.get("state", {}):
            self._leave()
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The peer takes nothing at the moment."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self._doorkeeper.limits.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The peer takes more."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _count(self, size: int) -> None:
        """Count bytes of a head.

        Raises:
            ValueError: there are too many; the parser passes it on as its own error.
        """
        self._head += size
        if self._head > _LONGEST:
            raise ValueError(_NO_HTTP)

    def _watch(self) -> None:
        """Run the deadline while a request's headers are awaited, or the rest of a body that was answered already."""
        answered = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] - None until the first request
        if self._is_handed_over or not answered or self.transport.is_closing():
            self._end_watch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._doorkeeper.limits.header_s, self.transport.abort)

    def _end_watch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _leave(self) -> None:
        if self._place is not None:
            self._doorkeeper.leave(self._place)
            self._place = None
