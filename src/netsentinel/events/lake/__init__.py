"""The lake: where events are kept for good, searched and hunted through."""

from netsentinel.events.lake.model import (
    ASIDE,
    COLUMNS,
    FILTERS,
    GROUPINGS,
    Bucket,
    EventFilter,
    EventKey,
    Extent,
    Facet,
    FoundEvents,
    HuntResult,
    LakeFile,
    Spool,
    StoredEvent,
    Terms,
    ValueCount,
)
from netsentinel.events.lake.ports import EventStore, Hunter, LakeFiles
from netsentinel.events.lake.service import EventLake, EventPage, Histogram, HuntLimits, parse_terms

__all__ = [
    "ASIDE",
    "COLUMNS",
    "FILTERS",
    "GROUPINGS",
    "Bucket",
    "EventFilter",
    "EventKey",
    "EventLake",
    "EventPage",
    "EventStore",
    "Extent",
    "Facet",
    "FoundEvents",
    "Histogram",
    "HuntLimits",
    "HuntResult",
    "Hunter",
    "LakeFile",
    "LakeFiles",
    "Spool",
    "StoredEvent",
    "Terms",
    "ValueCount",
    "parse_terms",
]
