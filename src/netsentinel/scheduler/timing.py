"""When a trigger fires next, which of its times have passed, and by how much jitter puts a time off."""

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import Final

from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.types import Micros
from netsentinel.scheduler.cron import Cron
from netsentinel.scheduler.model import Schedule, ScheduleDraft, Trigger, TriggerKind

TURNED_BACK: Final = 3 * HOUR
"""A clock that was set back by more than this is taken as right from then on, as cron does; less is waited out."""

_FIRST_WINDOW: Final = 60 * SECOND


@lru_cache(maxsize=1024)
def cron_of(text: str, zone: str) -> Cron:
    """The parsed expression.

    Raises:
        InvalidScheduleError: it or the zone is not understood.
    """
    return Cron.parse(text, zone)


def next_tick(trigger: Trigger, after: Micros) -> Micros | None:
    """The first time of a trigger after an instant; None when there is none, or time does not fire it."""
    match trigger.kind:
        case TriggerKind.CRON:
            return cron_of(trigger.cron, trigger.zone).next_after(after)
        case TriggerKind.INTERVAL:
            if after < trigger.at:
                return trigger.at
            return trigger.at + ((after - trigger.at) // trigger.every + 1) * trigger.every
        case TriggerKind.ONCE:
            return trigger.at if after < trigger.at else None
        case TriggerKind.EVENT:
            return None


def ticks_between(trigger: Trigger, after: Micros, until: Micros, limit: int) -> list[Micros]:
    """The first times in `(after, until]`, at most so many, ascending."""
    found: list[Micros] = []
    while len(found) < limit and (tick := next_tick(trigger, after)) is not None and tick <= until:
        found.append(tick)
        after = tick
    return found


def latest_ticks(trigger: Trigger, after: Micros, until: Micros, limit: int) -> list[Micros]:
    """The last times in `(after, until]`, at most so many, ascending, however many there are."""
    window = _FIRST_WINDOW
    while True:
        begin = max(after, until - window)
        found = _all_between(trigger, begin, until)
        if begin == after or len(found) >= limit:
            return found[-limit:]
        window *= 2


def _all_between(trigger: Trigger, after: Micros, until: Micros) -> list[Micros]:
    found: list[Micros] = []
    while (tick := next_tick(trigger, after)) is not None and tick <= until:
        found.append(tick)
        after = tick
    return found


def put_off(schedule_id: str, tick: Micros, jitter: Micros) -> Micros:
    """When a time is kept: up to `jitter` later, the same in every process."""
    if jitter <= 0:
        return tick
    digest = hashlib.blake2b(f"{schedule_id} {tick}".encode(), digest_size=8).digest()
    return tick + int.from_bytes(digest, "big") % (jitter + 1)


def turned_back(schedule: Schedule, now: Micros) -> ScheduleDraft:
    """The draft after the clock was set back: an interval that had begun goes on from now, on the same grid."""
    draft, trigger = schedule.draft, schedule.draft.trigger
    has_begun = trigger.kind is TriggerKind.INTERVAL and trigger.at <= schedule.planned_at + trigger.every
    if not has_begun or trigger.at <= now:
        return draft
    return replace(draft, trigger=replace(trigger, at=now + 1 + (trigger.at - now - 1) % trigger.every))


def planned(schedule: Schedule, now: Micros, after: Micros) -> tuple[Micros | None, Micros | None, Micros]:
    """(the next time after `after`, when it is kept, when this was worked out)."""
    tick = next_tick(schedule.draft.trigger, after) if schedule.draft.enabled else None
    due = None if tick is None else put_off(schedule.id, tick, schedule.draft.jitter)
    return tick, due, now
