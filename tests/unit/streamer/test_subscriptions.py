"""Subscriptions: names, topics, permissions, filters, and their end."""

from typing import Any

import pytest

from netsentinel.kernel.errors import StorageUnavailableError
from netsentinel.streamer import HubLimits
from tests.unit.streamer.live import Live, opened, settle

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({"topic": "weather"}, "unknown-topic", 404),
        ({"topic": "tests"}, "unknown-topic", 404),
        ({"filter": [{"field": "nothing", "op": "=", "value": "x"}]}, "invalid-filter", 400),
        ({"filter": [{"field": "level", "op": ">=", "value": "terrible"}]}, "invalid-filter", 400),
    ],
)
async def test_what_cannot_be_subscribed_to(live: Live, fields: dict[str, Any], code: str, status: int) -> None:
    client = await live.connect()
    client.say("subscribe", **{"sub": "a", "topic": "alerts", **fields})
    (error,) = await client.until("error")
    assert (error["problem"]["code"], error["problem"]["status"], error["sub"]) == (code, status, "a")
    client.say("subscribe", sub="a", topic="alerts")  # the connection stays, and the name is free
    await settle()
    await live.tell(1)
    assert client.events() == [1]


async def test_a_name_is_used_once(live: Live) -> None:
    client = await live.subscribed()
    client.say("subscribe", sub="a", topic="threats")
    (error,) = await client.until("error")
    assert error["problem"]["code"] == "subscription-conflict"
    await live.tell(1)
    assert client.events() == [1]


async def test_there_are_so_many_and_no_more() -> None:
    async with opened(HubLimits(max_subscriptions=2)) as live:
        client = await live.subscribed()
        client.say("subscribe", sub="b", topic="threats")
        client.say("subscribe", sub="c", topic="threats")
        await client.until("error")
        assert client.problems == ["subscription-conflict"]
        client.say("unsubscribe", sub="b")
        client.say("subscribe", sub="c", topic="threats")
        await settle()
        assert client.problems == ["subscription-conflict"]


async def test_unsubscribing_ends_it(live: Live) -> None:
    client = await live.subscribed()
    await live.tell(1)
    client.say("unsubscribe", sub="a")
    await settle()
    await live.tell(2)
    assert client.events() == [1]
    client.say("unsubscribe", sub="a")
    (error,) = await client.until("error")
    assert (error["problem"]["code"], error["sub"]) == ("not-found", "a")


async def test_filters_decide_per_subscription(live: Live) -> None:
    client = await live.subscribed(filter=[{"field": "level", "op": ">=", "value": "high"}])
    client.say("subscribe", sub="b", topic="alerts", filter=[{"field": "kind", "op": "=", "value": "alert.updated"}])
    await settle()
    await live.tell(1, level="critical")
    await live.tell(2, level="medium", kind="alert.updated")
    await live.tell(3, level="high", kind="alert.updated")
    assert client.events("a") == [1, 3]
    assert client.events("b") == [2, 3]
    assert [frame["prev"] for frame in client.of("event") if frame["sub"] == "a"] == [0, 1]


async def test_a_replay_that_cannot_read_ends_the_subscription_only(live: Live) -> None:
    client = await live.connect()
    await live.tell(1)
    live.journal.failure = StorageUnavailableError("away")
    client.say("subscribe", sub="a", topic="alerts", from_=0)
    (error,) = await client.until("error")
    assert (error["problem"]["code"], error["sub"], error["retryable"]) == ("storage-unavailable", "a", True)
    live.journal.failure = None
    client.say("subscribe", sub="a", topic="alerts", from_=0)
    await settle()
    assert client.events() == [1]


async def test_a_replay_that_crashes_ends_the_connection(live: Live) -> None:
    client = await live.connect()
    await live.tell(1)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    live.journal.read = broken  # type: ignore[method-assign, assignment] # a fault of ours
    client.say("subscribe", sub="a", topic="alerts", from_=0)
    assert await client.until_closed() == (1011, "internal")


async def test_unsubscribing_in_the_middle_of_a_replay(live: Live) -> None:
    for n in range(500):
        live.journal.add(n)
    await live.pump()
    client = await live.connect()
    client.stall()
    client.say("subscribe", sub="a", topic="alerts", from_=0)
    await settle(5)
    client.say("unsubscribe", sub="a")
    client.say("subscribe", sub="a", topic="threats")
    client.flow()
    await settle(100)
    before = len(client.events())
    await live.tell(1_000)
    await live.tell(1_001, kind="threat.updated")
    assert client.events()[before:] == [1_001]
