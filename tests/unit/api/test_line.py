"""The socket of a live connection, on a real server: taken over, written to, and let go of."""

import asyncio
import contextlib
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from netsentinel.api import line
from netsentinel.api.line import LINE, Line, LiveSocketProtocol

pytestmark = pytest.mark.anyio

Work = Callable[[Line], Coroutine[Any, Any, None]]


def masked(opcode: int, data: bytes) -> bytes:
    """A frame of a client; its mask of zeros changes nothing."""
    assert len(data) < 126
    return bytes((0x80 | opcode, 0x80 | len(data))) + bytes(4) + data


class Peer:
    """A client that knows the frames of RFC 6455 and nothing else."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, data: str | bytes, opcode: int = 1) -> None:
        self._writer.write(masked(opcode, data.encode() if isinstance(data, str) else data))

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: its first byte, and its payload."""
        first, size = await self._reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return first, await self._reader.readexactly(size)

    async def is_over(self) -> bool:
        """Whether the server lets go within a moment."""
        with contextlib.suppress(ConnectionError):
            return not await asyncio.wait_for(self._reader.read(1), 8)
        return True

    def hang_up(self) -> None:
        self._writer.transport.abort()


@contextlib.asynccontextmanager
async def served_by(work: Work) -> AsyncIterator[Callable[[], Coroutine[Any, Any, Peer]]]:
    """A server whose one route hands each connection over to `work`."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        taken: LiveSocketProtocol = scope["extensions"][LINE]["socket"]
        taken.serve_by(lambda: work(Line(taken)))

    folder = await asyncio.to_thread(tempfile.mkdtemp)
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(f"{folder}/line")
    sock.listen()
    config = uvicorn.Config(
        app, lifespan="off", ws=LiveSocketProtocol, ws_ping_interval=None, log_config=None, loop="none"
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment] # the signals are pytest's
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    peers: list[Peer] = []

    async def dial() -> Peer:
        reader, writer = await asyncio.open_unix_connection(f"{folder}/line")
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")
        peers.append(Peer(reader, writer))
        return peers[-1]

    try:
        yield dial
    finally:
        for peer in peers:
            peer.hang_up()
        server.should_exit = True
        await asyncio.wait_for(serving, 10)


async def echo(transport: Line) -> None:
    while (data := await transport.receive()) is not None:
        transport.write(data.encode() if isinstance(data, str) else data)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 300_000])
async def test_frames_of_every_length_arrive_whole(size: int) -> None:
    async def one(transport: Line) -> None:
        transport.write(b"x" * size)
        await transport.receive()

    async with served_by(one) as dial:
        peer = await dial()
        assert await peer.frame() == (0x81, b"x" * size)


async def test_text_binary_and_the_peers_goodbye() -> None:
    heard: list[str | bytes | None] = []

    async def listen(transport: Line) -> None:
        heard.extend([await transport.receive() for _ in range(4)])

    async with served_by(listen) as dial:
        peer = await dial()
        peer.say("ä")
        peer.say("", opcode=2)
        peer.say("", opcode=1)
        peer.say(struct.pack("!H", 1000), opcode=8)
        assert (await peer.frame())[0] == 0x88
        assert await peer.is_over()
    assert heard == ["ä", b"", "", None]


async def test_many_messages_in_one_packet_keep_their_order() -> None:
    async with served_by(echo) as dial:
        peer = await dial()
        for n in range(50):
            peer.say(str(n))
        assert [int((await peer.frame())[1]) for _ in range(50)] == list(range(50))


async def test_the_goodbye_comes_after_what_was_written_and_ends_it() -> None:
    ended = asyncio.Event()

    async def leave(transport: Line) -> None:
        transport.write(b"last")
        transport.close(4503, "retry_after_ms=5")
        transport.close(4401, "too late")
        transport.write(b"too late")
        assert await transport.receive() is None
        ended.set()

    async with served_by(leave) as dial:
        peer = await dial()
        assert await peer.frame() == (0x81, b"last")
        code, reason = await peer.frame()
        assert (code, struct.unpack("!H", reason[:2]), reason[2:]) == (0x88, (4503,), b"retry_after_ms=5")
        await asyncio.wait_for(ended.wait(), 5)
        peer.say(struct.pack("!H", 4503), opcode=8)
        assert await peer.is_over()


async def test_what_only_the_handshake_needed_is_forgotten() -> None:
    kept: list[LiveSocketProtocol] = []

    async def look(transport: Line) -> None:
        kept.append(transport.socket)
        await transport.receive()

    async with served_by(look) as dial:
        await dial()
        async with asyncio.timeout(5):
            while not kept:
                await asyncio.sleep(0.01)
        assert not {"scope", "request", "response"} & set(vars(kept[0]))


async def test_a_peer_that_does_not_read_makes_it_say_so_and_one_that_reads_again_too() -> None:
    filled, writable = asyncio.Event(), asyncio.Event()

    async def pour(transport: Line) -> None:
        transport.on_writable(writable.set)
        while transport.is_writable:
            transport.write(b"x" * 30_000)
            await asyncio.sleep(0)
        assert 0 < transport.unsent < transport.holds
        filled.set()
        await transport.receive()

    async with served_by(pour) as dial:
        peer = await dial()
        await asyncio.wait_for(filled.wait(), 10)
        assert not writable.is_set()
        async with asyncio.timeout(10):
            while not writable.is_set():
                await peer.frame()


async def test_a_peer_that_hangs_up_ends_it_and_what_is_written_then_is_nobodys_fault() -> None:
    done = asyncio.Event()

    async def outlive(transport: Line) -> None:
        assert await transport.receive() is None
        transport.write(b"x")
        transport.close(4503, "draining")
        done.set()

    async with served_by(outlive) as dial:
        (await dial()).hang_up()
        await asyncio.wait_for(done.wait(), 5)


async def test_a_peer_is_let_go_of_whatever_it_has_not_taken() -> None:
    async def cut(transport: Line) -> None:
        transport.write(b"x" * 20_000_000)
        transport.close(4408, "", at_once=True)
        assert await transport.receive() is None

    async with served_by(cut) as dial:
        peer = await dial()
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.wait_for(peer.frame(), 10)


async def test_a_socket_that_fails_under_our_hands_is_one_peers_end() -> None:
    calls: list[str] = []

    def write(_data: bytes) -> None:
        calls.append("write")
        raise RuntimeError

    transport = SimpleNamespace(write=write, abort=lambda: calls.append("abort"), is_closing=lambda: False)
    Line(SimpleNamespace(transport=transport, close_sent=False, disconnected=False)).write(b"x")  # type: ignore[arg-type] # a fake
    assert calls == ["write", "abort"]


async def test_the_gate_lets_everybody_through_once_it_is_open() -> None:
    gate = line._Gate()
    await asyncio.wait_for(gate.wait(), 1)
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(one.done() for one in waiting)
    gate.set()
    await asyncio.wait_for(asyncio.gather(*waiting), 1)


def test_the_system_buffers_little_for_a_peer_that_does_not_read() -> None:
    asked: list[tuple[int, int, int]] = []
    plug = SimpleNamespace(
        setsockopt=lambda *option: asked.append(option), getsockname=lambda: "here", getpeername=lambda: "there"
    )
    protocol = LiveSocketProtocol.__new__(LiveSocketProtocol)
    protocol.connections = set()
    protocol.logger = line._quiet
    protocol.connection_made(SimpleNamespace(get_extra_info=lambda name, default=None: {"socket": plug}.get(name)))  # type: ignore[arg-type] # a fake
    assert asked == [(socket.SOL_SOCKET, socket.SO_SNDBUF, line.SEND_BUFFER)]


async def test_a_socket_that_never_drains_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_LINGER_S", 0.01)
    calls: list[str] = []
    protocol = LiveSocketProtocol.__new__(LiveSocketProtocol)
    protocol.loop = asyncio.get_running_loop()
    protocol.tasks = set()
    protocol.app = None  # type: ignore[assignment] # a fake
    protocol.transport = SimpleNamespace(abort=lambda: calls.append("abort"))  # type: ignore[assignment] # a fake
    task = asyncio.create_task(asyncio.sleep(0))
    protocol.tasks.add(task)
    protocol.on_task_complete(task)
    assert calls == []
    await asyncio.sleep(0.05)
    assert calls == ["abort"]
    assert protocol.tasks == set()
    await task
