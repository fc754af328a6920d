"""Webhooks of a whole server to real receivers: whatever they answer is handled as the guide says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Role, Tier, system_principal
from tests.integration.test_recovery_live import call, serving
from tests.webhook_receiver import Received, Receiver, Reply

pytestmark = pytest.mark.anyio

DOCUMENT_003 = {
    "error_recovery.retry_attempt",
    "error_recovery.circuit_breaker_opened",
    "error_recovery.dlq_entry_added",
    "scheduler.task_executed",
    "scheduler.schedule_triggered",
}
PATH = "/api/v2/webhooks"
HAPPENED = "scheduler.event_announced"
INSIDE: dict[str, Any] = {
    "outbound_networks": ("127.0.0.0/8",),
    "outbound_ports": ("1-65535",),
    "webhooks_timeout_seconds": 1,
}


@dataclass
class World:
    """A server that may call loopback, and a client with an administrator's key."""

    http: httpx2.AsyncClient

    async def add(self, url: str, *events: str) -> tuple[str, str]:
        answer = await self.http.post(PATH, json={"url": url, "events": list(events or (HAPPENED,))})
        assert answer.status_code == 201, answer.text
        return answer.json()["webhook"]["id"], answer.json()["secret"]

    async def show(self, name: str) -> dict[str, Any]:
        return (await self.http.get(f"{PATH}/{name}")).json()

    async def newest(self, name: str) -> dict[str, Any]:
        """The newest delivery with its attempts, as soon as there is one with an attempt."""
        async with asyncio.timeout(30):
            while True:
                items = (await self.http.get(f"{PATH}/{name}/deliveries")).json()["items"]
                if items and items[0]["attempts"]:
                    return (await self.http.get(f"{PATH}/{name}/deliveries/{items[0]['id']}")).json()
                await asyncio.sleep(0.05)

    async def announce(self, name: str = "it") -> None:
        answer = await self.http.post("/api/v2/scheduler/events", json={"name": f"test.{name}"})
        assert answer.status_code == 204, answer.text

    async def post(self, path: str, body: object) -> None:
        answer = await self.http.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text


async def until(check: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with serving(tmp_path_factory.mktemp("webhooks"), **INSIDE) as (running, url):
        key = await running.services.keys.create(system_principal(), "test", role=Role.ADMIN, tier=Tier.UNLIMITED)
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
            yield World(http)


async def test_every_webhook_event_of_document_003_reaches_a_real_receiver_once(world: World) -> None:
    with Receiver() as receiver:
        name, secret = await world.add(receiver.url, *sorted(DOCUMENT_003))
        every_second = {"kind": "interval", "every": SECOND}
        often = {"name": "often", "action": "lake.tend", "trigger": every_second}
        await world.post("/api/v2/tasks", {"action": call.name})
        await world.post("/api/v2/scheduler/schedules", often)
        for _ in range(20):  # as many calls as a breaker wants to see before it opens
            await world.post("/api/v2/tasks", {"action": call.name})
        await until(lambda: set(receiver.events()) >= DOCUMENT_003)
        await world.http.delete("/api/v2/scheduler/schedules/often")
        told = [one.verified(secret) for one in receiver.received]
        opened = [one for one in told if one["type"] == "error_recovery.circuit_breaker_opened"]
        assert [one["data"]["dependency"] for one in opened] == ["upstream"]
        assert {one["data"]["action"] for one in told if one["type"] == "error_recovery.retry_attempt"} == {call.name}
        entries = [(one["type"], one["seq"]) for one in told]
        assert len(entries) == len(set(entries)), "an entry was delivered twice"
        assert {one.id for one in receiver.received} == {one.headers["webhook-id"] for one in receiver.received}
        await world.http.delete(f"{PATH}/{name}")


@pytest.mark.parametrize(
    ("reply", "state", "status", "error"),
    [
        (Reply(), "delivered", 200, ""),
        (Reply(204, body=b""), "delivered", 204, ""),
        (Reply(500, body=b"oops"), "pending", 500, "The endpoint answered 500."),
        (Reply(429, {"Retry-After": "3600"}), "pending", 429, "The endpoint answered 429."),
        (Reply(302, {"Location": "http://169.254.169.254/"}), "pending", 302, "redirects are not followed"),
        (Reply(410), "failed", 410, "The endpoint answered 410."),
        (Reply(hangs=True), "pending", 0, "No answer within 1 s."),
        (Reply(body=b"slowly" * 50, drips_s=0.2), "pending", 0, "No answer within 1 s."),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.6\r\n"), "pending", 0, "no HTTP"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut"), "pending", 0, "The answer was cut"),
        (Reply(body=bytes(range(256)) * 1_000), "delivered", 200, ""),
    ],
    ids=["200", "204", "500", "429", "redirect", "410", "never", "slowly", "garbage", "cut", "long-and-binary"],
)
async def test_each_answer_is_handled_as_documented(
    world: World, reply: Reply, state: str, status: int, error: str
) -> None:
    with Receiver(reply) as receiver:
        name, secret = await world.add(receiver.url)
        await world.announce()
        await until(lambda: len(receiver.received) >= 1)
        assert receiver.received[0].verified(secret)["data"]["name"] == "test.it"
        whole = await world.newest(name)
        async with asyncio.timeout(20):
            while whole["delivery"]["state"] != state:
                await asyncio.sleep(0.05)
                whole = await world.newest(name)
        attempt = whole["attempts"][0]
        assert (attempt["status"], attempt["number"]) == (status, 1)
        assert error in attempt["error"]
        assert bool(attempt["error"]) == bool(error)
        assert len(attempt["response_body"].encode("utf-16-le")) <= 2 * 4_096
        shown = await world.show(name)
        assert shown["enabled"] is (status != 410)
        assert shown["stopped_by"] == ("gone" if status == 410 else "")
        assert bool(shown["failing_since"]) is bool(error)
        if status == 429:
            assert attempt["retry_after"] == 3_600 * SECOND
            task = (await world.http.get(f"/api/v2/tasks/{whole['delivery']['task_id']}")).json()["task"]
            assert task["due_at"] - attempt["at"] >= 3_600 * SECOND
        await world.http.delete(f"{PATH}/{name}")


