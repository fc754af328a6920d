"""Calls to the outside: the name is looked up once, every address is checked, and a checked one is connected to."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpcore2

from netsentinel.outbound.errors import UnreachableError
from netsentinel.outbound.names import Names, Resolve
from netsentinel.outbound.reach import Reach
from netsentinel.outbound.target import Target

_CONNECT_S: Final = 5.0
_MOST_ADDRESSES: Final = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """In lower case; several of one name stand beside each other."""
    body: bytes
    """At most as much as was asked for."""
    is_cut: bool
    """Whether there was more."""
    took: float
    """Seconds from the call to the end of what was read."""

    def header(self, name: str) -> str:
        """The first header of this name; empty for none."""
        return next((value for key, value in self.headers if key == name), "")


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Connects to the checked addresses, to no other; TLS goes on to check the certificate against the host's name."""

    def __init__(self, addresses: Sequence[str], network: httpcore2.AsyncNetworkBackend) -> None:
        self._addresses = addresses
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception | None = None
        for address in self._addresses[:_MOST_ADDRESSES]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class Outbound:
    """Makes calls. Redirects are answers like any other: nobody follows them.

    Args:
        reach: which addresses and ports may be called.
        resolve: looks names up; the system's resolver when left out, or what `Names` makes of a function.
        network: opens connections; the event loop's sockets when left out.
        tls: how certificates are checked; against the usual authorities when left out.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        resolve: Resolve | Names | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.reach = reach
        self._names = resolve if isinstance(resolve, Names) else Names(resolve)
        self._network = network or _sockets()
        self._tls = tls

    def check(self, url: str) -> Target:
        """Whether a URL can be called, as far as it says itself.

        Raises:
            InvalidUrlError: it cannot.
            ForbiddenTargetError: its host is an address that may not be reached.
        """
        return Target.of(url, self.reach)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout_s: float,
        max_bytes: int,
        group: str = "",
    ) -> Answer:
        """Send a body, and read the answer up to `max_bytes`.

        Args:
            url: where to.
            body: what to send.
            headers: beside `Host` and `Content-Length`.
            timeout_s: seconds for everything together, the name's look-up included.
            max_bytes: of the answer's body; the rest is not read.
            group: on whose behalf; a group has few look-ups of names at once, so that its slow ones hold nobody else's.

        Raises:
            InvalidUrlError: the URL cannot be called.
            ForbiddenTargetError: the host has an address that may not be reached. Nothing was connected to.
            UnreachableError: no answer in time, or none that HTTP understands; with the reason `BUSY` when nothing was
                asked of the other side.
        """
        target = self.check(url)
        place = await self._names.place(group)  # outside of the time-out: waiting is not the other side's fault
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await place.look_up(target.host, target.port)
                self.reach.check(target.host, addresses)
                return await self._post(target, addresses, body, headers, max_bytes)
        except TimeoutError as error:
            raise UnreachableError(f"No answer within {timeout_s:g} s.", reason="timeout") from error
        except (httpcore2.ConnectTimeout, httpcore2.ReadTimeout, httpcore2.WriteTimeout) as error:
            raise UnreachableError("No connection within 5 s.", reason="timeout") from error
        except (socket.gaierror, UnicodeError) as error:  # the resolver encodes names, and refuses some so
            raise UnreachableError(f"The name {target.host} cannot be looked up.", reason="name") from error
        except httpcore2.ConnectError as error:
            reason = "tls" if isinstance(error.__cause__ or error.__context__, ssl.SSLError) else "connection"
            raise UnreachableError(f"No connection: {_words(error)}.", reason=reason) from error
        except (httpcore2.ProtocolError, httpcore2.NetworkError, OSError) as error:
            raise UnreachableError(f"The answer was cut or is no HTTP: {_words(error)}.", reason="answer") from error

    async def _post(
        self, target: Target, addresses: Sequence[str], body: bytes, headers: Mapping[str, str], max_bytes: int
    ) -> Answer:
        began = time.perf_counter()
        host = target.origin.partition("://")[2]
        request = httpcore2.Request(
            "POST",
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers={"Host": host, "Connection": "close", **headers, "Content-Length": str(len(body))},
            content=body,
            extensions={"timeout": {"connect": _CONNECT_S}},
        )
        if self._tls is None and target.scheme == "https":
            self._tls = httpcore2.default_ssl_context()  # reading the authorities takes 20 ms: once is enough
        # One connection a call: what was checked is what is used, and a slow host holds nobody else's.
        async with httpcore2.AsyncConnectionPool(
            self._tls,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_Pinned(addresses, self._network),
        ) as pool:
            response = await pool.handle_async_request(request)
            try:
                content, is_cut = await _read(response, max_bytes)
            finally:
                await response.aclose()
        told = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
        return Answer(response.status, told, content, is_cut, time.perf_counter() - began)


def _sockets() -> httpcore2.AsyncNetworkBackend:
    backend = httpcore2.AnyIOBackend()
    if not isinstance(backend, httpcore2.AsyncNetworkBackend):  # what the library puts there when anyio is missing
        raise TypeError("anyio is not installed")
    return backend


async def _read(response: httpcore2.Response, max_bytes: int) -> tuple[bytes, bool]:
    content = bytearray()
    async for part in response.aiter_stream():
        content += part
        if len(content) > max_bytes:
            return bytes(content[:max_bytes]), True
    return bytes(content), False


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:200]
