"""A live connection for the duration of a command."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from netsentinel.cli.remote import Remote
from netsentinel.kernel.errors import RemoteError, UnavailableError

_SUBPROTOCOL: Any = "netsentinel.v1.json"
_OPEN_S = 20.0


class LiveLine:
    """One WebSocket to the server that a command is for.

    Args:
        remote: the server; its key gets the ticket.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        """Connect and be welcomed.

        Raises:
            UnavailableError: the server is not there, or does not take the connection.
            RemoteError: the key may not connect.
        """
        ticket = (await self._remote.call("POST", "/api/v2/ws-tickets"))["ticket"]
        url = self._remote.base_url.replace("http", "ws", 1) + "/ws"
        try:
            self._socket = await connect(
                url, subprotocols=[_SUBPROTOCOL], max_size=None, ping_interval=None, open_timeout=_OPEN_S
            )
        except (OSError, WebSocketException) as error:
            raise UnavailableError(f"No live connection to {url}: {error}.") from error
        await self._say({"type": "hello", "client": "netsentinel", "ticket": ticket})
        frame = await self._next()
        if frame["type"] != "welcome":
            raise _refusal(frame)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def request(self, asked: dict[str, Any], show: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Ask for an action and wait for its end, as a `complete` frame says it.

        Raises:
            UnavailableError: the connection broke; the task goes on.
            RemoteError: the request was refused, or failed.
        """
        await self._say({"type": "request", "mode": "async", **asked})
        while True:
            frame = await self._next()
            if frame.get("id") != asked["id"]:
                continue
            if frame["type"] == "error":
                raise _refusal(frame)
            if frame["type"] == "complete":
                return frame
            show(frame)

    async def _next(self) -> dict[str, Any]:
        """The next frame that is not about keeping the connection."""
        while True:
            try:
                frame: dict[str, Any] = msgspec.json.decode(await self._open.recv())
            except (OSError, WebSocketException) as error:
                raise UnavailableError(f"The live connection ended: {error}.") from error
            if frame["type"] == "ping":
                await self._say({"type": "pong", "t": frame["t"]})
            else:
                return frame

    async def _say(self, frame: dict[str, Any]) -> None:
        try:
            await self._open.send(msgspec.json.encode(frame).decode())
        except (OSError, WebSocketException) as error:
            raise UnavailableError(f"The live connection ended: {error}.") from error

    @property
    def _open(self) -> ClientConnection:
        if self._socket is None:
            raise UnavailableError("There is no live connection.")
        return self._socket


def _refusal(frame: dict[str, Any]) -> RemoteError:
    problem: dict[str, Any] = frame.get("problem") or {}
    return RemoteError(problem.get("detail") or problem.get("title") or "the server refused", problem=problem)
