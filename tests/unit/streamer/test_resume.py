"""Resume: whatever happens to connections, a client hears the matching entries in order and once, or of a gap."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.streamer import HubLimits
from tests.unit.streamer.live import Live, opened, settle
from tests.unit.streamer.world import LOSSLESS, LOSSY, Step, World, steps

pytestmark = pytest.mark.anyio


async def resumed(live: Live, position: int, epoch: str = "epoch-1") -> str:
    client = await live.connect(resume={"epoch": epoch, "positions": {"a": position}})
    return client.of("welcome")[0]["resumed"]


async def test_a_subscription_from_a_position_gets_what_came_after(live: Live) -> None:
    await live.tell(*range(1, 6))
    client = await live.subscribed(from_=2)
    assert client.events() == [3, 4, 5]
    assert [(frame["prev"], frame["seq"]) for frame in client.of("event")] == [(2, 3), (3, 4), (4, 5)]
    await live.tell(6)
    assert client.events() == [3, 4, 5, 6]


async def test_hello_resumes_and_goes_before_from(live: Live) -> None:
    await live.tell(1, 2, 3)
    client = await live.connect(resume={"epoch": "epoch-1", "positions": {"a": 1}})
    assert client.of("welcome")[0]["resumed"] == "full"
    client.say("subscribe", sub="a", topic="alerts", from_="now")
    await settle()
    assert client.events() == [2, 3]
    client.say("unsubscribe", sub="a")
    client.say("subscribe", sub="a", topic="alerts", from_="now")  # the position was for the first one
    await settle()
    assert client.events() == [2, 3]


async def test_a_long_replay_is_read_in_portions_while_new_entries_come(live: Live) -> None:
    for n in range(1_000):
        live.journal.add(n)
    await live.pump()
    client = await live.connect()
    client.say("subscribe", sub="a", topic="alerts", from_=0)
    for n in range(1_000, 1_100):
        live.journal.add(n)
        await live.hub.pump()
        await asyncio.sleep(0)
    await settle(200)
    assert client.events() == list(range(1_100))
    assert client.of("gap") == []


async def test_a_slow_client_loses_nothing_of_a_replay() -> None:
    async with opened(HubLimits(send_buffer_frames=10)) as live:
        for n in range(200):
            live.journal.add(n)
        await live.hub.open()
        client = await live.connect()
        client.stall()
        client.say("subscribe", sub="a", topic="alerts", from_=0)
        await settle()
        (session,) = live.hub._sessions
        assert len(session._outbox) <= 10
        client.flow()
        await settle(400)
        assert client.events() == list(range(200))


async def test_the_ping_speaks_for_a_replay_only_as_far_as_it_came() -> None:
    async with opened(HubLimits(send_buffer_frames=10)) as live:
        for n in range(50):
            live.journal.add(n)
        await live.hub.open()
        client = await live.connect()
        client.stall()
        client.say("subscribe", sub="a", topic="alerts", from_=0)
        await settle()
        client.say("ping", t=1)
        await settle()
        client.flow()
        (pong,) = await client.until("pong")
        before = [frame["seq"] for frame in client.frames[: client.frames.index(pong)] if frame["type"] == "event"]
        assert pong["seq"] == before[-1]
        await settle(200)
        client.say("ping", t=2)
        assert (await client.until("pong", 2))[-1]["seq"] == 50


async def test_what_was_trimmed_is_said_to_be_missing(live: Live) -> None:
    await live.tell(*range(1, 11))
    live.journal.trim(5)
    client = await live.subscribed(from_=2)
    (gap,) = client.of("gap")
    assert gap == {
        "type": "gap",
        "sub": "a",
        "from": 2,
        "to": 5,
        "reason": "retention",
        "snapshot_url": "/api/v2/alerts",
    }
    assert client.events() == [6, 7, 8, 9, 10]
    assert client.of("event")[0]["prev"] == 5
    assert client.frames.index(gap) < client.frames.index(client.of("event")[0])


async def test_the_oldest_position_that_is_complete_has_no_gap(live: Live) -> None:
    await live.tell(*range(1, 11))
    live.journal.trim(5)
    client = await live.subscribed(from_=5)
    assert client.of("gap") == []
    assert client.events() == [6, 7, 8, 9, 10]


async def test_everything_trimmed(live: Live) -> None:
    await live.tell(1, 2, 3)
    live.journal.trim(3)
    client = await live.subscribed(from_=1)
    assert [(gap["from"], gap["to"]) for gap in client.of("gap")] == [(1, 3)]
    await live.tell(4)
    assert client.events() == [4]


async def test_topics_that_are_never_trimmed_have_no_retention_gap(live: Live) -> None:
    await live.tell(1, 2, 3, kind="session.closed")
    live.journal._trimmed = 3  # trimming leaves audited entries where they are
    client = await live.subscribed(topic="audit", from_=0)
    assert client.of("gap") == []
    assert client.events() == [1, 2, 3]


async def test_another_epoch_starts_anew(live: Live) -> None:
    await live.tell(1, 2, 3)
    live.journal.rebuild()
    await live.restart()
    await live.tell(7, 8)
    client = await live.connect(resume={"epoch": "epoch-1", "positions": {"a": 3}})
    assert client.of("welcome")[0] | {"resumed": "none", "epoch": "epoch-2"} == client.of("welcome")[0]
    client.say("subscribe", sub="a", topic="alerts")
    await settle()
    (gap,) = client.of("gap")
    assert (gap["from"], gap["to"], gap["reason"]) == (0, 2, "epoch")
    await live.tell(9)
    assert client.events() == [9]
    assert client.of("event")[0]["prev"] == 2


async def test_a_position_that_does_not_exist_yet_is_of_another_epoch(live: Live) -> None:
    await live.tell(1, 2)
    client = await live.subscribed(from_=1_000)  # the database came from a backup
    (gap,) = client.of("gap")
    assert (gap["from"], gap["to"], gap["reason"]) == (0, 2, "epoch")
    await live.tell(3)
    assert client.events() == [3]


async def test_a_position_ahead_of_this_process_is_waited_for(live: Live) -> None:
    for n in (1, 2, 3):
        live.journal.add(n)  # committed, and another node has told the client already
    client = await live.subscribed(from_=2)
    assert client.of("gap") == []
    await live.pump()
    assert client.events() == [3]


async def test_how_much_can_be_resumed(live: Live) -> None:
    await live.tell(*range(1, 11))
    live.journal.trim(5)
    assert await resumed(live, 7) == "full"
    assert await resumed(live, 5) == "full"
    assert await resumed(live, 4) == "none"
    assert await resumed(live, 11) == "none"
    assert await resumed(live, 7, epoch="epoch-0") == "none"
    both = await live.connect(resume={"epoch": "epoch-1", "positions": {"a": 3, "b": 7}})
    assert both.of("welcome")[0]["resumed"] == "partial"
    nothing = await live.connect(resume={"epoch": "epoch-1", "positions": {}})
    assert nothing.of("welcome")[0]["resumed"] == "none"


@settings(max_examples=120, deadline=None)
@given(steps=steps(LOSSLESS), high_only=st.booleans())
def test_whatever_happens_every_matching_entry_comes_once_and_in_order(steps: list[Step], high_only: bool) -> None:
    """Drops, restarts and slow moments, but nobody stops reading for good and nothing is trimmed."""

    async def run() -> None:
        limits = HubLimits(send_buffer_frames=100_000, frame_burst=10_000)
        async with opened(limits) as live:
            world = World(live, high_only=high_only)
            await world.play(steps)
            for reader in world.readers:
                assert reader.missing == []
                assert reader.received == world.due(reader)

    asyncio.run(run())


@settings(max_examples=120, deadline=None)
@given(steps=steps(LOSSY), high_only=st.booleans())
def test_whatever_is_missing_was_said_to_be(steps: list[Step], high_only: bool) -> None:
    """The same with clients that stall, tiny buffers and a journal that is trimmed."""

    async def run() -> None:
        limits = HubLimits(send_buffer_frames=6, goodbye_within=0.005, frame_burst=10_000)
        async with opened(limits) as live:
            world = World(live, high_only=high_only)
            await world.play(steps)
            for reader in world.readers:
                due = world.due(reader)
                assert set(reader.received) <= set(due)
                assert [seq for seq in due if seq not in reader.received and not reader.was_told(seq)] == []
                assert not any(map(reader.was_told, reader.received))

    asyncio.run(run())


async def test_the_model_of_a_client_notices_a_loss(live: Live) -> None:
    world = World(live, high_only=False)
    reader = world.readers[0]
    await reader.connect(live)
    await settle()
    for _ in range(3):
        world.add(0)
    await live.pump()
    assert reader.connection is not None
    lost = reader.connection.of("event")[1]
    reader.connection.frames.remove(lost)
    with pytest.raises(AssertionError):
        reader.work(10)
