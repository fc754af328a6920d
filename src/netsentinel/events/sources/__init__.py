"""Sources: where events are read from. One file is one kind of source; each is listed here."""

from collections.abc import Mapping
from typing import Final

from netsentinel.events.sources.fence import Fence
from netsentinel.events.sources.folder import FolderKind
from netsentinel.events.sources.http import HttpKind
from netsentinel.events.sources.port import (
    Activity,
    Check,
    Outgoing,
    Place,
    Sink,
    Source,
    SourceKind,
    SourceTest,
)
from netsentinel.events.sources.syslog import SyslogKind
from netsentinel.events.sources.watch import FileWatch, WatchFigures, WatchKind, WatchState

KINDS: Final[Mapping[str, SourceKind]] = {
    kind.name: kind for kind in (FolderKind(), HttpKind(), SyslogKind(), WatchKind())
}
"""By name: every kind of source that can be configured."""

__all__ = [
    "KINDS",
    "Activity",
    "Check",
    "Fence",
    "FileWatch",
    "Outgoing",
    "Place",
    "Sink",
    "Source",
    "SourceKind",
    "SourceTest",
    "WatchFigures",
    "WatchState",
]
