"""Counts requests in memory, refuses what is too much, and brings the counts into the database."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from netsentinel.kernel.clock import DAY, MINUTE, SECOND, Clock
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.limits.errors import QuotaExceededError, RateLimitedError
from netsentinel.limits.model import (
    MINUTES_A_DAY,
    ClassUsage,
    DayCount,
    Key,
    LimitPlan,
    Rate,
    RequestClass,
    Standing,
    UsageOfDay,
)
from netsentinel.limits.ports import UsageStore
from netsentinel.limits.window import added, day_left, merged, minute_left, moved, next_day
from netsentinel.storage.ports import Database, Tx

_log = structlog.get_logger("netsentinel.limits")

_FLUSH_S: Final = 0.5
"""Counts reach the database after at most so long; sooner where more than a hundredth of a limit waits."""
_PAUSE_S: Final = 1.0


@dataclass(slots=True)
class _Waiting:
    """Requests of one day that are not yet in the database."""

    rate: Rate | None
    opening: DayCount
    """The counter before the first of them: what a row begins with that is not there yet."""
    minutes: dict[int, int] = field(default_factory=dict[int, int])
    refused: int = 0

    @property
    def units(self) -> int:
        return sum(self.minutes.values())


@dataclass(slots=True)
class _Counter:
    """One principal's class as this process sees it."""

    count: DayCount
    debt: int = 0
    """Units that were counted and are not yet in the database."""


_Batch = dict[tuple[Key, int], _Waiting]


