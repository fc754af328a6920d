"""The engine and the breakers: an open one parks tasks and spends no attempt; a closed one lets them go."""

from collections import Counter

import pytest

from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission, Outcome
from netsentinel.storage import Tx
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import engine as engine_module
from netsentinel.tasks.engine import Shares
from netsentinel.tasks.model import Pool, Reason, TaskState
from netsentinel.tasks.testing import memory_stores
from tests.unit.tasks.bench import SYSTEM, Bench, T, bench

pytestmark = pytest.mark.anyio


class Gate:
    """A breaker that does as it is told."""

    def __init__(self) -> None:
        self.answer = ALLOWED
        self.asked = 0

    def permits(self, dependency: str, tenant: TenantId) -> Admission:
        return self.answer

    def admit(self, tx: Tx, dependency: str, tenant: TenantId, *, cause: tuple[int, ...] = ()) -> Admission:
        self.asked += 1
        return self.answer

    def record(self, dependency: str, tenant: TenantId, outcome: Outcome, took: int, **_: object) -> None: ...

    def listen(self, listener: object) -> None: ...


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def at(clock: FakeClock, gate: Gate) -> Bench:
    return bench(MemoryDatabase(), memory_stores(), clock, gate)


async def test_an_open_breaker_parks_and_spends_nothing(at: Bench, gate: Gate) -> None:
    task, other = await at.submit("test.call"), await at.submit()
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + 30 * SECOND)
    assert [lease.task.id for lease in await at.lease()] == [other.id]
    parked = await at.get(task)
    assert (parked.state, parked.attempt, parked.due_at) == (TaskState.PARKED, 0, gate.answer.retry_at)
    gate.answer = ALLOWED
    assert await at.db.write(lambda tx: at.engine.unpark(tx, T, "remote")) == 1
    (lease,) = await at.lease()
    assert (lease.task.id, lease.task.attempt) == (task.id, 1)


async def test_a_parked_task_waits_on_while_its_breaker_is_open(at: Bench, gate: Gate) -> None:
    task = await at.submit("test.call")
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + 30 * SECOND)
    await at.lease()
    at.clock.advance(MINUTE)
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + HOUR)
    await at.promote()
    assert ((await at.get(task)).state, (await at.get(task)).due_at) == (TaskState.PARKED, gate.answer.retry_at)
    gate.answer = Admission(allowed=False)  # forced open: nobody knows until when
    at.clock.advance(HOUR)
    await at.promote()
    assert (await at.get(task)).due_at == at.clock.now() + MINUTE


async def test_a_half_open_breaker_is_asked_by_a_few(at: Bench, gate: Gate) -> None:
    for _ in range(50):
        await at.submit("test.call")
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + SECOND)
    while await at.db.read(lambda tx: at.engine.stores.queue.has_work(tx, "")):
        await at.lease()
    at.clock.advance(MINUTE)
    gate.answer, gate.asked = Admission(allowed=True, round=1), 0
    await at.promote()
    assert len(await at.lease()) == gate.asked == 10


async def test_a_lease_looks_on_behind_what_it_parks(at: Bench, gate: Gate) -> None:
    for _ in range(15):
        await at.submit("test.call", priority=9)
    behind = await at.submit()
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + MINUTE)
    assert [lease.task.id for lease in await at.lease()] == [behind.id]


async def test_a_turn_parks_all_of_a_lane_that_cannot_run(
    at: Bench, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(15):  # each that is parked makes room for the next one
        await at.submit("test.call", concurrency_key="one", concurrency=1)
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + MINUTE)
    monkeypatch.setattr(engine_module, "BATCH", 10)
    found = await at.db.write(lambda tx: at.engine.lease(tx, "w1", {Pool.LOOP: 1}))
    assert (found.leases, found.behind) == ([], {Pool.LOOP}), "the worker is told of the five that are left"
    behind = await at.submit()
    found = await at.db.write(lambda tx: at.engine.lease(tx, "w1", {Pool.LOOP: 1}))
    assert ([lease.task.id for lease in found.leases], found.behind) == ([behind.id], set())
    assert gate.asked == 15


async def fetching(at: Bench, free: int, **taken: int) -> Counter[str]:
    """Which tenants the next calls are for, with so many free places and so many taken ones."""
    shares = Shares(free, {TenantId(name): count for name, count in taken.items()})
    found = await at.db.write(lambda tx: at.engine.lease(tx, "w1", {Pool.CALL: free}, shares))
    return Counter(lease.task.tenant for lease in found.leases)


async def test_a_tenant_has_no_more_calls_than_it_leaves_free(at: Bench) -> None:
    for _ in range(100):
        await at.submit("test.fetch", tenant=TenantId("greedy"))
    assert await fetching(at, 16) == {"greedy": 8}
    assert await fetching(at, 8, greedy=8) == {}
    for name in ("second", "third"):
        for _ in range(100):
            await at.submit("test.fetch", tenant=TenantId(name))
    assert await fetching(at, 8, greedy=8) == {"second": 4, "third": 2}
    assert await fetching(at, 2, greedy=8, second=4, third=2) == {}, "the last places are for those that have none"
    await at.submit("test.fetch", tenant=TenantId("small"))
    assert await fetching(at, 2, greedy=8, second=4, third=2) == {"small": 1}


async def test_places_of_calls_that_could_not_start_go_to_others(at: Bench, gate: Gate) -> None:
    for _ in range(20):
        await at.submit("test.fetch", priority=9)
    gate.answer = Admission(allowed=False, retry_at=at.clock.now() + MINUTE)
    assert await fetching(at, 4) == {}, "all of them are parked"
    gate.answer = ALLOWED
    other = await at.submit("test.fetch")
    assert await fetching(at, 4) == {T: 1}
    assert (await at.get(other)).state is TaskState.RUNNING


async def test_pausing_what_waits_for_others_keeps_count(at: Bench) -> None:
    need = await at.submit()
    task = await at.submit(needs=(need.id,))
    await at.service.pause(SYSTEM, task.id)
    await at.service.skip(SYSTEM, need.id)
    assert ((await at.get(task)).state, (await at.get(task)).unmet) == (TaskState.PAUSED, 0)
    assert (await at.service.resume(SYSTEM, task.id)).state is TaskState.QUEUED


async def test_a_resumed_task_takes_its_turn_in_its_lane(at: Bench) -> None:
    first, second = [await at.submit(concurrency_key="k") for _ in range(2)]
    await at.service.pause(SYSTEM, first.id)
    assert (await at.get(second)).state is TaskState.QUEUED
    assert (await at.service.resume(SYSTEM, first.id)).reason is Reason.CONCURRENCY
