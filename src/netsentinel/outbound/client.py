"""Calls to the outside: the name is looked up once, every address is checked, and a checked one is connected to."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import httpcore2

from netsentinel.outbound.errors import UnreachableError
from netsentinel.outbound.reach import Reach
from netsentinel.outbound.target import Target

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, numeric, in the order to try them."""

_CONNECT_S: Final = 5.0
_MOST_ADDRESSES: Final = 8
_NAMES_AT_ONCE: Final = 16


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
    """Connects to the checked address of a host; TLS goes on to check the certificate against the host's name."""

    def __init__(self, reach: Reach, resolve: Resolve, network: httpcore2.AsyncNetworkBackend) -> None:
        self._reach = reach
        self._resolve = resolve
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self._reach.check_port(port)
        addresses = list(await self._resolve(host, port))
        self._reach.check(host, addresses)
        failure: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class Outbound:
    """Makes calls. Redirects are answers like any other: nobody follows them.

    Args:
        reach: which addresses and ports may be called.
        resolve: looks names up; the system's resolver when left out.
        network: opens connections; the event loop's sockets when left out.
        tls: how certificates are checked; against the usual authorities when left out.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        resolve: Resolve | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.reach = reach
        # Threads of its own: name servers that do not answer must not hold those that everybody uses.
        self._names = ThreadPoolExecutor(_NAMES_AT_ONCE, thread_name_prefix="netsentinel-names")
        self._backend = _Pinned(reach, resolve or self._look_up, network or _sockets())
        self._tls = tls

    def check(self, url: str) -> Target:
        """Whether a URL can be called, as far as it says itself.

        Raises:
            InvalidUrlError: it cannot.
            ForbiddenTargetError: its host is an address that may not be reached.
        """
        return Target.of(url, self.reach)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float, max_bytes: int
    ) -> Answer:
        """Send a body, and read the answer up to `max_bytes`.

        Args:
            url: where to.
            body: what to send.
            headers: beside `Host` and `Content-Length`.
            timeout_s: seconds for everything together, the name's look-up included.
            max_bytes: of the answer's body; the rest is not read.

        Raises:
            InvalidUrlError: the URL cannot be called.
            ForbiddenTargetError: the host has an address that may not be reached. Nothing was connected to.
            UnreachableError: no answer in time, or none that HTTP understands.
        """
        target = self.check(url)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._post(target, body, headers, max_bytes)
        except TimeoutError as error:
            raise UnreachableError(f"No answer within {timeout_s:g} s.", reason="timeout") from error
        except (httpcore2.ConnectTimeout, httpcore2.ReadTimeout, httpcore2.WriteTimeout) as error:
            raise UnreachableError("No connection within 5 s.", reason="timeout") from error
        except socket.gaierror as error:
            raise UnreachableError(f"The name {target.host} cannot be looked up.", reason="name") from error
        except httpcore2.ConnectError as error:
            reason = "tls" if isinstance(error.__cause__ or error.__context__, ssl.SSLError) else "connection"
            raise UnreachableError(f"No connection: {_words(error)}.", reason=reason) from error
        except (httpcore2.ProtocolError, httpcore2.NetworkError, OSError) as error:
            raise UnreachableError(f"The answer was cut or is no HTTP: {_words(error)}.", reason="answer") from error

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str], max_bytes: int) -> Answer:
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
            self._tls, max_connections=1, max_keepalive_connections=0, network_backend=self._backend
        ) as pool:
            response = await pool.handle_async_request(request)
            try:
                content, is_cut = await _read(response, max_bytes)
            finally:
                await response.aclose()
        told = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
        return Answer(response.status, told, content, is_cut, time.perf_counter() - began)

    async def _look_up(self, host: str, port: int) -> list[str]:
        """All addresses of a host, by the system's resolver.

        Raises:
            OSError: the name cannot be looked up.
        """
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        found = await asyncio.get_running_loop().run_in_executor(self._names, ask)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


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
