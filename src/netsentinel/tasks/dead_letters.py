"""Dead letters: tasks that gave up, and what people do about them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NetSentinelError, NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx
from netsentinel.tasks import life
from netsentinel.tasks.engine import Engine
from netsentinel.tasks.entries import DLQ_ENTRY_RESOLVED, DLQ_ENTRY_RESUBMITTED, DeadLetterHandled
from netsentinel.tasks.errors import TaskStateError
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.model import Resubmission, Submitted, Task, TaskFilter, TaskRequest, TaskState

RESUBMITTED: Final = "resubmit:"
"""Begins the origin of a task that a dead letter became."""
MOST_RESUBMITTED: Final = 1_000
"""At most so many dead letters are resubmitted by one call with a filter."""

_LONGEST_NOTE: Final = 2_000


class DeadLetters:
    """Looks after tasks that gave up. Listing them is listing tasks in the state `dead`."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        hints: Hints,
        submit_in: Callable[[Tx, Principal, TaskRequest], Submitted],
    ) -> None:
        self._db = db
        self._engine = engine
        self._hints = hints
        self._submit_in = submit_in

    async def resubmit(self, principal: Principal, task_id: str, edited: object = None) -> Task:
        """Submit a dead letter again as a new task, with its own input or an edited one; the letter is then resolved.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it is no dead letter, or somebody was done with it already.
            NetSentinelError: the input does not fit, or the principal may not do this, as when submitting.
        """
        return await self._db.write(lambda tx: self.resubmit_in(tx, principal, task_id, edited))

    async def resubmit_matching(
        self, principal: Principal, where: TaskFilter, *, limit: int = MOST_RESUBMITTED, is_dry_run: bool = False
    ) -> Resubmission:
        """Submit every unresolved dead letter again that the filter names, oldest last; or only say which.

        Each is a transaction of its own, so that one that is refused keeps no other back.
        """
        letters = await self._matching(principal.tenant, where, min(limit, MOST_RESUBMITTED))
        if is_dry_run:
            return Resubmission(len(letters), tuple(letters), self._refusals(letters), is_dry_run=True)
        tasks: list[Task] = []
        refused: list[tuple[str, str]] = []
        for letter in letters:
            try:
                tasks.append(await self.resubmit(principal, letter.id))
            except NetSentinelError as error:
                if error.retryable:
                    raise
                refused.append((letter.id, error.detail))
        return Resubmission(len(letters), tuple(tasks), tuple(refused), is_dry_run=False)

    async def resolve(self, principal: Principal, task_id: str, note: str) -> Task:
        """Be done with a dead letter, and say why. It is kept as long as dead letters are.

        Raises:
            NotFoundError: the tenant has no such task.
            TaskStateError: it is no dead letter, or somebody was done with it already.
        """
        return await self._db.write(lambda tx: self.resolve_in(tx, principal, task_id, note))

    def resolve_in(self, tx: Tx, principal: Principal, task_id: str, note: str) -> Task:
        """`resolve` in the caller's transaction.

        Raises:
            NetSentinelError: as for `resolve`.
        """
        letter = self._unresolved(tx, principal.tenant, task_id)
        return self._resolved(tx, principal, letter, DLQ_ENTRY_RESOLVED, note=note)

    async def _matching(self, tenant: TenantId, where: TaskFilter, limit: int) -> list[Task]:
        narrowed = replace(where, states=(TaskState.DEAD,), is_resolved=False)
        return await self._db.read(lambda tx: self._engine.stores.tasks.page(tx, tenant, narrowed, limit, None))

    def _refusals(self, letters: list[Task]) -> tuple[tuple[str, str], ...]:
        """Which of them would be refused, as far as that can be told before."""
        found: list[tuple[str, str]] = []
        for letter in letters:
            try:
                self._engine.registry[letter.action].read_input(letter.input)
            except NetSentinelError as error:
                found.append((letter.id, error.detail))
        return tuple(found)

    def resubmit_in(self, tx: Tx, principal: Principal, task_id: str, edited: object = None) -> Task:
        """`resubmit` in the caller's transaction.

        Raises:
            NetSentinelError: as for `resubmit`.
        """
        letter = self._unresolved(tx, principal.tenant, task_id)
        request = TaskRequest(
            action=letter.action,
            input=letter.input if edited is None else edited,
            priority=letter.priority,
            timeout=letter.timeout,
            concurrency_key=letter.lane.removeprefix(f"key/{letter.tenant}/") if letter.lane.startswith("key/") else "",
            concurrency=max(1, letter.lane_limit),
            retry=letter.retry,
            dependency=letter.dependency,
            cause=letter.cause,
            origin=f"{RESUBMITTED}{letter.id}",
            by_server=edited is None,  # as it was, it was checked when it was first asked for
        )
        task = self._submit_in(tx, principal, request).task
        self._resolved(tx, principal, letter, DLQ_ENTRY_RESUBMITTED, note=f"resubmitted as {task.id}", task=task.id)
        return task

    def _unresolved(self, tx: Tx, tenant: TenantId, task_id: str) -> Task:
        found = self._engine.stores.tasks.lock(tx, [(tenant, task_id)])
        if not found:
            raise NotFoundError(f"There is no task {task_id[:60]}.")
        if found[0].state is not TaskState.DEAD:
            raise TaskStateError(f"The task is {found[0].state}, not dead.", state=found[0].state)
        if found[0].resolved_at is not None:
            raise TaskStateError(f"Somebody was done with it already: {found[0].resolution}", state=found[0].state)
        return found[0]

    def _resolved(self, tx: Tx, principal: Principal, letter: Task, kind: str, *, note: str, task: str = "") -> Task:
        now = self._engine.clock.now()
        resolved = life.changed(letter, now, resolved_at=now, resolution=note[:_LONGEST_NOTE])
        self._engine.stores.tasks.save(tx, [resolved])
        told = DeadLetterHandled(id=letter.id, action=letter.action, note=resolved.resolution, task=task)
        tx.append(NewEntry(kind, letter.tenant, principal.id, letter.id, told, letter.cause))
        return resolved
