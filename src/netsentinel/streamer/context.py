"""What all connections of a process share."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import TenantId
from netsentinel.streamer.fanout import Fanout
from netsentinel.streamer.model import HubLimits
from netsentinel.streamer.outbox import Traffic
from netsentinel.streamer.past import Past
from netsentinel.streamer.ports import ConnectionStore, LiveAuth, RequestQueue
from netsentinel.streamer.router import Router
from netsentinel.streamer.throttle import SteadyClock
from netsentinel.streamer.topics import Topic
from netsentinel.streamer.watchers import Watchers


@dataclass(slots=True)
class Figures:
    """What happened since the start; counts only grow."""

    connections_opened: int = 0
    frames_in: int = 0
    gaps: int = 0
    events_replayed: int = 0
    closed_slow: int = 0
    closed_revoked: int = 0


@dataclass(slots=True)
class LiveContext:
    """Handed to every connection by the hub."""

    past: Past
    registry: EntryRegistry
    auth: LiveAuth
    clock: Clock
    steady: SteadyClock
    limits: HubLimits
    topics: Mapping[str, Topic]
    durable_topics: frozenset[str]
    """Topics whose entries are all audited: trimming never touches them, so they have no retention gap."""
    fanout: Fanout
    connections: ConnectionStore
    queue: RequestQueue
    router: Router
    watchers: Watchers
    jitter: Callable[[int], int]
    """A random number from 0 to below its argument."""
    each: Counter[tuple[TenantId, str]] = field(default_factory=Counter[tuple[TenantId, str]])
    """How many connections each principal has."""
    epoch: str = ""
    """The journal's, once the hub is open."""
    figures: Figures = field(default_factory=Figures)
    traffic: Traffic = field(default_factory=Traffic)
