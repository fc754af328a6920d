"""How requests become rows: many in one closure, and started by it where a worker of this process has a place.

A task that is leased by the transaction that submits it needs no second commit before it starts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from netsentinel.kernel.errors import NetSentinelError, UnavailableError
from netsentinel.storage.ports import Database, Tx
from netsentinel.tasks.engine import Engine, Lease
from netsentinel.tasks.errors import TaskStateError
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.model import Submitted, Task

_MOST_TOGETHER: Final = 500
"""At most so many single submissions share a closure."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A task that may be kept, with the ids of those that it needs."""

    task: Task
    needs: tuple[str, ...] = ()
    has_own_id: bool = False
    """Whether the caller chose the id, so that it may be taken."""

    @property
    def is_plain(self) -> bool:
        """Whether keeping it cannot fail and depends on no other task, but for its unique key."""
        return not (self.needs or self.task.lane or self.has_own_id)


@dataclass(slots=True)
class _Waiting:
    """A single submission on its way."""

    prepared: Prepared
    future: asyncio.Future[Submitted]


class Intake:
    """Keeps new tasks. Single submissions of one turn of the event loop share a closure."""

    def __init__(self, db: Database, engine: Engine, hints: Hints) -> None:
        self._db = db
        self._engine = engine
        self._hints = hints
        self._waiting: list[_Waiting] = []
        self._writes: set[asyncio.Task[list[Submitted]]] = set()

    async def one(self, prepared: Prepared) -> Submitted:
        """Keep a task; it is durable when this returns, and kept also when the caller does not wait for it.

        Raises:
            NetSentinelError: it cannot be kept.
        """
        if not prepared.is_plain:
            return (await self.all([prepared]))[0]
        loop = asyncio.get_running_loop()
        waiting = _Waiting(prepared, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._flush)
        self._waiting.append(waiting)
        return await waiting.future

    async def all(self, prepared: Sequence[Prepared]) -> list[Submitted]:
        """Keep tasks together, or none of them.

        Raises:
            NetSentinelError: they cannot be kept.
        """
        # In a task of its own: whoever waits may be cancelled, and leases must not be dropped with it.
        return await asyncio.shield(asyncio.get_running_loop().create_task(self._keep(prepared)))

    def keep_in(self, tx: Tx, prepared: Sequence[Prepared]) -> list[Submitted]:
        """Keep tasks in the caller's transaction; a worker is told once it is committed."""
        submitted, _ = self._submit(tx, prepared, {})
        return submitted

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for first in range(0, len(waiting), _MOST_TOGETHER):
            self._write(waiting[first : first + _MOST_TOGETHER])

    def _write(self, waiting: list[_Waiting]) -> None:
        write = asyncio.get_running_loop().create_task(self._keep([one.prepared for one in waiting]))
        self._writes.add(write)
        write.add_done_callback(partial(self._tell, waiting))

    def _tell(self, waiting: list[_Waiting], write: asyncio.Task[list[Submitted]]) -> None:
        """Tell those who wait what became of their tasks."""
        self._writes.discard(write)
        error = None if write.cancelled() else write.exception()
        if error is None:
            for number, one in enumerate(waiting):
                if write.cancelled():
                    one.future.cancel()
                elif not one.future.done():  # whoever submitted may be gone meanwhile
                    one.future.set_result(write.result()[number])
        elif len(waiting) > 1 and not isinstance(error, UnavailableError):
            for one in waiting:  # one of them is to blame, and only that one is to suffer
                self._write([one])
        else:
            for one in waiting:
                _fail(one.future, error)

    async def _keep(self, prepared: Sequence[Prepared]) -> list[Submitted]:
        starter = self._hints.starter
        if starter is None:
            return await self._db.write(lambda tx: self._submit(tx, prepared, {})[0])
        places: dict[str, str] = {}
        reserved: list[Task] = []
        for one in prepared:
            if one.is_plain and one.task.not_before is None and (worker := starter.reserve(one.task)):
                places[one.task.id] = worker
                reserved.append(one.task)
        try:
            submitted, leases = await self._db.write(lambda tx: self._submit(tx, prepared, places))
        except BaseException as error:
            starter.settle(reserved, (), in_doubt=isinstance(error, NetSentinelError))
            raise
        starter.settle(reserved, leases)
        return submitted

    def _submit(
        self, tx: Tx, prepared: Sequence[Prepared], places: dict[str, str]
    ) -> tuple[list[Submitted], list[Lease]]:
        leases: list[Lease] = []
        if all(one.is_plain for one in prepared):
            kept = self._engine.submit(tx, [one.task for one in prepared], {}, places)
            leases += kept.leases
            by_id = {task.id: task for task in kept.tasks}
            submitted = [self._outcome(tx, one.task, by_id.get(one.task.id)) for one in prepared]
        else:
            submitted = list[Submitted]()
            for one in prepared:
                kept = self._engine.submit(tx, [one.task], {one.task.id: one.needs}, places)
                leases += kept.leases
                submitted.append(self._outcome(tx, one.task, kept.tasks[0] if kept.tasks else None))
        if len(leases) < len(prepared):
            self._hints.give()
        return submitted, leases

    def _outcome(self, tx: Tx, task: Task, kept: Task | None) -> Submitted:
        if kept is not None:
            return Submitted(kept, is_duplicate=False)
        earlier = self._engine.stores.tasks.by_key(tx, task.tenant, task.unique_key) if task.unique_key else None
        if earlier is None:
            raise TaskStateError(f"The id {task.id} is taken.")
        return Submitted(earlier, is_duplicate=True)


def _fail(future: asyncio.Future[Submitted], error: BaseException) -> None:
    """Each gets an error of its own where several fail: tracebacks grow when several raise the same one."""
    if not future.done():
        own = isinstance(error, UnavailableError)
        future.set_exception(type(error)(error.detail, **error.extra) if own else error)
