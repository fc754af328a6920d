"""Runs the application on a socket: uvicorn with the WebSocket settings of PROTOCOL.md, and an orderly end."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial

import structlog
import uvicorn
from fastapi import FastAPI

from netsentinel.api.credentials import is_secure
from netsentinel.api.doorkeeper import Doorkeeper, DoorLimits, DoorProtocol
from netsentinel.api.line import LiveSocketProtocol
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.settings import Settings

_log = structlog.get_logger("netsentinel.api")

_BACKLOG = 2_048
_GRACE_S = 5
_IDLE_S = 8
"""A connection may wait so long for its next request: longer than the five seconds after which clients give theirs up,
so that none is closed while a request is on its way, and shorter than `DoorLimits.header_s`, which aborts it."""
_KNOWN_CONNECTIONS = 4_000
"""HTTP connections of those who are logged in, beside the WebSockets and the strangers; beyond, 503."""
_ONE_ADDRESS = (
    "All clients share the proxy's address, so that ten wrong logins of anybody lock everybody out. Set"
    " NETSENTINEL_TRUSTED_PROXIES to the address of the proxy that speaks TLS."
)
WS_MAX_FRAME = 64 * 1024
_WS_MAX_SIZE = WS_MAX_FRAME + 1_024
"""A little above the protocol's limit, so that our own answer (4413) comes before the library's."""


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handling: it would end the process before the database is closed."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to `listen`."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one.

    Raises:
        UnavailableError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise UnavailableError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it, or state another --port."
        ) from error


def address(sock: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configure(app: FastAPI, settings: Settings, limits: DoorLimits | None = None) -> uvicorn.Config:
    """How the application is served: the protocols of HTTP and of the WebSocket, with their limits."""
    doorkeeper = Doorkeeper(limits or DoorLimits(), settings.trusted_proxies)
    return uvicorn.Config(
        app,
        loop="none",
        lifespan="off",
        http=partial(DoorProtocol, doorkeeper),  # type: ignore[arg-type] - uvicorn calls it like the class
        limit_concurrency=settings.ws_max_connections + doorkeeper.limits.total + _KNOWN_CONNECTIONS,
        ws=LiveSocketProtocol,
        ws_max_size=_WS_MAX_SIZE,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )


def warn_of_proxy(settings: Settings) -> None:
    """Say so when a proxy stands in front whose word about its clients is not believed."""
    if is_secure(settings) and not settings.trusted_proxies:
        _log.warning("proxy_not_trusted", detail=_ONE_ADDRESS)


async def listen(app: FastAPI, settings: Settings, sock: socket.socket, drain: Callable[[], Awaitable[None]]) -> None:
    """Serve until SIGINT or SIGTERM; then drain the live connections, finish running requests, and return."""
    warn_of_proxy(settings)
    server = _Server(configure(app, settings))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await drain()
        server.should_exit = True
        stopping.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        await serving
