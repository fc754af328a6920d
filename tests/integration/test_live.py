"""Live updates over a real socket: uvicorn, the WebSocket library, SQLite and the identity service."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from netsentinel.kernel.types import Role, TenantId
from netsentinel.streamer import HubLimits
from tests.integration.live_site import Site, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def token(site: Site) -> str:
    await site.make_user()
    return await site.log_in()


async def refused(site: Site, token: str = "", **options: object) -> int:
    """The HTTP status with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as caught:
        async with site.dial(token, **options):
            pass
    assert caught.value.response.headers["Content-Type"] == "application/problem+json"
    return caught.value.response.status_code


async def test_from_commit_to_browser(site: Site, token: str) -> None:
    async with site.client(token) as reader:
        await reader.say("subscribe", sub="a", topic="alerts")
        await reader.say("ping", t=1)
        pong = await reader.until("pong")
        await site.tell(1)
        event = await reader.until("event")
        assert event["data"]["n"] == 1
        assert event["prev"] == pong["seq"] < event["seq"]
        assert event["name"] == "alert:raised"


async def test_the_sub_protocol_is_agreed_on(site: Site, token: str) -> None:
    async with site.dial(token) as reader:
        assert reader.socket.subprotocol == "netsentinel.v1.json"
        assert reader.socket.protocol.extensions == []
    assert await refused(site, token, subprotocols=None) == 400
    assert await refused(site, token, subprotocols=["netsentinel.v9.cbor"]) == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "", None])
async def test_a_foreign_page_cannot_use_the_cookie(site: Site, token: str, origin: str | None) -> None:
    assert await refused(site, token, origin=origin) == 403


async def test_a_program_comes_with_a_ticket(site: Site, token: str) -> None:
    admission = await site.identity.validate_token(token)
    assert admission is not None
    ticket = (await site.identity.issue_ticket(admission)).text
    async with site.dial(origin=None) as reader:
        await reader.say("hello", client="program", ticket=ticket)
        assert (await reader.next())["type"] == "welcome"
    async with site.dial(origin=None) as reader:
        await reader.say("hello", client="thief", ticket=ticket)
        assert await reader.until_closed() == (4401, "not-authenticated")


async def test_no_cookie_and_no_ticket(site: Site) -> None:
    async with site.dial() as reader:
        await reader.say("hello", client="test")
        assert await reader.until_closed() == (4401, "not-authenticated")
        assert reader.frames[-1]["problem"]["status"] == 401


async def test_silence_ends_after_five_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, HubLimits(hello_within=0.2)) as site, site.dial() as reader:
        assert await reader.until_closed() == (4401, "not-authenticated")


async def test_ten_failures_and_the_door_is_shut_for_those_who_are_not_known(site: Site, token: str) -> None:
    for _ in range(10):
        async with site.dial() as reader:
            await reader.say("hello", client="test", ticket="guess")
            assert (await reader.until_closed())[0] == 4401
    assert await refused(site) == 429
    async with site.client(token) as reader:
        await reader.say("ping", t=1)
        await reader.until("pong")


async def test_a_full_house(tmp_path: Path) -> None:
    async with running(tmp_path, HubLimits(max_connections=1)) as site:
        await site.make_user()
        token = await site.log_in()
        async with site.client(token):
            assert await refused(site, token) == 503


async def test_logging_out_closes_the_socket_within_five_seconds(site: Site, token: str) -> None:
    other = await site.log_in()
    async with site.client(token) as reader, site.client(other) as stays:
        began = time.monotonic()
        await site.identity.logout(token)
        assert await reader.until_closed() == (4401, "not-authenticated")
        assert time.monotonic() - began < 5
        await stays.say("ping", t=1)
        await stays.until("pong")


async def test_disabling_a_user_closes_the_sockets(site: Site, token: str) -> None:
    user = await site.make_user("bob", Role.ANALYST)
    async with site.client(await site.log_in("bob")) as first, site.client(await site.log_in("bob")) as second:
        actor = await site.identity.validate_token(token)
        assert actor is not None
        await site.identity.users.disable(actor.principal, user)
        assert await first.until_closed() == (4401, "not-authenticated")
        assert await second.until_closed() == (4401, "not-authenticated")


