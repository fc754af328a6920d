"""One suite for what metrics read and for their pace: in memory, on SQLite and on PostgreSQL."""

from collections import Counter

import pytest

from netsentinel.analytics.ports import PaceStore
from netsentinel.analytics.store_sql import SqlPace
from netsentinel.analytics.testing import MemoryPace
from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId, system_principal
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import TaskFilter, TaskRequest, TaskState
from netsentinel.tasks.engine import End
from netsentinel.tasks.ports import FailedAttempts, Letters, OpenLetters
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.testing import memory_stores
from tests.unit.scheduler.bench import DONE
from tests.unit.tasks.bench import OTHER, SYSTEM, Bench, T, bench

pytestmark = pytest.mark.anyio
LATER = Failure(Fault.RETRYABLE, "unavailable", "Later.")
NEVER = Failure(Fault.POISON, "no-such-host", "The host is unknown.")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def work(request: pytest.FixtureRequest, clock: FakeClock) -> Bench:
    if request.param == "memory":
        return bench(MemoryDatabase(), memory_stores(), clock)
    database = request.getfixturevalue(f"{request.param}_database")
    return bench(database, sql_stores(SQLITE if request.param == "sqlite" else POSTGRES), clock)


async def fail(work: Bench, failure: Failure, count: int = 1) -> list[str]:
    """Submit tasks and have each fail once; their ids."""
    ids = [(await work.submit()).id for _ in range(count)]
    await work.finish(*[End(lease.task, failure=failure) for lease in await work.lease()])
    return ids


async def test_failed_attempts_are_counted_by_number_and_cause(work: Bench) -> None:
    begin = work.clock.now()
    await fail(work, LATER, 3)
    await fail(work, NEVER)
    work.clock.advance(10 * MINUTE)
    middle = work.clock.now()
    await work.promote()
    await work.finish(*[End(lease.task, failure=LATER) for lease in await work.lease()])
    figures, end = work.engine.stores.figures, work.clock.now() + 1
    found = await work.db.read(lambda tx: figures.failed(tx, T, begin, end))
    assert found == [
        FailedAttempts(1, "poison", "no-such-host", 1),
        FailedAttempts(1, "retryable", "unavailable", 3),
        FailedAttempts(2, "retryable", "unavailable", 3),
    ]
    early = await work.db.read(lambda tx: figures.failed(tx, T, begin, middle))
    assert [(one.number, one.attempts) for one in early] == [(1, 1), (1, 3)]
    assert await work.db.read(lambda tx: figures.failed(tx, OTHER, begin, end)) == []


async def test_what_succeeds_or_is_cancelled_is_no_failed_attempt(work: Bench) -> None:
    begin = work.clock.now()
    await work.submit()
    task = await work.submit()
    leases = await work.lease()
    await work.service.cancel(SYSTEM, task.id)
    await work.finish(*[End(lease.task, result=DONE) for lease in leases])
    figures = work.engine.stores.figures
    assert await work.db.read(lambda tx: figures.failed(tx, T, begin, begin + HOUR)) == []


async def test_tasks_that_are_held_back(work: Bench) -> None:
    figures = work.engine.stores.figures
    assert await work.db.read(lambda tx: figures.held(tx, T)) == {}
    await fail(work, LATER, 2)
    await work.submit()
    assert await work.db.read(lambda tx: figures.held(tx, T)) == {TaskState.RETRY_WAIT: 2}
    assert await work.db.read(lambda tx: figures.held(tx, OTHER)) == {}


async def test_dead_letters_come_and_go(work: Bench) -> None:
    work.clock.advance(-work.clock.now() % MINUTE)
    begin, figures = work.clock.now(), work.engine.stores.figures
    (first,) = await fail(work, NEVER)
    await fail(work, NEVER, 2)
    work.clock.advance(MINUTE)
    await fail(work, Failure(Fault.PERMANENT, "bad-input", "No."))
    await work.service.dead_letters.resolve(SYSTEM, first, "known")
    end = work.clock.now() + 1
    found = await work.db.read(lambda tx: figures.letters(tx, T, begin, end, MINUTE))
    assert found == [
        Letters(begin, "test.echo", "no-such-host", 3),
        Letters(begin + MINUTE, "test.echo", "bad-input", 1),
    ]
    assert await work.db.read(lambda tx: figures.resolved(tx, T, begin, end, MINUTE)) == {begin + MINUTE: 1}
    assert await work.db.read(lambda tx: figures.open_letters(tx, T)) == OpenLetters(3, begin)
    assert await work.db.read(lambda tx: figures.open_letters(tx, OTHER)) == OpenLetters(0, 0)
    assert await work.db.read(lambda tx: figures.letters(tx, OTHER, begin, end, MINUTE)) == []
    assert await work.db.read(lambda tx: figures.letters(tx, T, begin + MINUTE, end, MINUTE)) == found[1:]


async def test_the_figures_agree_with_the_tasks_themselves(work: Bench) -> None:
    begin = work.clock.now()
    for step in range(12):
        await work.submit("test.call" if step % 3 == 0 else "test.echo", dependency="")
        ends = [
            End(lease.task, result=DONE)
            if lease.task.attempt + step % 2 > 2
            else End(lease.task, failure=(LATER, NEVER)[step % 2])
            for lease in await work.lease()
        ]
        await work.finish(*ends)
        work.clock.advance(3 * MINUTE)
        await work.promote()
    end, figures = work.clock.now(), work.engine.stores.figures
    listed = (await work.service.page(T, TaskFilter(), limit=99)).items
    tasks = [await work.service.detail(T, task.id) for task in listed]
    counted = Counter(
        (attempt.number, attempt.error_code)
        for detail in tasks
        for attempt in detail.attempts
        if attempt.outcome in {"failed", "timed_out", "lost"}
    )
    found = await work.db.read(lambda tx: figures.failed(tx, T, begin, end))
    assert {(one.number, one.error_code): one.attempts for one in found} == counted
    assert counted.total() > 8
    dead = sum(detail.task.state is TaskState.DEAD for detail in tasks)
    letters = await work.db.read(lambda tx: figures.letters(tx, T, begin, end, HOUR))
    assert sum(one.letters for one in letters) == dead > 0


@pytest.fixture
def pace(work: Bench) -> PaceStore:
    return MemoryPace() if isinstance(work.db, MemoryDatabase) else SqlPace()


async def test_the_pace_is_kept_for_each_tenant(work: Bench, pace: PaceStore) -> None:
    async def claim(at: int, tenant: TenantId = T) -> bool:
        return await work.db.write(lambda tx: pace.claim(tx, tenant, at, SECOND))

    assert await claim(5 * SECOND)
    assert not await claim(6 * SECOND - 1)
    assert await claim(5 * SECOND, OTHER)
    assert await claim(6 * SECOND)
    assert not await claim(6 * SECOND)
    assert await claim(2 * SECOND), "a clock that was set back holds nobody up"
    assert not await claim(2 * SECOND + 1)


async def test_a_stranger_to_the_tenant_counts_for_nothing(work: Bench) -> None:
    await work.service.submit(system_principal(OTHER), TaskRequest(action="test.echo"))
    await work.finish(*[End(lease.task, failure=NEVER) for lease in await work.lease()])
    assert await work.db.read(lambda tx: work.engine.stores.figures.open_letters(tx, T)) == OpenLetters(0, 0)
