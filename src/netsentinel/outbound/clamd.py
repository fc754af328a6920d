"""A client of clamd, the daemon of ClamAV: it is sent a file's bytes, and says what it found (clamd(8), INSTREAM)."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from netsentinel.kernel.errors import SettingsError
from netsentinel.outbound.errors import ScanRefusedError, UnreachableError

_CHUNK: Final = 256 * 1024
_MOST_ANSWER: Final = 4_096
_MOST_NAME: Final = 200
_HIGHEST_PORT: Final = 65_535
_SAID: Final = "stream: "


@dataclass(frozen=True, slots=True)
class ClamdAddress:
    """Where clamd listens: the path of a Unix socket, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def of(cls, text: str) -> "ClamdAddress":
        """An address as the settings write it: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`.

        Raises:
            SettingsError: it is neither.
        """
        kind, _, rest = text.partition(":")
        if kind == "unix" and rest.startswith("/"):
            return cls(path=rest)
        host, _, port = rest.rpartition(":")
        if kind == "tcp" and host and port.isascii() and port.isdecimal() and 0 < int(port) <= _HIGHEST_PORT:
            return cls(host=host.removeprefix("[").removesuffix("]"), port=int(port))
        raise SettingsError(f"media_clamd is unix:/path/of/the/socket or tcp:host:port, not {text[:200]!r}.")


@dataclass(frozen=True, slots=True)
class ClamdWaits:
    """How long clamd is waited for, in seconds."""

    connect_s: float = 5.0
    send_s: float = 60.0
    """For each piece of a file to be taken."""
    answer_s: float = 300.0
    """From the last piece to the answer; clamd itself gives a file up after two minutes (`MaxScanTime`)."""


class Clamd:
    """Has files looked at by clamd. Only a clear answer to all of a file's bytes lets it pass.

    Args:
        address: where it listens. The operator states it, so no list of networks is asked.
        waits: how long it is waited for.
    """

    def __init__(self, address: ClamdAddress, waits: ClamdWaits | None = None) -> None:
        self._address = address
        self._waits = waits or ClamdWaits()

    async def scan(self, path: Path) -> str:
        """The name of what was found in a file; empty for nothing.

        Raises:
            ScanRefusedError: clamd takes no file of this size.
            UnreachableError: clamd does not answer, or not what it should; try again.
        """
        file = await asyncio.to_thread(path.open, "rb")
        try:
            async with self._connected() as peer:
                is_whole = await self._send(peer, file)
                said = await self._answer(peer)
        finally:
            file.close()
        return _found(said, is_whole=is_whole)

    async def ping(self) -> None:
        """Ask whether it is there.

        Raises:
            UnreachableError: it does not answer, or not what it should.
        """
        async with self._connected() as peer:
            await self._put(peer, b"zPING\0")
            said = await self._answer(peer)
        if said != "PONG":
            raise UnreachableError(f"The virus scanner says {said[:_MOST_NAME]!r}.", reason="answer")

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[socket.socket]:
        try:
            async with asyncio.timeout(self._waits.connect_s):
                peer = await self._connect()
        except OSError as error:  # a time-out is one
            raise UnreachableError("The virus scanner does not answer.", reason="connect") from error
        with peer:
            yield peer

    async def _connect(self) -> socket.socket:
        if self._address.path:
            return await _opened(socket.AF_UNIX, self._address.path)
        loop, failure = asyncio.get_running_loop(), OSError("it has no address")
        found = await loop.getaddrinfo(self._address.host, self._address.port, type=socket.SOCK_STREAM)
        for family, _, _, _, where in found:
            try:
                return await _opened(family, where)
            except OSError as error:
                failure = error
        raise failure

    async def _send(self, peer: socket.socket, file: BinaryIO) -> bool:
        """Send a file in pieces, each with its length before it; whether clamd took all of them."""
        try:
            await self._put(peer, b"zINSTREAM\0")
            while piece := await asyncio.to_thread(file.read, _CHUNK):
                await self._put(peer, len(piece).to_bytes(4) + piece)
            await self._put(peer, bytes(4))
        except UnreachableError:
            return False  # It hangs up on a file that is too large for it: its answer says so.
        return True

    async def _put(self, peer: socket.socket, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._waits.send_s):
                await asyncio.get_running_loop().sock_sendall(peer, data)
        except OSError as error:
            raise UnreachableError("The virus scanner takes nothing any more.", reason="send") from error

    async def _answer(self, peer: socket.socket) -> str:
        held, loop = bytearray(), asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._waits.answer_s):
                while b"\0" not in held and len(held) < _MOST_ANSWER:
                    if not (piece := await loop.sock_recv(peer, _MOST_ANSWER)):
                        break
                    held += piece
        except OSError as error:
            raise UnreachableError("The virus scanner gives no answer.", reason="answer") from error
        said, end, _ = held.partition(b"\0")
        if not end:
            raise UnreachableError("The virus scanner gives no whole answer.", reason="answer")
        return said.decode("utf-8", "replace").strip()


async def _opened(family: int, where: object) -> socket.socket:
    peer = socket.socket(family, socket.SOCK_STREAM)
    try:
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_connect(peer, where)  # type: ignore[arg-type]  # an address of its family
    except BaseException:
        peer.close()
        raise
    return peer


def _found(said: str, *, is_whole: bool) -> str:
    """What an answer to a file says was found in it."""
    said = "".join(char for char in said if char.isprintable())
    if "size limit exceeded" in said:
        raise ScanRefusedError("The virus scanner takes no file of this size (its StreamMaxLength).")
    if said.startswith(_SAID) and said.endswith(" FOUND"):
        return said.removeprefix(_SAID).removesuffix(" FOUND")[:_MOST_NAME] or "something"
    if said == f"{_SAID}OK" and is_whole:
        return ""
    raise UnreachableError(f"The virus scanner says {said[:_MOST_NAME]!r}.", reason="answer")
