"""The hub: who hears what, who is let in, what time and revocation do, and how it goes down."""

import asyncio

import pytest

from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NotFoundError, StorageUnavailableError, ThrottledError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Role, TenantId
from netsentinel.streamer import CloseCode, HubLimits, Visitor
from netsentinel.streamer.errors import DrainingError
from netsentinel.streamer.testing import FakeTransport, admission
from tests.unit.streamer.live import Live, opened, settle

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")


async def test_an_entry_reaches_whoever_asked_for_its_topic(live: Live) -> None:
    alerts = await live.subscribed()
    threats = await live.subscribed(topic="threats")
    await live.tell(1, 2)
    await live.tell(3, kind="threat.updated")
    assert alerts.events() == [1, 2]
    assert threats.events() == [3]
    assert [frame["name"] for frame in threats.of("event")] == ["threat:updated"]


async def test_another_tenant_hears_nothing(live: Live) -> None:
    mine = await live.subscribed()
    theirs = await live.subscribed(admission("usr_eve", tenant=OTHER))
    await live.tell(1)
    await live.tell(2, tenant=OTHER)
    assert mine.events() == [1]
    assert theirs.events() == [2]


async def test_another_tenant_hears_nothing_of_the_past_either(live: Live) -> None:
    await live.tell(1, 2)
    await live.tell(3, tenant=OTHER)
    theirs = await live.subscribed(admission("usr_eve", tenant=OTHER), from_=0)
    assert theirs.events() == [3]


async def test_seq_and_prev_chain_from_the_position_of_the_subscription(live: Live) -> None:
    await live.tell(1, 2, 3)
    client = await live.subscribed()
    await live.tell(4, 5)
    await live.tell(6, kind="threat.updated")
    await live.tell(7)
    chain = [(frame["prev"], frame["seq"]) for frame in client.of("event")]
    assert chain == [(3, 4), (4, 5), (5, 7)]


async def test_an_entry_of_an_unknown_kind_is_passed_over(live: Live) -> None:
    client = await live.subscribed()
    live.journal.add(1, kind="from.the.future")
    await live.tell(2)
    assert client.events() == [2]


async def test_a_slow_client_is_nobody_elses_problem() -> None:
    async with opened(HubLimits(send_buffer_frames=10)) as live:
        slow, quick = await live.subscribed(), await live.subscribed()
        slow.stall()
        for n in range(50):
            await live.tell(n)
        assert quick.events() == list(range(50))
        slow.flow()
        await settle(200)
        got = slow.events()
        assert got == list(range(len(got)))
        assert len(got) < 50
        (gap,) = slow.of("gap")
        assert gap["reason"] == "overflow"
        assert (gap["from"], gap["to"]) == (len(got), 50)
        assert gap["snapshot_url"] == "/api/v2/alerts"
        await live.tell(50)
        assert slow.events()[-1] == 50
        assert slow.of("event")[-1]["prev"] == 50
        assert slow.closed is None


async def test_a_client_that_never_catches_up_is_closed() -> None:
    async with opened(HubLimits(send_buffer_frames=10, goodbye_within=0.05)) as live:
        slow, quick = await live.subscribed(), await live.subscribed()
        slow.stall()
        await live.tell(*range(50))
        await live.pass_time(9)
        assert slow.served is not None
        assert not slow.served.done()
        await live.pass_time(2)
        await asyncio.wait_for(slow.served, 5)  # cut off: it did not even take the goodbye
        assert quick.events() == list(range(50))
        assert quick.closed is None


async def test_a_slow_client_that_reads_in_time_is_told_why_it_is_closed() -> None:
    async with opened(HubLimits(send_buffer_frames=10)) as live:
        slow = await live.subscribed()
        slow.stall()
        await live.tell(*range(50))
        await live.pass_time(11)
        slow.flow()
        assert await slow.until_closed() == (4408, "slow-consumer")
        assert slow.problems == ["slow-consumer"]
        assert len(slow.events()) <= 1, "what it cannot take any more is not sent"


