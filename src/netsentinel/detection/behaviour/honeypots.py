"""Honeypot touches: nobody has business with a honeypot, so whoever talks to one is told of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from netsentinel.detection.behaviour.networks import Place, place
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import Key
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import Level, Micros

_PRODUCTS = frozenset({"opencanary", "cowrie"})
_MARKS = frozenset({"logtype", "eventid"})
"""Names that the records of honeypots have, whatever format reads them."""
_LONGEST = 64
"""Characters of an address or a name; what is longer must not fill the tables."""
_DIGITS = 10
_FIRST_TOUCH = 2000
"""OpenCanary's log types from here on are services; those from 1000 on tell of the honeypot (opencanary/logger.py)."""

_QUIET = frozenset({"cowrie.session.closed", "cowrie.log.closed", "cowrie.session.params"})
"""Cowrie events that only end or describe what was told before."""


@dataclass(frozen=True, slots=True)
class HoneypotParameters:
    """How often a visitor is told of."""

    span: Micros = HOUR
    """A visitor who stays is told once in so much time, per honeypot."""
    bounds: Bounds = field(default_factory=Bounds)


_SIGN = Sign(
    "honeypot.touch",
    "Honeypot touched",
    "An address talked to a honeypot, which has no use but to be found by intruders. From the inside that is somebody "
    "who looks around in your network.",
    Level.LOW,
    ("attack.discovery", "attack.t1046", "attack.reconnaissance", "attack.t1595"),
    ("Vulnerability scanners and inventory tools of your own", "A honeypot that can be reached from the Internet"),
)


class HoneypotTouches:
    """Finds visitors of OpenCanary and Cowrie: high from the inside, low from the outside."""

    name = "honeypot"
    remembers = True
    classes = frozenset[int]()

    def __init__(self, parameters: HoneypotParameters | None = None) -> None:
        self._parameters = parameters or HoneypotParameters()
        self._visitors = SlidingWindows(self._parameters.span, self._parameters.bounds)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The first touch of each visitor and span."""
        found: list[Finding] = []
        for event in events:
            if event.logsource.product in _PRODUCTS or event.has_any(_MARKS):
                self._look(event, event.native, found)
        return found

    def snapshot(self) -> bytes:
        """Who was told of when."""
        return self._visitors.save()

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        self._visitors.load(state)

    def _look(self, event: Event, native: dict[str, Any], found: list[Finding]) -> None:
        said = _touch(native)
        if not said or not 0 < len(event.src_ip) <= _LONGEST:
            return
        key: Key = (event.tenant, event.source, event.device[:_LONGEST], event.src_ip)
        self._visitors.add(key, said[:_LONGEST], event.time)
        if self._visitors.tell(key, event.time):
            inside = place(event.src_ip) is Place.INSIDE
            matched = (
                ("event", said, "an event of a honeypot's service"),
                ("source", event.src_ip, "inside" if inside else "outside"),
            )
            level = Level.HIGH if inside else Level.LOW
            found.append(tell(_SIGN, event, self.name, matched, level=level))


def _touch(native: dict[str, Any]) -> str:
    """What the visitor did, in the honeypot's own words; empty for what the honeypot says about itself."""
    kind = native.get("eventid")
    if type(kind) is str and kind.startswith("cowrie."):
        return "" if kind in _QUIET else kind
    number = native.get("logtype")
    if type(number) is str and number.isascii() and number.isdigit() and len(number) < _DIGITS:
        number = int(number)
    if type(number) is int and number >= _FIRST_TOUCH and "node_id" in native:
        return f"logtype {number}"
    return ""
