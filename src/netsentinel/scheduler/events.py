"""Fires schedules when something happened: follows the journal for the events that some schedule waits for."""

import asyncio
from collections.abc import Mapping
from typing import Final, cast

import structlog

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Json, JsonObject
from netsentinel.scheduler.entries import EVENT_ANNOUNCED
from netsentinel.scheduler.firing import Firing, Replaced, ScheduleStores
from netsentinel.scheduler.model import By, MatchValue
from netsentinel.scheduler.service import Schedules
from netsentinel.storage import Database, Follower, Journal, ReadTx, Tx
from netsentinel.storage.rows import newest_seq

_log = structlog.get_logger("netsentinel.schedules")

CURSOR: Final = "schedules on events"
_WAIT_S: Final = 5.0
_PAUSE_S: Final = 1.0
_BATCH: Final = 100


class EventTrigger:
    """Fires what waits for an event, once for every entry, across restarts and whichever process runs it.

    An entry whose causes already fired a schedule fires none: what a schedule brings about never starts another one, so
    that nothing goes round in circles.
    """

    def __init__(
        self, db: Database, journal: Journal, stores: ScheduleStores, firing: Firing, schedules: Schedules
    ) -> None:
        self._db = db
        self._journal = journal
        self._stores = stores
        self._firing = firing
        self._schedules = schedules
        self._follower: tuple[tuple[str, ...], Follower] | None = None

    async def run(self) -> None:
        """Fire until cancelled."""
        seen = -1  # so that the first look does not wait
        while True:
            try:
                seen = await self._journal.wait_beyond(seen, _WAIT_S)
                await self.catch_up()
            except NetSentinelError as error:
                _log.warning("schedules_on_events_wait", code=error.code, detail=error.detail)
                await asyncio.sleep(_PAUSE_S)
                seen = -1

    async def catch_up(self) -> None:
        """Fire for everything that has happened by now.

        Raises:
            NetSentinelError: the storage is not available; nothing is lost.
        """
        # Names and end of one snapshot: a schedule made later waits for entries beyond it only, so none is passed over.
        names, upto = await self._db.read(lambda tx: (tuple(self._stores.due.names(tx)), newest_seq(tx)))
        follower = self._follower_of(names)
        while True:
            replaced: list[Replaced] = []
            count = await follower.step(lambda tx, entry: self._react(tx, entry, replaced), _BATCH, upto)  # noqa: B023 - run at once
            await self._schedules.cancel(replaced)
            if not count:
                return

    def _follower_of(self, names: tuple[str, ...]) -> Follower:
        """A follower of these kinds, kept while they are the same."""
        if self._follower is None or self._follower[0] != names:
            # Announced events are always among them: without any kind, a follower would see all.
            self._follower = (names, self._journal.follow(CURSOR, (*names, EVENT_ANNOUNCED)))
        return self._follower[1]

    def _react(self, tx: Tx, entry: Entry, replaced: list[Replaced]) -> None:
        payload = entry.payload
        names = [entry.kind]
        if entry.kind == EVENT_ANNOUNCED:
            names.append(str(payload["name"]))
        waiting = [
            (schedule, payload if name == entry.kind else payload["data"])
            for name in names
            for schedule in self._stores.due.on(tx, entry.tenant, name)
            if schedule.from_seq < entry.seq
        ]
        if not waiting or self._comes_of_a_schedule(tx, entry):
            return
        for schedule, data in waiting:
            if matches(schedule.draft.trigger.where, data):
                cause = (*entry.cause, entry.seq)
                _, _, gone = self._firing.fire(tx, schedule, By.EVENT, cause=cause, event_seq=entry.seq)
                replaced += gone

    def _comes_of_a_schedule(self, tx: ReadTx, entry: Entry) -> bool:
        return self._stores.runs.started_by(tx, entry.tenant, entry.cause)


def matches(where: Mapping[str, MatchValue | tuple[MatchValue, ...]], payload: JsonObject) -> bool:
    """Whether every field has the stated value, or one of them; a list has it when one of its items does."""
    return all(_has(_at(payload, field), wanted) for field, wanted in where.items())


def _has(value: Json, wanted: MatchValue | tuple[MatchValue, ...]) -> bool:
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    found = cast("list[Json]", value) if isinstance(value, list) else [value]
    return any(_same(one, other) for one in found for other in allowed)


def _same(one: Json, other: MatchValue) -> bool:
    """Equal as JSON: 1 is 1.0, but neither is true."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _at(payload: JsonObject, field: str) -> Json:
    found: Json = payload
    for part in field.split("."):
        if not isinstance(found, dict):
            return None
        found = cast("dict[str, Json]", found).get(part)
    return found
