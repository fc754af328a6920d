"""Sources: where events are read from. One file is one source; each is listed here."""

from collections.abc import Mapping
from typing import Final

from netsentinel.events.sources.port import Outgoing, Sink, Source
from netsentinel.events.sources.watch import FileWatch, WatchFigures, WatchState

SOURCES: Final[Mapping[str, type[Source]]] = {"watch": FileWatch}
"""Kind -> the class that reads it."""

__all__ = ["SOURCES", "FileWatch", "Outgoing", "Sink", "Source", "WatchFigures", "WatchState"]
