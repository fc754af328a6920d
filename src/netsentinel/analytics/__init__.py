"""Analytics: how attempts, breakers, dead letters and schedules went, as figures over a window."""

from netsentinel.analytics.entries import ENTRY_KINDS
from netsentinel.analytics.model import (
    BreakerMetrics,
    LetterMetrics,
    MetricsSummary,
    RetryMetrics,
    ScheduleMetrics,
)
from netsentinel.analytics.pushing import Pusher
from netsentinel.analytics.service import Analytics, Sources
from netsentinel.analytics.windows import length_of

__all__ = [
    "ENTRY_KINDS",
    "Analytics",
    "BreakerMetrics",
    "LetterMetrics",
    "MetricsSummary",
    "Pusher",
    "RetryMetrics",
    "ScheduleMetrics",
    "Sources",
    "length_of",
]
