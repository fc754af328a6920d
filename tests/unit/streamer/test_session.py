"""One connection: hello, frames, errors, pings and the ways it ends."""

import asyncio
from dataclasses import replace

import pytest

from netsentinel.kernel.errors import StorageUnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, Tier
from netsentinel.streamer import HubLimits
from netsentinel.streamer.testing import FakeAdmission, admission
from tests.unit.streamer.live import Live, opened, settle

pytestmark = pytest.mark.anyio


async def test_welcome_says_what_the_client_may_do(live: Live) -> None:
    client = await live.connect()
    (welcome,) = client.of("welcome")
    assert welcome == {
        "type": "welcome",
        "connection_id": welcome["connection_id"],
        "epoch": "epoch-1",
        "heartbeat_ms": 25_000,
        "max_frame": 65_536,
        "limits": {
            "frames_per_second": 20,
            "frame_burst": 100,
            "max_subscriptions": 64,
            "max_requests": 64,
            "send_buffer_bytes": 1024 * 1024,
            "send_buffer_frames": 1_000,
        },
        "resumed": "none",
    }
    assert welcome["connection_id"].startswith("con_")


async def test_a_ticket_admits_once(live: Live) -> None:
    live.auth.tickets["ticket"] = admission("usr_bob")
    client = live.dial(None)
    client.say("hello", client="program", ticket="ticket")
    await client.until("welcome")
    again = live.dial(None)
    again.say("hello", client="program", ticket="ticket")
    assert await again.until_closed() == (4401, "not-authenticated")


async def test_a_ticket_goes_before_the_cookie(live: Live) -> None:
    live.auth.tickets["ticket"] = admission("usr_bob")
    await live.connect(admission("usr_ada"), ticket="ticket")
    assert [c.user_id for c in live.hub.store.list_by_tenant(DEFAULT_TENANT)] == ["usr_bob"]


async def test_a_bad_ticket_is_not_made_good_by_a_cookie(live: Live) -> None:
    client = live.dial(admission())
    client.say("hello", client="test", ticket="nonsense")
    assert await client.until_closed() == (4401, "not-authenticated")


async def test_hello_comes_within_five_seconds(live: Live) -> None:
    client = live.dial(admission())
    await settle()
    await live.pass_time(4.5)
    assert client.closed is None
    await live.pass_time(1)
    assert await client.until_closed() == (4401, "not-authenticated")
    assert client.problems == ["not-authenticated"]


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"subscribe","sub":"a","topic":"alerts"}',
        '{"type":"ping","t":1}',
        '{"type":"request","id":"r","action":"x"}',
    ],
)
async def test_nothing_goes_before_hello(live: Live, frame: str) -> None:
    client = live.dial(admission())
    client.say_raw(frame)
    assert await client.until_closed() == (4401, "not-authenticated")
    assert client.of("welcome") == []


@pytest.mark.parametrize("data", ["{", "[]", '{"type":"nonsense"}', '{"type":"subscribe","sub":"a"}', b"\x00"])
async def test_a_bad_frame_ends_the_connection_after_an_error(live: Live, data: str | bytes) -> None:
    client = await live.connect()
    client.say_raw(data)
    assert await client.until_closed() == (4400, "bad-frame")
    assert [frame["type"] for frame in client.frames] == ["welcome", "error"]
    assert client.problems == ["bad-frame"]


async def test_a_second_hello_is_a_bad_frame(live: Live) -> None:
    client = await live.connect()
    client.say("hello", client="again")
    assert (await client.until_closed())[0] == 4400


async def test_a_frame_above_the_limit_ends_the_connection(live: Live) -> None:
    client = await live.connect()
    client.say("request", id="r", payload="x" * 65_536)
    assert await client.until_closed() == (4413, "frame-too-big")


async def test_pings_are_answered_in_order_and_with_a_position(live: Live) -> None:
    client = await live.subscribed()
    await live.tell(1, 2)
    client.say("ping", t=17)
    (pong,) = await client.until("pong")
    assert (pong["t"], pong["seq"]) == (17, 2)
    assert client.frames[-1] == pong


async def test_the_server_pings_every_heartbeat_with_the_position(live: Live) -> None:
    client = await live.subscribed()
    await live.tell(1, kind="threat.updated")  # nothing for this subscription, and yet it is complete up to here
    await live.pass_time(12)
    assert client.of("ping") == []
    await live.pass_time(1)
    (ping,) = client.of("ping")
    assert ping["seq"] == 1
    client.say("pong", t=ping["t"])
    await live.pass_time(24)
    assert len(client.of("ping")) == 1
    await live.pass_time(1)
    assert len(client.of("ping")) == 2


async def test_the_first_pings_of_a_crowd_are_spread() -> None:
    async with opened() as live:
        live.hub._context.jitter = lambda below: below - 1
        client = await live.connect()
        await live.pass_time(24.5)
        assert client.of("ping") == []
        await live.pass_time(1)
        assert len(client.of("ping")) == 1


