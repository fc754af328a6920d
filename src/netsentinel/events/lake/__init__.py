"""The lake: where events are kept for good, searched and hunted through."""

from netsentinel.events.lake.model import (
    ASIDE,
    COLUMNS,
    FILTERS,
    Bucket,
    EventFilter,
    EventKey,
    HuntResult,
    LakeFile,
    Spool,
    StoredEvent,
)
from netsentinel.events.lake.ports import EventStore, Hunter, LakeFiles
from netsentinel.events.lake.service import EventLake, EventPage, Histogram, HuntLimits, parse_terms

__all__ = [
    "ASIDE",
    "COLUMNS",
    "FILTERS",
    "Bucket",
    "EventFilter",
    "EventKey",
    "EventLake",
    "EventPage",
    "EventStore",
    "Histogram",
    "HuntLimits",
    "HuntResult",
    "Hunter",
    "LakeFile",
    "LakeFiles",
    "Spool",
    "StoredEvent",
    "parse_terms",
]
