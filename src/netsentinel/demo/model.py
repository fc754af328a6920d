"""The words of the demo: a line of a sensor's log, a chapter, a machine, and a conversation between two of them."""

from dataclasses import dataclass
from enum import Enum

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros

DURATION: Micros = 30 * MINUTE
"""How long the story lasts."""

SURICATA = "suricata-eve"
"""Name of the source of the sensor at the perimeter."""

ZEEK = "zeek"
"""Name of the source of the sensor in the core of the network."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line as a sensor writes it, and when it writes it."""

    at: Micros
    source: str
    line: bytes
    """JSON without a line end."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story, for whoever narrates it."""

    name: str
    title: str
    begins: Micros
    """Microseconds after the story's start."""
    ends: Micros
    summary: str
    """What the attacker (or the office) does, in one sentence."""
    look_at: str
    """What to look at in NetSentinel."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with a name and an address."""

    name: str
    address: str


class Outcome(Enum):
    """How the other side answers a connection."""

    COMPLETE = "complete"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One connection, as both sensors see it. Both write down their own id and the same Community ID."""

    client: str
    client_port: int
    server: str
    server_port: int
    protocol: str
    """`tcp` or `udp`."""
    service: str
    """Application protocol in Zeek's words (`http`, `ssl`, `dns`, ...), empty when nothing was recognised."""
    start: Micros
    duration: Micros
    sent: int
    """Payload bytes from client to server."""
    received: int
    """Payload bytes from server to client."""
    outcome: Outcome
    flow_id: int
    """Suricata's id."""
    uid: str
    """Zeek's id."""

    @property
    def end(self) -> Micros:
        """When the last packet passed."""
        return self.start + self.duration

    @property
    def crosses_border(self) -> bool:
        """Whether the perimeter's sensor sees it; the core's sensor sees everything."""
        return not (self.client.startswith("10.") and self.server.startswith("10."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request with its answer."""

    host: str
    url: str
    agent: str
    method: str = "GET"
    status: int = 200
    mime: str = "text/html"
    length: int = 0
    """Bytes of the answer's body."""
    body: int = 0
    """Bytes of the request's own body."""
