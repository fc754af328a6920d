"""Submissions that share a commit, and tasks that are leased by the transaction that submits them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission
from netsentinel.storage import Database, SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import (
    ActionRegistry,
    Engine,
    Hints,
    Reporter,
    Submitted,
    TaskRequest,
    TaskService,
    TaskState,
    action,
)
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.testing import memory_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from tests.unit.tasks.bench import SYSTEM

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT


class Gate:
    """Breakers that let all through, but fail for one dependency."""

    def permits(self, dependency: str, tenant: TenantId) -> Admission:
        return ALLOWED

    def admit(self, tx: Tx, dependency: str, tenant: TenantId, *, cause: tuple[int, ...] = ()) -> Admission:
        if dependency == "faulty":
            raise ValueError("this gate is broken")
        return ALLOWED

    def record(self, *_: Any, **__: Any) -> None:
        pass

    def listen(self, listener: Any) -> None:
        pass


@dataclass
class Site:
    """A service over a database, with a handler that ends when it is told to."""

    db: Database
    engine: Engine
    hints: Hints
    service: TaskService
    may_end: asyncio.Event
    order: list[int]

    async def submit(self, number: int = 0, **request: Any) -> Submitted:
        return await self.service.submit(SYSTEM, TaskRequest(action="test.hold", input={"n": number}, **request))

    @asynccontextmanager
    async def working(self, concurrency: int = 50) -> AsyncGenerator[Worker]:
        worker = Worker(self.db, self.engine, self.hints, WorkerLimits(concurrency=concurrency, drain_s=0.1))
        run = asyncio.create_task(worker.run())
        async with asyncio.timeout(20):
            while not worker.figures.turns:
                await asyncio.sleep(0.005)
        try:
            yield worker
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def until(self, task_id: str, state: TaskState) -> None:
        async with asyncio.timeout(20):
            while (await self.service.get(T, task_id)).state is not state:
                await asyncio.sleep(0.005)


def make(db: Database, *, in_memory: bool = False) -> Site:
    may_end, order = asyncio.Event(), list[int]()

    @action("test.hold", permission=Permission.TASKS_WRITE)
    async def hold(source: dict[str, int], _reporter: Reporter) -> int:
        """Holds its place until it is told to end."""
        order.append(source["n"])
        await may_end.wait()
        return source["n"]

    stores = memory_stores() if in_memory else sql_stores(SQLITE)
    engine, hints = Engine(stores, ActionRegistry([hold]), SystemClock(), Gate()), Hints()
    return Site(db, engine, hints, TaskService(db, engine, hints), may_end, order)


@pytest.fixture
async def site(sqlite_database: SqliteDatabase) -> Site:
    return make(sqlite_database)


async def test_submissions_of_one_turn_share_a_write(site: Site, sqlite_database: SqliteDatabase) -> None:
    before = sqlite_database.writes
    made = await asyncio.gather(*(site.submit(n) for n in range(40)))
    assert sqlite_database.writes == before + 1
    assert len({one.task.id for one in made}) == 40
    assert {(await site.service.get(T, one.task.id)).state for one in made} == {TaskState.QUEUED}


async def test_a_task_is_leased_by_the_transaction_that_submits_it(site: Site) -> None:
    async with site.working() as worker:
        turns = worker.figures.turns
        submitted = await site.submit(7)
        assert (submitted.task.state, submitted.task.attempt, submitted.task.worker) == ("running", 1, worker.id)
        assert worker.figures.turns == turns
        kinds = await site.db.read(
            lambda tx: tx.rows("SELECT kind FROM journal WHERE subject = ? ORDER BY seq", (submitted.task.id,))
        )
        assert kinds == [("task.submitted",), ("task.started",)]
        await asyncio.sleep(0)
        assert site.order == [7]
        site.may_end.set()
        await site.until(submitted.task.id, TaskState.SUCCEEDED)


async def test_the_same_key_twice_in_one_write_is_one_task_that_runs_once(site: Site) -> None:
    async with site.working():
        first, second, other = await asyncio.gather(
            site.submit(1, unique_key="k"), site.submit(2, unique_key="k"), site.submit(3, unique_key="l")
        )
        assert (first.is_duplicate, second.is_duplicate, other.is_duplicate) == (False, True, False)
        assert first.task.id == second.task.id
        assert first.task.state is other.task.state is TaskState.RUNNING
        site.may_end.set()
        await site.until(first.task.id, TaskState.SUCCEEDED)
        await site.until(other.task.id, TaskState.SUCCEEDED)
    assert sorted(site.order) == [1, 3]


async def test_a_task_runs_though_nobody_waits_for_its_acknowledgement_any_more(site: Site) -> None:
    async with site.working() as worker:
        asking = asyncio.create_task(site.submit(5))
        await asyncio.sleep(0)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        async with asyncio.timeout(20):
            while site.order != [5]:
                await asyncio.sleep(0.005)
        site.may_end.set()
        async with asyncio.timeout(20):
            while worker.figures.ended < 1:
                await asyncio.sleep(0.005)


async def test_those_that_wait_are_not_overtaken(site: Site) -> None:
    async with site.working(concurrency=2):
        running = [await site.submit(n) for n in range(2)]
        waiting = [await site.submit(n) for n in range(2, 8)]
        assert {one.task.state for one in running} == {TaskState.RUNNING}
        assert {one.task.state for one in waiting} == {TaskState.QUEUED}
        site.may_end.set()
        late = [await site.submit(n) for n in range(8, 12)]
        for one in (*running, *waiting, *late):
            await site.until(one.task.id, TaskState.SUCCEEDED)
    assert [n for n in site.order if n < 8] == list(range(8))
    # Once the queue is empty, tasks start with their submission again: some of the late ones may.
    assert sorted(site.order) == list(range(12))


async def test_a_full_disk_is_told_to_each_and_gives_the_places_back() -> None:
    db = MemoryDatabase()
    site = make(db, in_memory=True)
    async with site.working(concurrency=3):
        db.failure = StorageFullError("The disk is full.")
        errors = await asyncio.gather(*(site.submit(n) for n in range(3)), return_exceptions=True)
        assert [type(error) for error in errors] == [StorageFullError] * 3
        assert len(set(map(id, errors))) == 3
        db.failure = None
        again = await asyncio.gather(*(site.submit(n) for n in range(3)))
        assert {one.task.state for one in again} <= {TaskState.RUNNING, TaskState.QUEUED}
        async with asyncio.timeout(20):
            while sorted(site.order) != [0, 1, 2]:
                await asyncio.sleep(0.005)
        site.may_end.set()


async def test_only_the_one_that_is_to_blame_fails(site: Site) -> None:
    async with site.working():
        outcomes = await asyncio.gather(
            site.submit(1), site.submit(2, dependency="faulty"), site.submit(3), return_exceptions=True
        )
        assert isinstance(outcomes[1], ValueError)
        for outcome in (outcomes[0], outcomes[2]):
            assert isinstance(outcome, Submitted)
            assert outcome.task.state is TaskState.RUNNING
        site.may_end.set()


async def test_what_was_leased_while_the_worker_stops_goes_back_to_the_queue(site: Site) -> None:
    async with site.working() as worker:
        submitted = await site.submit(1)
        assert submitted.task.worker == worker.id
    task = await site.service.get(T, submitted.task.id)
    assert (task.state, task.worker) == (TaskState.QUEUED, "")
    # Nobody works any more, so what comes now waits for the next worker.
    assert (await site.submit(2)).task.state is TaskState.QUEUED
