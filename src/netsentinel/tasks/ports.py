"""Where tasks are kept, and how a worker finds the next ones. Which state follows which is in `life.py`, not here."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission, Outcome
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.tasks.model import Attempt, Pool, Progress, Task, TaskFilter, TaskState, TimelineBucket

Ref = tuple[TenantId, str]
"""A tenant and the id of one of its tasks."""


class TaskStore(Protocol):
    """Keeps tasks."""

    def insert(self, tx: Tx, tasks: Sequence[Task]) -> list[Task]:
        """Keep new tasks; those that were refused, because their unique key is taken."""
        ...

    def save(self, tx: Tx, tasks: Sequence[Task]) -> None:
        """Write what can change about tasks that are there; what they were asked for never changes."""
        ...

    def lock(self, tx: Tx, refs: Collection[Ref]) -> list[Task]:
        """These tasks, which no other transaction changes before this one ends; those that are gone are left out."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Task | None:
        """The task, when it belongs to the tenant."""
        ...

    def by_key(self, tx: ReadTx, tenant: TenantId, unique_key: str) -> Task | None:
        """The task that holds this unique key."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, where: TaskFilter, limit: int, after: str | None) -> list[Task]:
        """Tasks by id, newest first, beginning below `after`."""
        ...

    def forget(self, tx: Tx, tenant: TenantId, before: Micros, dead_before: Micros, limit: int) -> int:
        """Delete tasks that ended before (dead letters: before `dead_before`), with all about them; how many went."""
        ...


class QueueStore(Protocol):
    """Finds tasks by what is to be done with them next. What it returns is locked, and skips what others locked."""

    def ready(self, tx: Tx, pool: Pool, limit: int, without: Collection[TenantId] = ()) -> list[Task]:
        """Queued tasks of a pool: highest priority first, then those that have been ready longest.

        Those of the tenants `without` are left out.
        """
        ...

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Task]:
        """Tasks in a timed state whose time has come.

        A retry or a parked task also counts when it seems to have begun to wait a minute or more after `now`: the clock
        was set back.
        """
        ...

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next timed task is due."""
        ...

    def parked(self, tx: Tx, tenant: TenantId, dependency: str, limit: int) -> list[Task]:
        """Tasks that wait for the breaker of a dependency, oldest first."""
        ...

    def lane(self, tx: Tx, lane: str) -> int:
        """Lock a lane until the end of the transaction; how many of its tasks are queued or running."""
        ...

    def next_in_lane(self, tx: Tx, lane: str, limit: int) -> list[Task]:
        """Tasks that wait for their turn in a lane, in the order of `ready`."""
        ...

    def has_work(self, tx: ReadTx, worker: str) -> bool:
        """Whether any task is ready, or one that this worker runs is wanted to stop."""
        ...