class RequestLimits:
    """Says whether a request may go, and remembers how many did.

    The answer comes from memory. What was counted is in the database half a second later; where that would let a crash
    forget more than a hundredth of a limit, the request waits for the commit. Several processes on one database see
    each other's counts at each commit.
    """

    def __init__(
        self, db: Database, store: UsageStore, clock: Clock, plan: LimitPlan | None = None, *, keep_days: int = 90
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._plan = plan or LimitPlan()
        self._keep_days = keep_days
        self._counters: dict[Key, _Counter] = {}
        self._waiting: _Batch = {}
        self._dirty = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._refused: Callable[[RequestClass], None] = lambda _: None

    def on_refusal(self, listener: Callable[[RequestClass], None]) -> None:
        """Have `listener` called with the class of each request that is refused."""
        self._refused = listener

    # Counting.

    async def charge(self, principal: Principal, of: RequestClass, units: int = 1) -> Standing | None:
        """Count so many units of a class, all or none of them; what is left, or None where there is no limit.

        Raises:
            RateLimitedError: the minute does not take them.
            QuotaExceededError: the day does not take them.
        """
        rate = self._plan.rate(principal, of)
        key = (principal.tenant, principal.id, of)
        now = self._clock.now()
        counter = self._at(key, now, rate)
        refusal = None if rate is None else _refusal(counter.count, rate, units, now)
        waiting = self._waiting_of(counter.count, rate)
        if refusal is not None:
            counter.count = merged(counter.count, {}, 1, rate)
            waiting.refused += 1
            self._dirty.set()
            self._refused(of)
            raise refusal
        counter.count = added(counter.count, units)
        minute = counter.count.minute
        waiting.minutes[minute] = waiting.minutes.get(minute, 0) + units
        self._dirty.set()
        if rate is None:
            return None
        counter.debt += units
        if counter.debt > rate.debt:
            await self._settle()
        return _standing(counter.count, rate, now)

    def standing(self, principal: Principal, of: RequestClass) -> Standing | None:
        """What is left, without counting anything; None where there is no limit."""
        rate = self._plan.rate(principal, of)
        if rate is None:
            return None
        now = self._clock.now()
        return _standing(self._at((principal.tenant, principal.id, of), now, rate).count, rate, now)

    # Usage.

    def usage(self, principal: Principal, of: RequestClass) -> ClassUsage:
        """The limits of a class and what is left of them."""
        rate, now = self._plan.rate(principal, of), self._clock.now()
        count = self._at((principal.tenant, principal.id, of), now, rate).count
        return ClassUsage(
            request_class=of,
            per_minute=rate.per_minute if rate else 0,
            burst=rate.burst if rate else 0,
            per_day=rate.per_day if rate else 0,
            minute_used=count.minute_used,
            minute_left=minute_left(count, rate) if rate else 0,
            minute_resets_at=(count.minute + 1) * MINUTE,
            day_used=count.used,
            day_refused=count.refused,
            day_left=day_left(count, rate) if rate else 0,
            day_resets_at=(count.day + 1) * DAY,
        )

    async def history(self, tenant: TenantId, principal: str | None, days: int) -> Sequence[UsageOfDay]:
        """The requests of so many days, today's included, newest first; with None those of the whole tenant.

        What this process counted is there at once, what others did as soon as it is stored.
        """
        first = self._clock.now() // DAY - days + 1
        found = {
            (count.day, count.key): count
            for count in await self._db.read(lambda tx: self._store.since(tx, tenant, principal, first))
        }
        for key in self._keys_of(tenant, principal):
            count = self._counters[key].count
            stored = found.get((count.day, key))
            if count.day >= first and (count.used or count.refused):
                found[count.day, key] = count if stored is None else _further(stored, count)
        return [UsageOfDay.of(found[place]) for place in sorted(found, key=lambda place: (-place[0], place[1][1:]))]

    def _keys_of(self, tenant: TenantId, principal: str | None) -> list[Key]:
        """The counters of a principal, or of a whole tenant."""
        if principal is None:
            return [key for key in self._counters if key[0] == tenant]
        return [key for of in RequestClass if (key := (tenant, principal, of)) in self._counters]

    async def forget_old(self) -> int:
        """Delete the counts of days that are not kept any more; how many rows went."""
        before = self._clock.now() // DAY - self._keep_days + 1
        return await self._db.write(lambda tx: self._store.forget(tx, before))

    # Keeping memory and database together.

    async def load(self) -> None:
        """Take in what was counted today, before anything is counted."""
        today = self._clock.now() // DAY
        for count in await self._db.read(lambda tx: self._store.of_day(tx, today)):
            self._counters[count.key] = _Counter(count)

    async def run(self) -> None:
        """Bring counts into the database, until cancelled; then once more."""
        try:
            while True:
                await self._dirty.wait()
                await asyncio.sleep(_FLUSH_S)
                try:
                    await self.flush()
                except NetSentinelError as error:
                    _log.warning("usage_waits", code=error.code, detail=error.detail)
                    await asyncio.sleep(_PAUSE_S)
        finally:
            await self.close()

    async def close(self) -> None:
        """Bring the last counts into the database; what cannot be written is lost."""
        try:
            await self.flush()
        except NetSentinelError as error:
            _log.warning("usage_lost", code=error.code, detail=error.detail)

    async def flush(self) -> None:
        """Bring what was counted so far into the database, and what other processes counted into memory."""
        # A caller who hangs up must not leave a commit behind of which nobody knows whether it was made.
        await asyncio.shield(asyncio.ensure_future(self._flush()))

    async def _settle(self) -> None:
        """Wait until what was counted is in the database."""
        try:
            await self.flush()
        except NetSentinelError as error:  # a full disk stops no reader; counting goes on in memory
            _log.warning("usage_waits", code=error.code, detail=error.detail)

    async def _flush(self) -> None:
        async with self._flushing:
            batch, self._waiting = self._waiting, {}
            self._dirty.clear()
            if not batch:
                return
            try:
                stored = await self._db.write(lambda tx: self._merge(tx, batch))
            except BaseException:
                self._take_back(batch)
                raise
            for count in stored:
                self._take_over(count, batch[count.key, count.day])

    def _merge(self, tx: Tx, batch: _Batch) -> list[DayCount]:
        """In the transaction; it may run twice and touches nothing in memory."""
        stored: list[DayCount] = []
        for (key, day), waiting in sorted(batch.items()):
            count = _begun(self._store.lock(tx, key, day), waiting.opening)
            count = merged(count, waiting.minutes, waiting.refused, waiting.rate)
            self._store.save(tx, count)
            stored.append(count)
        return stored

    def _take_back(self, batch: _Batch) -> None:
        for key, waiting in batch.items():
            newer = self._waiting.setdefault(key, _Waiting(waiting.rate, waiting.opening))
            newer.opening = waiting.opening
            newer.refused += waiting.refused
            for minute, units in waiting.minutes.items():
                newer.minutes[minute] = newer.minutes.get(minute, 0) + units
        self._dirty.set()

    def _take_over(self, stored: DayCount, flushed: _Waiting) -> None:
        """See what is stored from now on, and what came since."""
        counter = self._counters.get(stored.key)
        if counter is None:
            return
        counter.debt = max(0, counter.debt - flushed.units)
        if stored.day != counter.count.day:
            return
        since = self._waiting.get((stored.key, stored.day))
        if since is not None:
            stored = merged(stored, since.minutes, since.refused, since.rate)
        counter.count = moved(stored, counter.count.minute, flushed.rate)

    def _at(self, key: Key, now: Micros, rate: Rate | None) -> _Counter:
        """The counter as it stands now."""
        counter = self._counters.get(key)
        minute = now // MINUTE
        if counter is None:
            counter = self._counters[key] = _Counter(_fresh(key, minute, rate))
        elif minute > counter.count.minute:
            day = minute // MINUTES_A_DAY
            if day > counter.count.day:
                self._forget_before(day)
                counter.count = next_day(counter.count, day, rate)
            counter.count = moved(counter.count, minute, rate)
        return counter

    def _forget_before(self, day: int) -> None:
        """Forget who asked for nothing since a day ago; what waits for the database does so elsewhere."""
        old = [key for key, counter in self._counters.items() if counter.count.day < day - 1]
        for key in old:
            del self._counters[key]

    def _waiting_of(self, count: DayCount, rate: Rate | None) -> _Waiting:
        waiting = self._waiting.get((count.key, count.day))
        if waiting is None:
            waiting = self._waiting[count.key, count.day] = _Waiting(rate, count)
        return waiting


def _fresh(key: Key, minute: int, rate: Rate | None) -> DayCount:
    return DayCount(key, minute // MINUTES_A_DAY, minute=minute, carried=rate.burst if rate else 0)


def _begun(count: DayCount, opening: DayCount) -> DayCount:
    """The stored count; a row that has just been made begins with what the counter carried over."""
    if count.minute:
        return count
    return DayCount(count.key, count.day, minute=opening.minute, carried=opening.carried)


def _further(stored: DayCount, counted: DayCount) -> DayCount:
    """A count as it is stored, or as it is known here, whichever is further on."""
    return replace(counted, used=max(stored.used, counted.used), refused=max(stored.refused, counted.refused))


def _standing(count: DayCount, rate: Rate, now: Micros) -> Standing:
    return Standing(
        rate,
        minute_left(count, rate),
        _seconds_to((count.minute + 1) * MINUTE, now),
        day_left(count, rate),
        _seconds_to((count.day + 1) * DAY, now),
    )


def _seconds_to(at: Micros, now: Micros) -> int:
    return max(1, -((now - at) // SECOND))


def _refusal(count: DayCount, rate: Rate, units: int, now: Micros) -> NetSentinelError | None:
    """Why the units are not taken; None when they are."""
    if rate.per_day and units > day_left(count, rate):
        seconds = _seconds_to((count.day + 1) * DAY, now)
        return QuotaExceededError(
            f"{count.used} of {rate.per_day} requests of this day (UTC) are used. Go on in {seconds} s, or ask an"
            " administrator for a higher tier.",
            retry_after=seconds,
            limit=rate.per_day,
        )
    if units <= minute_left(count, rate):
        return None
    seconds = _seconds_to((count.minute + 1) * MINUTE, now)
    if units > rate.per_minute + rate.burst:
        detail = f"This counts as {units} requests; a minute takes {rate.per_minute}. Send at most that many at once."
    else:
        detail = f"This minute takes {rate.per_minute} requests. Go on in {seconds} s, or send fewer at a time."
    return RateLimitedError(detail, retry_after=seconds, limit=rate.per_minute)