async def test_memory_for_a_stalled_client_stays_within_its_bound() -> None:
    async with opened(HubLimits(send_buffer_bytes=64 * 1024)) as live:
        slow = await live.subscribed()
        slow.stall()
        for n in range(40):
            await live.tell(n, text="x" * 8_000)
        (session,) = live.hub._sessions
        assert session._outbox.size <= 64 * 1024


async def test_a_revoked_session_is_closed_when_its_entry_comes(live: Live) -> None:
    live.hub.listen(["session.closed"], live.hub.on_revocation)
    revoked, other = await live.connect(admission("usr_ada")), await live.connect(admission("usr_bob"))
    live.auth.revoked.add("default/ses_usr_ada")
    await live.tell(1, kind="session.closed", subject="ses_usr_ada", user_id="usr_ada")
    assert await revoked.until_closed() == (4401, "not-authenticated")
    assert other.closed is None
    assert live.auth.asked == ["default/ses_usr_ada"], "only whom it may concern is checked at once"


async def test_the_same_name_in_another_tenant_is_not_concerned(live: Live) -> None:
    live.hub.listen(["session.closed"], live.hub.on_revocation)
    await live.connect(admission("usr_ada", tenant=OTHER))
    await live.tell(1, kind="session.closed", user_id="usr_ada")
    assert live.auth.asked == []


async def test_a_revocation_without_an_entry_is_found_by_asking() -> None:
    async with opened(HubLimits(revalidate_every=0.05)) as live:
        running = asyncio.create_task(live.hub.run())
        await settle()
        client, other = await live.connect(admission("usr_ada")), await live.connect(admission("usr_bob"))
        live.auth.revoked.add("default/ses_usr_ada")
        assert await client.until_closed() == (4401, "not-authenticated")
        assert other.closed is None
        running.cancel()
        await asyncio.wait({running})


def test_revalidation_is_often_enough_for_five_seconds() -> None:
    assert HubLimits().revalidate_every <= 4


async def test_each_admission_is_asked_for_once(live: Live) -> None:
    for _ in range(3):
        await live.connect(admission("usr_ada"))
    await live.hub.revalidate()
    assert live.auth.asked == ["default/ses_usr_ada"]


async def test_nobody_is_closed_because_the_storage_is_away(live: Live) -> None:
    client = await live.connect()
    live.auth.failure = StorageUnavailableError("away")
    await live.hub.revalidate()
    assert client.closed is None


async def test_an_admission_ends_when_it_expires(live: Live) -> None:
    client = await live.connect(admission(expires_at=live.clock.now() + 10 * SECOND))
    await live.pass_time(9)
    assert client.closed is None
    await live.pass_time(2)
    assert await client.until_closed() == (4401, "not-authenticated")


async def test_setting_the_clock_closes_nobody(live: Live) -> None:
    client = await live.subscribed()
    for jump in (HOUR, -2 * HOUR):
        live.clock.advance(jump)
        live.hub.tick()
        await settle()
    assert client.closed is None
    await live.tell(1)
    assert client.events() == [1]


async def test_draining_says_goodbye_with_a_delay(live: Live) -> None:
    clients = [await live.connect() for _ in range(3)]
    await live.hub.drain()
    for client in clients:
        assert client.closed == (4503, "retry_after_ms=500")
        (error,) = client.of("error")
        assert error["problem"]["code"] == "draining"
        assert error["retryable"] is True
        assert error["retry_after_ms"] == 500
    assert live.hub.connections == 0
    with pytest.raises(DrainingError):
        live.hub.admit("192.0.2.1")


async def test_the_delays_of_many_clients_differ(live: Live) -> None:
    first, second = await live.connect(), await live.connect()
    delays = iter((0, 700))
    live.hub._jitter = lambda _: next(delays)
    await live.hub.drain()
    assert {first.closed, second.closed} == {(4503, "retry_after_ms=500"), (4503, "retry_after_ms=1200")}


