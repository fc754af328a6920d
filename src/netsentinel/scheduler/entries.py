"""What schedules announce in the journal. Document 003 named two of these."""

from typing import Any

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros
from netsentinel.scheduler.model import By, RunOutcome

SCHEDULE_TRIGGERED = "scheduler.schedule_triggered"
SCHEDULE_SKIPPED = "scheduler.schedule_skipped"
TASK_EXECUTED = "scheduler.task_executed"
SCHEDULE_CHANGED = "scheduler.schedule_changed"
EVENT_ANNOUNCED = "scheduler.event_announced"


class ScheduleFired(Payload, frozen=True, kw_only=True):
    """A schedule fired, or would have. The entry's subject is its id."""

    name: str
    action: str
    run: str
    by: By
    tick: Micros
    outcome: RunOutcome
    reason: str
    task: str
    """Id of the task that was submitted; empty for none."""


class ScheduleExecuted(Payload, frozen=True, kw_only=True):
    """The task of a schedule ended. The entry's subject is the schedule's id."""

    name: str
    action: str
    run: str
    task: str
    state: str
    """`succeeded`, `failed`, `cancelled` or `dead`."""
    tick: Micros
    took: Micros
    """From the firing to the end of the task."""
    error: str


class ScheduleChanged(Payload, frozen=True, kw_only=True):
    """Somebody made, changed, paused, resumed or deleted a schedule. The entry's subject is its id."""

    name: str
    change: str
    """`created`, `updated`, `enabled`, `disabled` or `deleted`."""


class EventAnnounced(Payload, frozen=True, kw_only=True):
    """Somebody said that something happened, so that schedules on it fire. The entry's subject is its name."""

    name: str
    data: dict[str, Any]


ENTRY_KINDS = (
    EntryKind(SCHEDULE_TRIGGERED, "schedules", "schedule:triggered", ScheduleFired, "A schedule submitted its task."),
    EntryKind(
        SCHEDULE_SKIPPED,
        "schedules",
        "schedule:skipped",
        ScheduleFired,
        "A schedule's time came or had passed, and no task was submitted; `outcome` and `reason` say why.",
    ),
    EntryKind(TASK_EXECUTED, "schedules", "schedule:executed", ScheduleExecuted, "The task of a schedule ended."),
    EntryKind(
        SCHEDULE_CHANGED,
        "schedules",
        "schedule:changed",
        ScheduleChanged,
        "Somebody made, changed, paused, resumed or deleted a schedule.",
    ),
    EntryKind(
        EVENT_ANNOUNCED,
        "schedules",
        "schedule:event-announced",
        EventAnnounced,
        "Somebody announced a named event, so that schedules on it fire.",
    ),
)
