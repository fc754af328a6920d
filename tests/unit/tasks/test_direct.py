"""Answers without a task: for actions that only read, and never instead of a task that is needed."""

import asyncio

import msgspec
import pytest

from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId
from netsentinel.tasks import Action, Reporter, Task, TaskState, action
from netsentinel.tasks.direct import MOST_AT_ONCE, MOST_OF_TENANT, DirectRuns

pytestmark = pytest.mark.anyio


class Wanted(msgspec.Struct, frozen=True):
    text: str = ""


class Reader:
    """An action that reads, whose run a test holds, fails or watches."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self.cancelled = 0
        self.wants_effect = False

    def action(self, **fields: object) -> Action:
        return action("test.read", permission=Permission.LIVE_CONNECT, **{"reads_only": True, **fields})(self.read)

    async def read(self, wanted: Wanted, reporter: Reporter) -> Wanted:
        reporter.progress(50, "half")
        await reporter.save({"at": 1})
        reporter.save_blocking({"at": 1})
        reporter.check()
        if self.wants_effect:
            reporter.commit(lambda tx: None)
        if self.failure is not None:
            raise self.failure
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Wanted(f"{wanted.text} for {reporter.task.tenant}")


def task(**fields: object) -> Task:
    given = {
        "id": "tsk_1",
        "tenant": DEFAULT_TENANT,
        "action": "test.read",
        "state": TaskState.WAITING,
        "principal": "usr_ada",
        "created_at": 1,
        "updated_at": 1,
    }
    return Task(**{**given, "input": msgspec.Raw(b'{"text":"x"}'), **fields})  # type: ignore[arg-type]


async def test_a_run_that_only_reads_is_answered() -> None:
    runs = DirectRuns()
    assert bytes(await runs.run(task(), Reader().action(), 5) or b"") == b'{"text":"x for default"}'
    assert runs.answered == 1


@pytest.mark.parametrize("fields", [{"reads_only": False}, {"concurrency": 1}])
async def test_other_actions_become_tasks(fields: dict[str, object]) -> None:
    assert await DirectRuns().run(task(), Reader().action(**fields), 5) is None


@pytest.mark.parametrize("fields", [{"dependency": "mail"}, {"lane": "key/default/x", "lane_limit": 1}])
async def test_a_breaker_or_a_lane_needs_a_task(fields: dict[str, object]) -> None:
    assert await DirectRuns().run(task(**fields), Reader().action(), 5) is None


async def test_a_plain_function_would_hold_everybody_up_and_becomes_a_task() -> None:
    def read(wanted: Wanted, reporter: Reporter) -> Wanted:
        return wanted

    made = action("test.read", permission=Permission.LIVE_CONNECT, reads_only=True)(read)
    assert await DirectRuns().run(task(), made, 5) is None


async def test_a_run_that_takes_too_long_is_stopped() -> None:
    reader = Reader()
    reader.gate.clear()
    assert await DirectRuns().run(task(), reader.action(), 0.01) is None
    await asyncio.sleep(0)
    assert reader.cancelled == 1


@pytest.mark.parametrize("failure", [ValueError("no"), asyncio.CancelledError()])
async def test_a_run_that_fails_is_tried_again_as_a_task(failure: Exception) -> None:
    reader = Reader()
    reader.failure = failure
    assert await DirectRuns().run(task(), reader.action(), 5) is None


async def test_an_effect_is_refused() -> None:
    reader = Reader()
    reader.wants_effect = True
    assert await DirectRuns().run(task(), reader.action(), 5) is None


async def test_whoever_goes_away_stops_the_run() -> None:
    reader, runs = Reader(), DirectRuns()
    reader.gate.clear()
    asking = asyncio.create_task(runs.run(task(), reader.action(), 5))
    await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait({asking})
    await asyncio.sleep(0)
    assert (reader.cancelled, runs._running.total()) == (1, 0)


async def test_more_than_there_are_places_for_become_tasks() -> None:
    reader, runs = Reader(), DirectRuns()
    reader.gate.clear()
    tenants = [TenantId(f"t{number // MOST_OF_TENANT}") for number in range(MOST_AT_ONCE)]
    asking = [asyncio.create_task(runs.run(task(tenant=tenant), reader.action(), 5)) for tenant in tenants]
    await asyncio.sleep(0.01)
    assert await runs.run(task(), reader.action(), 5) is None
    reader.gate.set()
    assert None not in await asyncio.gather(*asking)
    assert await runs.run(task(), reader.action(), 5) is not None


async def test_no_tenant_has_more_than_a_quarter_of_the_places() -> None:
    reader, runs = Reader(), DirectRuns()
    reader.gate.clear()
    asking = [asyncio.create_task(runs.run(task(), reader.action(), 5)) for _ in range(MOST_OF_TENANT)]
    await asyncio.sleep(0.01)
    assert await runs.run(task(), reader.action(), 5) is None
    asking.append(asyncio.create_task(runs.run(task(tenant=TenantId("other")), reader.action(), 5)))
    await asyncio.sleep(0.01)
    reader.gate.set()
    assert None not in await asyncio.gather(*asking)
