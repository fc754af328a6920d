"""A network that connects nowhere and remembers what it was asked."""

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RecordingNetwork(httpcore2.AsyncNetworkBackend):
    """Every connection gets this answer; `refused` addresses do not connect."""

    def __init__(self, answer: bytes = OK, *, refused: Sequence[str] = ()) -> None:
        self.connected: list[tuple[str, int]] = []
        self.sent = bytearray()
        self.names: list[str | None] = []
        self._answer = answer
        self._refused = refused

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.connected.append((host, port))
        if host in self._refused:
            raise httpcore2.ConnectError("refused")
        return _Stream(self, [self._answer])


class _Stream(httpcore2.AsyncNetworkStream):
    def __init__(self, network: RecordingNetwork, answers: list[bytes]) -> None:
        self._network = network
        self._answers = answers

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._answers.pop(0) if self._answers else b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._network.sent += buffer

    async def aclose(self) -> None:
        return None

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        self._network.names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> object:
        return None