async def test_draining_ends_though_a_client_reads_nothing() -> None:
    async with opened(HubLimits(goodbye_within=0.05)) as live:
        client = await live.connect()
        client.stall()
        await asyncio.wait_for(live.hub.drain(), 5)


async def test_who_comes_while_draining_is_sent_away(live: Live) -> None:
    await live.hub.drain()
    client = live.dial(admission())
    assert (await client.until_closed())[0] == 4503


async def test_ten_failed_attempts_a_minute_from_one_address(live: Live) -> None:
    for _ in range(10):
        live.hub.admit("192.0.2.7")
        client = live.dial(None, "192.0.2.7")
        client.say("hello", client="test", ticket="stolen")
        assert (await client.until_closed())[0] == 4401
    with pytest.raises(ThrottledError) as caught:
        live.hub.admit("192.0.2.7")
    assert caught.value.retry_after == 60
    live.hub.admit("192.0.2.8")
    live.hub.admit("192.0.2.7", is_known=True)
    await live.pass_time(61, step=30.5)
    live.hub.admit("192.0.2.7")


async def test_a_good_ticket_is_no_failed_attempt(live: Live) -> None:
    for n in range(30):
        live.auth.tickets[f"ticket-{n}"] = admission()
        live.hub.admit("192.0.2.7")
        client = live.dial(None, "192.0.2.7")
        client.say("hello", client="test", ticket=f"ticket-{n}")
        await client.until("welcome")


async def test_a_good_ticket_for_which_there_is_no_place_is_none_either() -> None:
    async with opened(HubLimits(max_connections_each=1)) as live:
        await live.connect()
        for n in range(15):
            live.auth.tickets[f"ticket-{n}"] = admission()
            live.hub.admit("192.0.2.7")
            client = live.dial(None, "192.0.2.7")
            client.say("hello", client="test", ticket=f"ticket-{n}")
            assert (await client.until_closed())[0] == 4429
        live.hub.admit("192.0.2.7")


async def test_silent_connections_count_before_they_have_failed(live: Live) -> None:
    for _ in range(10):
        live.dial(None, "192.0.2.7")
    await settle()
    with pytest.raises(ThrottledError):
        live.hub.admit("192.0.2.7")


async def test_there_is_a_place_for_so_many_only() -> None:
    async with opened(HubLimits(max_connections=2)) as live:
        first = await live.connect()
        await live.connect()
        with pytest.raises(UnavailableError):
            live.hub.admit("192.0.2.1")
        third = live.dial(admission())  # admitted at the same moment as the second
        assert (await third.until_closed())[0] == 4503
        first.hang_up()
        await settle()
        live.hub.admit("192.0.2.1")


async def test_a_hub_that_is_not_open_takes_nobody() -> None:
    live = Live()
    assert not live.hub.is_healthy
    with pytest.raises(UnavailableError):
        live.hub.admit("192.0.2.1")


async def test_a_running_hub_follows_the_journal(live: Live) -> None:
    running = asyncio.create_task(live.hub.run())
    await settle()
    client = await live.subscribed()
    live.journal.add(1)
    await live.journal.announce()
    await client.until("event")
    live.journal.failure = StorageUnavailableError("away")
    live.journal.add(2)
    await live.journal.announce()
    await settle()
    live.journal.failure = None
    await client.until("event", 2)  # within a second or so: it tries again
    assert client.events() == [1, 2]
    running.cancel()
    await asyncio.wait({running})
    assert (await client.until_closed())[0] == 4503, "nobody waits for a hub that has stopped"


