"""Connections, subscriptions and the figures they live by."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Micros, Principal, TenantId

SUBPROTOCOL: Final = "netsentinel.v1.json"
"""The WebSocket sub-protocol that client and server agree on."""

MAX_FRAME_BYTES: Final = 64 * 1024
"""Largest frame a client may send."""


class CloseCode(IntEnum):
    """Why the server ended a connection; 4000 to 4999 are for applications (RFC 6455, section 7.4.2)."""

    INTERNAL = 1011
    """RFC 6455: the server met a fault of its own."""
    BAD_FRAME = 4400
    NOT_AUTHENTICATED = 4401
    NOT_ALLOWED = 4403
    SLOW = 4408
    """The client does not keep up, or does not answer pings."""
    TOO_BIG = 4413
    TOO_MANY = 4429
    DRAINING = 4503
    """The server goes down; the reason carries a jittered delay, `retry_after_ms=1500`."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One authenticated WebSocket."""

    id: str
    tenant: TenantId
    user_id: str
    """Id of the principal: a user or an API key."""
    user: str
    """The principal's name, for people."""
    address: str
    client: str
    """What the client calls itself."""
    connected_at: Micros
    last_ping_at: Micros
    """When it last answered a ping; at first when it connected."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection, and what it is doing."""

    connection: Connection
    topics: tuple[str, ...]
    """What it listens to, each once."""
    requests: int
    """Its requests without an answer."""
    waiting: int
    """Frames that wait for it to read."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one connection wants to hear of, under a name that the client chose."""

    id: str
    """The client's name for it (`sub` in frames), unique on its connection."""
    connection_id: str
    tenant: TenantId
    topic: str


class Admission(Protocol):
    """A principal together with what admitted it (a session, a key), so that the admission can be checked again."""

    @property
    def principal(self) -> Principal:
        """Who acts."""
        ...

    @property
    def ref(self) -> str:
        """Names the session or key; never a secret."""
        ...

    @property
    def expires_at(self) -> Micros:
        """The latest end of this admission, 0 when it has none."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: where from, and what admits them, if anything does yet."""

    address: str
    """Network address of the peer, as proxies that are trusted report it."""
    admission: Admission | None = None
    """From the session cookie. Without one, `hello` has to bring a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLimits:
    """Every figure of the live protocol. Times are in seconds."""

    heartbeat: float = 25
    max_connections: int = 10_000
    max_connections_each: int = 100
    """Of one user or key, unless its tier is `unlimited`."""
    send_buffer_bytes: int = 1024 * 1024
    send_buffer_frames: int = 1_000
    hello_within: float = 5
    drain_within: float = 10
    """A client that is behind gets so long to catch up before it is closed."""
    goodbye_within: float = 5
    """So long may the last frames of a closing connection take to leave."""
    missed_heartbeats: int = 2
    frames_per_second: int = 20
    """A client's frames, pings and pongs not counted, in the long run."""
    frame_burst: int = 100
    """So many of them may come at once."""
    max_subscriptions: int = 64
    max_requests: int = 64
    """Requests of one connection that have no answer yet."""
    attempts_per_minute: int = 10
    """Failed or unauthenticated connections from one address."""
    revalidate_every: float = 2
    """How often every admission is checked again, beside what the journal says; a revocation bites within 5 s."""
    reconnect_spread: float = 30
    """Draining tells each client to come back after a delay of at most this, so that they do not come all at once."""

    @classmethod
    def from_settings(cls, settings: Settings) -> "HubLimits":
        """The limits that the settings ask for; the protocol fixes the rest."""
        return cls(
            heartbeat=settings.ws_heartbeat_seconds,
            max_connections=settings.ws_max_connections,
            max_connections_each=settings.ws_max_connections_each,
            send_buffer_bytes=settings.ws_send_buffer_kib * 1024,
            send_buffer_frames=settings.ws_send_buffer_frames,
            frames_per_second=settings.ws_frames_per_second,
            frame_burst=settings.ws_frame_burst,
        )