async def test_two_heartbeats_without_a_pong_end_the_connection(live: Live) -> None:
    client = await live.connect()
    await live.pass_time(12.5 + 49)
    assert client.closed is None
    await live.pass_time(1.5)
    assert await client.until_closed() == (4408, "slow-consumer")


async def test_a_pong_is_noted(live: Live) -> None:
    client = await live.connect()
    for _ in range(4):
        await live.pass_time(25)
        client.say("pong", t=client.of("ping")[-1]["t"])
        await settle()
    assert client.closed is None
    (connection,) = live.hub.store.list_by_tenant(DEFAULT_TENANT)
    assert connection.last_ping_at == live.clock.now()


async def test_a_pong_that_answers_no_ping_keeps_nobody(live: Live) -> None:
    client = await live.connect()
    await live.pass_time(13)
    client.stall()
    for _ in range(150):
        client.say("pong", t=client.of("ping")[-1]["t"] + 1)
        await live.pass_time(0.5)
    client.flow()
    assert (await client.until_closed())[0] == 4408


async def test_a_principal_has_so_many_connections_and_no_more() -> None:
    async with opened(HubLimits(max_connections_each=2)) as live:
        first = await live.connect()
        await live.connect()
        third = live.dial(admission())
        third.say("hello", client="test")
        assert await third.until_closed() == (4429, "retry_after_ms=30000")
        assert third.problems == ["too-many-connections"]
        await live.connect(admission("usr_bob"))
        first.hang_up()
        await settle()
        await live.connect()
        assert live.hub._context.each.total() == 3


async def test_the_tier_unlimited_has_as_many_connections_as_there_are_places() -> None:
    async with opened(HubLimits(max_connections_each=1)) as live:
        local = admission("key_local")
        unlimited = FakeAdmission(replace(local.principal, tier=Tier.UNLIMITED), local.ref)
        for _ in range(5):
            await live.connect(unlimited)


async def test_too_many_frames_end_the_connection_with_a_delay() -> None:
    async with opened(HubLimits(frame_burst=5, frames_per_second=2)) as live:
        client = await live.connect()  # hello is the first
        for n in range(4):
            client.say("unsubscribe", sub=f"s{n}")
        await client.until("error", 4)
        assert client.closed is None
        client.say("unsubscribe", sub="too many")
        assert await client.until_closed() == (4429, "retry_after_ms=1000")
        assert client.problems[-1] == "too-many-frames"
        assert client.of("error")[-1]["retry_after_ms"] == 1_000


async def test_the_budget_comes_back_with_time() -> None:
    async with opened(HubLimits(frame_burst=5, frames_per_second=2)) as live:
        client = await live.connect()
        for _ in range(10):
            client.say("unsubscribe", sub="x")
            await settle()
            await live.pass_time(0.5)
        assert client.closed is None


async def test_pings_and_pongs_do_not_count() -> None:
    async with opened(HubLimits(frame_burst=2)) as live:
        client = await live.connect()
        for n in range(300):
            client.say("ping", t=n)
            client.say("pong", t=n)
        await settle(400)
        assert client.closed is None
        assert client.of("pong")[-1]["t"] == 299


async def test_a_client_that_only_pings_fills_no_memory() -> None:
    async with opened() as live:
        client = await live.connect()
        client.stall()
        for n in range(500):
            client.say("ping", t=n)
        await settle(600)
        (session,) = live.hub._sessions
        assert len(session._outbox) <= 1


async def test_storage_that_is_away_at_hello_asks_the_client_to_come_back(live: Live) -> None:
    live.auth.failure = StorageUnavailableError("The database is away.")
    client = live.dial(None)
    client.say("hello", client="test", ticket="t")
    assert await client.until_closed() == (4503, "retry_after_ms=1000")
    assert client.of("error")[0]["retryable"] is True


async def test_a_peer_that_is_gone_leaves_nothing_behind(live: Live) -> None:
    client = await live.subscribed()
    client.hang_up()
    assert client.served is not None
    await asyncio.wait_for(client.served, 5)
    assert live.hub.connections == 0
    assert live.hub._fanout._feeds == {}


async def test_a_peer_that_vanishes_while_it_is_written_to(live: Live) -> None:
    client = await live.subscribed()
    client.is_gone = True  # the socket fails, but no end was read yet
    await live.tell(1)
    client.hang_up()
    assert client.served is not None
    await asyncio.wait_for(client.served, 5)


async def test_a_cancelled_server_task_cleans_up(live: Live) -> None:
    client = await live.subscribed()
    assert client.served is not None
    client.served.cancel()
    await asyncio.wait({client.served})
    assert client.served.cancelled()
    assert live.hub.connections == 0
    client.served = None


async def test_frames_after_the_end_has_begun_are_ignored(live: Live) -> None:
    client = await live.connect()
    client.stall()
    client.say_raw("{")
    client.say("subscribe", sub="a", topic="alerts")
    client.say("unsubscribe", sub="b")
    await settle()
    client.flow()
    assert (await client.until_closed())[0] == 4400
    assert client.problems == ["bad-frame"]
