"""The two ways to a server, each behind a small port: a WebSocket, and HTTP."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from netsentinel_client.conversation import SUBPROTOCOL
from netsentinel_client.errors import ProblemError, RefusedError, UnreachableError

MAX_FRAME: Final = 4 * 1024 * 1024
OPEN_WITHIN_S: Final = 10.0
_NOT_AUTHENTICATED: Final = 401
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_ERRORS: Final = 400


class SocketClosed(Exception):  # noqa: N818 - an end is not always an error
    """The connection has ended."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with {code} {reason}")
        self.code = code
        self.reason = reason


class HandshakeFailed(UnreachableError):  # noqa: N818 - named after what happened
    """The WebSocket could not be opened."""


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, text: str) -> None:
        """Send a text frame.

        Raises:
            SocketClosed: the connection has ended.
        """
        ...

    async def receive(self) -> str:
        """The next text frame.

        Raises:
            SocketClosed: the connection has ended.
        """
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class Opener(Protocol):
    """Opens WebSockets."""

    async def __call__(self, url: str) -> Socket:
        """A new connection.

        Raises:
            HandshakeFailed: it did not come about.
        """
        ...


class WebSocket:
    """A connection by the `websockets` library."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send a text frame."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise _closed(closed) from closed

    async def receive(self) -> str:
        """The next frame as text; this protocol has no binary frames, so those are skipped."""
        while True:
            try:
                message = await self._connection.recv()
            except ConnectionClosed as closed:
                raise _closed(closed) from closed
            if isinstance(message, str):
                return message

    async def close(self) -> None:
        """End the connection, within a second."""
        await self._connection.close(1000)


async def open_websocket(url: str) -> Socket:
    """A connection to `url`.

    Raises:
        HandshakeFailed: it did not come about.
    """
    try:
        connection = await connect(
            url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=MAX_FRAME,
            compression=None,
            ping_interval=None,  # the protocol has its own pings
            open_timeout=OPEN_WITHIN_S,
            close_timeout=1,
        )
    except (OSError, TimeoutError, InvalidURI, InvalidHandshake, WebSocketException) as error:
        raise HandshakeFailed(f"The WebSocket {url} could not be opened: {error}") from error
    return WebSocket(connection)


def _closed(closed: ConnectionClosed) -> SocketClosed:
    frame = closed.rcvd
    return SocketClosed(frame.code, frame.reason) if frame is not None else SocketClosed(1006, "")


class Http:
    """The server's HTTP API with this client's key."""

    def __init__(self, url: str, key: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx2.AsyncClient(
            base_url=url.rstrip("/"), headers=headers, timeout=30.0, transport=transport, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ticket(self) -> str:
        """A one-time ticket for a WebSocket. Errors as in `call`."""
        answer = await self.call("POST", "/api/v2/ws-tickets")
        return str(answer["ticket"])

    async def call(
        self, method: str, path: str, *, query: Mapping[str, str | int] | None = None, body: object = None
    ) -> dict[str, Any]:
        """A JSON object. Errors as for `fetch`."""
        found = await self.fetch(method, path, query=query, body=body)
        if not isinstance(found, dict):
            raise UnreachableError(f"{path} was answered with something that is no object.")
        return cast("dict[str, Any]", found)

    async def fetch(
        self, method: str, path: str, *, query: Mapping[str, str | int] | None = None, body: object = None
    ) -> Any:
        """A JSON answer of any kind.

        Raises:
            RefusedError: the key is not good (401), or lacks a permission (403).
            ProblemError: the server refused or failed.
            UnreachableError: there was no answer.
        """
        try:
            answer = await self._client.request(method, path, params=query, json=body)
        except httpx2.HTTPError as error:
            raise UnreachableError(f"{self._client.base_url} gave no answer: {error!r}") from error
        if answer.status_code >= _ERRORS:
            raise _problem(answer)
        try:
            return answer.json()
        except ValueError as error:
            raise UnreachableError(f"{path} was answered with something that is no JSON.") from error


def _problem(answer: httpx2.Response) -> ProblemError:
    try:
        found: Any = answer.json()
    except ValueError:
        found = None
    problem = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    problem = {"title": f"HTTP {answer.status_code}", **problem, "status": answer.status_code}
    refused = answer.status_code in {_NOT_AUTHENTICATED, _FORBIDDEN}
    kind = RefusedError if refused else ProblemError
    return kind.of(problem, retryable=answer.status_code == _TOO_MANY or answer.is_server_error)
