from typing import Any

import pytest

from netsentinel.streamer import HubLimits
from netsentinel.streamer.ports import Ended
from netsentinel.streamer.testing import admission
from tests.unit.streamer.live import Client, Live, opened, settle

pytestmark = pytest.mark.anyio

LONG = 60_000_000


def ask(client: Client, identifier: str = "r-1", action: str = "test.long", **fields: Any) -> None:
    client.say("request", id=identifier, action=action, payload={"n": 1}, **fields)


async def end(live: Live, task_id: str, **fields: Any) -> None:
    live.queue.end(Ended(**{"task_id": task_id, "status": "succeeded", "result": b'{"done":true}', **fields}))
    live.journal.add(kind="task.started", subject=task_id)
    await live.pump()


def task_of(live: Live, number: int = -1) -> str:
    return list(live.queue.asked)[number]


async def test_a_long_request_is_acknowledged_followed_and_completed(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client, priority=7, deadline_ms=5_000)
    (ack,) = await client.until("ack")
    assert (ack["id"], ack["status"], ack["estimated_ms"]) == ("r-1", "queued", 60_000)
    live.queue.step(ack["task_id"], 50)
    (progress,) = await client.until("progress")
    assert (progress["percent"], progress["n"], progress["stage"]) == (50, 1, "half")
    await end(live, ack["task_id"])
    (complete,) = await client.until("complete")
    assert (complete["status"], complete["result"], complete["seq"]) == ("succeeded", {"done": True}, 1)
    asked = live.queue.asked[ack["task_id"]]
    assert (asked.priority, asked.deadline_ms, asked.payload) == (7, 5_000, b'{"n":1}')


async def test_a_short_request_is_answered_without_another_word(live: Live) -> None:
    client = await live.connect()
    ask(client, action="test.short")
    await settle()
    assert client.of("ack") == []
    await end(live, task_of(live))
    (response,) = await client.until("response")
    assert response == {"type": "response", "id": "r-1", "data": {"done": True}}
    assert client.of("complete") == []


async def test_a_call_that_takes_longer_than_expected_is_promoted(live: Live) -> None:
    live.hub._context.router.short = 1_000
    client = await live.connect()
    ask(client, action="test.short", mode="sync")
    (ack,) = await client.until("ack")
    await end(live, ack["task_id"])
    assert await client.until("complete")
    assert client.of("response") == []


async def test_a_request_that_is_sent_again_finds_its_task_and_its_end(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client)
    await client.until("ack")
    client.hang_up()
    await settle()
    await end(live, task_of(live))
    again = await live.connect()
    ask(again)
    (ack,) = await again.until("ack")
    (complete,) = await again.until("complete")
    assert (ack["status"], complete["status"], complete["seq"]) == ("duplicate", "succeeded", 0)
    assert len(live.queue.asked) == 1


async def test_one_task_answers_everybody_who_asked_for_it(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    clients = [await live.connect(), await live.connect()]
    for client in clients:
        ask(client)
        await client.until("ack")
    await end(live, task_of(live))
    for client in clients:
        assert await client.until("complete")


async def test_another_principals_request_of_the_same_id_is_another_one(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    for who in ("usr_1", "usr_2"):
        client = await live.connect(admission(who))
        ask(client)
        assert (await client.until("ack"))[0]["status"] == "queued"
    assert len(live.queue.asked) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"action": "no.such"}, "not-found"), ({"identifier": "taken", "action": "other"}, "conflict")],
)
async def test_a_refusal_names_the_request_and_the_connection_stays(
    live: Live, fields: dict[str, Any], code: str
) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client, "taken")
    await client.until("ack")
    await end(live, task_of(live))
    await client.until("complete")
    ask(client, **{"identifier": "r-2", **fields})
    (error,) = await client.until("error")
    assert (error["problem"]["code"], error["id"]) == (code, fields.get("identifier", "r-2"))
    assert client.closed is None


async def test_a_failure_is_told_with_its_code(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client)
    await client.until("ack")
    await end(live, task_of(live), status="dead", error_code="unavailable", error="The host is gone.")
    (complete,) = await client.until("complete")
    assert (complete["status"], complete["result"]["code"]) == ("dead", "unavailable")
    ask(client, "r-2", "test.short")
    await settle()
    await end(live, task_of(live), status="failed", error_code="unavailable", error="The host is gone.")
    (error,) = await client.until("error")
    assert (error["problem"]["code"], error["id"]) == ("request-failed", "r-2")
    assert "The host is gone." in error["problem"]["detail"]


async def test_a_large_result_is_fetched_elsewhere(live: Live) -> None:
    client = await live.connect()
    ask(client, action="test.short")
    await settle()
    task = task_of(live)
    await end(live, task, result=b'"' + b"x" * 65_536 + b'"')
    (complete,) = await client.until("complete")
    assert complete["result_url"] == f"/api/v2/tasks/{task}/result"
    assert "result" not in complete


@pytest.mark.parametrize(("choice", "updates"), [("keep", []), ("cancel", ["cancel"])])
async def test_a_disconnect_ends_what_said_so_and_nothing_else(live: Live, choice: str, updates: list[str]) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client, on_disconnect=choice)
    await client.until("ack")
    client.hang_up()
    await settle()
    assert [status for _, status in live.queue.updates] == updates
    assert len(live.hub._context.watchers) == 0


