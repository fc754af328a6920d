"""Fires schedules when they are due: sleeps until the next one, and looks now and then in case the clock was set."""

import asyncio
from typing import Final

import structlog

from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.scheduler.firing import BATCH
from netsentinel.scheduler.service import Schedules

_log = structlog.get_logger("netsentinel.schedules")

_LONGEST_SLEEP_S: Final = 30.0
"""A clock that was set, and a change of another process that was not heard of, are noticed after this."""
_PAUSE_S: Final = 1.0


class Timer:
    """Every process may run one: of each due time one of them fires it."""

    def __init__(self, schedules: Schedules, clock: Clock) -> None:
        self._schedules = schedules
        self._clock = clock
        self._changed = asyncio.Event()
        schedules.on_change(self._changed.set)

    def on_entry(self, _entry: Entry) -> None:
        """The live reaction to changed schedules, of this or another process: look when the next one is due."""
        self._changed.set()

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            try:
                await self.turn()
            except NetSentinelError as error:
                _log.warning("schedules_wait", code=error.code, detail=error.detail)
                await asyncio.sleep(_PAUSE_S)

    async def turn(self) -> None:
        """Fire what is due, then sleep until something may be.

        Raises:
            NetSentinelError: the storage is not available; nothing is lost.
        """
        self._changed.clear()
        while len((await self._schedules.fire_due()).runs) >= BATCH:
            continue
        due = await self._schedules.next_due()
        left = _LONGEST_SLEEP_S if due is None else max(0.0, (due - self._clock.now()) / SECOND)
        try:
            async with asyncio.timeout(min(left, _LONGEST_SLEEP_S)):
                await self._changed.wait()
        except TimeoutError:
            return
