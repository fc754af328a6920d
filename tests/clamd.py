"""A small clamd for the tests: it takes INSTREAM and PING as clamd(8) describes them, and finds EICAR's test file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, by agreement, and what harms nobody (https://www.eicar.org/download-anti-malware-testfile/)."""


@dataclass
class FakeClamd:
    """What it answers, and what it was asked."""

    most_bytes: int = 2**40
    """It hangs up on more, as `StreamMaxLength` has it."""
    says: bytes | None = None
    """Its answer to every file, as it stands; None for one by what the file holds."""
    hangs: bool = False
    """Whether it never answers."""
    seen: list[bytes] = field(default_factory=list)
    """Whole files that came."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which is one command."""
        try:
            answer = await self._answer(reader)
            if self.hangs:
                await reader.read()
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        command = await reader.readuntil(b"\0")
        if command == b"zPING\0":
            return self.says or b"PONG\0"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        held = bytearray()
        while size := int.from_bytes(await reader.readexactly(4)):
            if len(held) + size > self.most_bytes:
                return b"INSTREAM size limit exceeded. ERROR\0"
            held += await reader.readexactly(size)
        self.seen.append(bytes(held))
        if self.says is not None:
            return self.says
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in held else b"stream: OK\0"


@asynccontextmanager
async def clamd_on_unix(fake: FakeClamd, path: Path) -> AsyncGenerator[str]:
    """The fake on a Unix socket; its address as settings write it."""
    server = await asyncio.start_unix_server(fake.serve, path)
    async with server:
        yield f"unix:{path}"


@asynccontextmanager
async def clamd_on_tcp(fake: FakeClamd) -> AsyncGenerator[str]:
    """The fake on a free port of loopback; its address as settings write it."""
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp:127.0.0.1:{server.sockets[0].getsockname()[1]}"