async def test_tasks_are_cancelled_paused_and_resumed(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client)
    (ack,) = await client.until("ack")
    for kind in ("pause", "resume_task", "cancel"):
        client.say(kind, id="r-1", task_id=ack["task_id"])
        await settle()
    assert [status for _, status in live.queue.updates] == ["pause", "resume", "cancel"]
    client.say("cancel", id="c-1", task_id="tsk_unknown")
    (error,) = await client.until("error")
    assert (error["id"], error["problem"]["code"]) == ("c-1", "not-found")


async def test_open_requests_are_limited(anyio_backend: str) -> None:
    async with opened(HubLimits(max_requests=2)) as live:
        live.queue.estimates["test.long"] = LONG
        client = await live.connect()
        for number in range(3):
            ask(client, f"r-{number}")
        (error,) = await client.until("error")
        assert (error["problem"]["code"], error["id"]) == ("too-many-requests", "r-2")
        ask(client, "r-0")
        await settle()
        assert client.problems == ["too-many-requests", "conflict"]


async def test_what_was_seen_counts_more_than_the_guess(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    for number in range(5):
        ask(client, f"r-{number}")
        await settle()
        await end(live, task_of(live))
    assert len(client.of("complete")) == 5
    ask(client, "r-quick")
    await settle()
    await end(live, task_of(live))
    assert await client.until("response")


async def test_tasks_of_a_connection_can_be_found(live: Live) -> None:
    live.queue.estimates["test.long"] = LONG
    client = await live.connect()
    ask(client)
    ask(client, "r-2")
    await settle()
    asked = next(iter(live.queue.asked.values()))
    found = await live.queue.get_by_connection(admission().principal.tenant, asked.connection_id)
    assert [live.queue.asked[task].id for task in found] == ["r-2", "r-1"]


async def test_what_only_reads_is_answered_without_a_task(live: Live) -> None:
    live.queue.answers["test.read"] = b'{"read":1}'
    client = await live.connect()
    for mode in ("auto", "sync"):
        ask(client, f"r-{mode}", "test.read", mode=mode)
    answers = await client.until("response", 2)
    assert [(one["id"], one["data"]) for one in answers] == [("r-auto", {"read": 1}), ("r-sync", {"read": 1})]
    assert live.queue.asked == {}
    assert live.hub._context.router._seen.keys() == {"test.read"}, "how long it took is learnt from"


async def test_whoever_wants_a_task_gets_one(live: Live) -> None:
    live.queue.answers["test.read"] = b"{}"
    client = await live.connect()
    ask(client, action="test.read", mode="async")
    await client.until("ack")
    live.queue.estimates["test.read"] = LONG
    ask(client, "r-2", "test.read")
    await client.until("ack", 2)
    assert len(live.queue.asked) == 2


async def test_a_large_answer_becomes_a_task_whose_result_can_be_fetched(live: Live) -> None:
    live.queue.answers["test.read"] = b'"%s"' % (b"x" * 70_000)
    client = await live.connect()
    ask(client, action="test.read")
    await settle()
    await end(live, task_of(live), result=live.queue.answers["test.read"])
    (complete,) = await client.until("complete")
    assert complete["result_url"] == f"/api/v2/tasks/{complete['task_id']}/result"
    live.queue.answers["test.read"] = b"{}"
    ask(client, "r-2", "test.read")
    await settle()
    assert len(live.queue.asked) == 2, "the next one is a task from the start"


async def test_a_client_that_does_not_read_its_answers_is_refused_more_and_closed() -> None:
    """A viewer that asks 20 times a second, reads nothing and sends pongs as it likes."""
    async with opened(HubLimits(send_buffer_bytes=64 * 1024, goodbye_within=0.05)) as live:
        live.queue.answers["test.search"] = b'"' + b"x" * 20_000 + b'"'
        client = await live.connect()
        client.stall()
        (session,) = live.hub._sessions
        most = 0
        for n in range(400):
            ask(client, f"r-{n}", "test.search")
            client.say("pong", t=n)
            await live.pass_time(0.05, step=0.05)
            most = max(most, session._outbox.size)
            if session.is_closing:
                break
        assert session.is_closing
        assert most < 64 * 1024 + 20_000 + 400 * 400, "the bound, an answer, and small refusals"
        client.flow()
        assert (await client.until_closed())[0] == 4408
        assert "too-many-requests" in client.problems
        assert len(client.of("response")) == 4


async def test_an_answer_that_finds_no_room_can_be_asked_for_again() -> None:
    async with opened(HubLimits(send_buffer_bytes=64 * 1024)) as live:
        live.queue.answers["test.search"] = b'"' + b"x" * 60_000 + b'"'
        client = await live.connect()
        client.stall()
        for n in range(3):
            ask(client, f"r-{n}", "test.search")
        await settle()
        client.flow()
        assert [frame["id"] for frame in client.of("response")] == ["r-0", "r-1"]
        (refused,) = client.of("error")
        assert (refused["id"], refused["problem"]["code"], refused["retryable"]) == ("r-2", "too-many-requests", True)
        ask(client, "r-2", "test.search")
        assert await client.until("response", 3)


async def test_the_end_of_a_task_is_told_without_its_result_while_too_much_waits() -> None:
    async with opened(HubLimits(send_buffer_bytes=64 * 1024)) as live:
        live.queue.estimates["test.long"] = LONG
        live.queue.answers["test.search"] = b'"' + b"x" * 60_000 + b'"'
        client = await live.connect()
        ask(client)
        (ack,) = await client.until("ack")
        client.stall()
        for n in range(2):
            ask(client, f"s-{n}", "test.search")
        await settle()
        await end(live, ack["task_id"])
        client.flow()
        (complete,) = await client.until("complete")
        assert complete["result_url"] == f"/api/v2/tasks/{ack['task_id']}/result"
