"""In-memory fakes of the ports of tasks; they pass the same contract suite as the SQL stores."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.tasks.engine import TaskStores
from netsentinel.tasks.model import (
    TIMED_STATES,
    Attempt,
    AttemptOutcome,
    Pool,
    Progress,
    Reason,
    Task,
    TaskFilter,
    TaskState,
    TimelineBucket,
)
from netsentinel.tasks.ports import FailedAttempts, Letters, OpenLetters, Ref, Tally, WorkerSeen

Kept = dict[Ref, Task]
_S = TaskState


def memory_stores() -> TaskStores:
    """All stores of tasks in memory, over the same tasks."""
    kept: Kept = {}
    needs, attempts = MemoryNeeds(), MemoryAttempts()
    return TaskStores(
        MemoryTasks(kept, needs, attempts),
        MemoryQueue(kept),
        MemoryLeases(kept),
        needs,
        attempts,
        MemoryTimeline(kept),
        MemoryFigures(kept, attempts),
    )


class MemoryTasks:
    """Tasks in a dictionary."""

    def __init__(self, kept: Kept, needs: "MemoryNeeds", attempts: "MemoryAttempts") -> None:
        self._kept = kept
        self._needs = needs
        self._attempts = attempts

    def insert(self, tx: Tx, tasks: Sequence[Task]) -> list[Task]:
        """Keep new tasks; those that were refused, because their unique key is taken."""
        refused: list[Task] = []
        for task in tasks:
            if task.unique_key and (
                self.by_key(tx, task.tenant, task.unique_key) or (task.tenant, task.id) in self._kept
            ):
                refused.append(task)
            else:
                self._kept[task.tenant, task.id] = task
        return refused

    def save(self, tx: Tx, tasks: Sequence[Task]) -> None:
        """Write what can change about tasks that are there."""
        for task in tasks:
            if (task.tenant, task.id) in self._kept:
                self._kept[task.tenant, task.id] = task

    def lock(self, tx: Tx, refs: Collection[Ref]) -> list[Task]:
        """These tasks; nobody else is here."""
        return [self._kept[ref] for ref in sorted(set(refs)) if ref in self._kept]

    def get(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Task | None:
        """The task, when it belongs to the tenant."""
        return self._kept.get((tenant, task_id))

    def by_key(self, tx: ReadTx, tenant: TenantId, unique_key: str) -> Task | None:
        """The task that holds this unique key."""
        found = (task for task in self._kept.values() if (task.tenant, task.unique_key) == (tenant, unique_key))
        return next(found, None)

    def page(self, tx: ReadTx, tenant: TenantId, where: TaskFilter, limit: int, after: str | None) -> list[Task]:
        """Tasks by id, newest first, beginning below `after`."""
        found = [task for task in self._kept.values() if task.tenant == tenant and _matches(task, where)]
        found.sort(key=lambda task: task.id, reverse=True)
        return [task for task in found if after is None or task.id < after][:limit]

    def forget(self, tx: Tx, tenant: TenantId, before: Micros, dead_before: Micros, limit: int) -> int:
        """Delete tasks that ended before (dead letters: before `dead_before`), with all about them; how many went."""
        gone = [
            task
            for task in self._kept.values()
            if task.tenant == tenant
            and task.ended_at is not None
            and task.ended_at < (dead_before if task.state is _S.DEAD else before)
        ][:limit]
        for task in gone:
            del self._kept[tenant, task.id]
            self._attempts.drop(tenant, task.id)
            self._needs.drop(tenant, task.id)
        return len(gone)


def _matches(task: Task, where: TaskFilter) -> bool:
    return (
        (not where.states or task.state in where.states)
        and (not where.actions or task.action in where.actions)
        and where.principal in ("", task.principal)
        and where.origin in ("", task.origin)
        and where.error_code in ("", task.error_code)
        and where.fault in ("", task.fault)
        and task.created_at >= where.since
        and (not where.until or task.created_at < where.until)
        and (where.is_resolved is None or where.is_resolved == (task.resolved_at is not None))
    )


def _turn(task: Task) -> tuple[int, Micros]:
    return -task.priority, task.queued_at or task.created_at


class MemoryQueue:
    """The queue over a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def ready(self, tx: Tx, pool: Pool, limit: int, without: Collection[TenantId] = ()) -> list[Task]:
        """Queued tasks of a pool: highest priority first, then those that have been ready longest."""
        queued = [task for task in self._kept.values() if task.state is _S.QUEUED and task.pool is pool]
        found = [task for task in queued if task.tenant not in without]
        return sorted(found, key=_turn)[:limit]

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Task]:
        """Tasks in a timed state whose time has come, or whose wait began before the clock was set back."""
        back = [
            task
            for task in self._kept.values()
            if task.due_at is not None
            and task.state in TIMED_STATES
            and (task.due_at <= now or (task.updated_at > now + MINUTE and task.state in {_S.RETRY_WAIT, _S.PARKED}))
        ]
        return sorted(back, key=lambda task: task.due_at or 0)[:limit]

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next timed task is due."""
        return min((task.due_at for task in self._kept.values() if task.due_at is not None), default=None)

    def parked(self, tx: Tx, tenant: TenantId, dependency: str, limit: int) -> list[Task]:
        """Tasks that wait for the breaker of a dependency, oldest first."""
        found = [
            task
            for task in self._kept.values()
            if (task.tenant, task.dependency, task.state) == (tenant, dependency, _S.PARKED)
        ]
        return sorted(found, key=lambda task: task.id)[:limit]

    def lane(self, tx: Tx, lane: str) -> int:
        """How many of a lane's tasks are queued or running."""
        return sum(task.lane == lane and task.state in {_S.QUEUED, _S.RUNNING} for task in self._kept.values())

    def next_in_lane(self, tx: Tx, lane: str, limit: int) -> list[Task]:
        """Tasks that wait for their turn in a lane, in the order of `ready`."""
        found = [
            task
            for task in self._kept.values()
            if task.lane == lane and task.state is _S.WAITING and task.reason is Reason.CONCURRENCY
        ]
        return sorted(found, key=lambda task: (-task.priority, task.created_at))[:limit]

    def has_work(self, tx: ReadTx, worker: str) -> bool:
        """Whether any task is ready, or one that this worker runs is wanted to stop."""
        return any(
            task.state is _S.QUEUED or (task.state is _S.RUNNING and task.worker == worker and bool(task.wanted))
            for task in self._kept.values()
        )


