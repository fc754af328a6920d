"""What people and other features do with tasks: submit them, look at them, stop them, try them again."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.tasks import life
from netsentinel.tasks.dead_letters import RESUBMITTED, DeadLetters
from netsentinel.tasks.direct import DirectRuns, is_direct
from netsentinel.tasks.engine import Engine
from netsentinel.tasks.errors import FeedbackLoopError, InvalidTaskInputError, TaskStateError
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.intake import Intake, Prepared
from netsentinel.tasks.model import (
    HIGHEST_PRIORITY,
    LOWEST_PRIORITY,
    AttemptOutcome,
    Progress,
    Reason,
    Submitted,
    Task,
    TaskDetail,
    TaskFilter,
    TaskPage,
    TaskRequest,
    TaskState,
    Timeline,
    Wanted,
)
from netsentinel.tasks.registry import Action, ActionRegistry, check_inner
from netsentinel.tasks.timeline import read_timeline

MOST_AT_ONCE: Final = 10_000
"""At most so many requests in one `submit_many`."""

_ID_PREFIX: Final = "tsk"
_LONGEST_KEY: Final = 500
_MOST_NEEDS: Final = 1_000
_TRIM_BATCH: Final = 500
_OF_SCHEDULES: Final = "schedule:"
"""Begins the origin and the concurrency key of the tasks of schedules."""


def new_task_id(clock: Clock) -> str:
    """An id for a task that others of the same `submit_many` need."""
    return new_id(_ID_PREFIX, clock.now())


class TaskService:
    """Everything one can do with tasks, for routes, the command line, schedules, playbooks and reactions."""

    def __init__(self, db: Database, engine: Engine, hints: Hints) -> None:
        self._db = db
        self._engine = engine
        self._clock = engine.clock
        self._hints = hints
        self._intake = Intake(db, engine, hints)
        self.direct = DirectRuns()
        self.dead_letters = DeadLetters(db, engine, hints, self.submit_in)

    @property
    def actions(self) -> ActionRegistry:
        """What can be submitted."""
        return self._engine.registry

    # Submitting.

    async def submit(self, principal: Principal, request: TaskRequest) -> Submitted:
        """Keep a task; it is durable when this returns, and runs at least once.

        Raises:
            UnknownActionError: there is no such action.
            InvalidTaskInputError: the input does not fit.
            TaskTooLargeError: the input is too large.
            InnerActionError: only the server asks for this action.
            NotAllowedError: the principal lacks the action's permission.
            FeedbackLoopError: the chain of causes is too long.
        """
        return await self._intake.one(self._prepared(principal, request))

    async def submit_many(self, principal: Principal, requests: Sequence[TaskRequest]) -> list[Submitted]:
        """Keep tasks together, or none of them. A request may need the ids of earlier ones (`TaskRequest.id`).

        Raises:
            NetSentinelError: as for `submit`, for the first request that is refused.
        """
        if len(requests) > MOST_AT_ONCE:
            raise InvalidTaskInputError(f"At most {MOST_AT_ONCE:,} tasks can be submitted at once.")
        return await self._intake.all([self._prepared(principal, request) for request in requests])

    async def answer(self, principal: Principal, request: TaskRequest, seconds: float) -> msgspec.Raw | None:
        """Run an action that only reads for somebody who waits, without keeping a task; None where it has to be one.

        Raises:
            NetSentinelError: as for `submit`; nothing was run.
        """
        if not is_direct(self.actions[request.action]):
            return None
        return await self.direct.run(self._prepared(principal, request).task, self.actions[request.action], seconds)

    def submit_in(self, tx: Tx, principal: Principal, request: TaskRequest) -> Submitted:
        """Keep a task in the caller's transaction: it exists if that commits. For reactions and schedules.

        Raises:
            NetSentinelError: as for `submit`.
        """
        return self._intake.keep_in(tx, [self._prepared(principal, request)])[0]

    def _prepared(self, principal: Principal, request: TaskRequest) -> Prepared:
        """The task that a request asks for, with what it needs."""
        action = self.actions[request.action]
        check_inner(action, by_server=request.by_server)
        _need(principal, action)
        _check(request)
        _check_lane(request, action)
        value, raw = action.pack_input(request.input)
        action.validate(value, principal)
        action.retry.overridden(request.retry)
        now = self._clock.now()
        lane, limit = "", 0
        if request.concurrency_key:
            lane, limit = f"key/{principal.tenant}/{request.concurrency_key}", request.concurrency
        elif action.concurrency:
            lane, limit = f"action/{action.name}", action.concurrency
        task = Task(
            id=request.id or new_id(_ID_PREFIX, now),
            tenant=principal.tenant,
            action=request.action,
            state=TaskState.WAITING,
            input=raw,
            principal=principal.id,
            origin=request.origin,
            cause=request.cause,
            priority=request.priority,
            pool=action.pool,
            unique_key=request.unique_key,
            unique_until=request.unique_until,
            lane=lane,
            lane_limit=limit,
            not_before=request.not_before,
            deadline=request.deadline,
            timeout=request.timeout,
            retry=request.retry,
            dependency=action.dependency_of(value) if request.dependency is None else request.dependency,
            created_at=now,
            updated_at=now,
        )
        return Prepared(task, request.needs, has_own_id=bool(request.id))

    # Looking.

    async def get(self, tenant: TenantId, task_id: str) -> Task:
        """The task.

        Raises:
            NotFoundError: the tenant has no such task.
        """
        return await self._db.read(lambda tx: self._found(tx, tenant, task_id))

    async def detail(self, tenant: TenantId, task_id: str) -> TaskDetail:
        """The task with all its attempts and what it needs.

        Raises:
            NotFoundError: the tenant has no such task.
        """

        def read(tx: ReadTx) -> TaskDetail:
            stores = self._engine.stores
            task = self._found(tx, tenant, task_id)
            attempts = stores.attempts.of(tx, tenant, [task_id])
            if task.state is TaskState.RUNNING:
                attempts.append(life.attempt_of(task, AttemptOutcome.RUNNING, ended_at=None, retry_at=None))
            elif task.state is TaskState.SUCCEEDED:
                ended = task.ended_at
                attempts.append(life.attempt_of(task, AttemptOutcome.SUCCEEDED, ended_at=ended, retry_at=None))
            return TaskDetail(task, tuple(attempts), tuple(stores.needs.needs(tx, tenant, task_id)))

        return await self._db.read(read)

    def max_attempts(self, task: Task) -> int:
        """Failures after which the task gives up; 0 where its action is not known here any more."""
        if task.action not in self.actions:
            return 0
        return self.actions[task.action].retry.overridden(task.retry).max_attempts

    async def page(self, tenant: TenantId, where: TaskFilter, *, limit: int, cursor: str | None = None) -> TaskPage:
        """Tasks, newest first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        found = await self._db.read(lambda tx: self._engine.stores.tasks.page(tx, tenant, where, limit + 1, after))
        items = tuple(found[:limit])
        return TaskPage(items, encode_cursor((items[-1].id,)) if len(found) > limit else None)

    async def timeline(
        self, tenant: TenantId, since: int, until: int, *, pixels: int, actions: Sequence[str] = ()
    ) -> Timeline:
        """What happened between two times, for a drawing of that width. Few tasks come whole, many as counts.

        Raises:
            InvalidInputError: the window or the width is impossible.
        """
        now = self._clock.now()
        store = self._engine.stores
        return await self._db.read(lambda tx: read_timeline(tx, store, tenant, since, until, pixels, actions, now))

    def on_progress(self, listener: Callable[[Progress], None]) -> None:
        """Have `listener` told of the progress of tasks in this process, at most ten times a second for each."""
        self._hints.listeners.append(listener)

    # Stopping and going on.

    async def cancel(self, principal: Principal, task_id: str, reason: Reason = Reason.REQUESTED) -> Task:
        """End a task. One that runs is stopped by its worker; what it would have committed is not.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it has ended already.
        """
        return await self._db.write(lambda tx: self.stop_in(tx, principal, task_id, Wanted.CANCEL, reason))

    async def skip(self, principal: Principal, task_id: str) -> Task:
        """End a task as cancelled, and let what needs it go on as if it had succeeded.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it has ended already.
        """
        return await self._db.write(lambda tx: self.stop_in(tx, principal, task_id, Wanted.SKIP, Reason.SKIPPED))

    async def pause(self, principal: Principal, task_id: str) -> Task:
        """Hold a task until it is resumed. One that runs is stopped; it goes on from its checkpoint.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it has ended already.
        """
        return await self._db.write(lambda tx: self.stop_in(tx, principal, task_id, Wanted.PAUSE, Reason.NONE))

    def stop_in(self, tx: Tx, principal: Principal, task_id: str, want: Wanted, reason: Reason) -> Task:
        """`cancel`, `skip` and `pause` in the caller's transaction.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it has ended already.
        """
        task = self._locked(tx, principal.tenant, task_id)
        now = self._clock.now()
        if task.is_final:
            raise TaskStateError(f"The task has ended: it is {task.state}.", state=task.state)
        if task.state is TaskState.RUNNING:
            self._hints.give()
            return self._engine.want(tx, task, want, principal.id)
        if want is not Wanted.PAUSE:
            return self._engine.change(tx, task, life.cancelled(task, now, reason))
        if task.state is TaskState.PAUSED:
            return task
        return self._engine.change(tx, task, life.paused(task, now))

    async def resume(self, principal: Principal, task_id: str) -> Task:
        """Let a paused task go on.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it is not paused.
        """

        def go_on(tx: Tx) -> Task:
            task = self._locked(tx, principal.tenant, task_id)
            self._need_right(principal, task)
            if task.state is not TaskState.PAUSED:
                raise TaskStateError(f"The task is {task.state}, not paused.", state=task.state)
            self._hints.give()
            return self._engine.change(tx, task, self._engine.readmit(tx, task))

        return await self._db.write(go_on)

    async def retry_now(self, principal: Principal, task_id: str) -> Task:
        """Try a task again now: one that waits for its time or its breaker, or one that failed or gave up.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it is running, paused, waits for other tasks, succeeded or was cancelled.
        """
        return await self._db.write(lambda tx: self.retry_in(tx, principal, task_id))

    def retry_in(self, tx: Tx, principal: Principal, task_id: str) -> Task:
        """`retry_now` in the caller's transaction.

        Raises:
            NetSentinelError: as for `retry_now`.
        """
        task = self._locked(tx, principal.tenant, task_id)
        self._need_right(principal, task)
        retried = {TaskState.RETRY_WAIT, TaskState.PARKED, TaskState.FAILED, TaskState.DEAD}
        if task.state not in retried and task.reason is not Reason.NOT_BEFORE:
            raise TaskStateError(f"The task is {task.state} and cannot be tried again now.", state=task.state)
        self._hints.give()
        revived = life.revived(task, self._clock.now())
        return self._engine.change(tx, task, self._engine.readmit(tx, revived))

    def _need_right(self, principal: Principal, task: Task) -> None:
        """Having a task go on takes what asking for it takes."""
        if task.action in self.actions:
            _need(principal, self.actions[task.action])

    # Retention.

    async def trim(self, tenant: TenantId, *, keep_days: int, keep_dead_days: int) -> int:
        """Delete tasks that ended longer ago, in small transactions; how many went."""
        now, store = self._clock.now(), self._engine.stores.tasks
        deleted = 0
        while True:
            batch = await self._db.write(
                lambda tx: store.forget(tx, tenant, now - keep_days * DAY, now - keep_dead_days * DAY, _TRIM_BATCH)
            )
            deleted += batch
            if batch < _TRIM_BATCH:
                return deleted

    async def trim_all(self, *, keep_days: int, keep_dead_days: int) -> int:
        """`trim` for every tenant, and the counts of the timeline with them; how many tasks went."""
        counts = self._engine.stores.timeline
        deleted = 0
        for tenant in await self._db.read(counts.tenants):
            deleted += await self.trim(tenant, keep_days=keep_days, keep_dead_days=keep_dead_days)
        before = self._clock.now() - (max(keep_days, keep_dead_days) + 1) * DAY
        await self._db.write(lambda tx: counts.forget(tx, before))
        return deleted

    def _found(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Task:
        task = self._engine.stores.tasks.get(tx, tenant, task_id)
        if task is None:
            raise NotFoundError(f"There is no task {task_id[:60]}.")
        return task

    def _locked(self, tx: Tx, tenant: TenantId, task_id: str) -> Task:
        found = self._engine.stores.tasks.lock(tx, [(tenant, task_id)])
        if not found:
            raise NotFoundError(f"There is no task {task_id[:60]}.")
        return found[0]


def _need(principal: Principal, action: Action[Any, Any]) -> None:
    if not principal.may(action.permission):
        raise NotAllowedError(f"{action.name} needs the permission {action.permission}.", permission=action.permission)


def _check_lane(request: TaskRequest, action: Action[Any, Any]) -> None:
    """Nobody lifts an action's own limit, or takes the place that keeps the runs of a schedule apart."""
    if not request.concurrency_key or request.origin.startswith((_OF_SCHEDULES, RESUBMITTED)):
        return
    if action.concurrency:
        raise InvalidTaskInputError(
            f"{action.name} has a limit of its own, {action.concurrency} at once. Leave the concurrency key out."
        )
    if request.concurrency_key.startswith(_OF_SCHEDULES):
        raise InvalidTaskInputError(f"Concurrency keys that begin with {_OF_SCHEDULES} belong to schedules.")


def _check(request: TaskRequest) -> None:
    """Refuse what no action's own rules look at."""
    if not LOWEST_PRIORITY <= request.priority <= HIGHEST_PRIORITY:
        raise InvalidTaskInputError(f"A priority is from {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}.")
    if request.concurrency < 1:
        raise InvalidTaskInputError("A concurrency is at least 1.")
    if max(len(request.unique_key), len(request.concurrency_key), len(request.origin)) > _LONGEST_KEY:
        raise InvalidTaskInputError(f"Keys have at most {_LONGEST_KEY} characters.")
    if len(request.needs) > _MOST_NEEDS:
        raise InvalidTaskInputError(f"A task needs at most {_MOST_NEEDS:,} others.")
    if request.timeout is not None and request.timeout <= 0:
        raise InvalidTaskInputError("A timeout is above 0.")
    if request.id and not request.id.startswith(f"{_ID_PREFIX}_"):
        raise InvalidTaskInputError("Ids of tasks come from new_task_id.")
    if len(request.cause) >= MAX_CAUSE_DEPTH:
        raise FeedbackLoopError(
            f"{request.action} would be caused by a chain of {len(request.cause)} entries; chains end at"
            f" {MAX_CAUSE_DEPTH}.",
            cause=list(request.cause),
        )
