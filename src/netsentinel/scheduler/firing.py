"""What firing a schedule does, in the transaction that moves it on: its task, its run, its entry, or none of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NetSentinelError, UnavailableError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId, system_principal
from netsentinel.scheduler.entries import SCHEDULE_SKIPPED, SCHEDULE_TRIGGERED, ScheduleFired
from netsentinel.scheduler.model import By, Misfire, Overlap, Run, RunOutcome, Schedule
from netsentinel.scheduler.ports import DueStore, RunStore, ScheduleStore
from netsentinel.scheduler.timing import TURNED_BACK, latest_ticks, planned, put_off, turned_back
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.tasks import TaskRequest, TaskService
from netsentinel.tasks.ports import TaskStore

BATCH: Final = 100
"""So many schedules fire in one transaction."""

MAX_BACKFILL: Final = 1_000
_MILLISECOND: Final = 1_000
_NOT_ENDED: Final = "The run before has not ended."
_OWNER_GONE: Final = "Whoever saved this schedule may not act any more. Save it again to take it over."


@dataclass(frozen=True, slots=True)
class ScheduleStores:
    """Where schedules and their runs are."""

    schedules: ScheduleStore
    due: DueStore
    runs: RunStore


@dataclass(frozen=True, slots=True)
class Replaced:
    """A task that is to be cancelled, now that a newer one waits for it to end."""

    principal: Principal
    task_id: str


@dataclass(frozen=True, slots=True)
class Fired:
    """What a transaction of firing came to."""

    runs: tuple[Run, ...]
    replaced: tuple[Replaced, ...]


Owners = Callable[[ReadTx, TenantId, str], Principal | None]
"""Finds a principal as it is now; None when it may not act any more."""


class Firing:
    """Fires schedules in transactions of others. It may run twice and touches nothing in memory.

    Args:
        stores: where schedules and runs are.
        tasks: takes their tasks.
        task_store: says whether the task of the run before has ended.
        clock: the time.
        owners: finds whoever made a schedule, with the rights of now.
    """

    def __init__(
        self, stores: ScheduleStores, tasks: TaskService, task_store: TaskStore, clock: Clock, owners: Owners
    ) -> None:
        self._owners = owners
        self._stores = stores
        self._tasks = tasks
        self._task_store = task_store
        self._clock = clock

    def fire_due(self, tx: Tx) -> Fired:
        """Fire everything whose time has come, at most `BATCH` schedules, and plan their next times."""
        now = self._clock.now()
        runs: list[Run] = []
        replaced: list[Replaced] = []
        for schedule in self._stores.due.due(tx, now, BATCH):
            self._keep_times(tx, schedule, now, runs, replaced)
        for schedule in self._stores.due.turned_back(tx, now + TURNED_BACK, BATCH):
            schedule = replace(schedule, draft=turned_back(schedule, now))  # noqa: PLW2901 - the same one, put right
            tick, due, at = planned(schedule, now, now)
            self._stores.schedules.save(tx, replace(schedule, next_at=tick, due_at=due, planned_at=at))
        return Fired(tuple(runs), tuple(replaced))

    def fire(
        self,
        tx: Tx,
        schedule: Schedule,
        by: By,
        *,
        cause: tuple[int, ...] = (),
        event_seq: int = 0,
        principal: Principal | None = None,
    ) -> tuple[Schedule, Run, list[Replaced]]:
        """Fire a locked schedule now, besides its times: (the schedule, the run, what it replaces)."""
        now = self._clock.now()
        replaced: list[Replaced] = []
        schedule, run = self._fire(
            tx, schedule, by, now, now, replaced, cause=cause, event_seq=event_seq, principal=principal
        )
        self._stores.schedules.save(tx, schedule)
        return schedule, run, replaced

    def _keep_times(self, tx: Tx, schedule: Schedule, now: Micros, runs: list[Run], replaced: list[Replaced]) -> None:
        """Fire for the times that have come, and plan the next one."""
        draft = schedule.draft
        first = schedule.next_at
        if first is None:
            return
        limit = min(draft.backfill, MAX_BACKFILL) if draft.misfire is Misfire.BACKFILL else 1
        passed = self._passed(schedule, first, now, limit)
        on_time = [tick for tick in passed if now - tick <= draft.grace + draft.jitter]
        late = [tick for tick in passed if now - tick > draft.grace + draft.jitter]
        if draft.misfire is Misfire.SKIP:
            if late:
                reason = f"{(now - late[-1]) / 1e6:.0f} s late."
                schedule, run = self._note(tx, schedule, By.TIME, late[-1], now, RunOutcome.MISSED, reason)
                runs.append(run)
            chosen = on_time
        elif draft.misfire is Misfire.COALESCE:
            chosen = (on_time or late)[-1:]
        else:
            chosen = passed
        for tick in chosen:
            schedule, run = self._fire(tx, schedule, By.TIME, tick, now, replaced, in_a_row=len(chosen) > 1)
            runs.append(run)
        tick, due, at = planned(schedule, now, passed[-1])
        self._stores.schedules.save(tx, replace(schedule, next_at=tick, due_at=due, planned_at=at))

    @staticmethod
    def _passed(schedule: Schedule, first: Micros, now: Micros, limit: int) -> list[Micros]:
        """The latest times from `first` on that are due by now, at most so many, ascending; at least `first`."""
        latest = latest_ticks(schedule.draft.trigger, first - 1, now, limit + 1)
        due = [tick for tick in latest if put_off(schedule.id, tick, schedule.draft.jitter) <= now]
        return due[-limit:] or [first]

    def _fire(
        self,
        tx: Tx,
        schedule: Schedule,
        by: By,
        tick: Micros,
        now: Micros,
        replaced: list[Replaced],
        *,
        cause: tuple[int, ...] = (),
        event_seq: int = 0,
        in_a_row: bool = False,
        principal: Principal | None = None,
    ) -> tuple[Schedule, Run]:
        draft = schedule.draft
        overlap = Overlap.QUEUE if in_a_row else draft.overlap
        is_active = self._is_active(tx, schedule)
        if is_active and overlap is Overlap.SKIP:
            return self._note(tx, schedule, by, tick, now, RunOutcome.SKIPPED, _NOT_ENDED, event_seq, cause)
        owner = principal or self._owner_of(tx, schedule)
        if owner is None:
            return self._note(tx, schedule, by, tick, now, RunOutcome.REFUSED, _OWNER_GONE, event_seq, cause)
        request = TaskRequest(
            action=draft.action,
            input=draft.input,
            priority=draft.priority,
            unique_key=f"schedule:{schedule.id}:{schedule.fired + 1}",
            concurrency_key="" if overlap is Overlap.SKIP else f"schedule:{schedule.id}",
            cause=cause,
            origin=origin_of(schedule.id),
        )
        try:
            task = self._tasks.submit_in(tx, owner, request).task
        except UnavailableError:
            raise
        except NetSentinelError as error:  # refused before anything of it was stored
            return self._note(tx, schedule, by, tick, now, RunOutcome.REFUSED, error.detail, event_seq, cause)
        if is_active and overlap is Overlap.REPLACE:
            replaced.append(Replaced(owner, schedule.last_task))
        schedule = replace(schedule, last_at=now, last_task=task.id)
        return self._note(tx, schedule, by, tick, now, RunOutcome.SUBMITTED, "", event_seq, cause, task.id)

    def _note(
        self,
        tx: Tx,
        schedule: Schedule,
        by: By,
        tick: Micros,
        now: Micros,
        outcome: RunOutcome,
        reason: str,
        event_seq: int = 0,
        cause: tuple[int, ...] = (),
        task_id: str = "",
    ) -> tuple[Schedule, Run]:
        """Keep the run and tell of it: (the schedule with one firing more, the run)."""
        schedule = replace(schedule, fired=schedule.fired + 1)
        run = Run(
            id=new_id("run", now + schedule.fired % 1_000 * _MILLISECOND),  # several of one moment stay in order
            tenant=schedule.tenant,
            schedule_id=schedule.id,
            number=schedule.fired,
            by=by,
            tick=tick,
            at=now,
            outcome=outcome,
            reason=reason,
            task_id=task_id,
            event_seq=event_seq,
        )
        self._stores.runs.add(tx, run)
        told = ScheduleFired(
            name=schedule.draft.name,
            action=schedule.draft.action,
            run=run.id,
            by=by,
            tick=tick,
            outcome=outcome,
            reason=reason,
            task=task_id,
        )
        kind = SCHEDULE_TRIGGERED if outcome is RunOutcome.SUBMITTED else SCHEDULE_SKIPPED
        tx.append(NewEntry(kind, schedule.tenant, schedule.created_by, schedule.id, told, cause))
        return schedule, run

    def _owner_of(self, tx: Tx, schedule: Schedule) -> Principal | None:
        """Who the tasks of a schedule belong to: whoever saved it last, with the rights of now."""
        if schedule.is_system:
            return system_principal(schedule.tenant)
        return self._owners(tx, schedule.tenant, schedule.created_by)

    def _is_active(self, tx: Tx, schedule: Schedule) -> bool:
        """Whether the task of the run before has not ended."""
        if not schedule.last_task:
            return False
        task = self._task_store.get(tx, schedule.tenant, schedule.last_task)
        return task is not None and not task.is_final


def origin_of(schedule_id: str) -> str:
    """What the tasks of a schedule say of where they come from."""
    return f"schedule:{schedule_id}"
