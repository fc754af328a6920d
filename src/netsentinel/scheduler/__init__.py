"""Schedules: tasks that are submitted at times, at intervals, once, or when something happened."""

from netsentinel.scheduler.entries import ENTRY_KINDS
from netsentinel.scheduler.events import EventTrigger
from netsentinel.scheduler.firing import Firing, ScheduleStores
from netsentinel.scheduler.model import (
    By,
    Misfire,
    Overlap,
    Run,
    RunCount,
    RunOutcome,
    RunPage,
    Schedule,
    ScheduleDraft,
    ScheduleFilter,
    SchedulePage,
    Trigger,
    TriggerKind,
)
from netsentinel.scheduler.outcomes import Outcomes
from netsentinel.scheduler.service import Schedules, Scheduling
from netsentinel.scheduler.timer import Timer

__all__ = [
    "ENTRY_KINDS",
    "By",
    "EventTrigger",
    "Firing",
    "Misfire",
    "Outcomes",
    "Overlap",
    "Run",
    "RunCount",
    "RunOutcome",
    "RunPage",
    "Schedule",
    "ScheduleDraft",
    "ScheduleFilter",
    "SchedulePage",
    "ScheduleStores",
    "Schedules",
    "Scheduling",
    "Timer",
    "Trigger",
    "TriggerKind",
]
