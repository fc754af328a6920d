"""DNS tunnels: data that travels in the names a machine asks for, or in the texts it gets back."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from netsentinel.detection.behaviour.names import entropy, split_name, txt_answers
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import Key
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_DNS = 4003
_MULTICAST_DNS = 5353
_LONGEST_NAME = 255
_LONGEST_ADDRESS = 64
"""What is longer is forged, and must not fill the tables."""

_KNOWN_TEXTS = ("v=spf1", "v=dkim1", "v=dmarc1", "v=stsv1", "v=tlsrptv1", "google-site-verification", "ms=")
"""How texts begin that standards and providers define. Sources: RFC 7208, 6376, 7489, 8461, 8460."""

_BUSY_DOMAINS = frozenset(
    {
        "akadns.net",
        "akamai.net",
        "akamaiedge.net",
        "amazonaws.com",
        "avast.com",
        "azure.com",
        "cloudfront.net",
        "e5.sk",
        "googlevideo.com",
        "gvt1.com",
        "mcafee.com",
        "sophosxl.net",
        "spamhaus.org",
        "trafficmanager.net",
        "windows.net",
    }
)
"""Content networks and products that look something up by putting it into a name."""


@dataclass(frozen=True, slots=True)
class DnsTunnelParameters:
    """When names or texts carry data."""

    span: Micros = 10 * MINUTE
    names: int = 50
    """Different long names below one domain. RITA starts at 100 of any kind in a day (`c2_score_thresholds`)."""
    length: int = 24
    """Characters below the domain; base32 puts 15 bytes into so many."""
    bits: float = 3.2
    """Entropy per character below the domain; English words have less at this length."""
    text_length: int = 64
    text_bits: float = 5.0
    """Entropy of a TXT answer. Slips: `high_entropy_dns_answers`, 5."""
    bounds: Bounds = field(default_factory=Bounds)


_NAMES = Sign(
    "dns_tunnel.names",
    "Data in DNS names (tunnel)",
    "One machine asked for many different long and random names below one domain within minutes: data is leaving "
    "through DNS, or orders come in.",
    Level.HIGH,
    ("attack.command-and-control", "attack.t1071.004", "attack.t1572", "attack.exfiltration", "attack.t1048"),
    ("Security products and content networks that put keys into names", "Block lists that are asked through DNS"),
    ("https://github.com/activecm/rita",),
)
_TEXT = Sign(
    "dns_tunnel.text",
    "DNS TXT answer with high entropy",
    "The text in a DNS answer looks random, as encoded orders or programs do.",
    Level.MEDIUM,
    ("attack.command-and-control", "attack.t1071.004", "attack.t1132.001"),
    ("Keys and proofs of ownership in TXT records", "Printers that describe themselves by multicast DNS (told as low)"),
)


class DnsTunnels:
    """Finds tunnels in DNS logs (OCSF class 4003): per source address and registered domain."""

    name = "dns_tunnel"
    remembers = True
    classes = frozenset({_DNS})

    def __init__(self, parameters: DnsTunnelParameters | None = None) -> None:
        self._parameters = parameters or DnsTunnelParameters()
        self._names = SlidingWindows(self._parameters.span, self._parameters.bounds)
        self._texts = SlidingWindows(self._parameters.span, self._parameters.bounds)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The tunnels that these events complete."""
        least = self._parameters.length
        found: list[Finding] = []
        for event in events:
            if (
                event.class_uid == _DNS
                and len(event.domain) <= _LONGEST_NAME
                and 0 < len(event.src_ip) <= _LONGEST_ADDRESS
            ):
                if len(event.domain) > least:
                    self._look_at_name(event, found)
                for said in txt_answers(event):
                    if len(said) >= self._parameters.text_length:
                        self._look_at_text(event, said, found)
        return found

    def snapshot(self) -> bytes:
        """Both tables."""
        return msgspec.msgpack.encode((self._names.save(), self._texts.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        names, texts = msgspec.msgpack.decode(state, type=tuple[bytes, bytes]) if state else (b"", b"")
        self._names.load(names)
        self._texts.load(texts)

    def _look_at_name(self, event: Event, found: list[Finding]) -> None:
        parameters = self._parameters
        below, domain = split_name(event.domain)
        if len(below) < parameters.length or domain in _BUSY_DOMAINS or domain.endswith((".arpa", ".local")):
            return
        if entropy(below.replace(".", "")) < parameters.bits:
            return
        key: Key = (event.tenant, event.source, event.src_ip, domain)
        entry = f"{zlib.crc32(below.encode('utf-8', 'surrogatepass')):x}"
        if self._names.add(key, entry, event.time) >= parameters.names:
            count = self._names.count(key)
            if count >= parameters.names and self._names.tell(key, event.time):
                seconds = parameters.span // SECOND
                matched = (
                    ("long random names", str(count), f"names >= {parameters.names} in {seconds} s"),
                    ("domain", domain, "the same domain"),
                    ("query", event.domain, f"{parameters.length} characters or more below the domain"),
                )
                found.append(tell(_NAMES, event, self.name, matched, about=domain))

    def _look_at_text(self, event: Event, said: str, found: list[Finding]) -> None:
        parameters = self._parameters
        plain = said.lstrip("0123456789 ").lower()
        bits = entropy(said)
        if bits < parameters.text_bits or plain.startswith(_KNOWN_TEXTS) or "_domainkey" in event.domain.lower():
            return
        key: Key = (event.tenant, event.source, event.src_ip, event.domain)
        self._texts.add(key, "", event.time)
        if self._texts.tell(key, event.time):
            level = Level.LOW if event.dst_port == _MULTICAST_DNS or event.domain.endswith(".local") else None
            matched = (
                ("entropy of the answer", f"{bits:.2f}", f"entropy >= {parameters.text_bits} bits per character"),
                ("answer", said, f"{parameters.text_length} characters or more"),
                ("query", event.domain, "the name that was asked for"),
            )
            found.append(tell(_TEXT, event, self.name, matched, about=event.domain, level=level))
