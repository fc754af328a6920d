"""Tasks under any order of events: a state machine that looks for illegal transitions, losses and doubles.

What is legal is written down here once more, apart from `tasks/life.py`, so that a mistake there is found.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.storage import Database, JournalWriter, SqliteDatabase, Tx
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import Engine, Hints, Task, TaskRequest, TaskService, TaskState, TaskStores
from netsentinel.tasks.engine import BATCH, End, Lease
from netsentinel.tasks.entries import STATE_KINDS, TASK_SUBMITTED
from netsentinel.tasks.errors import LeaseLostError, TaskStateError
from netsentinel.tasks.model import FINAL_STATES, Pool, Reason, Wanted
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.testing import memory_stores
from tests.unit.tasks.bench import SYSTEM, T, registry

R = TypeVar("R")
S = TaskState
WORKERS = ("w1", "w2", "w3")
DEPENDENCIES = ("", "one", "two")
FAULTS = {Fault.RETRYABLE: "broken", Fault.PERMANENT: "wrong", Fault.POISON: "harmful"}
STATES = {*STATE_KINDS.values(), TASK_SUBMITTED}
LANES = {"": 1, "slim": 1, "wide": 2}

LEGAL: dict[TaskState | None, set[TaskState]] = {
    None: {S.QUEUED, S.WAITING, S.CANCELLED},  # the last one where what it needs has failed already
    S.WAITING: {S.QUEUED, S.WAITING, S.PAUSED, S.CANCELLED},
    S.QUEUED: {S.RUNNING, S.PARKED, S.PAUSED, S.CANCELLED},
    S.RUNNING: {S.SUCCEEDED, S.RETRY_WAIT, S.DEAD, S.FAILED, S.QUEUED, S.PAUSED, S.CANCELLED},
    S.RETRY_WAIT: {S.QUEUED, S.WAITING, S.PAUSED, S.CANCELLED},
    S.PARKED: {S.QUEUED, S.WAITING, S.PAUSED, S.CANCELLED},
    S.PAUSED: {S.QUEUED, S.WAITING, S.CANCELLED},
    S.SUCCEEDED: set(),
    S.CANCELLED: {S.CANCELLED},  # told as submitted, then as cancelled
    S.DEAD: {S.QUEUED, S.WAITING},
    S.FAILED: {S.QUEUED, S.WAITING},
}


class Gate:
    """Breakers that are open or closed as the test says."""

    def __init__(self, clock: FakeClock) -> None:
        self.open: set[str] = set()
        self._clock = clock

    def permits(self, dependency: str, tenant: TenantId) -> Admission:
        return Admission(False, retry_at=self._clock.now() + MINUTE) if dependency in self.open else ALLOWED

    def admit(self, tx: Tx, dependency: str, tenant: TenantId, *, cause: tuple[int, ...] = ()) -> Admission:
        return self.permits(dependency, tenant)

    def record(self, *_: Any, **__: Any) -> None:
        pass

    def listen(self, listener: Any) -> None:
        pass


class Places:
    """A worker that takes as many new tasks as it was given places."""

    def __init__(self) -> None:
        self.worker = ""
        self.leases: list[Lease] = []

    def reserve(self, task: Task) -> str:
        return self.worker

    def settle(self, reserved: Sequence[Task], leases: Sequence[Lease], *, in_doubt: bool = False) -> None:
        self.leases += leases


class Site:
    """One database for all runs of the machine, wiped between them."""

    def __init__(
        self, runner: asyncio.Runner, db: Database, stores: Callable[[], TaskStores], clock: FakeClock
    ) -> None:
        self.runner, self.db, self.stores, self.clock = runner, db, stores, clock

    def run(self, coroutine: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(coroutine)

    def wipe(self) -> None:
        def delete(tx: Tx) -> None:
            for table in (
                "task_attempts",
                "task_needs",
                "task_lanes",
                "task_workers",
                "task_counts",
                "tasks",
                "journal",
            ):
                tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only

        if isinstance(self.db, MemoryDatabase):
            self.db.entries.clear()
        else:
            self.run(self.db.write(delete))

    def told(self) -> list[tuple[str, str, TaskState]]:
        """(task, kind, state) of every entry about the state of a task, in order."""
        if isinstance(self.db, MemoryDatabase):
            return [(e.subject, e.kind, e.payload.state) for e in self.db.entries if e.kind in STATES]  # type: ignore[attr-defined]
        rows = self.run(self.db.read(lambda tx: tx.rows("SELECT subject, kind, payload FROM journal ORDER BY seq")))
        return [(row[0], row[1], S(msgspec.json.decode(row[2])["state"])) for row in rows if row[1] in STATES]


class TaskMachine(RuleBasedStateMachine):
    """Anything that may happen to tasks, in any order."""

    site: Site

    @initialize()
    def begin(self) -> None:
        self.site.wipe()
        self.clock, self.gate, self.places = self.site.clock, Gate(self.site.clock), Places()
        self.engine = Engine(self.site.stores(), registry(), self.clock, self.gate, draw=lambda: 0.5)
        self.hints = Hints()
        self.hints.starter = self.places
        self.service = TaskService(self.site.db, self.engine, self.hints)
        self.ids: list[str] = []
        self.keys: dict[str, str] = {}
        self.leases: list[Lease] = []
        self.effects: list[str] = []
        self.seen = Counter[tuple[str, int]]()

    def write(self, fn: Callable[[Tx], R]) -> R:
        return self.site.run(self.site.db.write(fn))

    def tasks(self) -> dict[str, Task]:
        stores = self.engine.stores.tasks
        found = self.site.run(self.site.db.read(lambda tx: [stores.get(tx, T, one) for one in self.ids]))
        return {task.id: task for task in found if task is not None}

    def took(self, leases: Sequence[Lease]) -> None:
        self.leases += leases
        self.seen.update((lease.task.id, lease.task.attempt) for lease in leases)

    # What may happen.

    @rule(
        data=st.data(),
        key=st.sampled_from(["", "", "k1", "k2"]),
        until=st.sampled_from(["forgotten", "ended"]),
        priority=st.integers(0, 9),
        wait=st.sampled_from([None, None, None, None, MINUTE, HOUR]),
        lane=st.sampled_from(["", "", *LANES]),
        dependency=st.sampled_from(["", "", *DEPENDENCIES]),
        place=st.sampled_from(["", "", *WORKERS]),
        name=st.sampled_from(["test.echo", "test.call", "test.blocking"]),
    )
    def submit(self, data: st.DataObject, place: str, name: str, **asked: Any) -> None:
        needs = data.draw(st.lists(st.sampled_from(self.ids), max_size=2)) if self.ids else []
        wait = asked["wait"]
        lane = "" if name == "test.blocking" else asked["lane"]  # it has a limit of its own
        request = TaskRequest(
            action=name,
            needs=tuple(needs),
            unique_key=asked["key"],
            unique_until=asked["until"],
            priority=asked["priority"],
            not_before=None if wait is None else self.clock.now() + wait,
            concurrency_key=lane,
            concurrency=LANES[lane],
            dependency=asked["dependency"],
        )
        self.places.worker = place
        submitted = self.site.run(self.service.submit(SYSTEM, request))
        self.took(self.places.leases)
        self.places.leases = []
        if not submitted.is_duplicate:
            assert submitted.task.id not in self.ids
            self.ids.append(submitted.task.id)
        else:
            assert submitted.task.id in self.ids
            assert submitted.task.unique_key == request.unique_key != ""

    @rule(worker=st.sampled_from(WORKERS), places=st.integers(1, 4))
    def lease(self, worker: str, places: int) -> None:
        leases = self.write(lambda tx: self.engine.lease(tx, worker, dict.fromkeys(Pool, places)).leases)
        assert all(count <= places for count in Counter(lease.task.pool for lease in leases).values())
        self.took(leases)

    @rule(worker=st.sampled_from(WORKERS))
    def heartbeat(self, worker: str) -> None:
        leases = self.engine.stores.leases

        def beat(tx: Tx) -> None:
            if not leases.beat(tx, worker, self.clock.now()):
                leases.enter(tx, worker, worker, self.clock.now())

        self.write(beat)

    @rule(worker=st.sampled_from(WORKERS))
    def expire(self, worker: str) -> None:
        self.write(lambda tx: self.engine.lose(tx, worker))

    def one_lease(self, data: st.DataObject) -> Lease:
        """Any lease that was ever given: its worker may have been taken for dead meanwhile."""
        return self.leases[-1 - data.draw(st.integers(0, min(5, len(self.leases) - 1)))]

    def holds(self, task: Task) -> bool:
        now = self.tasks()[task.id]
        return now.state is S.RUNNING and now.attempt == task.attempt

    def finish(self, end: End) -> None:
        holds = self.holds(end.task)
        written = self.write(lambda tx: self.engine.finish(tx, [end]))
        assert bool(written) == holds, "a lease of yesterday wrote something, or one of today did not"

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        task = self.one_lease(data).task
        self.finish(End(task, result=msgspec.Raw(b"{}"), effects=(lambda tx: self.effects.append(task.id),)))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), fault=st.sampled_from(list(FAULTS)), timed_out=st.booleans())
    def fail(self, data: st.DataObject, fault: Fault, timed_out: bool) -> None:
        failure = Failure(fault, FAULTS[fault], "It failed.")
        self.finish(End(self.one_lease(data).task, failure=failure, timed_out=timed_out))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), released=st.booleans(), lost=st.booleans())
    def let_go(self, data: st.DataObject, released: bool, lost: bool) -> None:
        self.finish(End(self.one_lease(data).task, released=released, lost=lost))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def checkpoint(self, data: st.DataObject) -> None:
        task = self.one_lease(data).task
        with nullcontext() if self.holds(task) else pytest.raises(LeaseLostError):
            self.write(lambda tx: self.engine.save_checkpoint(tx, task, msgspec.Raw(b'{"at":1}')))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), what=st.sampled_from(["cancel", "skip", "pause", "resume", "retry_now"]))
    def command(self, data: st.DataObject, what: str) -> None:
        task_id = data.draw(st.sampled_from(self.ids))
        before = self.tasks()[task_id]
        try:
            self.site.run(getattr(self.service, what)(SYSTEM, task_id))
        except TaskStateError:
            impossible = {
                "resume": before.state is not S.PAUSED,
                "retry_now": before.state not in {S.RETRY_WAIT, S.PARKED, S.FAILED, S.DEAD}
                and before.reason is not Reason.NOT_BEFORE,
            }
            assert impossible.get(what, before.state in FINAL_STATES)

    @rule(dependency=st.sampled_from(DEPENDENCIES[1:]))
    def switch_breaker(self, dependency: str) -> None:
        if dependency not in self.gate.open:
            self.gate.open.add(dependency)
            return
        self.gate.open.discard(dependency)
        while self.write(lambda tx: self.engine.unpark(tx, T, dependency)) >= BATCH:
            pass
        assert not [t for t in self.tasks().values() if t.state is S.PARKED and t.dependency == dependency]

    @rule(step=st.sampled_from([1, SECOND, MINUTE, HOUR, -SECOND, -HOUR, -DAY]))
    def clock_jumps(self, step: int) -> None:
        self.clock.advance(step)

    @rule()
    def promote(self) -> None:
        self.write(self.engine.promote)

    # What must hold at any time.

    @invariant()
    def all_is_well(self) -> None:
        tasks = self.tasks()
        assert set(tasks) == set(self.ids), "a task is lost"
        self.every_step_was_legal(tasks)
        self.nothing_is_doubled(tasks)
        occupied = Counter(task.lane for task in tasks.values() if task.lane and task.state in {S.QUEUED, S.RUNNING})
        limits = {task.lane: task.lane_limit for task in tasks.values()}
        assert all(count <= limits[lane] for lane, count in occupied.items()), occupied
        held = Counter(task.unique_key for task in tasks.values() if task.unique_key)
        assert max(held.values(), default=1) == 1, "two tasks hold one key"

    def every_step_was_legal(self, tasks: dict[str, Task]) -> None:
        before: dict[str, TaskState | None] = dict.fromkeys(self.ids)
        for subject, kind, state in self.site.told():
            assert (before[subject] is None) == (kind == TASK_SUBMITTED)
            assert state in LEGAL[before[subject]], f"{subject}: {before[subject]} -> {state}"
            before[subject] = state
        assert {one: task.state for one, task in tasks.items()} == before

    def nothing_is_doubled(self, tasks: dict[str, Task]) -> None:
        assert not [key for key, count in self.seen.items() if count > 1], "an attempt was given out twice"
        assert max(Counter(self.effects).values(), default=1) == 1, "an effect was committed twice"
        assert set(self.effects) == {one for one, task in tasks.items() if task.state is S.SUCCEEDED}
        attempts = Counter(subject for subject, _ in self.seen)
        for one, task in tasks.items():
            assert task.attempt == attempts[one]
            assert (task.state is S.RUNNING) <= bool(task.worker)
            assert (task.ended_at is not None) == task.is_final
            assert task.wanted is Wanted.NOTHING or task.state is S.RUNNING
            assert task.deaths <= 3

    def teardown(self) -> None:
        """Once workers live, breakers are closed and nobody pauses anything, everything comes to an end."""
        if not hasattr(self, "ids"):
            return
        self.gate.open.clear()
        for worker in WORKERS:
            self.write(lambda tx, worker=worker: self.engine.lose(tx, worker))
        for _ in range(40 + 3 * len(self.ids)):
            live = [task for task in self.tasks().values() if not task.is_final]
            if not live:
                break
            for task in live:
                if task.state is S.PAUSED:
                    self.site.run(self.service.resume(SYSTEM, task.id))
            self.clock.advance(6 * HOUR)
            while self.write(self.engine.promote) >= BATCH:
                pass
            leases = self.write(lambda tx: self.engine.lease(tx, "w1", dict.fromkeys(Pool, 100)).leases)
            ends = [End(lease.task, result=msgspec.Raw(b"{}")) for lease in leases]
            self.write(lambda tx, ends=ends: self.engine.finish(tx, ends))
        stuck = [(task.state, task.reason, task.unmet) for task in self.tasks().values() if not task.is_final]
        assert not stuck, stuck


def examine(site: Site, examples: int, steps: int) -> None:
    machine = type("Machine", (TaskMachine,), {"site": site})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


def test_in_memory(runner: asyncio.Runner) -> None:
    examine(Site(runner, MemoryDatabase(), memory_stores, FakeClock()), 40, 40)


def _examine_sql(
    runner: asyncio.Runner,
    opened: AbstractAsyncContextManager[Database],
    stores: TaskStores,
    clock: FakeClock,
    runs: int,
) -> None:
    db = runner.run(opened.__aenter__())
    try:
        examine(Site(runner, db, lambda: stores, clock), runs, 30)
    finally:
        runner.run(opened.__aexit__(None, None, None))


def test_on_sqlite(runner: asyncio.Runner, tmp_path: Path, journal_writer: JournalWriter, clock: FakeClock) -> None:
    db = SqliteDatabase(tmp_path / "netsentinel.db", journal_writer, synchronous="OFF")
    _examine_sql(runner, db, sql_stores(SQLITE), clock, 10)


def test_on_postgresql(
    runner: asyncio.Runner, postgres_url: str, journal_writer: JournalWriter, clock: FakeClock
) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    _examine_sql(runner, PostgresDatabase(postgres_url, journal_writer), sql_stores(POSTGRES), clock, 5)
