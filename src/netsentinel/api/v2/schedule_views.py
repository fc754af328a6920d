"""Schedules as programs see and state them."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from netsentinel.kernel.clock import DAY, MINUTE
from netsentinel.kernel.types import Micros
from netsentinel.scheduler import Misfire, Overlap, Run, Schedule, ScheduleDraft, Trigger, TriggerKind

_MAX_TIME = 2**63 - 1
_Scalar = StrictStr | StrictBool | StrictInt | StrictFloat


class TriggerText(BaseModel):
    """When a schedule fires. Only the fields of its kind count."""

    model_config = ConfigDict(extra="forbid")

    kind: TriggerKind
    cron: str = Field("", max_length=1_000, description="Five fields, or six with seconds first, or `@daily`.")
    zone: str = Field("UTC", max_length=100, description="IANA time zone of a cron expression.")
    every: int = Field(0, ge=0, le=_MAX_TIME, description="Of an interval: microseconds, at least a second.")
    at: int = Field(0, ge=0, le=_MAX_TIME, description="When to fire once, or an interval first; microseconds.")
    on: str = Field("", max_length=200, description="Kind of a journal entry, or the name of an announced event.")
    where: dict[str, _Scalar | list[_Scalar]] = Field(
        default_factory=dict, max_length=100, description="Fields of the event with the value, or values, they need."
    )

    def as_trigger(self) -> Trigger:
        """The domain's trigger."""
        where = {name: tuple(value) if isinstance(value, list) else value for name, value in self.where.items()}
        return Trigger(
            kind=self.kind, cron=self.cron, zone=self.zone, every=self.every, at=self.at, on=self.on, where=where
        )


class ScheduleText(BaseModel):
    """What a schedule does, when, and what happens when that is not possible."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="Unique in the tenant.")
    action: str = Field(min_length=1, max_length=200, description="For example `events.replay`.")
    trigger: TriggerText
    input: dict[str, Any] = Field(default_factory=dict, description="The action's input.")
    enabled: bool = Field(default=True, description="False for a schedule that fires by hand only.")
    jitter: int = Field(0, ge=0, le=DAY, description="Each time is put off by up to so many microseconds.")
    overlap: Overlap = Field(Overlap.SKIP, description="What happens while the task of before has not ended.")
    misfire: Misfire = Field(Misfire.COALESCE, description="What happens with times that nobody could keep.")
    backfill: int = Field(10, ge=1, le=1_000, description="How many missed times are made up for at most.")
    grace: int = Field(MINUTE, ge=0, le=DAY, description="A time is missed when it is so many microseconds late.")
    priority: int = Field(5, ge=0, le=9, description="A task of a higher one starts first.")

    def as_draft(self) -> ScheduleDraft:
        """The domain's draft."""
        return ScheduleDraft(
            name=self.name,
            action=self.action,
            trigger=self.trigger.as_trigger(),
            input=self.input,
            enabled=self.enabled,
            jitter=self.jitter,
            overlap=self.overlap,
            misfire=self.misfire,
            backfill=self.backfill,
            grace=self.grace,
            priority=self.priority,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItem:
    """One firing of a schedule. Times are microseconds since 1970 UTC."""

    id: str
    schedule_id: str
    number: int
    """Counts the firings of the schedule."""
    by: str
    """`time`, `event` or `hand`."""
    tick: Micros
    """The time it was for."""
    at: Micros
    outcome: str
    """`submitted`, `skipped`, `missed` or `refused`."""
    reason: str
    task_id: str
    event_seq: int
    """`seq` of the journal entry that fired it; 0 for none."""
    state: str
    """How its task ended; empty while it has not."""
    ended_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleItem:
    """A schedule as it stands. Times are microseconds since 1970 UTC, stretches of time microseconds."""

    id: str
    name: str
    action: str
    trigger: Trigger
    input: Any
    enabled: bool
    jitter: Micros
    overlap: str
    misfire: str
    backfill: int
    grace: Micros
    priority: int
    is_system: bool
    """Whether NetSentinel made it: it can be paused and triggered, not changed."""
    next_at: Micros | None
    """When it fires next, jitter included; null when time does not fire it."""
    fired: int
    last_run: RunItem | None
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int


@dataclass(frozen=True, slots=True)
class ScheduleItems:
    """Schedules of the tenant, by name."""

    items: tuple[ScheduleItem, ...]
    next: str | None
    """Cursor of the next page; null on the last."""


@dataclass(frozen=True, slots=True)
class RunItems:
    """One page of runs, newest first."""

    items: tuple[RunItem, ...]
    next: str | None
    """Cursor of the next page; null on the last."""


@dataclass(frozen=True, slots=True)
class Times:
    """When something fires next, microseconds since 1970 UTC."""

    items: tuple[Micros, ...]


def run_of(run: Run) -> RunItem:
    """The run for a list."""
    return RunItem(
        id=run.id,
        schedule_id=run.schedule_id,
        number=run.number,
        by=run.by,
        tick=run.tick,
        at=run.at,
        outcome=run.outcome,
        reason=run.reason,
        task_id=run.task_id,
        event_seq=run.event_seq,
        state=run.state,
        ended_at=run.ended_at,
    )


def item_of(schedule: Schedule, last: Run | None) -> ScheduleItem:
    """The schedule for a list."""
    draft = schedule.draft
    return ScheduleItem(
        id=schedule.id,
        name=draft.name,
        action=draft.action,
        trigger=draft.trigger,
        input=draft.input,
        enabled=draft.enabled,
        jitter=draft.jitter,
        overlap=draft.overlap,
        misfire=draft.misfire,
        backfill=draft.backfill,
        grace=draft.grace,
        priority=draft.priority,
        is_system=schedule.is_system,
        next_at=schedule.due_at,
        fired=schedule.fired,
        last_run=run_of(last) if last else None,
        created_by=schedule.created_by,
        created_at=schedule.created_at,
        updated_at=schedule.updated_at,
        version=schedule.version,
    )
