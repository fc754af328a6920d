"""How commands reach a server: its address and a key from options, the environment, or the local data folder."""

import os
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import msgspec

from netsentinel.cli.folder import local_folder
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE
from netsentinel.kernel.errors import (
    InvalidInputError,
    NetSentinelError,
    NotAuthenticatedError,
    RemoteError,
    UnavailableError,
)
from netsentinel.kernel.settings import Settings

Query = Mapping[str, str | int | Sequence[str]]
"""Parameters of a request; a sequence is the same parameter several times."""

_TIMEOUT_S = 120.0
_LOOK_S = 10.0
"""So long may a server take that is asked how it is: one that hangs is to be told of."""
_AT_ONCE: Final = 256 * 1024
"""Bytes of a body that are handed to the connection at once: it copies what it cannot send yet, so more costs twice."""


class Remote:
    """A client of one server, for the duration of a command."""

    def __init__(self, base_url: str, key: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # To load the system's certificates takes 35 ms, and a server on this machine has none.
        certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self.base_url.startswith("http:") else True
        self._http = httpx2.AsyncClient(
            base_url=self.base_url, headers=headers, timeout=_TIMEOUT_S, transport=transport, verify=certificates
        )

    @classmethod
    def find(cls, server: str, key: str, settings: Settings | None = None) -> Self:
        """The server to talk to: as stated, else the one that runs on this machine's data folder.

        Raises:
            UnavailableError: none was stated, and none runs on the data folder.
            NotAuthenticatedError: there is no key to use.
        """
        settings = settings or Settings()  # pyright: ignore[reportCallIssue] - pydantic-settings fills the fields
        folder = local_folder(settings.data_dir)
        local = _read(folder / LOCAL_SERVER_FILE)
        base_url = server.rstrip("/") or local or f"http://127.0.0.1:{settings.port}"
        # The local key is for the server that runs on the folder only. It must not travel to whatever address is
        # stated, and not to whoever else listens where that server would.
        used = key or (_read(folder / LOCAL_KEY_FILE) if base_url == local else "")
        if not used and not server:
            raise UnavailableError(
                f"No server of yours runs on {settings.data_dir.absolute()}. Start one with: netsentinel serve."
                " One that runs on another folder is reached with that in NETSENTINEL_DATA_DIR, any other with --server"
                " and --key, or NETSENTINEL_SERVER and NETSENTINEL_KEY."
            )
        if not used:
            raise NotAuthenticatedError(
                f"State an API key for {base_url} with --key or NETSENTINEL_KEY; only the server that runs on"
                f" {settings.data_dir.absolute()} is reached without one."
            )
        return cls(base_url, used)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def get(self, path: str, query: Query) -> Any:
        """A decoded JSON answer.

        Raises:
            UnavailableError: nobody answers, or the server is busy.
            RemoteError: the server answered with a problem.
        """
        return await self.call("GET", path, query=query)

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """One request; its decoded JSON answer, None when it has no body. Errors as for `get`."""
        response = await self._request(method, path, query, body, headers)
        return msgspec.json.decode(response.content) if response.content else None

    async def look(self, path: str) -> Any:
        """A decoded JSON answer, whatever its status.

        Raises:
            UnavailableError: nobody answers, or not with JSON.
        """
        try:
            return msgspec.json.decode((await self._http.get(path, timeout=_LOOK_S)).content)
        except (httpx2.TransportError, msgspec.DecodeError) as error:
            raise UnavailableError(f"No server of NetSentinel answers at {self.base_url}.") from error

    async def headers_of(
        self, method: str, path: str, *, headers: dict[str, str], body: bytes | None = None
    ) -> Mapping[str, str]:
        """One request whose answer is in its headers; their names in any case. Errors as for `get`."""
        return (await self._request(method, path, None, body, headers)).headers

    async def _request(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: bytes | AsyncIterator[bytes] | None,
        headers: dict[str, str] | None,
    ) -> httpx2.Response:
        if isinstance(body, bytes) and len(body) > _AT_ONCE:
            headers = {**(headers or {}), "Content-Length": str(len(body))}
            body = _in_pieces(body)
        try:
            response = await self._http.request(method, path, params=query, content=body, headers=headers)
        except httpx2.TransportError as error:
            raise UnavailableError(
                f"No server answers at {self.base_url}. Start one with: netsentinel serve"
            ) from error
        if response.is_success:
            return response
        raise _refusal(response)

    async def stream(self, path: str, query: Query) -> AsyncIterator[bytes]:
        """The body of an answer in pieces, as they come. Errors as for `get`; also when it breaks off."""
        try:
            async with self._http.stream("GET", path, params=query) as response:
                if not response.is_success:
                    await response.aread()
                    raise _refusal(response)
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx2.TransportError as error:
            raise UnavailableError(f"The server at {self.base_url} does not answer, or stopped answering.") from error


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _AT_ONCE):
        yield body[start : start + _AT_ONCE]


async def ask(
    server: str, key: str, method: str, path: str, *, query: Query | None = None, body: object | None = None
) -> Any:
    """One request to the server that a command is for; errors as for `Remote.get`."""
    async with Remote.find(server, key) as remote:
        if body is None:
            return await remote.call(method, path, query=query)
        headers = {"Content-Type": "application/json"}
        return await remote.call(method, path, query=query, body=msgspec.json.encode(body), headers=headers)


async def look(base_url: str, path: str) -> Any:
    """What a server answers to whoever asks without a key, whatever the status: `/readyz` tells why it is not ready.

    Raises:
        UnavailableError: nobody answers, or not with JSON.
    """
    async with Remote(base_url, "") as server:
        return await server.look(path)


def _refusal(response: httpx2.Response) -> NetSentinelError:
    try:
        problem: dict[str, Any] = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        problem = {}
    detail = f"{problem.get('detail') or problem.get('title') or 'the server refused'} (HTTP {response.status_code})"
    if response.status_code in (429, 503):
        return UnavailableError(detail, retry_after=int(response.headers.get("Retry-After", "1")))
    if response.status_code == 400:  # noqa: PLR2004 - RFC 9110
        return InvalidInputError(detail)
    return RemoteError(detail, problem=problem, status=response.status_code)


def _read(path: Path) -> str:
    """The file's text; empty when there is none, it is not ours to read, or somebody else laid it down for us.

    Commands look into the folder `data` where they are called, and send keys to where it says. Root reads what is
    another's, as an administrator of a server that runs under a name of its own.
    """
    try:
        if os.geteuid() not in (0, path.stat().st_uid):
            return ""
        return path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return ""
