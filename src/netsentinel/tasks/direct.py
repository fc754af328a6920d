"""Answers without a task: actions that only read are run for whoever waits, and nothing is kept of the run."""

import asyncio
from collections import Counter
from typing import Any, Final

import msgspec
import structlog

from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import TenantId
from netsentinel.tasks.model import Effect, Pool, Task
from netsentinel.tasks.registry import Action

_log = structlog.get_logger("netsentinel.tasks")

MOST_AT_ONCE: Final = 128
"""As many as a worker has places on the event loop."""
MOST_OF_TENANT: Final = MOST_AT_ONCE // 4
"""So that no tenant's slow questions keep the others' out."""


class DirectRuns:
    """Runs actions on the event loop; gives up where a task is needed after all, which then begins anew."""

    def __init__(self) -> None:
        self._running: Counter[TenantId] = Counter()
        self.answered = 0
        """Runs that gave an answer."""

    async def run(self, task: Task, action: Action[Any, Any], seconds: float) -> msgspec.Raw | None:
        """The result; None where the action may not be run so, failed, or did not end in time.

        Args:
            task: what would be kept.
            action: what it is a run of.
            seconds: how long to wait at most; the run is stopped then.
        """
        if not is_direct(action) or task.dependency or task.lane or not self._has_place(task.tenant):
            return None
        self._running[task.tenant] += 1
        work = asyncio.get_running_loop().create_task(_handled(action, task), name=f"direct {action.name}")
        try:
            await asyncio.wait({work}, timeout=seconds)
        finally:
            self._running[task.tenant] -= 1
            if not self._running[task.tenant]:
                del self._running[task.tenant]
            if not work.done():
                work.cancel()
        if not work.done() or work.cancelled():
            return None
        if (error := work.exception()) is not None:  # as a task it is tried again, and its failure is told in full
            _log.info("direct_run_failed", action=action.name, error=type(error).__name__)
            return None
        try:
            result = action.pack_result(work.result())
        except NetSentinelError:
            return None
        self.answered += 1
        return result

    def _has_place(self, tenant: TenantId) -> bool:
        return self._running[tenant] < MOST_OF_TENANT and self._running.total() < MOST_AT_ONCE


def is_direct(action: Action[Any, Any]) -> bool:
    """Whether runs of the action may be answered without a task."""
    return action.reads_only and action.pool is Pool.LOOP and not action.concurrency


async def _handled(action: Action[Any, Any], task: Task) -> Any:
    """The handler, so that what it raises before its first wait is the run's failure, too."""
    return await action.process(action.read_input(task.input), _Listener(task))


class _Listener:
    """The `Reporter` of a run that nobody follows."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @property
    def task(self) -> Task:
        """What would have been kept."""
        return self._task

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        """Nobody is told: the answer is due soon."""

    def commit(self, effect: Effect) -> None:
        """Refuse.

        Raises:
            TypeError: there is no transaction in which the effect could happen.
        """
        raise TypeError(f"{self._task.action} says that it only reads, and has an effect: {effect!r}")

    async def save(self, checkpoint: object) -> None:
        """There is no other attempt that could find it."""

    def save_blocking(self, checkpoint: object) -> None:
        """There is no other attempt that could find it."""

    def check(self) -> None:
        """A run on the event loop is stopped by cancelling it."""
