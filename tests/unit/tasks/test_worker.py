"""A real worker on a real database: it runs, stops, gives back, and outlives whatever handlers do."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from netsentinel.kernel.clock import SECOND, SystemClock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId, system_principal
from netsentinel.recovery.errors import PoisonError
from netsentinel.recovery.retry import RetryPolicy
from netsentinel.storage import SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import (
    Action,
    ActionRegistry,
    Engine,
    Hints,
    Pool,
    Progress,
    Reason,
    Reporter,
    Task,
    TaskFilter,
    TaskRequest,
    TaskService,
    TaskState,
    action,
)
from netsentinel.tasks import worker as worker_module
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from tests.unit.tasks.bench import SYSTEM
from tests.unit.tasks.handlers import SOON, compute

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT


class Site:
    """A service, and workers as they are wanted."""

    def __init__(self, db: SqliteDatabase, actions: list[Action[Any, Any]]) -> None:
        self.db = db
        self.engine = Engine(sql_stores(SQLITE), ActionRegistry(actions), SystemClock())
        self.hints = Hints()
        self.service = TaskService(db, self.engine, self.hints)

    @asynccontextmanager
    async def working(self, **limits: Any) -> AsyncIterator[Worker]:
        worker = Worker(self.db, self.engine, self.hints, WorkerLimits(**limits))
        run = asyncio.create_task(worker.run())
        await asyncio.sleep(0)
        try:
            yield worker
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def submit(self, name: str, **request: Any) -> Task:
        return (await self.service.submit(SYSTEM, TaskRequest(action=name, **request))).task

    async def until(self, task: Task, *states: TaskState, seconds: float = 30) -> Task:
        async with asyncio.timeout(seconds):
            while (now := await self.service.get(T, task.id)).state not in states:
                await asyncio.sleep(0.01)
        return now


@pytest.fixture
def site(sqlite_database: SqliteDatabase) -> Callable[..., Site]:
    return lambda *actions: Site(sqlite_database, list(actions))


def act(name: str, **rules: Any) -> Any:
    return action(name, permission=Permission.TASKS_WRITE, retry=SOON, **rules)


@act("test.quick")
async def quick(source: dict[str, int], reporter: Reporter) -> dict[str, int]:
    """Adds one."""
    return {"n": source.get("n", 0) + 1}


async def test_handlers_on_loop_thread_and_process(site: Callable[..., Site]) -> None:
    @act("test.thread")
    def blocking(source: dict[str, int], reporter: Reporter) -> str:
        reporter.save_blocking({"at": 1})
        return "done"

    here = site(quick, blocking, compute)
    async with here.working():
        tasks = [await here.submit("test.quick", input={"n": n}) for n in range(300)]
        thread = await here.submit("test.thread")
        process = await here.submit("test.compute", input={"number": 21})
        for n, task in enumerate(tasks):
            assert msgspec.json.decode((await here.until(task, TaskState.SUCCEEDED)).result or b"") == {"n": n + 1}
        assert (await here.until(thread, TaskState.SUCCEEDED)).result == msgspec.Raw(b'"done"')
        done = await here.until(process, TaskState.SUCCEEDED, TaskState.DEAD)
        assert msgspec.json.decode(done.result or b"null")["double"] == 42


async def test_one_tenants_hanging_calls_hold_nobody_elses_up(site: Callable[..., Site]) -> None:
    hanging: set[str] = set()

    @act("test.call", pool=Pool.CALL)
    async def call(source: dict[str, int], reporter: Reporter) -> None:
        if reporter.task.tenant == T:
            hanging.add(reporter.task.id)
            await asyncio.Event().wait()

    here = site(quick, call)
    async with here.working(calls=8, concurrency=8, drain_s=0.1):
        stuck = [await here.submit("test.call") for _ in range(40)]
        async with asyncio.timeout(30):
            while len(hanging) < 4:
                await asyncio.sleep(0.01)
        others = [TenantId(f"other{n}") for n in range(3)]
        request = TaskRequest(action="test.call")
        calls = [(await here.service.submit(system_principal(one), request)).task for one in others]
        own = await here.submit("test.quick")
        assert (await here.until(own, TaskState.SUCCEEDED)).tenant == T, "places of calls are not those of the loop"
        for task in calls:
            async with asyncio.timeout(30):
                while (await here.service.get(task.tenant, task.id)).state is not TaskState.SUCCEEDED:
                    await asyncio.sleep(0.01)
        assert len(hanging) == 4, "it has more than it leaves free"
        for task in stuck:
            if task.id in hanging:
                await here.service.cancel(SYSTEM, task.id)
        async with asyncio.timeout(30):
            while len(hanging) < 8:  # what ended makes place for its next ones
                await asyncio.sleep(0.01)


async def test_what_handlers_do_wrong_harms_only_their_task(site: Callable[..., Site]) -> None:
    @act("test.bad")
    async def bad(source: dict[str, str], reporter: Reporter) -> object:
        match source["do"]:
            case "unserialisable":
                return object()
            case "exit":
                raise SystemExit(3)
            case "poison":
                raise PoisonError("harmful")
            case "cancel":
                raise asyncio.CancelledError
            case "big":
                return "x" * 10_000_000
            case _:
                raise OSError("down")

    expected = {
        "unserialisable": ("unserialisable-result", Reason.PERMANENT),
        "exit": ("RuntimeError", Reason.RETRIES),
        "poison": ("poison", Reason.POISON),
        "cancel": ("cancelled-itself", Reason.RETRIES),
        "big": ("task-too-large", Reason.PERMANENT),
        "down": ("OSError", Reason.RETRIES),
    }
    here = site(bad, quick)
    async with here.working():
        tasks = {do: await here.submit("test.bad", input={"do": do}) for do in expected}
        dead = {do: await here.until(task, TaskState.DEAD) for do, task in tasks.items()}
        assert {do: (task.error_code, task.reason) for do, task in dead.items()} == expected
        assert len((await here.service.detail(T, tasks["down"].id)).attempts) == 3
        await here.until(await here.submit("test.quick", input={}), TaskState.SUCCEEDED)


async def test_what_handlers_in_processes_do_wrong_harms_only_their_task(site: Callable[..., Site]) -> None:
    here = site(compute)
    async with here.working(process_memory_mib=512):
        for do, code, reason in (
            ("die", "worker-lost", Reason.POISON),
            ("leak", "MemoryError", Reason.POISON),
            ("wrong", "permanent", Reason.PERMANENT),
        ):
            dead = await here.until(await here.submit("test.compute", input={"text": do}), TaskState.DEAD)
            assert (dead.error_code, dead.reason) == (code, reason), dead.error
        slow = await here.submit("test.compute", input={"text": "sleep"})
        await here.until(slow, TaskState.RUNNING)
        await here.service.cancel(SYSTEM, slow.id)
        await here.until(slow, TaskState.CANCELLED, seconds=5)
        steps = await here.until(await here.submit("test.compute", input={"text": "steps"}), TaskState.SUCCEEDED)
        assert (steps.result, steps.attempt, steps.deaths) == (msgspec.Raw(b'{"begin":1}'), 2, 1)


async def test_a_timeout_stops_the_handler(site: Callable[..., Site]) -> None:
    @act("test.long", timeout=SECOND // 20)
    async def long(source: dict[str, str], reporter: Reporter) -> None:
        await asyncio.sleep(60)

    @act("test.stuck", timeout=SECOND // 20)
    def stuck(source: dict[str, str], reporter: Reporter) -> None:
        time.sleep(0.3)
        reporter.commit(lambda tx: pytest.fail("too late"))

    here = site(long, stuck)
    async with here.working():
        for name in ("test.long", "test.stuck"):
            dead = await here.until(await here.submit(name, input={}), TaskState.DEAD)
            assert (dead.error_code, dead.reason, dead.failures) == ("task-timeout", Reason.RETRIES, 3)


async def test_cancelling_pausing_and_going_on_from_a_checkpoint(site: Callable[..., Site]) -> None:
    seen: list[object] = []

    @act("test.steps")
    async def steps(source: dict[str, str], reporter: Reporter) -> str:
        kept = reporter.task.checkpoint
        seen.append(None if kept is None else msgspec.json.decode(kept))
        if kept is None:
            await reporter.save({"page": 7})
            await asyncio.sleep(60)
        return "rest"

    here = site(steps)
    async with here.working():
        first, second = [await here.submit("test.steps", input={}) for _ in range(2)]
        for task in (first, second):
            async with asyncio.timeout(10):
                while (await here.service.get(T, task.id)).checkpoint is None:
                    await asyncio.sleep(0.01)
        await here.service.cancel(SYSTEM, first.id)
        await here.until(first, TaskState.CANCELLED)
        await here.service.pause(SYSTEM, second.id)
        await here.until(second, TaskState.PAUSED)
        await here.service.resume(SYSTEM, second.id)
        done = await here.until(second, TaskState.SUCCEEDED)
    assert (done.failures, done.attempt, seen) == (0, 2, [None, None, {"page": 7}])


async def test_effects_are_committed_with_the_end_or_not_at_all(site: Callable[..., Site]) -> None:
    @act("test.effect")
    async def effect(source: dict[str, bool], reporter: Reporter) -> None:
        def write(tx: Tx) -> None:
            tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (f"effect.{reporter.task.id}",))
            if source["fails"]:
                raise ValueError("the effect failed")

        reporter.commit(write)

    here = site(effect)
    async with here.working():
        good = await here.submit("test.effect", input={"fails": False})
        bad = await here.submit("test.effect", input={"fails": True})
        await here.until(good, TaskState.SUCCEEDED)
        dead = await here.until(bad, TaskState.DEAD)
    assert (dead.error, dead.reason) == ("the effect failed", Reason.PERMANENT)
    rows = await here.db.read(lambda tx: tx.rows("SELECT key FROM meta WHERE key LIKE 'effect.%'"))
    assert rows == [(f"effect.{good.id}",)]


async def test_draining_waits_then_gives_back(site: Callable[..., Site]) -> None:
    @act("test.wait")
    async def wait(source: dict[str, float], reporter: Reporter) -> None:
        await asyncio.sleep(source["s"])

    here = site(wait)
    async with here.working(drain_s=1.0):
        short = await here.submit("test.wait", input={"s": 0.3})
        long = await here.submit("test.wait", input={"s": 60})
        await here.until(short, TaskState.RUNNING)
        await here.until(long, TaskState.RUNNING)
    assert (await here.service.get(T, short.id)).state is TaskState.SUCCEEDED
    given_back = await here.service.get(T, long.id)
    assert (given_back.state, given_back.failures, given_back.deaths) == (TaskState.QUEUED, 0, 0)
    assert await here.db.read(here.engine.stores.leases.workers) == []


async def test_a_dead_workers_tasks_are_taken_at_the_next_start(site: Callable[..., Site]) -> None:
    here = site(quick)
    task = await here.submit("test.quick", input={})
    dead = here.engine.stores.leases

    def die(tx: Tx) -> None:
        dead.enter(tx, "wrk_dead", "gone", 0)
        here.engine.lease(tx, "wrk_dead", {task.pool: 1})

    await here.db.write(die)
    async with here.working():
        done = await here.until(task, TaskState.SUCCEEDED)
    assert (done.attempt, done.deaths) == (2, 1)


async def test_workers_of_other_processes_are_watched_by_our_own_time(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "BEAT_S", 0.05)
    monkeypatch.setattr(worker_module, "LEASE_S", 0.4)
    here = site(quick)
    task = await here.submit("test.quick", input={})
    leases = here.engine.stores.leases
    await here.db.write(lambda tx: leases.enter(tx, "wrk_other", "there", 2**60))
    await here.db.write(lambda tx: here.engine.lease(tx, "wrk_other", {task.pool: 1}))
    worker = Worker(here.db, here.engine, here.hints, is_alone=False)
    run = asyncio.create_task(worker.run())
    for _ in range(10):
        await asyncio.sleep(0.05)
        assert await here.db.write(lambda tx: leases.beat(tx, "wrk_other", 0))
    assert (await here.service.get(T, task.id)).state is TaskState.RUNNING
    await here.until(task, TaskState.SUCCEEDED)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


@pytest.mark.parametrize("notices_first", [True, False])
async def test_a_worker_taken_for_dead_stops_and_begins_again(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, *, notices_first: bool
) -> None:
    """Whether it notices by its beat, or takes the task a second time before that, the first attempt stops."""
    monkeypatch.setattr(worker_module, "BEAT_S", 0.05 if notices_first else 60)
    begun, stopped, may_go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @act("test.hang")
    async def hang(source: dict[str, str], reporter: Reporter) -> None:
        if reporter.task.attempt == 1:
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                stopped.set()
        await may_go_on.wait()

    here = site(hang)
    async with here.working() as worker:
        task = await here.submit("test.hang", input={})
        async with asyncio.timeout(10):
            await begun.wait()
            old = worker.id
            if not notices_first:
                here.hints.give()
            await here.db.write(lambda tx: here.engine.lose(tx, old))
            await stopped.wait()
            while notices_first and worker.id == old:
                await asyncio.sleep(0.01)
        may_go_on.set()
        done = await here.until(task, TaskState.SUCCEEDED)
        assert done.attempt >= 2
        assert (worker.id != old) is notices_first


async def test_progress_is_told_and_written(site: Callable[..., Site]) -> None:
    @act("test.progress")
    async def advance(source: dict[str, str], reporter: Reporter) -> None:
        for percent in range(100):
            reporter.progress(percent, "counting", data={"n": percent})
            await asyncio.sleep(0.012)

    told: list[Progress] = []
    here = site(advance)
    here.service.on_progress(told.append)
    async with here.working():
        task = await here.submit("test.progress", input={})
        async with asyncio.timeout(20):
            while not (await here.service.get(T, task.id)).percent:
                await asyncio.sleep(0.01)
        await here.until(task, TaskState.SUCCEEDED)
    assert 2 <= len(told) <= 40
    assert [progress.n for progress in told] == sorted(progress.n for progress in told)


async def test_a_handler_that_blocks_the_loop_is_named(
    site: Callable[..., Site], capsys: pytest.CaptureFixture[str]
) -> None:
    @act("test.rude")
    async def rude(source: dict[str, str], reporter: Reporter) -> None:
        time.sleep(2.5)  # noqa: ASYNC251 - the point of the test

    here = site(rude, quick)
    async with here.working():
        task = await here.submit("test.rude", input={})
        await here.until(task, TaskState.SUCCEEDED)
        await here.until(await here.submit("test.quick", input={}), TaskState.SUCCEEDED)
    told = capsys.readouterr()
    assert "handler_blocks_the_loop" in told.out + told.err
    assert "rude (" in told.out + told.err


async def test_timers_and_retries_go_on_by_themselves(site: Callable[..., Site]) -> None:
    @act("test.flaky")
    async def flaky(source: dict[str, str], reporter: Reporter) -> int:
        if reporter.task.attempt < 3:
            raise OSError("not yet")
        return reporter.task.attempt

    here = site(flaky, quick)
    async with here.working():
        now = here.engine.clock.now()
        later = await here.submit("test.quick", input={}, not_before=now + SECOND // 2)
        task = await here.submit("test.flaky", input={})
        assert (await here.until(task, TaskState.SUCCEEDED)).result == msgspec.Raw(b"3")
        done = await here.until(later, TaskState.SUCCEEDED, seconds=10)
        assert 0 <= (done.started_at or 0) - now - SECOND // 2 < 5 * SECOND


async def test_an_action_that_is_gone_makes_a_dead_letter(site: Callable[..., Site]) -> None:
    @act("test.old")
    async def old(source: dict[str, str], reporter: Reporter) -> None: ...

    task = await site(old).submit("test.old", input={})
    here = site(quick)
    async with here.working():
        dead = await here.until(task, TaskState.DEAD)
        assert dead.error_code == "unknown-action"
        await here.until(await here.submit("test.quick", input={}), TaskState.SUCCEEDED)


async def test_a_task_that_fails_because_tasks_fail_ends(site: Callable[..., Site]) -> None:
    """What listens to failures and fails itself makes a bounded number of tasks: the chain of causes has an end."""

    @action("test.fails", permission=Permission.TASKS_WRITE, retry=RetryPolicy(max_attempts=1))
    async def fails(source: dict[str, str], reporter: Reporter) -> None:
        raise ValueError("again")

    here = site(fails)
    async with here.working():
        await here.until(await here.submit("test.fails", input={}), TaskState.DEAD)
        made = 1
        for depth in range(20):
            request = TaskRequest(action="test.fails", cause=tuple(range(1, depth + 2)))
            (outcome,) = await asyncio.gather(here.service.submit(SYSTEM, request), return_exceptions=True)
            if isinstance(outcome, BaseException):
                assert getattr(outcome, "code", "") == "feedback-loop"
                break
            made += 1
    assert made <= 8
    assert len((await here.service.page(T, TaskFilter(), limit=50)).items) == made
