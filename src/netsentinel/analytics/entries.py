"""What analytics announce in the journal."""

from netsentinel.analytics.model import MetricsSummary
from netsentinel.kernel.entries import EntryKind

METRICS_CHANGED = "metrics.changed"

ENTRY_KINDS = (
    EntryKind(
        METRICS_CHANGED,
        "metrics",
        "metrics:changed",
        MetricsSummary,
        "The figures of error recovery and schedules changed; written while somebody listens, at most twice a second.",
    ),
)