class MemoryLeases:
    """Workers in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._beats: dict[str, int] = {}

    def enter(self, tx: Tx, worker: str, label: str, now: Micros) -> None:
        """A worker begins."""
        self._beats[worker] = 0

    def beat(self, tx: Tx, worker: str, now: Micros) -> bool:
        """A worker is alive; whether it still counts as such."""
        if worker in self._beats:
            self._beats[worker] += 1
        return worker in self._beats

    def leave(self, tx: Tx, worker: str) -> None:
        """A worker is gone."""
        self._beats.pop(worker, None)

    def workers(self, tx: ReadTx) -> list[WorkerSeen]:
        """All that did not leave, and those that left tasks behind."""
        beats = {task.worker: -1 for task in self._kept.values() if task.state is _S.RUNNING} | self._beats
        return [WorkerSeen(worker, count) for worker, count in sorted(beats.items())]

    def running(self, tx: Tx, worker: str, limit: int, *, only_wanted: bool = False) -> list[Task]:
        """Tasks that this worker runs; only those that somebody wants to stop, where stated."""
        found = [
            task
            for task in self._kept.values()
            if task.state is _S.RUNNING and task.worker == worker and (task.wanted or not only_wanted)
        ]
        return sorted(found, key=lambda task: task.id)[:limit]

    def report(self, tx: Tx, reports: Sequence[tuple[Task, Progress]]) -> None:
        """Note how far tasks are, unless they are in other hands by now."""
        for task, progress in reports:
            kept = self._kept.get((task.tenant, task.id))
            if kept is not None and kept.attempt == task.attempt and kept.state is _S.RUNNING:
                self._kept[task.tenant, task.id] = replace(
                    kept, percent=progress.percent, stage=progress.stage, message=progress.message
                )


class MemoryNeeds:
    """Which task needs which, in a dictionary."""

    def __init__(self) -> None:
        self._needs: dict[Ref, set[str]] = {}

    def add(self, tx: Tx, tenant: TenantId, task_id: str, needs: Iterable[str]) -> None:
        """Note that the task needs these."""
        self._needs.setdefault((tenant, task_id), set()).update(needs)

    def dependants(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that need this one."""
        return sorted(one for (of, one), needs in self._needs.items() if of == tenant and task_id in needs)

    def needs(self, tx: ReadTx, tenant: TenantId, task_id: str) -> list[str]:
        """Ids of the tasks that this one needs."""
        return sorted(self._needs.get((tenant, task_id), ()))

    def drop(self, tenant: TenantId, task_id: str) -> None:
        """Forget what a task needed."""
        self._needs.pop((tenant, task_id), None)


