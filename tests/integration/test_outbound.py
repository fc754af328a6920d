"""The guard against forged addresses on real sockets: listeners that count, and a name that flips."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from netsentinel.outbound import ForbiddenTargetError, InvalidUrlError, Outbound, Reach, UnreachableError
from tests.unit.outbound.spellings import NAMES, PRIVATE

pytestmark = pytest.mark.anyio


class Counting:
    """Listens on loopback, on both families, and counts who came."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Counting]:
    counting = Counting()
    first = await asyncio.start_server(counting.answer, "127.0.0.1", 0)
    counting.port = first.sockets[0].getsockname()[1]
    servers = [first]
    for host in ("127.1.2.3", "::1"):
        try:
            servers.append(await asyncio.start_server(counting.answer, host, counting.port))
        except OSError:  # a machine without IPv6 has one address fewer to protect
            continue
    try:
        yield counting
    finally:
        for server in servers:
            server.close()


async def post(outbound: Outbound, url: str) -> int:
    return (await outbound.post(url, b"{}", {}, timeout_s=5, max_bytes=100)).status


async def test_no_spelling_reaches_a_socket_that_listens() -> None:
    async with listening() as counting:
        outbound = Outbound(Reach(ports=(range(1, 65_536),)))
        for host in PRIVATE:
            with pytest.raises((ForbiddenTargetError, InvalidUrlError)):
                await post(outbound, f"http://{host}:{counting.port}/")
        for name in NAMES:  # the system's own resolver answers, or knows nothing
            with pytest.raises((ForbiddenTargetError, InvalidUrlError, UnreachableError)):
                await post(outbound, f"http://{name}:{counting.port}/")
        assert counting.connections == 0


async def test_a_name_that_flips_between_two_questions_reaches_none() -> None:
    """The public answer comes first, then loopback, as whoever attacks by rebinding would have it."""
    asked: list[str] = []

    async def flipping(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["192.0.2.1", "127.0.0.1"] if len(asked) % 2 else ["127.0.0.1"]

    async with listening() as counting:
        outbound = Outbound(Reach(ports=(range(1, 65_536),)), resolve=flipping)
        for _ in range(100):
            with pytest.raises(ForbiddenTargetError):
                await post(outbound, f"http://rebind.example:{counting.port}/")
        assert counting.connections == 0
        assert len(asked) == 100


async def test_the_connection_goes_where_the_one_answer_said() -> None:
    """Allowed once, then flipped: a client that asked again while connecting would end at the second answer."""
    answers = iter([["127.0.0.1"], ["127.1.2.3"], ["127.1.2.3"]])

    async def flipping(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    async with listening() as counting:
        outbound = Outbound(Reach.of(["127.0.0.1/32"], [range(1, 65_536)]), resolve=flipping)
        assert await post(outbound, f"http://rebind.example:{counting.port}/") == 200
        for _ in range(2):
            with pytest.raises(ForbiddenTargetError):
                await post(outbound, f"http://rebind.example:{counting.port}/")
        assert counting.connections == 1


async def test_what_the_operator_allows_is_called() -> None:
    async with listening() as counting:
        outbound = Outbound(Reach.of(["127.0.0.0/8"], [range(counting.port, counting.port + 1)]))
        assert await post(outbound, f"http://127.0.0.1:{counting.port}/hook") == 200
        assert counting.connections == 1
        with pytest.raises(InvalidUrlError):
            await post(outbound, f"http://127.0.0.1:{counting.port + 1}/hook")
