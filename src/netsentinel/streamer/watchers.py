"""Who waits for which task: ends and progress reach the connections that asked, and nobody else."""

from collections.abc import Callable
from typing import Protocol

from netsentinel.streamer.ports import Ended, Step


class Watcher(Protocol):
    """Waits for tasks."""

    def on_end(self, task_id: str, end: Ended) -> None:
        """A task has ended."""
        ...

    def on_step(self, step: Step) -> None:
        """A task got on."""
        ...


class Watchers:
    """All waiting connections of a process, by task."""

    def __init__(self) -> None:
        self._by_task: dict[str, list[Watcher]] = {}

    def __len__(self) -> int:
        """Tasks that somebody waits for."""
        return len(self._by_task)

    def __contains__(self, task_id: object) -> bool:
        return task_id in self._by_task

    def enter(self, task_id: str, watcher: Watcher) -> None:
        """Wait for a task."""
        self._by_task.setdefault(task_id, []).append(watcher)

    def leave(self, task_id: str, watcher: Watcher) -> None:
        """Do not wait any more, as often as it was said."""
        waiting = self._by_task.get(task_id)
        if waiting is not None and watcher in waiting:
            waiting.remove(watcher)
            if not waiting:
                del self._by_task[task_id]

    def on_end(self, task_id: str, end: Ended) -> None:
        """A task has ended: tell those who wait for it."""
        self._each(task_id, lambda watcher: watcher.on_end(task_id, end))

    def on_step(self, step: Step) -> None:
        """A task got on: tell those who wait for it."""
        self._each(step.task_id, lambda watcher: watcher.on_step(step))

    def _each(self, task_id: str, tell: Callable[[Watcher], None]) -> None:
        for watcher in dict.fromkeys(self._by_task.get(task_id, ())):
            tell(watcher)