async def test_a_fault_of_the_hub_sends_everybody_away(live: Live) -> None:
    running = asyncio.create_task(live.hub.run())
    await settle()
    client = await live.subscribed()
    live.hub._fanout.dispatch = lambda entry: 1 // 0  # type: ignore[method-assign] # a fault of ours
    live.journal.add(1)
    await live.journal.announce()
    assert (await client.until_closed())[0] == 4503
    await asyncio.wait({running})
    assert isinstance(running.exception(), ExceptionGroup)
    assert not live.hub.is_healthy


async def test_listeners_hear_their_kinds_and_cannot_break_anything(live: Live) -> None:
    heard: list[Entry] = []
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))
    live.hub.listen(["alert.raised"], heard.append)
    live.hub.listen(["alert.raised"], lambda _: 1 // 0)
    client = await live.subscribed()
    await live.tell(1)
    await live.tell(2, kind="alert.updated")
    assert [entry.payload["n"] for entry in heard] == [1]
    assert client.events() == [1, 2]
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


async def test_who_is_connected_is_known(live: Live) -> None:
    client = await live.connect(admission("usr_ada"))
    (connection,) = live.hub.store.list_by_tenant(TenantId("default"))
    assert (connection.user_id, connection.client) == ("usr_ada", "test")
    assert live.hub.connections == 1
    client.hang_up()
    await settle()
    assert live.hub.store.list_by_tenant(TenantId("default")) == []
    assert live.hub.connections == 0


async def test_the_figures_count(live: Live) -> None:
    await live.tell(1)
    await live.subscribed(from_=0)
    await live.tell(2)
    figures = {name: value for _, name, _, value in live.hub.samples()}
    assert figures["netsentinel_live_connections"] == 1
    assert figures["netsentinel_live_events_replayed"] == 1
    assert figures["netsentinel_live_events_delivered"] == 1
    assert figures["netsentinel_live_frames_sent"] == 3


async def test_topics_need_their_own_permission(live: Live) -> None:
    viewer = await live.connect(admission(role=Role.VIEWER))
    viewer.say("subscribe", sub="a", topic="audit")
    viewer.say("subscribe", sub="b", topic="alerts")
    await viewer.until("error")
    await live.tell(1, kind="session.closed")
    await live.tell(2)
    assert viewer.problems == ["not-allowed"]
    assert viewer.of("error")[0]["sub"] == "a"
    assert viewer.events("a") == []
    assert viewer.events("b") == [2]


async def test_live_updates_need_a_permission(live: Live) -> None:
    client = live.dial(admission(permissions=frozenset({Permission.EVENTS_WRITE})))
    client.say("hello", client="sensor")
    assert await client.until_closed() == (4403, "not-allowed")


async def test_a_visitor_without_anything_is_a_failure(live: Live) -> None:
    transport = FakeTransport()
    served = asyncio.create_task(live.hub.serve(transport, Visitor("192.0.2.9")))
    transport.say("hello", client="test")
    assert await transport.until_closed() == (4401, "not-authenticated")
    await served


async def test_who_is_connected_and_what_they_do(live: Live) -> None:
    first = await live.subscribed()
    first.say("subscribe", sub="b", topic="alerts")
    first.say("request", id="r1", action="slow", mode="async")
    await first.until("ack")
    await live.connect(admission(tenant=TenantId("other")))
    (found,) = live.hub.connected(DEFAULT_TENANT)
    assert (found.topics, found.requests, found.connection.client) == (("alerts",), 1, "test")
    assert [one.connection.tenant for one in live.hub.connected(TenantId("other"))] == ["other"]


async def test_a_connection_is_closed_by_its_tenant_only(live: Live) -> None:
    client = await live.connect()
    (found,) = live.hub.connected(DEFAULT_TENANT)
    with pytest.raises(NotFoundError):
        live.hub.disconnect(TenantId("other"), found.connection.id)
    live.hub.disconnect(DEFAULT_TENANT, found.connection.id)
    await settle()
    assert client.closed is not None
    assert client.closed[0] == CloseCode.DRAINING
    assert live.hub.connected(DEFAULT_TENANT) == []
