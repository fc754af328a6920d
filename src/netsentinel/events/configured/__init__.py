"""Configured sources: stored or written in the server's file, supervised, tried out, and shown with their health."""

from netsentinel.events.configured.file import read_sources
from netsentinel.events.configured.model import Origin, Running, SourceConfig, SourceItem, State
from netsentinel.events.configured.ports import SourceConfigStore
from netsentinel.events.configured.service import ConfiguredSources, KindItem, SourceShelf
from netsentinel.events.configured.sink import IntakeSink
from netsentinel.events.configured.supervisor import Household, SourceSupervisor

__all__ = [
    "ConfiguredSources",
    "Household",
    "IntakeSink",
    "KindItem",
    "Origin",
    "Running",
    "SourceConfig",
    "SourceConfigStore",
    "SourceItem",
    "SourceShelf",
    "SourceSupervisor",
    "State",
    "read_sources",
]