class NeedStore(Protocol):
    """Keeps which task needs which."""

    def add(self, tx: Tx, tenant: TenantId, task_id: str, needs: Iterable[str]) -> None:
        """Note that the task needs these."""
        ...

    def dependants(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that need this one."""
        ...

    def needs(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that this one needs."""
        ...


class AttemptStore(Protocol):
    """Keeps attempts that ended otherwise than by success; the newest one stands on the task itself."""

    def add(self, tx: Tx, attempts: Sequence[Attempt]) -> None:
        """Keep attempts that have ended."""
        ...

    def of(self, tx: ReadTx, tenant: TenantId, task_ids: Sequence[str]) -> list[Attempt]:
        """The attempts kept of these tasks, by task and number."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker, and how often it was heard of."""

    id: str
    beats: int


class LeaseStore(Protocol):
    """Keeps which workers there are and what they run. A lease is a worker's: it holds while its beats grow."""

    def enter(self, tx: Tx, worker: str, label: str, now: Micros) -> None:
        """A worker begins."""
        ...

    def beat(self, tx: Tx, worker: str, now: Micros) -> bool:
        """A worker is alive; whether it still counts as such."""
        ...

    def leave(self, tx: Tx, worker: str) -> None:
        """A worker is gone."""
        ...

    def workers(self, tx: ReadTx) -> list[WorkerSeen]:
        """All that did not leave, by id; and, with beats of -1, those that did while tasks were leased to them."""
        ...

    def running(self, tx: Tx, worker: str, limit: int, *, only_wanted: bool = False) -> list[Task]:
        """Tasks that this worker runs, locked; only those that somebody wants to stop, where stated."""
        ...

    def report(self, tx: Tx, reports: Sequence[tuple[Task, Progress]]) -> None:
        """Note how far tasks are, unless they are in other hands by now."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What is to be added to the counts of one action at one time."""

    tenant: TenantId
    action: str
    at: Micros
    submitted: int = 0
    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    run_us: Micros = 0


class TimelineStore(Protocol):
    """Keeps counts by time, and finds tasks by when they lived."""

    def add(self, tx: Tx, tallies: Sequence[Tally]) -> None:
        """Add to the counts."""
        ...

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, bucket: Micros, actions: Sequence[str]
    ) -> list[TimelineBucket]:
        """Counts per action and stretch of `bucket`; empty ones are left out."""
        ...

    def longest(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, limit: int, actions: Sequence[str]
    ) -> list[Task]:
        """Tasks that were there between `since` and `until`: those that live, then the longest, at most `limit`."""
        ...

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Tenants that have counts."""
        ...

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete counts from before, and lanes that nobody is in; how many counts went."""
        ...


@dataclass(frozen=True, slots=True)
class FailedAttempts:
    """How many attempts failed alike."""

    number: int
    """Which try of its task each was, from 1."""
    fault: str
    """`retryable`, `permanent` or `poison`."""
    error_code: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Letters:
    """How many tasks became dead letters alike in one stretch of time."""

    at: Micros
    action: str
    error_code: str
    letters: int


@dataclass(frozen=True, slots=True)
class OpenLetters:
    """The dead letters that nobody is done with."""

    letters: int
    oldest_at: Micros
    """When the oldest of them gave up; 0 for none."""


class FigureStore(Protocol):
    """Counts what failed. Stretches of time are multiples of their width."""

    def failed(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros) -> list[FailedAttempts]:
        """Attempts that failed with `since <= ended_at < until`, counted by number, fault and error code."""
        ...

    def letters(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> list[Letters]:
        """Dead letters that gave up in the window, counted by stretch, action and error code."""
        ...

    def resolved(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> dict[Micros, int]:
        """How many dead letters somebody was done with, by stretch."""
        ...

    def open_letters(self, tx: ReadTx, tenant: TenantId) -> OpenLetters:
        """Dead letters that nobody is done with."""
        ...

    def held(self, tx: ReadTx, tenant: TenantId) -> dict[TaskState, int]:
        """How many tasks wait for their next attempt, and how many for a breaker; states without any are left out."""
        ...


class BreakerGate(Protocol):
    """Asks the breakers; `recovery.Breakers` is one."""

    def permits(self, dependency: str, tenant: TenantId) -> Admission:
        """Whether an attempt may begin, as far as is known here; takes no probe's place."""
        ...

    def admit(self, tx: Tx, dependency: str, tenant: TenantId, *, cause: tuple[int, ...] = ()) -> Admission:
        """Whether an attempt may begin now, in the transaction that begins it."""
        ...

    def record(
        self,
        dependency: str,
        tenant: TenantId,
        outcome: Outcome,
        took: Micros,
        *,
        admission: Admission = ALLOWED,
        cause: tuple[int, ...] = (),
    ) -> None:
        """Take in how it went."""
        ...

    def listen(self, listener: Callable[[TenantId, str], None]) -> None:
        """Have `listener` called with tenant and dependency when a breaker changed its mode."""
        ...
