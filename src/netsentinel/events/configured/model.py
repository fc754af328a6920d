"""A configured source, how it is doing, and what the page of sources shows of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from netsentinel.kernel.types import Micros, TenantId

SOURCE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Origin(StrEnum):
    """Where a source is configured."""

    API = "api"
    FILE = "file"
    """In the server's own file (`sources_file`): changed there, by an operator of the server."""
    NOWHERE = ""
    """It is not configured; somebody sends under this name."""


class State(StrEnum):
    """How a source is doing on this server."""

    RUNNING = "running"
    RETRYING = "retrying"
    """It failed, and is tried again after a pause."""
    DISABLED = "disabled"
    STOPPED = "stopped"
    """This server does not run sources (`sources_run`), or has not begun to yet."""
    UNMANAGED = "unmanaged"
    """It is not configured: somebody sends by a key of no particular source (`watch`, `replay`, a program)."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """How a source is configured."""

    tenant: TenantId
    name: str
    kind: str
    format: str
    """Name of a format, or empty to recognise each record."""
    enabled: bool
    options: Mapping[str, Any]
    """As the kind declares them, with defaults filled in."""
    created_at: Micros = 0
    created_by: str = ""
    """Id of the principal."""
    changed_at: Micros = 0
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True)
class Running:
    """How a configured source is doing on this server."""

    state: State
    error: str = ""
    """Why it is tried again, or the last thing that went wrong."""
    error_at: Micros = 0
    retry_at: Micros = 0
    """When it is tried again; 0 when it is not waiting for that."""
    note: str = ""
    """What it does, in a sentence."""
    waiting_bytes: int = 0
    connections: int = 0
    lost: int = 0
    pauses: int = 0


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A source with everything that is known of it. Times are microseconds since 1970, sizes bytes."""

    name: str
    kind: str
    """Empty for a source that is not configured."""
    origin: Origin
    enabled: bool
    state: State
    stated_format: str
    """As configured; empty when each record is recognised."""
    options: Mapping[str, Any]
    error: str
    """Why it is tried again, or the last thing that went wrong; empty when nothing did."""
    error_at: Micros
    retry_at: Micros
    note: str
    """What it does at the moment, in a sentence."""
    waiting_bytes: int
    """Read or readable, and not yet handed over."""
    connections: int
    lost: int
    """Messages that had to be dropped since the source was started (syslog over UDP)."""
    pauses: int
    """Times it had to wait for the server since it was started."""
    rate: float
    """Records a second over the last minute."""
    series: tuple[int, ...]
    """Records in each of the last 60 spans of five seconds, oldest first."""
    lag: Micros
    """How long the oldest of its received records has waited to be processed; 0 when none waits."""
    format: str
    """Of most of its last records."""
    events: int
    rejected: int
    size: int
    first_seen_at: Micros
    last_seen_at: Micros
    last_event_at: Micros
    last_error: str
    """Why the last unparsable line was rejected."""
    waiting: int
    """Records received and not yet processed."""
    created_at: Micros
    changed_at: Micros