async def test_a_failure_is_tried_again_after_five_seconds_under_the_same_id(world: World) -> None:
    def first_fails(_request: Received) -> Reply:
        return Reply(503 if len(receiver.received) == 1 else 200)

    with Receiver(first_fails) as receiver:
        name, secret = await world.add(receiver.url)
        await world.announce("again")
        await until(lambda: len(receiver.received) == 2)
        first, second = receiver.received
        assert 4.0 <= second.at - first.at < 30.0
        assert first.id == second.id
        assert first.body == second.body
        for one in (first, second):
            one.verified(secret)
        async with asyncio.timeout(20):
            while (await world.newest(name))["delivery"]["state"] != "delivered":
                await asyncio.sleep(0.05)
        assert (await world.show(name))["failing_since"] == 0
        await world.http.delete(f"{PATH}/{name}")


async def test_one_slow_receiver_does_not_hold_the_others(world: World) -> None:
    with ExitStack() as stack:
        slow, quick = stack.enter_context(Receiver(Reply(hangs=True))), stack.enter_context(Receiver())
        names = [(await world.add(one.url))[0] for one in (slow, quick)]
        began = time.monotonic()
        for number in range(40):
            await world.announce(f"n{number}")
        await until(lambda: len(quick.received) == 40)
        assert len({one.id for one in quick.received}) == 40
        # Eight at a time, a second each: the slow one cannot have had all forty by then, unless the machine slept.
        assert len(slow.received) < 40 or time.monotonic() - began > 4
        for name in names:
            await world.http.delete(f"{PATH}/{name}")


async def test_without_an_allow_list_nothing_of_the_house_is_called(tmp_path: Path) -> None:
    async with serving(tmp_path, outbound_ports=("1-65535",)) as (running, url):
        key = await running.services.keys.create(system_principal(), "test", role=Role.ADMIN, tier=Tier.UNLIMITED)
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
            with Receiver() as receiver:
                world = World(http)
                for host in ("127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "127.1"):
                    answer = await http.post(PATH, json={"url": f"http://{host}:{receiver.port}/", "events": ["*"]})
                    assert (answer.status_code, answer.json()["code"]) == (400, "forbidden-target"), host
                name, _ = await world.add(
                    f"http://localhost:{receiver.port}/hook"
                )  # a name is looked up when it is called
                await world.announce()
                whole = await world.newest(name)
                assert "which is not public" in whole["attempts"][0]["error"]
                test = (await http.post(f"{PATH}/{name}/test")).json()
                assert (test["delivery"]["state"], test["delivery"]["status"]) == ("failed", 0)
                assert receiver.received == []