async def test_resume_after_a_lost_connection(site: Site, token: str) -> None:
    async with site.client(token) as reader:
        await reader.say("subscribe", sub="a", topic="alerts")
        await reader.say("ping", t=1)
        await reader.until("pong")
        await site.tell(1, 2)
        await reader.until("event")
        last = await reader.until("event")
        epoch = reader.frames[0]["epoch"]
    await site.tell(3, tenant=TenantId("other"))
    await site.tell(4, 5)
    async with site.dial(token) as reader:
        await reader.say("hello", client="test", resume={"epoch": epoch, "positions": {"a": last["seq"]}})
        assert (await reader.next())["resumed"] == "full"
        await reader.say("subscribe", sub="a", topic="alerts")
        await site.tell(6)
        events = [await reader.until("event") for _ in range(3)]
        assert [event["data"]["n"] for event in events] == [4, 5, 6]
        assert events[0]["prev"] == last["seq"]


async def test_resume_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        await site.make_user()
        token = await site.log_in()
        async with site.client(token) as reader:
            await reader.say("subscribe", sub="a", topic="alerts")
            await reader.say("ping", t=1)
            await reader.until("pong")
            await site.tell(1)
            last = await reader.until("event")
            epoch = reader.frames[0]["epoch"]
        await site.tell(2)
    async with running(tmp_path) as site, site.dial(token) as reader:
        await reader.say("hello", client="test", resume={"epoch": epoch, "positions": {"a": last["seq"]}})
        assert (await reader.next())["resumed"] == "full"
        await reader.say("subscribe", sub="a", topic="alerts")
        assert (await reader.until("event"))["data"]["n"] == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("{", 4400),
        (b"\x00\x01", 4400),
        ('{"type":"ping","t":1,"pad":"' + "x" * 65_536 + '"}', 4413),
        ("x" * 70_000, 1009),
    ],
)
async def test_bad_and_big_frames(site: Site, token: str, data: str | bytes, code: int) -> None:
    async with site.client(token) as reader:
        await reader.socket.send(data)
        assert (await reader.until_closed())[0] == code


async def test_draining_tells_everyone_when_to_come_back(site: Site, token: str) -> None:
    async with site.client(token) as first, site.client(token) as second:
        draining = asyncio.create_task(site.hub.drain())
        for reader in (first, second):
            code, reason = await reader.until_closed()
            assert code == 4503
            assert int(reason.removeprefix("retry_after_ms=")) >= 500
        await asyncio.wait_for(draining, 5)
        assert await refused(site, token) == 503


async def test_a_client_that_reads_nothing_is_cut_off_and_nobody_notices(tmp_path: Path) -> None:
    limits = HubLimits(send_buffer_bytes=64 * 1024, drain_within=0.5, goodbye_within=0.5)
    async with running(tmp_path, limits) as site:
        await site.make_user()
        token = await site.log_in()
        async with site.client(token) as quick, site.dial(token) as stalled:
            await stalled.say("hello", client="stalled")
            await stalled.next()
            for reader in (quick, stalled):
                await reader.say("subscribe", sub="a", topic="alerts")
            await quick.say("ping", t=1)
            await quick.until("pong")
            stalled.socket.transport.pause_reading()
            before = time.monotonic()
            for n in range(120):
                await site.tell(n, entity="x" * 100_000)
                assert (await quick.until("event"))["data"]["n"] == n
            assert time.monotonic() - before < 30
            async with asyncio.timeout(10):
                while site.hub.connections > 1:
                    await asyncio.sleep(0.02)
            async with asyncio.timeout(10):
                while len(site.server.server_state.connections) > 1:
                    await asyncio.sleep(0.02)
            stalled.socket.transport.abort()


async def test_a_vanished_peer_is_forgotten(site: Site, token: str) -> None:
    async with site.client(token) as reader:
        raw = reader.socket.transport.get_extra_info("socket")
        assert isinstance(raw.family, socket.AddressFamily)
        reader.socket.transport.abort()
        async with asyncio.timeout(5):
            while site.hub.connections:
                await asyncio.sleep(0.01)
        with pytest.raises(ConnectionClosed):
            await reader.socket.recv()
