"""Large bodies, read from the socket in pieces of half a mebibyte; the event loop alone hands over 64 KiB at a time."""

import asyncio
from typing import Final

_ROOM: Final = 512 * 1024
"""Bytes that are read at once at most; held while a large body arrives, and only then."""


class LargeBody(asyncio.BufferedProtocol):
    """Stands for a connection's own protocol while a large body arrives: everything is passed on to that.

    Args:
        protocol: the connection's own; it copies what it keeps of the bytes that it is given.
    """

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol
        self._room = memoryview(bytearray(_ROOM))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the loop's wish is what is too small
        """Where the loop shall write to."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes came."""
        self._protocol.data_received(self._room[:nbytes])  # pyright: ignore[reportArgumentType] - only a buffer is needed

    def eof_received(self) -> bool | None:
        """The peer sends no more."""
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        """The peer takes nothing at the moment."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """The peer takes more."""
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._protocol.connection_lost(exc)
