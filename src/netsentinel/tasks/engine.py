"""What happens to tasks inside a transaction: rules from `life.py`, rows to the stores, one entry for every change.

Everything here is synchronous, takes the transaction, and leaves no trace outside of it: it may run twice.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from netsentinel.kernel.clock import MINUTE, SECOND, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.storage.ports import Tx
from netsentinel.tasks import life
from netsentinel.tasks.entries import (
    DLQ_ENTRY_ADDED,
    RETRY_ATTEMPT,
    STATE_KINDS,
    TASK_STARTED,
    TASK_SUBMITTED,
    TASK_WANTED,
    TaskChange,
    TaskWanted,
)
from netsentinel.tasks.errors import LeaseLostError, UnknownActionError, WorkerLostError
from netsentinel.tasks.model import AttemptOutcome, Effect, Pool, Progress, Reason, Task, TaskState, Wanted
from netsentinel.tasks.ports import (
    AttemptStore,
    BreakerGate,
    FigureStore,
    LeaseStore,
    NeedStore,
    QueueStore,
    Ref,
    Tally,
    TaskStore,
    TimelineStore,
)
from netsentinel.tasks.registry import ActionRegistry

BATCH: Final = 500
"""At most so many tasks are promoted, parked, taken from a dead worker or cancelled for a need in one transaction."""

_FORCED_OPEN_PAUSE: Final = MINUTE
"""How often a task looks at a breaker that only a person can close; closing it wakes the task at once."""

_PROBES: Final = 10
"""So many parked tasks are woken for a half-open breaker at once; it takes as many as it wants of them."""

NO_PLACES: Final[Mapping[str, str]] = MappingProxyType({})
_LOST: Final = Failure(Fault.RETRYABLE, WorkerLostError.code, "The worker died, or was not heard of for a lease.")
_OCCUPIES: Final = frozenset({TaskState.QUEUED, TaskState.RUNNING})


@dataclass(frozen=True, slots=True)
class TaskStores:
    """The stores of this feature."""

    tasks: TaskStore
    queue: QueueStore
    leases: LeaseStore
    needs: NeedStore
    attempts: AttemptStore
    timeline: TimelineStore
    figures: FigureStore


@dataclass(frozen=True, slots=True)
class Lease:
    """A task that this worker may run, and what its breaker said."""

    task: Task
    admission: Admission = ALLOWED


@dataclass(frozen=True, slots=True)
class Leases:
    """What a worker runs next."""

    leases: list[Lease]
    behind: set[Pool]
    """Pools with more tasks in the queue than there were places, or than were looked at."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How the places of `Pool.CALL` are shared out: no tenant has more of them than it leaves free.

    So there is always one for a tenant that has none, however many others wait for servers that never answer: alone a
    tenant has at most half of the places, and each of k at most one in k + 1 (Choudhury and Hahne, Dynamic queue length
    thresholds, IEEE/ACM Transactions on Networking 6(2), 1998, with a factor of 1).
    """

    free: int
    """Places of the worker that nobody has."""
    taken: Mapping[TenantId, int]
    """What each tenant has."""


@dataclass(slots=True)
class _Sharing:
    """The same while places are given."""

    free: int
    taken: Counter[TenantId]
    full: set[TenantId]
    """Tenants that get no more in this turn."""

    @classmethod
    def of(cls, shares: Shares) -> "_Sharing":
        full = {tenant for tenant, taken in shares.taken.items() if taken >= shares.free}
        return cls(shares.free, Counter(shares.taken), full)

    def allowed(self, tasks: Sequence[Task]) -> list[Task]:
        """Those for which there is a place, in their order."""
        allowed: list[Task] = []
        for task in tasks:
            if self.taken[task.tenant] >= self.free:
                self.full.add(task.tenant)
                continue
            self.taken[task.tenant] += 1
            self.free -= 1
            allowed.append(task)
        return allowed

    def take_back(self, tasks: Iterable[Task]) -> None:
        """These did not start after all."""
        for task in tasks:
            self.taken[task.tenant] -= 1
            self.free += 1
            self.full = {tenant for tenant in self.full if self.taken[tenant] >= self.free}


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of new tasks."""

    tasks: list[Task]
    """Those that were kept, as they are now."""
    refused: list[Task]
    """Those whose key or id is taken."""
    leases: list[Lease]
    """Those that were leased at once."""


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended, as its worker saw it. Exactly one of `result` and `failure`, or neither: it was stopped."""

    task: Task
    """As it was leased: its attempt is the fencing token."""
    result: msgspec.Raw | None = None
    failure: Failure | None = None
    timed_out: bool = False
    released: bool = False
    """The worker shuts down: another one is to run it."""
    lost: bool = False
    """The process that ran it died."""
    effects: tuple[Effect, ...] = ()
    last: Progress | None = None
    """What it reported last, where it succeeded; a report is written some time after it was made."""


@dataclass(slots=True)
class _Changes:
    """What one transaction does to tasks: every task at most once as it was and as it is."""

    before: dict[Ref, Task | None] = field(default_factory=dict["Ref", "Task | None"])
    after: dict[Ref, Task] = field(default_factory=dict["Ref", "Task"])
    outcomes: dict[Ref, AttemptOutcome] = field(default_factory=dict["Ref", "AttemptOutcome"])


class Engine:
    """Changes tasks in transactions of others.

    Args:
        stores: where everything is.
        registry: the actions.
        gate: the breakers; None for none.
        draw: gives a number from 0 up to 1, for jitter.
    """

    def __init__(
        self,
        stores: TaskStores,
        registry: ActionRegistry,
        clock: Clock,
        gate: BreakerGate | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.stores = stores
        self.registry = registry
        self.clock = clock
        self._gate = gate
        self._draw = draw

    # New tasks.

    def submit(
        self,
        tx: Tx,
        tasks: Sequence[Task],
        needs: Mapping[str, Sequence[str]],
        places: Mapping[str, str] = NO_PLACES,
    ) -> Kept:
        """Keep new tasks.

        Args:
            tx: the transaction.
            tasks: what to keep.
            needs: by id of a new task: the ids of those that it needs.
            places: by id of a new task: the worker that has a place for it. It is leased at once if it is ready.
        """
        now = self.clock.now()
        fresh = [self._placed(tx, task, needs.get(task.id, ()), now) for task in tasks]
        # A probe of a breaker must not be spent on one that is refused, so those with a key start after they are kept.
        leases = {
            task.id: lease
            for task in fresh
            if task.id in places and not task.unique_key and (lease := self._taken(tx, task, places[task.id], now))
        }
        refused = self.stores.tasks.insert(
            tx, [lease.task if (lease := leases.get(task.id)) else task for task in fresh]
        )
        refused_ids = {task.id for task in refused}
        kept = [task for task in fresh if task.id not in refused_ids]
        for task in kept:
            if needs.get(task.id):
                self.stores.needs.add(tx, task.tenant, task.id, needs[task.id])
            tx.append(_entry(TASK_SUBMITTED, task))
            if task.is_final:
                tx.append(_entry(STATE_KINDS[task.state], task))
            elif lease := leases.get(task.id):
                tx.append(_entry(TASK_STARTED, lease.task))
        self.stores.timeline.add(tx, _sums(Tally(t.tenant, t.action, t.created_at, submitted=1) for t in kept))
        leases |= self._lease_kept(tx, [task for task in kept if task.unique_key and task.id in places], places, now)
        current = [lease.task if (lease := leases.get(task.id)) else task for task in kept]
        return Kept(current, refused, list(leases.values()))

    def _taken(self, tx: Tx, task: Task, worker: str, now: int) -> Lease | None:
        """The lease of a new task; None where it has to wait for something, which the worker's next turn sees to."""
        begun = self._begun(tx, task, worker, now) if task.state is TaskState.QUEUED else None
        return begun if isinstance(begun, Lease) else None

    def _lease_kept(self, tx: Tx, tasks: Sequence[Task], places: Mapping[str, str], now: int) -> dict[str, Lease]:
        leases: dict[str, Lease] = {}
        changes = _Changes()
        for task in tasks:
            if lease := self._taken(tx, task, places[task.id], now):
                leases[task.id] = lease
                self._note(changes, task, lease.task)
        self._write(tx, changes, now)
        return leases

    def _placed(self, tx: Tx, task: Task, needs: Sequence[str], now: int) -> Task:
        """A new task where it begins."""
        if needs:
            found = self.stores.tasks.lock(tx, [(task.tenant, need) for need in needs])
            unmet = [need for need in found if not _satisfies(need)]
            if any(need.is_final for need in unmet) or len(found) < len(set(needs)):
                return life.cancelled(task, now, Reason.NEED_FAILED)
            self.stores.tasks.save(tx, [life.changed(need, now, needed=True) for need in unmet if not need.needed])
            task = life.changed(task, now, unmet=len(unmet))
        return self._admitted(tx, task, now)

    def _admitted(self, tx: Tx, task: Task, now: int) -> Task:
        if not task.lane or task.unmet or (task.not_before is not None and task.not_before > now):
            return life.admitted(task, now, has_place=True)
        return life.admitted(task, now, has_place=self.stores.queue.lane(tx, task.lane) < task.lane_limit)

    # A worker's turn.

    def lease(self, tx: Tx, worker: str, room: Mapping[Pool, int], shares: Shares | None = None) -> Leases:
        """The next tasks for the free places of a worker. Those that cannot run are parked or given up.

        It looks on behind these, and at the next ones of their lanes, which they made room for.

        Args:
            tx: the transaction.
            worker: who runs them.
            room: how many places to fill, by pool.
            shares: how those of `Pool.CALL` are shared out; None for whoever comes first.
        """
        now = self.clock.now()
        leases: list[Lease] = []
        behind: set[Pool] = set()
        for pool, places in room.items():
            sharing = _Sharing.of(shares) if shares is not None and pool is Pool.CALL else None
            left, turned_away, goes_on = places, 0, True
            while goes_on and left > 0 and turned_away < BATCH:
                known = len(sharing.full) if sharing else 0
                found = self.stores.queue.ready(tx, pool, left, sharing.full if sharing else ())
                allowed = sharing.allowed(found) if sharing else found
                new = self._start(tx, allowed, worker, now)
                leases += new
                left -= len(new)
                turned_away += len(allowed) - len(new)
                # Behind what was turned away, and behind those of tenants that are full now, are others.
                goes_on = len(new) < len(allowed) or (sharing is not None and len(sharing.full) > known)
                if sharing is not None:
                    started = {lease.task.id for lease in new}
                    sharing.take_back(task for task in allowed if task.id not in started)
            if (left == 0 or goes_on) and self.stores.queue.ready(tx, pool, 1):
                behind.add(pool)
        return Leases(leases, behind)

    def _start(self, tx: Tx, tasks: Sequence[Task], worker: str, now: int) -> list[Lease]:
        begun = [self._begun(tx, task, worker, now) for task in tasks]
        changes = _Changes()
        for task, lease in zip(tasks, begun, strict=True):
            self._note(changes, task, lease.task if isinstance(lease, Lease) else lease)
        self._write(tx, changes, now)  # before the next look, which must not find the same ones
        return [lease for lease in begun if isinstance(lease, Lease)]

    def _begun(self, tx: Tx, task: Task, worker: str, now: int) -> Lease | Task:
        """The lease of a queued task; or the task as it is now, because it cannot start."""
        if task.action not in self.registry:
            failure = Failure(Fault.PERMANENT, UnknownActionError.code, f"No action is called {task.action!r} here.")
            return life.given_up(life.blamed(task, now, failure), now, Reason.PERMANENT)
        if task.deadline is not None and task.deadline <= now:
            keeps = self.registry[task.action].keeps_failures
            late = life.changed(task, now, error_code="deadline", error="The deadline passed before it could start.")
            return life.given_up(late, now, Reason.DEADLINE, keeps_failures=keeps)
        admission = ALLOWED
        if task.dependency and self._gate is not None:
            admission = self._gate.admit(tx, task.dependency, task.tenant, cause=task.cause)
            if not admission.allowed:
                return life.parked(task, now, admission.retry_at or now + _FORCED_OPEN_PAUSE)
        return Lease(life.started(task, now, worker), admission)

    def finish(self, tx: Tx, ends: Sequence[End]) -> list[Task]:
        """Write how attempts ended; the tasks as they are now. What is in other hands by now is left out.

        The effects of those that succeeded happen in this transaction, before it is known that it commits.
        """
        now = self.clock.now()
        by_ref = {(end.task.tenant, end.task.id): end for end in ends}
        changes = _Changes()
        for task in self.stores.tasks.lock(tx, by_ref):
            end = by_ref[task.tenant, task.id]
            if not _holds(task, end.task):
                continue
            after, outcome = self._ended(task, end, now)
            if after.state is TaskState.SUCCEEDED:
                for effect in end.effects:
                    effect(tx)
            self._note(changes, task, after, outcome)
        self._write(tx, changes, now)
        return list(changes.after.values())

    def _ended(self, task: Task, end: End, now: int) -> tuple[Task, AttemptOutcome]:
        if end.result is not None:
            after = life.succeeded(task, now, end.result, end.last)
            succeeded = after.state is TaskState.SUCCEEDED
            return after, AttemptOutcome.SUCCEEDED if succeeded else AttemptOutcome.CANCELLED
        if end.lost:
            keeps = self.registry[task.action].keeps_failures
            return life.lost(task, now, end.failure or _LOST, keeps_failures=keeps), AttemptOutcome.LOST
        if end.failure is not None:
            action = self.registry[task.action]
            policy = action.retry.overridden(task.retry)
            keeps = action.keeps_failures
            after = life.failed(task, now, end.failure, policy, self._draw, keeps_failures=keeps)
            if after.state is TaskState.CANCELLED:
                return after, AttemptOutcome.CANCELLED
            return after, AttemptOutcome.TIMED_OUT if end.timed_out else AttemptOutcome.FAILED
        after = life.released(task, now) if task.wanted is Wanted.NOTHING or end.released else life.stopped(task, now)
        cancelled = after.state is TaskState.CANCELLED
        return after, AttemptOutcome.CANCELLED if cancelled else AttemptOutcome.INTERRUPTED

    def save_checkpoint(self, tx: Tx, leased: Task, checkpoint: msgspec.Raw) -> None:
        """Keep what the next attempt goes on from.

        Raises:
            LeaseLostError: the task is in other hands by now.
        """
        for task in self.stores.tasks.lock(tx, [(leased.tenant, leased.id)]):
            if _holds(task, leased):
                self.stores.tasks.save(tx, [life.changed(task, self.clock.now(), checkpoint=checkpoint)])
                return
        raise LeaseLostError("Another attempt has the task by now.", task=leased.id)

    def lose(self, tx: Tx, worker: str) -> int:
        """Take up to `BATCH` tasks away from a worker that is gone; how many. Its row goes with the last one."""
        now = self.clock.now()
        changes = _Changes()
        tasks = self.stores.leases.running(tx, worker, BATCH)
        for task in tasks:
            keeps = task.action not in self.registry or self.registry[task.action].keeps_failures
            self._note(changes, task, life.lost(task, now, _LOST, keeps_failures=keeps), AttemptOutcome.LOST)
        self._write(tx, changes, now)
        if len(tasks) < BATCH:
            self.stores.leases.leave(tx, worker)
        return len(tasks)

    # Time and breakers.

    def promote(self, tx: Tx) -> int:
        """Bring tasks on whose time has come; how many were looked at, at most `BATCH`."""
        now = self.clock.now()
        due = self.stores.queue.due(tx, now, BATCH)
        changes, probes = _Changes(), dict[tuple[TenantId, str], int]()
        for task in due:
            if task.state is TaskState.PARKED and self._gate is not None:
                admission = self._gate.permits(task.dependency, task.tenant)
                key = (task.tenant, task.dependency)
                probes[key] = probes.get(key, 0) + 1
                if not admission.allowed or (admission.round and probes[key] > _PROBES):
                    until = admission.retry_at or now + _FORCED_OPEN_PAUSE
                    self.stores.tasks.save(tx, [life.changed(task, now, due_at=until)])
                    continue
            self._note(changes, task, self._admitted(tx, task, now))
            if task.lane:  # the next one of its lane must see its place taken
                self._write(tx, changes, now)
                changes = _Changes()
        self._write(tx, changes, now)
        return len(due)

    def unpark(self, tx: Tx, tenant: TenantId, dependency: str) -> int:
        """A breaker lets calls through: bring up to `BATCH` of the tasks on that waited for it; how many."""
        now = self.clock.now()
        parked = self.stores.queue.parked(tx, tenant, dependency, BATCH)
        for task in parked:
            self.change(tx, task, self._admitted(tx, task, now))
        return len(parked)

    # What people and other features do.

    def change(self, tx: Tx, before: Task, after: Task, outcome: AttemptOutcome | None = None) -> Task:
        """Write one change with all that follows from it; the task as it is then."""
        changes = _Changes()
        self._note(changes, before, after, outcome)
        self._write(tx, changes, self.clock.now())
        return after

    def readmit(self, tx: Tx, task: Task) -> Task:
        """The task where it belongs before it starts."""
        return self._admitted(tx, task, self.clock.now())

    def want(self, tx: Tx, task: Task, want: Wanted, principal: str) -> Task:
        """Tell the worker of a running task to stop it."""
        after = life.wanted(task, self.clock.now(), want)
        if after is not task:
            self.stores.tasks.save(tx, [after])
            told = TaskWanted(id=task.id, action=task.action, wanted=after.wanted)
            tx.append(NewEntry(TASK_WANTED, task.tenant, principal, task.id, told, task.cause))
        return after

    # Writing changes.

    @staticmethod
    def _note(changes: _Changes, before: Task, after: Task, outcome: AttemptOutcome | None = None) -> None:
        ref = (before.tenant, before.id)
        changes.before.setdefault(ref, before)
        changes.after[ref] = after
        if outcome is not None:
            changes.outcomes[ref] = outcome

    def _write(self, tx: Tx, changes: _Changes, now: int) -> None:
        """Rows, attempts, counts and entries of the changes; then what follows for other tasks."""
        if not changes.after:
            return
        tasks = list(changes.after.values())
        self.stores.tasks.save(tx, tasks)
        attempts = [
            life.attempt_of(
                _with_worker(after, changes.before[ref]), outcome, ended_at=after.updated_at, retry_at=after.due_at
            )
            for ref, after in changes.after.items()
            if (outcome := changes.outcomes.get(ref)) is not None and outcome is not AttemptOutcome.SUCCEEDED
        ]
        if attempts:
            self.stores.attempts.add(tx, attempts)
        tallies = [tally for ref, task in changes.after.items() if (tally := _tally(task, changes.outcomes.get(ref)))]
        if tallies:
            self.stores.timeline.add(tx, _sums(tallies))
        for task in tasks:
            tx.append(_entry(STATE_KINDS[task.state], task))
            if task.state is TaskState.RETRY_WAIT:
                tx.append(_entry(RETRY_ATTEMPT, task))
            elif task.state is TaskState.DEAD:
                tx.append(_entry(DLQ_ENTRY_ADDED, task))
        self._follow(tx, changes, now)

    def _follow(self, tx: Tx, changes: _Changes, now: int) -> None:
        """Tasks that needed these, and those that waited for their place in a lane."""
        for task in changes.after.values():
            if task.needed and task.is_final:
                self._tell_dependants(tx, task, now)
        left = {
            task.lane
            for ref, task in changes.after.items()
            if task.lane
            and task.state not in _OCCUPIES
            and (before := changes.before[ref]) is not None
            and before.state in _OCCUPIES
        }
        for lane in sorted(left):
            self._fill(tx, lane, now)

    def _fill(self, tx: Tx, lane: str, now: int) -> None:
        """Give the free places of a lane to those that wait for them."""
        occupied = self.stores.queue.lane(tx, lane)
        waiting = deque(self.stores.queue.next_in_lane(tx, lane, BATCH))
        while waiting and occupied < waiting[0].lane_limit:
            task = waiting.popleft()
            self.change(tx, task, life.admitted(task, now, has_place=True))
            occupied += 1

    def _tell_dependants(self, tx: Tx, task: Task, now: int) -> None:
        ids = self.stores.needs.dependants(tx, task.tenant, task.id)
        for dependant in self.stores.tasks.lock(tx, [(task.tenant, one) for one in ids]):
            if dependant.is_final or not dependant.unmet:
                continue
            if not _satisfies(task):
                reason = f"{task.id} ended as {task.state}."
                after = life.changed(dependant, now, error_code="need-failed", error=reason)
                self.change(tx, dependant, life.cancelled(after, now, Reason.NEED_FAILED))
                continue
            fewer = life.changed(dependant, now, unmet=dependant.unmet - 1)
            if fewer.unmet or fewer.state is not TaskState.WAITING:
                self.stores.tasks.save(tx, [fewer])
            else:
                self.change(tx, dependant, self._admitted(tx, fewer, now))


