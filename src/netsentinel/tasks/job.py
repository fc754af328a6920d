"""A task while it runs in this process: what its handler reports to, and what its worker stops."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros
from netsentinel.recovery.breaker import Admission
from netsentinel.recovery.retry import Failure, Fault, classify
from netsentinel.storage.ports import Database
from netsentinel.tasks.engine import End, Engine, Lease
from netsentinel.tasks.errors import HandlerFailedError, InterruptedTaskError, TaskTimeoutError, WorkerLostError
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.model import Effect, Progress, Task
from netsentinel.tasks.registry import Action, check_size

_TELL_EVERY_S: Final = 0.1
_MICROS: Final = 1_000_000


class Job:
    """A leased task; it is the `Reporter` of its handler.

    Args:
        lease: the task and what its breaker said.
        action: what it is a run of.
        db: where checkpoints are saved.
        engine: what saves them.
        hints: who is told of progress.
        on_dirty: called on the loop when there is progress to write.
    """

    def __init__(
        self,
        lease: Lease,
        action: Action[Any, Any],
        db: Database,
        engine: Engine,
        hints: Hints,
        on_dirty: Callable[["Job"], None],
    ) -> None:
        self.action = action
        self.admission: Admission = lease.admission
        self.effects: list[Effect] = []
        self.latest: Progress | None = None
        """The newest progress report."""
        self._task = lease.task
        self._db = db
        self._engine = engine
        self._hints = hints
        self._on_dirty = on_dirty
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._told_at = 0.0
        self._is_telling = False
        self._reports = 0
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Future[Any] | None = None
        self._stopped_by = ""

    @property
    def task(self) -> Task:
        """The task as it was when this attempt began."""
        return self._task

    @property
    def took(self) -> Micros:
        """How long it has been running, by a clock that nobody sets."""
        return int((self._loop.time() - self._began) * _MICROS)

    # The reporter.

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        """Say how far it is (0 to 100). The newest report wins."""
        self._reports += 1
        told = min(100.0, max(0.0, float(percent)))
        self.latest = Progress(
            self._task.id, self._task.tenant, self._reports, told, stage[:200], message[:1_000], data
        )
        if not self._is_telling:
            self._is_telling = True
            self._loop.call_soon_threadsafe(self._tell_soon)

    def commit(self, effect: Effect) -> None:
        """Have `effect` run in the transaction that completes the task, and only there."""
        self.effects.append(effect)

    async def save(self, checkpoint: object) -> None:
        """Keep a JSON value that the next attempt finds in `task.checkpoint`; durable when this returns.

        Raises:
            LeaseLostError: another worker has the task; stop.
        """
        encoded = msgspec.json.encode(checkpoint)
        check_size(encoded, "The checkpoint")
        await self._db.write(lambda tx: self._engine.save_checkpoint(tx, self._task, msgspec.Raw(encoded)))

    def save_blocking(self, checkpoint: object) -> None:
        """`save` for handlers on threads.

        Raises:
            LeaseLostError: another worker has the task; stop.
        """
        self.check()
        asyncio.run_coroutine_threadsafe(self.save(checkpoint), self._loop).result()

    def check(self) -> None:
        """Stop here when the task was cancelled, paused or has run too long.

        Raises:
            InterruptedTaskError: stop now and let it out.
        """
        if self._stopped_by:
            raise InterruptedTaskError(f"The task is stopped: {self._stopped_by}.")

    def _tell_soon(self) -> None:
        self._on_dirty(self)
        wait = self._told_at + _TELL_EVERY_S - self._loop.time()
        if wait <= 0:
            self._tell()
        else:
            self._loop.call_later(wait, self._tell)

    def _tell(self) -> None:
        self._told_at = self._loop.time()
        self._is_telling = False
        if self.latest is not None:
            self._hints.tell(self.latest)

    # The worker's side.

    def watch(self, work: "asyncio.Future[Any]", seconds: float, on_end: Callable[["Job", End], None]) -> None:
        """Have `on_end` called when the work is over, or after so many seconds."""
        self._work = work
        self._timer = self._loop.call_later(max(0.0, seconds), self.stop, "timeout")
        work.add_done_callback(lambda done: on_end(self, self._end(done)))

    def stop(self, why: str) -> None:
        """Stop the work: `timeout`, `wanted`, `shutdown` or `lost`. The first reason counts."""
        if self._work is None or self._work.done() or self._stopped_by:
            return
        self._stopped_by = why
        self._work.cancel()

    @property
    def is_lost(self) -> bool:
        """Whether the lease is known to be gone, so that nothing needs to be written."""
        return self._stopped_by == "lost"

    def _end(self, done: "asyncio.Future[Any]") -> End:
        """What became of the work."""
        if self._timer is not None:
            self._timer.cancel()
        error = None if done.cancelled() else done.exception()
        if self._stopped_by == "timeout":
            failure = classify(TaskTimeoutError(f"{self.action.name} ran into its timeout."), self.action.faults)
            return End(self._task, failure=failure, timed_out=True)
        if done.cancelled() or isinstance(error, InterruptedTaskError):
            if self._stopped_by:
                return End(self._task, released=self._stopped_by == "shutdown")
            detail = "The handler cancelled itself. Let it return, or raise an error that says why."
            return End(self._task, failure=Failure(Fault.RETRYABLE, "cancelled-itself", detail))
        if error is not None:
            failure = error.failure if isinstance(error, HandlerFailedError) else classify(error, self.action.faults)
            return End(self._task, failure=failure, lost=isinstance(error, WorkerLostError))
        try:
            result = done.result() if isinstance(done.result(), msgspec.Raw) else self.action.pack_result(done.result())
        except NetSentinelError as refused:
            return End(self._task, failure=classify(refused, self.action.faults))
        return End(self._task, result=result, effects=tuple(self.effects), last=self.latest)
