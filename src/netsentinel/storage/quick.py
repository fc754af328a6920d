"""Reads on the event loop itself: what is quick needs no thread, and what is not is broken off before it is felt."""

# pyright: reportUnknownMemberType=false
# apsw's stubs name the buffer type of a newer Python, which leaves a part of every signature unknown.

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any, Final

import apsw

from netsentinel.storage.outcome import Outcome
from netsentinel.storage.ports import ReadTx

TURN_S: Final = 0.004
"""So long reads may hold the event loop in one of its turns; the next ones wait for the next turn."""
REMEMBERED_S: Final = 10.0
"""A closure that was late twice in a row is left to threads for so long."""
_SHORTEST_S: Final = 0.001
_STEPS: Final = 500
"""SQLite's virtual machine looks at the clock every so many instructions, which take it some 20 µs."""
_LOOKS: Final = 4
"""What took fewer looks at the clock did little, however long the machine let it wait: 50 rows take about three."""


_here: Final = threading.local()
"""`is_quick` while the thread is an event loop's that runs a closure itself."""


class NotQuickError(Exception):
    """What a closure raises to be made anew on a thread; nobody else ever sees it."""


def leave_loop() -> None:
    """Called by a closure before it does what takes long without the database: on a thread it just goes on.

    Raises:
        NotQuickError: it runs on the event loop.
    """
    if getattr(_here, "is_quick", False):
        raise NotQuickError


@contextmanager
def held(lock: threading.Lock) -> Generator[None]:
    """Hold a lock that threads hold for long. The event loop does not wait for it.

    Raises:
        NotQuickError: somebody has it, and the closure runs on the event loop.
    """
    if not lock.acquire(blocking=False):
        leave_loop()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class QuickReads:
    """Runs closures on one connection, on the event loop's own thread.

    Handing a look at a few rows to a thread takes several times as long as the look: the thread has to be woken, and
    waits for the interpreter lock at every row. A closure may run twice, so one that turns out slow is broken off and
    made anew on a thread, as are all of the same code for a while.

    Args:
        connection: used by nobody else.
        view: makes what closures read from.
    """

    def __init__(self, connection: apsw.Connection, view: Callable[[apsw.Connection], ReadTx]) -> None:
        self.connection = connection
        self._view = view
        self._left = TURN_S
        self._deadline = 0.0
        self._looks = 0
        self._late: set[object] = set()
        self._slow_until: dict[object, float] = {}
        connection.set_busy_timeout(0)
        connection.set_progress_handler(self._is_late, _STEPS)

    async def turn(self, fn: Callable[..., Any]) -> bool:
        """Wait until it is this closure's turn; False when it is one for a thread."""
        if self._slow_until and self._slow_until.get(_code_of(fn), 0.0) > perf_counter():
            return False
        while self._left <= 0:  # noqa: ASYNC110 - the next turn of the loop is what is waited for
            await asyncio.sleep(0)
        return True

    def run(self, fn: Callable[[ReadTx], Any]) -> Outcome | None:
        """What the closure came to; None when it is one for a thread, which also says what is wrong with it."""
        if self._left == TURN_S:
            asyncio.get_running_loop().call_soon(self._renew)
        began = perf_counter()
        self._deadline, self._looks = began + max(self._left, _SHORTEST_S), 0
        try:
            self.connection.execute("BEGIN")
            _here.is_quick = True
            return Outcome(fn(self._view(self.connection)))
        except (apsw.Error, NotQuickError):
            return None
        finally:
            _here.is_quick = False
            if self.connection.in_transaction:
                with suppress(apsw.Error):  # the transaction is over in any case
                    self.connection.execute("ROLLBACK")
            now = perf_counter()
            self._left -= now - began
            self._note(_code_of(fn), now, is_late=now - began > TURN_S and self._looks >= _LOOKS)

    def _note(self, code: object, now: float, *, is_late: bool) -> None:
        """Remember what is slow. Once says little: the machine may have had something else to do."""
        if not is_late:
            self._late.discard(code)
        elif code in self._late:
            self._slow_until[code] = now + REMEMBERED_S
        else:
            self._late.add(code)

    def _renew(self) -> None:
        self._left = TURN_S

    def _is_late(self) -> bool:
        self._looks += 1
        return perf_counter() > self._deadline


def _code_of(fn: Callable[..., Any]) -> object:
    """What closures of the same place in the source have in common."""
    return getattr(fn, "__code__", None)