def _holds(task: Task, leased: Task) -> bool:
    """Whether the attempt that was leased is the one that counts."""
    return task.state is TaskState.RUNNING and task.attempt == leased.attempt


def _satisfies(task: Task) -> bool:
    """Whether a task that needs this one may go on."""
    return task.state is TaskState.SUCCEEDED or (task.state is TaskState.CANCELLED and task.reason is Reason.SKIPPED)


def _with_worker(after: Task, before: Task | None) -> Task:
    if before is None or before.worker == after.worker:
        return after
    return life.changed(after, after.updated_at, worker=before.worker)


def _entry(kind: str, task: Task) -> NewEntry:
    return NewEntry(kind, task.tenant, task.principal, task.id, TaskChange.of(task), task.cause)


def _tally(task: Task, outcome: AttemptOutcome | None) -> Tally | None:
    """What a change adds to the counts."""
    took = 0 if outcome is None or task.started_at is None else max(0, task.updated_at - task.started_at)
    succeeded = task.state is TaskState.SUCCEEDED
    failed = task.is_final and not succeeded and task.reason is not Reason.SKIPPED
    retried = task.state is TaskState.RETRY_WAIT
    if not (took or succeeded or failed or retried):
        return None
    return Tally(
        task.tenant,
        task.action,
        task.updated_at,
        succeeded=int(succeeded),
        failed=int(failed),
        retried=int(retried),
        run_us=took,
    )


def _sums(tallies: Iterable[Tally]) -> list[Tally]:
    """One tally for each action and second."""
    sums: dict[tuple[str, str, int], Tally] = {}
    for one in tallies:
        key = (one.tenant, one.action, one.at // SECOND)
        old = sums.get(key)
        sums[key] = one if old is None else _added(old, one)
    return list(sums.values())


def _added(old: Tally, one: Tally) -> Tally:
    return Tally(
        old.tenant,
        old.action,
        old.at,
        old.submitted + one.submitted,
        old.succeeded + one.succeeded,
        old.failed + one.failed,
        old.retried + one.retried,
        old.run_us + one.run_us,
    )
