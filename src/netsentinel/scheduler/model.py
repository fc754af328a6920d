"""Schedules: what to run, when, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.tasks.model import USUAL_PRIORITY

MatchValue = str | int | float | bool
"""What a field of an event is compared with."""


class TriggerKind(StrEnum):
    """What makes a schedule fire."""

    CRON = "cron"
    INTERVAL = "interval"
    ONCE = "once"
    EVENT = "event"


class Overlap(StrEnum):
    """What happens when it fires while its task of before has not ended."""

    SKIP = "skip"
    """This time is left out."""
    QUEUE = "queue"
    """The new task waits for the one before."""
    REPLACE = "replace"
    """The one before is cancelled, and the new one runs as soon as it has ended."""


class Misfire(StrEnum):
    """What happens with times that passed while nobody could fire: the server was down, or the schedule paused."""

    SKIP = "skip"
    """They are left out."""
    COALESCE = "coalesce"
    """They are made up for by one run."""
    BACKFILL = "backfill"
    """The latest of them, at most `backfill`, are made up for one by one."""


class By(StrEnum):
    """Who or what fired a schedule."""

    TIME = "time"
    EVENT = "event"
    HAND = "hand"


class RunOutcome(StrEnum):
    """What firing came to."""

    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    """The run before had not ended."""
    MISSED = "missed"
    """Its time had passed, and the misfire policy leaves it out."""
    REFUSED = "refused"
    """The task was refused: its action is gone or takes no such input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a schedule fires. Only the fields of its kind count."""

    kind: TriggerKind
    cron: str = ""
    """Five fields, or six with seconds first, or `@daily` and the like."""
    zone: str = "UTC"
    """IANA time zone of a cron expression."""
    every: Micros = 0
    """Of an interval: at least a second."""
    at: Micros = 0
    """When to fire once; or when an interval first fires, 0 for one interval from now."""
    on: str = ""
    """Of an event: the kind of a journal entry (`alert.raised`), or a name that somebody announces."""
    where: Mapping[str, MatchValue | tuple[MatchValue, ...]] = field(default_factory=dict[str, Any])
    """Fields of the event's payload (`a.b` for a field within one) with the value, or values, that they must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """What a person states about a schedule."""

    name: str
    """Unique in the tenant."""
    action: str
    trigger: Trigger
    input: Any = None
    enabled: bool = True
    jitter: Micros = 0
    """Each time is put off by up to so much; every process comes to the same delay."""
    overlap: Overlap = Overlap.SKIP
    misfire: Misfire = Misfire.COALESCE
    backfill: int = 10
    """How many missed times are made up for at most."""
    grace: Micros = MINUTE
    """A time is missed when it could not be kept for so long."""
    priority: int = USUAL_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule as it stands."""

    id: str
    tenant: TenantId
    draft: ScheduleDraft
    is_system: bool = False
    """Whether NetSentinel made it: it can be paused and triggered, not changed."""
    next_at: Micros | None = None
    """The time that it is for next; None when time does not fire it."""
    due_at: Micros | None = None
    """`next_at` with its jitter: when it fires."""
    planned_at: Micros = 0
    """When `next_at` was worked out."""
    from_seq: int = 0
    """Only later entries of the journal fire it."""
    fired: int = 0
    """How often it fired, or would have."""
    last_at: Micros = 0
    """When it last submitted a task; 0 for never."""
    last_task: str = ""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One firing of a schedule."""

    id: str
    tenant: TenantId
    schedule_id: str
    number: int
    """Counts the firings of the schedule."""
    by: By
    tick: Micros
    """The time it was for; of an event or by hand, when it was fired."""
    at: Micros
    outcome: RunOutcome
    reason: str = ""
    task_id: str = ""
    event_seq: int = 0
    """`seq` of the entry that fired it."""
    state: str = ""
    """How its task ended; empty while it has not."""
    ended_at: Micros = 0


@dataclass(frozen=True, slots=True)
class ScheduleFilter:
    """Which schedules; everything left out lets all of them through."""

    enabled: bool | None = None
    action: str = ""
    text: str = ""
    """What the name contains, in any case."""

    def fits(self, draft: ScheduleDraft) -> bool:
        """Whether it lets a schedule through."""
        return (
            self.enabled in {None, draft.enabled}
            and self.action in {"", draft.action}
            and self.text.casefold() in draft.name.casefold()
        )


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """One page of schedules by name, each with its newest run."""

    items: tuple[tuple[Schedule, Run | None], ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first."""

    items: tuple[Run, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class RunCount:
    """How many runs of one kind there were in one stretch of time."""

    at: Micros
    """Begin of the stretch."""
    outcome: RunOutcome
    state: str
    """How their tasks ended; empty for those that have not, or have none."""
    runs: int
