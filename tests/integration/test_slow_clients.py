"""Peers that hold connections without asking for anything: they are let go of, and others are served meanwhile."""

import asyncio
import contextlib
import hashlib
import json
import os
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from netsentinel.api.app import create_app
from netsentinel.api.doorkeeper import Doorkeeper, DoorLimits
from netsentinel.api.middleware import body_limit
from netsentinel.api.server import bind, configure
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Role, system_principal
from netsentinel.limits.testing import memory_limits
from tests.identity import House

pytestmark = pytest.mark.anyio

QUICK = DoorLimits(header_s=0.4, stalled_s=0.4)


class Server(uvicorn.Server):
    """Uvicorn that leaves signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@dataclass
class Site:
    """The real app on a real socket."""

    port: int
    house: House
    doorkeeper: Doorkeeper

    @asynccontextmanager
    async def dial(self, sent: bytes) -> AsyncIterator[asyncio.StreamReader]:
        """A raw connection that has sent this."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(sent)
            await writer.drain()
            yield reader
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def client(self, **headers: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers=headers)


@asynccontextmanager
async def serving(limits: DoorLimits, app: FastAPI | None = None) -> AsyncIterator[Site]:
    settings, house = Settings(_env_file=None), House()
    limits_of_requests = memory_limits(house.clock)
    services = SimpleNamespace(
        settings=settings, clock=house.clock, identity=house.service, limits=limits_of_requests, demo=False
    )
    app = app or create_app(settings, services)  # type: ignore[arg-type] - what these routes need
    config = configure(app, settings, limits)
    sock = bind("127.0.0.1", 0)
    server = Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield Site(sock.getsockname()[1], house, config.http.args[0])  # type: ignore[union-attr] - a partial
    finally:
        server.should_exit = True
        await running


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What came until the server closed the connection, which it must do soon."""
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""


def request(path: str, body: bytes, length: int) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


HALF = b"GET /auth/state HTTP/1.1\r\nHost: loc"


async def test_half_headers_and_half_bodies_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "STALL_S", 0.4)
    async with serving(QUICK) as site, AsyncExitStack() as stack:
        half_body = request("/auth/login", b"{" * 1_000, 16_000)
        readers = [await stack.enter_async_context(site.dial(sent)) for sent in [b"", HALF, half_body] * 40]
        async with site.client() as client:
            assert (await client.get("/auth/state")).status_code == 200, "others are served meanwhile"
        answers = await asyncio.gather(*(closed(reader) for reader in readers))
        await asyncio.sleep(0.05)
        assert site.doorkeeper.strangers == 0
    assert [answer[:12] for answer in answers[2::3]] == [b"HTTP/1.1 408"] * 40
    assert set(answers[0::3] + answers[1::3]) == {b""}


async def test_a_large_login_is_refused_at_once() -> None:
    async with serving(DoorLimits()) as site, site.dial(request("/auth/login", b"", 1_048_575)) as reader:
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 413")


GET = b"GET /auth/state HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"x" * 66_000,
        b"GET /" + b"x" * 66_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        GET + b"X-Long: " + b"x" * 70_000,
        GET + b"".join(b"X-%d: %s\r\n" % (number, b"y" * 50) for number in range(2_000)) + b"\r\n",
        GET + b"a:\r\n" * 300 + b"\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
        GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        GET + b"Bad Name: 1\r\n\r\n",
        GET + b"X: a\x00b\r\n\r\n",
    ],
    ids=[
        "a path that is too long",
        "the same in a whole request",
        "a header that does not end",
        "headers that are too long together",
        "too many headers",
        "no HTTP",
        "two lengths of different kinds",
        "two lengths",
        "a space in a name",
        "a zero byte",
    ],
)
async def test_what_cannot_be_read_is_told_so_as_a_problem(sent: bytes) -> None:
    async with serving(DoorLimits()) as site, site.dial(sent) as reader:
        head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    lines = head.decode("ascii").lower().split("\r\n")
    assert lines[0].startswith("http/1.1 400")
    assert {"content-type: application/problem+json", "connection: close", "cache-control: no-store"} <= set(lines)
    told = json.loads(body)
    assert (told["status"], told["code"]) == (400, "invalid-input")
    assert f"x-trace-id: {told['trace_id']}" in lines


@pytest.mark.parametrize(
    "begun",
    [b"0\r\nX-Trailer: ", b"0\r\n" + b"X: y\r\n" * 100_000, b"5;"],
    ids=["a trailer", "trailers", "an extension"],
)
async def test_what_is_neither_head_nor_body_does_not_pile_up(begun: bytes) -> None:
    sent = CHUNKED + b"\r\n" + begun + b"x" * 1_000_000
    async with serving(DoorLimits()) as site, site.dial(sent) as reader:
        assert await closed(reader) == b"", "its request is being answered, so there is nothing else to say"


async def test_trailers_are_no_headers() -> None:
    body = b'{"username":"a","password":"b"}'
    sent = CHUNKED + b"Content-Type: application/json\r\nConnection: close\r\n\r\n"
    sent += b"%x\r\n%s\r\n0\r\nOrigin: https://elsewhere.example\r\n\r\n" % (len(body), body)
    async with serving(DoorLimits()) as site, site.dial(sent) as reader:
        assert (await closed(reader)).startswith(b"HTTP/1.1 401")


async def test_another_protocol_that_nobody_speaks_gets_its_answer_and_no_more() -> None:
    sent = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with serving(DoorLimits()) as site, site.dial(sent) as reader:
        answer = await closed(reader)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


async def test_requests_behind_one_another_are_answered_in_order() -> None:
    lost = b"GET /api/v2/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with serving(DoorLimits()) as site, site.dial((GET + b"\r\n") * 2 + lost) as reader:
        answer = await closed(reader)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"401"]
    assert site.doorkeeper.strangers == 0


async def test_a_peer_does_not_send_ahead_without_end() -> None:
    async with (
        serving(DoorLimits()) as site,
        site.dial(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5_000) as reader,
    ):
        answer = await closed(reader)
    assert answer.count(b"HTTP/1.1 200") < 100


async def test_another_protocol_waits_for_no_answer() -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    sent = (
        GET
        + b"\r\n"
        + GET.replace(b"/auth/state", b"/ws/v1")
        + upgrade
        + b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    async with serving(DoorLimits()) as site, site.dial(sent) as reader:
        assert b"101" not in await closed(reader)
        assert site.doorkeeper.strangers == 0


async def test_headers_that_drip_after_an_answer_are_let_go_of() -> None:
    whole = b"GET /auth/state HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with serving(QUICK) as site, site.dial(whole + HALF) as reader:
        assert (await closed(reader)).startswith(b"HTTP/1.1 200")


async def test_a_body_that_drips_after_its_answer_is_let_go_of() -> None:
    async with serving(QUICK) as site, site.dial(request("/auth/login", b"x" * 100, 1_048_575)) as reader:
        assert (await closed(reader)).startswith(b"HTTP/1.1 413")


async def test_an_answer_that_nobody_takes_is_not_kept() -> None:
    app = FastAPI()

    @app.get("/large")
    async def large() -> Response:
        return Response(b"x" * 50_000_000)

    async with serving(QUICK, app) as site, site.dial(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        async with asyncio.timeout(5):
            while site.doorkeeper.strangers == 0:
                await asyncio.sleep(0.01)
            while site.doorkeeper.strangers:
                await asyncio.sleep(0.01)


async def test_large_bodies_and_what_follows_them_on_the_connection_arrive_as_they_were_sent() -> None:
    app, largest = FastAPI(), 0

    @app.post("/digest")
    async def digest(request: Request) -> Response:
        nonlocal largest
        hashed = hashlib.sha256()
        async for piece in request.stream():
            largest = max(largest, len(piece))
            hashed.update(piece)
        return Response(hashed.hexdigest())

    large, chunked = os.urandom(4_000_000), os.urandom(1_000_000)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (chunked[:999], chunked[999:])) + b"0\r\n\r\n"
    head = b"POST /digest HTTP/1.1\r\nHost: localhost\r\n"
    sent = (
        request("/digest", large, len(large))
        + head
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + chunks
        + request("/digest", b"", 0)
        + head
        + b"Connection: close\r\nContent-Length: 3\r\n\r\nend"
    )
    async with serving(DoorLimits(), app) as site, site.dial(sent) as reader:
        answer = await closed(reader)
        assert site.doorkeeper.strangers == 0
    digests = [part.partition(b"\r\n\r\n")[2].decode() for part in answer.split(b"HTTP/1.1 200")[1:]]
    assert digests == [hashlib.sha256(body).hexdigest() for body in (large, chunked, b"", b"end")]
    assert 64 * 1024 < largest <= 2 * 512 * 1024


async def test_there_is_no_place_for_too_many_strangers_and_one_again_later() -> None:
    async with serving(DoorLimits(header_s=0.5, total=5)) as site:
        async with AsyncExitStack() as stack:
            held = [await stack.enter_async_context(site.dial(HALF)) for _ in range(5)]
            async with site.dial(HALF) as reader:
                assert (await closed(reader)).startswith(b"HTTP/1.1 503")
            for reader in held:
                assert await closed(reader) == b""
        async with site.client() as client:
            assert (await client.get("/auth/state")).status_code == 200


async def test_who_is_let_in_by_a_key_is_no_stranger() -> None:
    async with serving(DoorLimits()) as site:
        made = await site.house.service.keys.create(system_principal(), "report", role=Role.VIEWER)
        async with site.client(Authorization=f"Bearer {made.text}") as client, site.client() as stranger:
            assert (await client.get("/api/v2/me")).status_code == 200
            assert site.doorkeeper.strangers == 0
            assert (await stranger.get("/auth/state")).status_code == 200
            assert site.doorkeeper.strangers == 1
