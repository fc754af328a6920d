"""ARP oddities: answers nobody asked for, foreign addresses on the local network, and one address at two machines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from netsentinel.detection.behaviour.networks import Place, place
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import Key, StalestFirst
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.columns import text
from netsentinel.events.model import Event
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.types import Level, Micros

_LONGEST = 64
"""Characters of an address; what is longer must not fill the tables."""
_EVERYBODY = frozenset({"ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", ""})


@dataclass(frozen=True, slots=True)
class ArpParameters:
    """When ARP is odd. Sources: RFC 826 for what is usual, RFC 5227 for probes and announcements."""

    again: Micros = HOUR
    """The same oddity of the same machine is told once in so much time."""
    flip: Micros = 10 * MINUTE
    """An address that two machines claim within so much time; a lease that moves on takes longer."""
    addresses: int = 20_000
    bounds: Bounds = field(default_factory=Bounds)


class _Owner(msgspec.Struct, array_like=True):
    hardware: str = ""
    at: Micros = -1


_FALSE = ("Failover clusters, which announce that an address has moved", "Machines that have just got their address")
_TAGS = ("attack.credential-access", "attack.collection", "attack.t1557.002")
_UNSOLICITED = Sign(
    "arp.unsolicited",
    "ARP answer that nobody asked for",
    "A machine told everybody by an ARP reply where an address is. That is how traffic is drawn to the wrong machine.",
    Level.LOW,
    _TAGS,
    _FALSE,
)
_FOREIGN = Sign(
    "arp.foreign_address",
    "ARP for an address outside of the local network",
    "A machine asked for, or claimed, an address by ARP that cannot be on its own network.",
    Level.LOW,
    (*_TAGS, "attack.discovery", "attack.t1018"),
    ("A wrong network mask", "Routers that answer for other networks (proxy ARP)"),
)
_TWO_OWNERS = Sign(
    "arp.two_owners",
    "One address claimed by two machines (ARP spoofing)",
    "Two different hardware addresses claimed one IP address within minutes: somebody may be reading along.",
    Level.MEDIUM,
    _TAGS,
    (*_FALSE, "Two machines with the same address by mistake"),
)


class ArpOddities:
    """Finds oddities in Zeek's arp.log (fields operation, src_mac, dst_mac, orig_h, resp_h, orig_hw, resp_hw)."""

    name = "arp"
    remembers = True
    classes = frozenset[int]()

    def __init__(self, parameters: ArpParameters | None = None) -> None:
        self._parameters = parameters or ArpParameters()
        self._told = SlidingWindows(self._parameters.again, self._parameters.bounds)
        self._owners = StalestFirst(_Owner, self._parameters.addresses)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The oddities among these events."""
        found: list[Finding] = []
        for event in events:
            if event.logsource.service == "arp" and 0 < len(event.src_ip) <= _LONGEST:
                self._look(event, event.native, found)
        return found

    def snapshot(self) -> bytes:
        """Both tables."""
        return msgspec.msgpack.encode((self._told.save(), self._owners.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        told, owners = msgspec.msgpack.decode(state, type=tuple[bytes, bytes]) if state else (b"", b"")
        self._told.load(told)
        self._owners.load(owners)

    def _look(self, event: Event, native: dict[str, Any], found: list[Finding]) -> None:
        operation, hardware = text(native.get("operation")), text(native.get("orig_hw"))[:_LONGEST]
        to_all = text(native.get("dst_mac")) in _EVERYBODY or text(native.get("resp_hw")) in _EVERYBODY
        if operation == "reply" and to_all and self._is_due(_UNSOLICITED, event):
            said = text(native.get("dst_mac"))
            matched = (
                ("operation", "reply", "an answer"),
                ("dst_mac", said, "sent to everybody, or for no machine"),
                ("orig_h", event.src_ip, "the address that is claimed"),
            )
            found.append(tell(_UNSOLICITED, event, self.name, matched))
        places = {place(event.src_ip), place(event.dst_ip)}
        if places == {Place.INSIDE, Place.OUTSIDE} and self._is_due(_FOREIGN, event):
            matched = (
                ("orig_h", event.src_ip, place(event.src_ip).value),
                ("resp_h", event.dst_ip, place(event.dst_ip).value),
                ("operation", operation, "one address inside, one outside"),
            )
            found.append(tell(_FOREIGN, event, self.name, matched))
        if hardware not in _EVERYBODY and place(event.src_ip) is not Place.NOWHERE:
            self._own(event, hardware, found)

    def _own(self, event: Event, hardware: str, found: list[Finding]) -> None:
        owner = self._owners.touch((event.tenant, event.source, event.src_ip))
        before = owner.hardware
        soon = abs(event.time - owner.at) <= self._parameters.flip
        owner.hardware, owner.at = hardware, event.time
        if before and before != hardware and soon and self._is_due(_TWO_OWNERS, event):
            matched = (
                ("orig_hw", hardware, f"claims {event.src_ip}"),
                ("before", before, f"claimed it within {self._parameters.flip // MINUTE} minutes before"),
            )
            found.append(tell(_TWO_OWNERS, event, self.name, matched))

    def _is_due(self, sign: Sign, event: Event) -> bool:
        key: Key = (event.tenant, event.source, sign.rule_id, event.src_ip)
        self._told.add(key, "", event.time)
        return self._told.tell(key, event.time)
