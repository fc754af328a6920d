"""How the parts of one process tell each other, without a database between them, that there is something to do."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from netsentinel.tasks.engine import Lease
from netsentinel.tasks.model import Progress, Task


class Starter(Protocol):
    """A worker of this process: it can have tasks leased to it by the very transaction that submits them."""

    def reserve(self, task: Task) -> str:
        """Keep a place for a task that is about to be submitted: the worker's id, or empty where it has none."""
        ...

    def settle(self, reserved: Sequence[Task], leases: Sequence[Lease], *, in_doubt: bool = False) -> None:
        """The transaction is over: run what was leased in it, and take the other places back.

        Args:
            reserved: tasks that places were kept for.
            leases: those of them that are this worker's now.
            in_doubt: whether it failed, so that on a server it may have been committed all the same.
        """
        ...


class Hints:
    """Says that there may be something to do for a worker of this process. Set on any thread, read on the loop."""

    def __init__(self) -> None:
        self._flag = threading.Event()
        self.listeners: list[Callable[[Progress], None]] = []
        """Told of progress, on the event loop."""
        self.starter: Starter | None = None
        """The worker of this process while it takes tasks; used on the event loop."""

    def give(self) -> None:
        """There may be work once the transaction at hand is committed."""
        self._flag.set()

    def take(self) -> bool:
        """Whether there may be work, since the last time somebody asked."""
        was = self._flag.is_set()
        self._flag.clear()
        return was

    def tell(self, progress: Progress) -> None:
        """A task got on: tell whoever listens."""
        for listener in self.listeners:
            listener(progress)
