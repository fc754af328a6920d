"""One attempt after the other to talk to the server: open, say hello, read and write until it ends."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from netsentinel_client.conversation import Conversation
from netsentinel_client.errors import ClientError, ProblemError
from netsentinel_client.pace import Pace
from netsentinel_client.transport import HandshakeFailed, Http, Opener, Socket, SocketClosed

_WELCOME_WITHIN_S: Final = 10.0
_GRACE_S: Final = 5.0
_SLOWED_CODES: Final = {4429: 10_000, 4503: 2_000}
"""Close codes with a delay of their own (too many, draining), for when the server states none; milliseconds."""
_NUMBER: Final = re.compile(r"retry_after_ms=(\d+)")
_SILENT: Final = 4000
"""As a close code: the server said nothing for two heartbeats, so the line is dead."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a connection, or the attempt to get one, has ended."""

    was_welcome: bool = False
    handshake_failed: bool = False
    """HTTP worked, but the WebSocket did not open."""
    code: int = 0
    problem: ProblemError | None = None
    fault: ClientError | None = None
    retry_after_ms: int | None = None


class Connection:
    """The connection of a client, one socket at a time."""

    def __init__(self, conversation: Conversation, clock: Callable[[], float]) -> None:
        self._conversation = conversation
        self._pace = Pace(clock)
        self._clock = clock
        self._to_send = asyncio.Event()

    def wake(self) -> None:
        """There may be frames to send."""
        self._to_send.set()

    async def attempt(self, http: Http, opener: Opener, url: str, on_welcome: Callable[[], None]) -> Attempt:
        """Connect, and work until the connection has ended."""
        try:
            ticket = await http.ticket()
        except ClientError as fault:
            return Attempt(fault=fault)
        try:
            socket = await opener(url)
        except HandshakeFailed:
            return Attempt(handshake_failed=True)
        conversation = self._conversation
        conversation.last_problem = None
        conversation.hello(ticket)
        self._pace.allow(0, 0)
        self.wake()
        writer = asyncio.create_task(self._write(socket))
        try:
            await self._read(socket, on_welcome)
        except SocketClosed as closed:
            return self._ended(closed)
        finally:
            conversation.lost()
            writer.cancel()
            await asyncio.wait({writer})
            await socket.close()
        raise AssertionError  # pragma: no cover - reading ends with SocketClosed only

    async def _read(self, socket: Socket, on_welcome: Callable[[], None]) -> None:
        conversation = self._conversation
        within = _WELCOME_WITHIN_S
        while True:
            was_welcome = conversation.is_welcome
            try:
                async with asyncio.timeout(within):
                    text = await socket.receive()
            except TimeoutError as silence:
                raise SocketClosed(_SILENT, "") from silence
            conversation.receive(text)
            if conversation.is_welcome:
                within = conversation.heartbeat_s * 2 + _GRACE_S
                if not was_welcome:
                    self._pace.allow(conversation.frames_per_second, conversation.frame_burst)
                    on_welcome()
            if conversation.outgoing:
                self._to_send.set()

    async def _write(self, socket: Socket) -> None:
        conversation = self._conversation
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while conversation.outgoing:
                text = conversation.outgoing.popleft()
                if not text.startswith(_FREE):
                    await self._pace.wait()
                try:
                    await socket.send(text)
                except SocketClosed:
                    return  # the reader notices by itself

    def _ended(self, closed: SocketClosed) -> Attempt:
        conversation = self._conversation
        stated = _NUMBER.search(closed.reason)
        retry_after = _SLOWED_CODES.get(closed.code)
        if retry_after is not None:
            retry_after = conversation.retry_after_ms or (int(stated[1]) if stated else retry_after)
        conversation.retry_after_ms = None
        return Attempt(
            was_welcome=conversation.is_welcome,
            code=closed.code,
            problem=conversation.last_problem,
            retry_after_ms=retry_after,
        )


_FREE: Final = ('{"type":"pong"', '{"type":"ping"')
"""Frames that the server does not count."""
