"""How the parts of one process tell each other, without a database between them, that there is something to see."""

import threading
from collections.abc import Callable

from netsentinel.tasks.model import Progress


class Hints:
    """Says that there may be something to do for a worker of this process. Set on any thread, read on the loop."""

    def __init__(self) -> None:
        self._flag = threading.Event()
        self.listeners: list[Callable[[Progress], None]] = []
        """Told of progress, on the event loop."""

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
