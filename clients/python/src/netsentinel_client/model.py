"""What a client hands to its user: events, gaps, progress, results."""

from dataclasses import dataclass
from typing import Any, Literal

Mode = Literal["auto", "sync", "async"]
Scalar = str | int | float | bool
State = Literal["idle", "connecting", "live", "polling", "waiting", "refused"]
"""`polling`: the WebSocket is blocked on the way, and the journal is read over HTTP instead. `waiting`: the connection
was lost and is tried again soon. `refused`: the server said no, and trying has ended."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a filter; all of a filter's conditions have to hold."""

    field: str
    op: Literal["=", "in", "prefix", ">="]
    value: Scalar | tuple[Scalar, ...]

    def as_json(self) -> dict[str, Any]:
        """As the server takes it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.op, "value": value}


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened that a subscription asked for."""

    topic: str
    seq: int
    """Its place in the server's journal; ascending within a subscription, never twice."""
    name: str
    """For example `alert:raised`."""
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """Events of a subscription may be missing: read the present state from `snapshot_url`, then go on."""

    topic: str
    from_seq: int
    """Events above this one ..."""
    to_seq: int
    """... and up to this one may be missing."""
    reason: str
    """`retention`, `overflow` or `epoch` as the server says; `lost` when this client noticed a missing frame."""
    snapshot_url: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request has come."""

    task_id: str
    percent: float | None
    stage: str
    message: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A request is a durable task now: it goes on whatever happens to the connection."""

    task_id: str
    duplicate: bool
    """The task was there already, from the same request sent before."""
    estimated_ms: int | None