class MemoryAttempts:
    """Attempts in a dictionary."""

    def __init__(self) -> None:
        self._attempts: dict[Ref, dict[int, Attempt]] = {}

    def add(self, tx: Tx, attempts: Sequence[Attempt]) -> None:
        """Keep attempts that have ended."""
        for attempt in attempts:
            self._attempts.setdefault((attempt.tenant, attempt.task_id), {})[attempt.number] = attempt

    def kept(self) -> list[Attempt]:
        """Every attempt, for those who count them."""
        return [attempt for attempts in self._attempts.values() for attempt in attempts.values()]

    def of(self, tx: ReadTx, tenant: TenantId, task_ids: Sequence[str]) -> list[Attempt]:
        """The attempts kept of these tasks, by task and number."""
        return [
            attempt
            for task_id in sorted(set(task_ids))
            for _, attempt in sorted(self._attempts.get((tenant, task_id), {}).items())
        ]

    def drop(self, tenant: TenantId, task_id: str) -> None:
        """Forget a task's attempts."""
        self._attempts.pop((tenant, task_id), None)


class MemoryTimeline:
    """Counts in a list, and tasks over a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._tallies: list[Tally] = []

    def add(self, tx: Tx, tallies: Sequence[Tally]) -> None:
        """Add to the counts."""
        self._tallies += tallies

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, bucket: Micros, actions: Sequence[str]
    ) -> list[TimelineBucket]:
        """Counts per action and stretch of `bucket`; empty ones are left out."""
        sums: dict[tuple[Micros, str], list[int]] = defaultdict(lambda: [0] * 5)
        for one in self._tallies:
            if one.tenant == tenant and since <= one.at < until and (not actions or one.action in actions):
                total = sums[one.at // bucket * bucket, one.action]
                for place, figure in enumerate((one.submitted, one.succeeded, one.failed, one.retried, one.run_us)):
                    total[place] += figure
        return [TimelineBucket(at, action, *total) for (at, action), total in sorted(sums.items())]

    def longest(
        self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, limit: int, actions: Sequence[str]
    ) -> list[Task]:
        """Tasks that were there between `since` and `until`: those that live, then the longest, at most `limit`."""
        there = [
            task
            for task in self._kept.values()
            if task.tenant == tenant
            and task.created_at < until
            and (task.ended_at is None or task.ended_at >= since)
            and (not actions or task.action in actions)
        ]
        live = sorted((task for task in there if task.ended_at is None), key=lambda task: task.id)
        ended = [task for task in there if task.ended_at is not None]
        ended.sort(key=lambda task: task.created_at - (task.ended_at or 0))
        return [*live, *ended][:limit]

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Tenants that have counts."""
        return sorted({one.tenant for one in self._tallies})

    def forget(self, tx: Tx, before: Micros) -> int:
        """Delete counts from before; how many went."""
        old = len(self._tallies)
        self._tallies = [one for one in self._tallies if one.at >= before]
        return old - len(self._tallies)


class MemoryFigures:
    """Figures over the same dictionaries."""

    def __init__(self, kept: Kept, attempts: "MemoryAttempts") -> None:
        self._kept = kept
        self._attempts = attempts

    def failed(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros) -> list[FailedAttempts]:
        """Attempts that failed in the window, counted by number, fault and error code."""
        failures = {AttemptOutcome.FAILED, AttemptOutcome.TIMED_OUT, AttemptOutcome.LOST}
        found = Counter(
            (one.number, str(one.fault), one.error_code)
            for one in self._attempts.kept()
            if one.tenant == tenant and one.outcome in failures and since <= (one.ended_at or 0) < until
        )
        return [FailedAttempts(*key, count) for key, count in sorted(found.items())]

    def letters(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> list[Letters]:
        """Dead letters that gave up in the window."""
        found = Counter(
            ((letter.ended_at or 0) // width * width, letter.action, letter.error_code)
            for letter in self._letters(tenant)
            if since <= (letter.ended_at or 0) < until
        )
        return [Letters(*key, count) for key, count in sorted(found.items())]

    def resolved(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros, width: Micros) -> dict[Micros, int]:
        """How many dead letters somebody was done with, by stretch."""
        times = [letter.resolved_at for letter in self._letters(tenant) if letter.resolved_at is not None]
        return dict(sorted(Counter(at // width * width for at in times if since <= at < until).items()))

    def open_letters(self, tx: ReadTx, tenant: TenantId) -> OpenLetters:
        """Dead letters that nobody is done with."""
        times = [letter.ended_at or 0 for letter in self._letters(tenant) if letter.resolved_at is None]
        return OpenLetters(len(times), min(times, default=0))

    def held(self, tx: ReadTx, tenant: TenantId) -> dict[TaskState, int]:
        """How many tasks wait for their next attempt, and how many for a breaker."""
        held = {_S.RETRY_WAIT, _S.PARKED}
        return dict(Counter(one.state for one in self._kept.values() if one.tenant == tenant and one.state in held))

    def _letters(self, tenant: TenantId) -> list[Task]:
        return [one for one in self._kept.values() if one.tenant == tenant and one.state is _S.DEAD]
