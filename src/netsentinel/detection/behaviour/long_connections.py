"""Long connections: a machine inside that stays connected to one place outside for hours."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from netsentinel.detection.behaviour.networks import leaves
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import StalestFirst
from netsentinel.events.model import Event
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_PROTOCOLS = frozenset({"tcp", "udp"})
_STAMPED_AT_START = frozenset({"zeek", "netflow"})
"""Formats whose time is the first packet's; others write when a connection is over."""


@dataclass(frozen=True, slots=True)
class LongConnectionParameters:
    """When a connection is long. Steps of RITA's `long_connection_score_thresholds`: 4, 8 and 12 hours.

    Sensors cut long connections into several records; so, as in RITA, what one pair of addresses has on one port is
    added up, over a day.
    """

    span: Micros = 24 * HOUR
    steps: tuple[Micros, ...] = (4 * HOUR, 8 * HOUR, 12 * HOUR)
    least: Micros = 5 * MINUTE
    """Shorter records do not count."""
    pieces: int = 48
    """Records that are held per pair."""
    keys: int = 10_000
    """Pairs that are held."""


class _Pair(msgspec.Struct, array_like=True):
    pieces: list[tuple[Micros, Micros]] = msgspec.field(default_factory=list[tuple[Micros, Micros]])
    """Start and end."""
    step: int = 0
    told_at: Micros = 0


_SIGN = Sign(
    "long_connection",
    "Long connection to the outside",
    "A machine inside was connected to one place outside for hours. Remote control and tunnels hold their connection; "
    "programs of an office seldom do.",
    Level.LOW,
    ("attack.command-and-control", "attack.t1071", "attack.t1095", "attack.t1572"),
    ("VPN, chat, push notification and video services", "SSH sessions that stay open"),
    ("https://github.com/activecm/rita",),
)
_LEVELS = (Level.LOW, Level.LOW, Level.MEDIUM)


class LongConnections:
    """Finds long connections in connection logs; tells a pair once per step and day."""

    name = "long_connection"
    remembers = True
    classes = frozenset({_NETWORK_ACTIVITY})

    def __init__(self, parameters: LongConnectionParameters | None = None) -> None:
        self._parameters = parameters or LongConnectionParameters()
        self._pairs = StalestFirst(_Pair, self._parameters.keys)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The long connections that these events complete."""
        least = self._parameters.least
        found: list[Finding] = []
        for event in events:
            if (
                event.duration_us >= least
                and event.class_uid == _NETWORK_ACTIVITY
                and event.protocol in _PROTOCOLS
                and event.bytes_in
                and leaves(event.src_ip, event.dst_ip)
            ):
                self._look(event, found)
        return found

    def snapshot(self) -> bytes:
        """The long records of each pair."""
        return self._pairs.save()

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        self._pairs.load(state)

    def _look(self, event: Event, found: list[Finding]) -> None:
        parameters = self._parameters
        target = f"{event.dst_ip}:{event.dst_port}/{event.protocol}"
        pair = self._pairs.touch((event.tenant, event.source, event.src_ip, target))
        begins, ends = (
            (event.time, event.time + event.duration_us)
            if event.format in _STAMPED_AT_START
            else (event.time - event.duration_us, event.time)
        )
        pair.pieces.append((begins, ends))
        newest = max(end for _, end in pair.pieces)
        pair.pieces = [piece for piece in pair.pieces if piece[1] > newest - parameters.span][-parameters.pieces :]
        if newest >= pair.told_at + parameters.span:
            pair.step = 0
        total = covered(pair.pieces)
        step = sum(total >= limit for limit in parameters.steps)
        if step > pair.step:
            pair.step, pair.told_at = step, newest
            matched = (
                ("connected", f"{total / HOUR:.1f} h", f"connected >= {parameters.steps[step - 1] // HOUR} h in a day"),
                ("target", target, "the same target"),
            )
            level = _LEVELS[min(step, len(_LEVELS)) - 1]
            found.append(tell(_SIGN, event, self.name, matched, about=target, level=level))


def covered(pieces: Sequence[tuple[Micros, Micros]]) -> Micros:
    """How much time lies in at least one of these spans."""
    total, reached = 0, -1
    for begins, ends in sorted(pieces):
        total += max(0, ends - max(begins, reached))
        reached = max(reached, ends)
    return total
