"""Events: what comes in, how it is read, and where it waits until its effect is recorded."""

from netsentinel.events.entries import ENTRY_KINDS
from netsentinel.events.formats import FORMATS
from netsentinel.events.inventory import SourceInventory
from netsentinel.events.meter import SourceMeter
from netsentinel.events.model import Event, Logsource, Rejected
from netsentinel.events.ports import Format, Inbox, InboxBatch, SourceReport, SourceStatus, SourceStore
from netsentinel.events.service import Accepted, IntakeService, Limits
from netsentinel.events.set_aside import SetAside, SetAsideBatches, SetAsideStore

__all__ = [
    "ENTRY_KINDS",
    "FORMATS",
    "Accepted",
    "Event",
    "Format",
    "Inbox",
    "InboxBatch",
    "IntakeService",
    "Limits",
    "Logsource",
    "Rejected",
    "SetAside",
    "SetAsideBatches",
    "SetAsideStore",
    "SourceInventory",
    "SourceMeter",
    "SourceReport",
    "SourceStatus",
    "SourceStore",
]
