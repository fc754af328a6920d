"""The worker: takes tasks from the queue, runs their handlers, and writes how they ended, many in one commit."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import DEFAULT_TENANT, MetricSample, Micros, TenantId
from netsentinel.recovery.breaker import Outcome
from netsentinel.recovery.retry import classify
from netsentinel.storage.ports import Database, Tx
from netsentinel.tasks.engine import BATCH, End, Engine, Lease, Leases, Shares
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.job import Job
from netsentinel.tasks.model import Pool, Task
from netsentinel.tasks.ports import BreakerGate, WorkerSeen
from netsentinel.tasks.processes import ProcessRunner
from netsentinel.tasks.watch import LoopWatch

_log = structlog.get_logger("netsentinel.tasks")

LEASE_S: Final = 30.0
"""A worker that was not heard of for so long is dead; its tasks go to others."""
BEAT_S: Final = 10.0
_LOOK_S: Final = 30.0
"""Hints say when there is something to do; this look is for one that was missed."""
_WRITE_PROGRESS_S: Final = 0.5
_STORAGE_PAUSE_S: Final = 1.0
_STOP_S: Final = 1.0
"""How long stopped handlers may take to notice it."""
_MOST_ENDS: Final = 500


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How much one worker does at once."""

    concurrency: int = 128
    """Handlers on the event loop."""
    calls: int = 256
    """Handlers that wait for servers of others; no tenant has more of these places than it leaves free."""
    threads: int = 8
    processes: int = 2
    process_memory_mib: int = 1_024
    drain_s: float = 10.0
    """How long handlers may go on when the server shuts down."""

    def of(self, pool: Pool) -> int:
        """Places of a pool."""
        places = {Pool.LOOP: self.concurrency, Pool.CALL: self.calls, Pool.THREAD: self.threads}
        return places.get(pool, self.processes)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one transaction of the worker came to."""

    next_ones: Leases
    wanted: list[Task]
    promoted: int
    next_due: Micros | None


@dataclass(slots=True)
class WorkerFigures:
    """What the worker did since it began."""

    started: int = 0
    ended: int = 0
    failed: int = 0
    turns: int = 0
    """Transactions that ended, promoted and began tasks."""


class Worker:
    """Runs tasks while `run` runs. Cancelling `run` drains it: what can end does, the rest goes back to the queue.

    Args:
        db: where tasks are.
        engine: what happens to them.
        hints: wakes it up.
        limits: how much it does at once.
        gate: the breakers; the engine's own.
        is_alone: whether no other process can have workers on this database, so that tasks of others are orphans.
    """

    def __init__(
        self,
        db: Database,
        engine: Engine,
        hints: Hints,
        limits: WorkerLimits | None = None,
        *,
        gate: BreakerGate | None = None,
        is_alone: bool = True,
    ) -> None:
        self._db = db
        self._engine = engine
        self._hints = hints
        self._limits = limits or WorkerLimits()
        self._gate = gate
        self._is_alone = is_alone
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._jobs: dict[str, Job] = {}
        self._busy: dict[Pool, int] = dict.fromkeys(Pool, 0)
        self._calling: Counter[TenantId] = Counter()
        """The places that each tenant has of those for calls."""
        self._promised: dict[str, Pool] = {}
        """Tasks that are being submitted and have a place here."""
        self._behind: set[Pool] = set(Pool)
        """Pools that may have more tasks waiting than places: none that is submitted now overtakes those."""
        self._offered: dict[Pool, int] = {}
        """Places that the turn under way may fill."""
        self._ends: list[tuple[Job, End]] = []
        self._writing: list[tuple[Job, End]] = []
        self._dirty: dict[str, Job] = {}
        self._has_progress = asyncio.Event()
        self._seen: dict[str, tuple[int, float]] = {}
        self._reopened: set[tuple[TenantId, str]] = set()
        self._next_due: Micros | None = None
        self._has_hint = True
        self._is_in_doubt = False
        self._is_draining = False
        self._threads = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="netsentinel-task")
        self._processes = ProcessRunner(self._limits.process_memory_mib)
        self._watch = LoopWatch()
        self.id = ""
        self.figures = WorkerFigures()
        db.on_commit(self._on_commit)
        if gate is not None:
            gate.listen(self._on_breaker)

    async def run(self) -> None:
        """Work until cancelled, then drain."""
        await self._enter()
        self._hints.starter = self
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._work(), name="tasks-turns")
                group.create_task(self._beat(), name="tasks-beat")
                group.create_task(self._write_progress(), name="tasks-progress")
                group.create_task(self._look_around(), name="tasks-look")
        finally:
            await self._drain()

    # Waking up.

    def _on_commit(self) -> None:
        if self._hints.take():
            self._look_now()
        elif not self._is_alone:
            self._look.set()

    def _on_breaker(self, tenant: TenantId, dependency: str) -> None:
        self._reopened.add((tenant, dependency))
        self._look_now()

    def _look_now(self) -> None:
        """There may be tasks in the queue."""
        self._has_hint = True
        self._wake.set()

    async def _look_around(self) -> None:
        """After hints of other processes: a look that costs no transaction."""
        while True:
            await self._look.wait()
            self._look.clear()
            with suppress(NetSentinelError):
                if await self._db.read(lambda tx: self._engine.stores.queue.has_work(tx, self.id)):
                    self._look_now()

    async def _work(self) -> None:
        self._wake.set()
        while True:
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                self._has_hint = True
            self._wake.clear()
            try:
                await self._turn()
            except NetSentinelError as error:
                _log.warning("tasks_wait", code=error.code, detail=error.detail)
                await asyncio.sleep(_STORAGE_PAUSE_S)
                self._wake.set()

    def _pause(self) -> float:
        """Seconds until there is something to do by itself."""
        if self._next_due is None:
            return _LOOK_S
        return min(_LOOK_S, max(0.0, (self._next_due - self._engine.clock.now()) / SECOND))

    # A turn: one transaction that ends, promotes and begins.

    async def _turn(self) -> None:
        """Write what ended, then take what is next."""
        self._writing, self._ends = self._ends[:_MOST_ENDS], self._ends[_MOST_ENDS:]
        looks = self._has_hint or bool(self._reopened) or self._pause() <= 0
        self._has_hint = False
        try:
            plain = await self._commit_effects(self._writing)
            await self._unpark()
            room = self._room(looks=looks)
            shares = Shares(self._limits.calls - self._busy[Pool.CALL], dict(self._calling))
            step = partial(self._step, [end for _, end in plain], room, shares, is_in_doubt=self._is_in_doubt)
            turn = await self._db.write(step)
        except BaseException:
            self._ends = [*self._writing, *self._ends]  # whatever was written already is refused the second time
            self._is_in_doubt = True  # on a server, the transaction may have been committed all the same
            self._has_hint = self._has_hint or looks
            raise
        finally:
            self._offered = {}
            self._writing = []
        self._is_in_doubt = False
        self.figures.turns += 1
        self._note(plain)
        for lease in turn.next_ones.leases:
            self._start(lease)
        self._learn(room, turn)
        for task in turn.wanted:
            if task.id in self._jobs:
                self._jobs[task.id].stop("wanted")
        self._next_due = turn.next_due
        if self._ends or turn.promoted >= BATCH:
            self._wake.set()

    def _room(self, *, looks: bool) -> dict[Pool, int]:
        """The places that this turn may fill: one of each pool, unless there is a reason to expect more tasks."""
        room: dict[Pool, int] = {}
        for pool in Pool:
            free = self._limits.of(pool) - self._busy[pool]
            if free > 0:
                room[pool] = free if looks or pool in self._behind else 1
            elif looks:
                self._behind.add(pool)
        self._offered = room
        return room

    def _learn(self, room: Mapping[Pool, int], turn: _Turn) -> None:
        """Which pools have tasks that wait."""
        for pool in room:
            if pool not in turn.next_ones.behind:
                self._behind.discard(pool)
            else:
                self._behind.add(pool)
                if self._busy[pool] < self._limits.of(pool):
                    self._wake.set()

    def _step(self, ends: list[End], room: dict[Pool, int], shares: Shares, tx: Tx, *, is_in_doubt: bool) -> _Turn:
        stores = self._engine.stores
        if is_in_doubt:
            self._release_unknown(tx, self._known())
        if ends:
            self._engine.finish(tx, ends)
        promoted = self._engine.promote(tx)
        next_ones = self._engine.lease(tx, self.id, room, shares)
        wanted = stores.leases.running(tx, self.id, BATCH, only_wanted=True)
        return _Turn(next_ones, wanted, promoted, stores.queue.next_due(tx))

    def _known(self) -> frozenset[str]:
        """Tasks that this worker has something to do with. Read on any thread: no task is ever in none of these."""
        known = [*self._promised, *self._jobs]
        return frozenset([*known, *(end.task.id for _, end in [*self._ends, *self._writing])])

    async def _commit_effects(self, ends: list[tuple[Job, End]]) -> list[tuple[Job, End]]:
        """Write those ends alone that bring effects, so that one that fails takes no other with it; the others."""
        plain = [(job, end) for job, end in ends if not end.effects]
        special = [(job, end) for job, end in ends if end.effects]
        if not special:
            return plain
        writes = [self._db.write(lambda tx, end=end: self._engine.finish(tx, [end])) for _, end in special]
        for (job, end), outcome in zip(special, await asyncio.gather(*writes, return_exceptions=True), strict=True):
            if not isinstance(outcome, BaseException):
                self._note([(job, end)])
            elif isinstance(outcome, NetSentinelError) and outcome.retryable:
                raise outcome
            else:  # the effect itself failed: so did the attempt
                plain.append((job, End(end.task, failure=classify(outcome, job.action.faults))))
        return plain

    def _note(self, ends: list[tuple[Job, End]]) -> None:
        for job, end in ends:
            self.figures.ended += 1
            self.figures.failed += end.failure is not None
            if job.task.dependency and self._gate is not None:
                outcome = Outcome.SUCCESS if end.result is not None else Outcome.IGNORED
                if end.failure is not None:
                    outcome = Outcome.of(end.failure.fault)
                self._gate.record(
                    job.task.dependency,
                    job.task.tenant,
                    outcome,
                    job.took,
                    admission=job.admission,
                    cause=job.task.cause,
                )

    async def _unpark(self) -> None:
        reopened, self._reopened = self._reopened, set()
        for tenant, dependency in reopened:
            admission = self._gate.permits(dependency, tenant) if self._gate is not None else None
            if admission is None or not admission.allowed or admission.round:
                continue  # parked tasks look again by themselves when probes may go
            while await self._db.write(lambda tx, key=(tenant, dependency): self._engine.unpark(tx, *key)) >= BATCH:
                pass

    # Tasks that begin with their submission.

    def reserve(self, task: Task) -> str:
        """Keep a place for a task that is about to be submitted: this worker's id, or empty where it has none."""
        pool, limit = task.pool, self._limits.of(task.pool)
        if self._busy[pool] >= limit:
            self._behind.add(pool)
        if pool in self._behind or pool is Pool.CALL:  # those are shared out among the tenants that wait
            return ""
        # The event loop takes a few more for a moment; threads and processes are what they are.
        if pool is not Pool.LOOP and self._busy[pool] + self._offered.get(pool, 0) >= limit:
            return ""
        self._busy[pool] += 1
        self._promised[task.id] = pool
        return self.id

    def settle(self, reserved: Sequence[Task], leases: Sequence[Lease], *, in_doubt: bool = False) -> None:
        """The transaction is over: run what was leased in it, and take the other places back."""
        for lease in leases:
            self._start(lease)
        for task in reserved:
            self._busy[self._promised.pop(task.id)] -= 1
        if in_doubt:
            self._is_in_doubt = True
        if in_doubt or self._is_draining:
            self._wake.set()

    # Running.

    def _start(self, lease: Lease) -> None:
        task = lease.task
        action = self._engine.registry[task.action]
        job = Job(lease, action, self._db, self._engine, self._hints, self._on_progress)
        if earlier := self._jobs.get(task.id):  # its lease was taken from this worker, which had not noticed yet
            earlier.stop("lost")
        self._jobs[task.id] = job
        self._busy[task.pool] += 1
        self.figures.started += 1
        if len(self._jobs) == 1:
            self._watch.busy()
        loop = asyncio.get_running_loop()
        match task.pool:
            case Pool.LOOP | Pool.CALL:
                work: asyncio.Future[Any] = loop.create_task(_handled(job), name=f"task {task.action} {task.id}")
                work.add_done_callback(lambda _: self._freed(task.pool, task.tenant))
                if task.pool is Pool.CALL:
                    self._calling[task.tenant] += 1
            case Pool.THREAD:
                thread: Future[Any] = self._threads.submit(_blocking, job)
                thread.add_done_callback(lambda _: loop.call_soon_threadsafe(self._freed, Pool.THREAD))
                work = asyncio.wrap_future(thread)
            case Pool.PROCESS:
                work = loop.create_task(self._processes.run(job))
                work.add_done_callback(lambda _: self._freed(Pool.PROCESS))
        job.watch(work, self._seconds(job), self._on_end)

    def _seconds(self, job: Job) -> float:
        """How long the attempt may take."""
        task = job.task
        allowed = job.action.timeout if task.timeout is None else task.timeout
        if task.deadline is not None:
            allowed = min(allowed, task.deadline - self._engine.clock.now())
        return allowed / SECOND

    def _on_end(self, job: Job, end: End) -> None:
        if not job.is_lost:
            self._ends.append((job, end))
            self._wake.set()
        if self._jobs.get(job.task.id) is job:
            del self._jobs[job.task.id]
        if not self._jobs:
            self._watch.rest()
        self._dirty.pop(job.task.id, None)

    def _freed(self, pool: Pool, tenant: TenantId = DEFAULT_TENANT) -> None:
        self._busy[pool] -= 1
        if pool is Pool.CALL:
            self._calling[tenant] -= 1
            self._calling = +self._calling  # tenants that have none are forgotten
        self._wake.set()

    # Progress.

    def _on_progress(self, job: Job) -> None:
        self._dirty[job.task.id] = job
        self._has_progress.set()

    async def _write_progress(self) -> None:
        while True:
            await self._has_progress.wait()
            await asyncio.sleep(_WRITE_PROGRESS_S)
            self._has_progress.clear()
            dirty, self._dirty = self._dirty, {}
            reports = [(job.task, job.latest) for job in dirty.values() if job.latest is not None]
            with suppress(NetSentinelError):  # progress is not durable; the next report is as good
                if reports:
                    await self._db.write(lambda tx, told=reports: self._engine.stores.leases.report(tx, told))

    # Being alive, and noticing who is not.

    async def _enter(self) -> None:
        self.id = new_id("wrk", self._engine.clock.now())
        label = f"{socket.gethostname()}:{os.getpid()}"
        leases = self._engine.stores.leases

        def enter(tx: Tx) -> list[WorkerSeen]:
            others = leases.workers(tx)
            leases.enter(tx, self.id, label, self._engine.clock.now())
            return others

        others = await self._db.write(enter)
        if self._is_alone:
            for other in others:
                await self._lose(other.id)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                alive = await self._db.write(
                    lambda tx: self._engine.stores.leases.beat(tx, self.id, self._engine.clock.now())
                )
                if not alive:
                    await self._begin_again()
                await self._take_from_the_dead(loop.time())
            except NetSentinelError as error:
                _log.warning("worker_unheard", code=error.code, detail=error.detail)

    async def _begin_again(self) -> None:
        """Others took this worker for dead: what it runs is theirs now."""
        _log.error("worker_taken_for_dead", worker=self.id, jobs=len(self._jobs))
        old = self.id
        for job in list(self._jobs.values()):
            job.stop("lost")
        await self._enter()
        await self._lose(old)  # what it took after it was lost and before it knew

    async def _take_from_the_dead(self, now: float) -> None:
        """Take the tasks of workers whose beats have not grown for a lease. What counts is this process's own time."""
        workers = await self._db.read(self._engine.stores.leases.workers)
        seen: dict[str, tuple[int, float]] = {}
        for worker in workers:
            beats, since = self._seen.get(worker.id, (-1, now))
            seen[worker.id] = (worker.beats, since if beats == worker.beats else now)
            if worker.id != self.id and now - seen[worker.id][1] >= LEASE_S:
                await self._lose(worker.id)
        self._seen = seen

    async def _lose(self, worker: str) -> None:
        total = 0
        while True:
            lost = await self._db.write(lambda tx: self._engine.lose(tx, worker))
            total += lost
            if lost < BATCH:
                break
        if total:
            _log.warning("worker_lost", worker=worker, tasks=total)
        self._wake.set()

    # The end.

    async def _drain(self) -> None:
        """Let handlers end, then give the rest back. What cannot be written now is found by the next start."""
        self._is_draining = True
        if self._hints.starter is self:
            self._hints.starter = None
        await self._idle(self._limits.drain_s)
        for job in list(self._jobs.values()):
            job.stop("shutdown")
        await self._idle(_STOP_S)
        await self._processes.close()
        self._watch.close()
        try:
            plain = await self._commit_effects(self._ends)
            await self._db.write(lambda tx: self._leave(tx, [end for _, end in plain]))
        except NetSentinelError as error:
            _log.warning("worker_left_tasks", code=error.code, detail=error.detail)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _idle(self, seconds: float) -> None:
        """Wait until no handler runs, at most so long.

        Not with `asyncio.timeout`: in a task that is cancelled already, Debian 12's Python 3.11.2 cancels it once more
        instead of raising TimeoutError (gh-102780).
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._no_handler(), seconds)

    async def _no_handler(self) -> None:
        while self._jobs or self._promised:
            self._wake.clear()
            await self._wake.wait()

    def _leave(self, tx: Tx, ends: list[End]) -> None:
        self._engine.finish(tx, ends)
        while self._release_unknown(tx, frozenset()):
            pass
        self._engine.stores.leases.leave(tx, self.id)

    def _release_unknown(self, tx: Tx, known: frozenset[str]) -> int:
        """Give tasks back that are leased to this worker and that it does not run: a lease was lost on its way."""
        running = self._engine.stores.leases.running(tx, self.id, BATCH)
        unknown = [End(task, released=True) for task in running if task.id not in known]
        return len(self._engine.finish(tx, unknown))

    def samples(self) -> list[MetricSample]:
        """Figures for `/metrics`."""
        return [
            ("counter", "netsentinel_task_attempts", "Attempts that began.", self.figures.started),
            ("counter", "netsentinel_task_attempts_ended", "Attempts that ended.", self.figures.ended),
            ("counter", "netsentinel_task_attempts_failed", "Attempts that failed.", self.figures.failed),
            ("gauge", "netsentinel_tasks_running", "Tasks that run in this process.", len(self._jobs)),
        ]


async def _handled(job: Job) -> Any:
    """The handler on the event loop."""
    try:
        return await job.action.process(job.action.read_input(job.task.input), job)
    except SystemExit as error:  # it would end the server, not the handler
        raise RuntimeError(f"the handler called exit({error.code})") from error


def _blocking(job: Job) -> Any:
    """The handler on a thread."""
    job.check()
    return job.action.process(job.action.read_input(job.task.input), job)
