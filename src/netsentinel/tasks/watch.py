"""Notices when a handler blocks the event loop, and says which line of which file it is on."""

import asyncio
import sys
import threading
import traceback
from typing import Final

import structlog

_log = structlog.get_logger("netsentinel.tasks")

BLOCKED_S: Final = 1.0
_REST_S: Final = 1.0
_FRAMES: Final = 4


class LoopWatch:
    """A thread that asks the event loop for a sign of life while tasks run, and reports when none comes."""

    def __init__(self, blocked_s: float = BLOCKED_S) -> None:
        self._blocked_s = blocked_s
        self._work = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.blocked = 0
        """How often the loop was blocked."""

    def busy(self) -> None:
        """Say that tasks run; the thread begins with the first one."""
        if self._thread is None:
            loop, ident = asyncio.get_running_loop(), threading.get_ident()
            self._thread = threading.Thread(
                target=self._watch, args=(loop, ident), name="netsentinel-loop-watch", daemon=True
            )
            self._thread.start()
        self._work.set()

    def rest(self) -> None:
        """Say that no task runs."""
        if not self._closed.is_set():
            self._work.clear()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._work.set()

    def _watch(self, loop: asyncio.AbstractEventLoop, ident: int) -> None:
        while not self._closed.wait(_REST_S):
            self._work.wait()
            answered = threading.Event()
            try:
                loop.call_soon_threadsafe(answered.set)
            except RuntimeError:
                return  # the loop is closed
            if not answered.wait(self._blocked_s):
                self.blocked += 1
                frame = sys._current_frames().get(ident)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - there is no other way to see another thread's stack
                stack = traceback.extract_stack(frame)[-_FRAMES:] if frame is not None else []
                where = " <- ".join(f"{one.name} ({one.filename}:{one.lineno})" for one in reversed(stack))
                _log.error("handler_blocks_the_loop", seconds=self._blocked_s, where=where, hint=_HINT)
                while not answered.wait(self._blocked_s) and not self._closed.is_set():
                    continue


_HINT: Final = "Make the handler a plain function: it then runs on a thread."
