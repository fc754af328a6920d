"""TLS fingerprints (JA3, JA3S) that a list names as those of malware or of tools to hide."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.content import bundled_ja3
from netsentinel.detection.model import Finding
from netsentinel.events.columns import table, text
from netsentinel.events.model import Event
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Level

_SERVICES = frozenset({"ssl", "tls", "quic"})
_MD5_DIGITS = 32


@dataclass(frozen=True, slots=True)
class KnownClient:
    """One line of the list."""

    name: str
    source: str


_SIGN = Sign(
    "ja3",
    "TLS fingerprint of malware",
    "The way a TLS connection was opened or answered is that of a program which the list of fingerprints names.",
    Level.MEDIUM,
    ("attack.command-and-control", "attack.t1071.001", "attack.t1573.002"),
    ("Ordinary programs that use the same TLS library in the same way", "Tor where people may use it"),
    ("https://github.com/salesforce/ja3",),
)


class TlsFingerprints:
    """Finds listed fingerprints in TLS logs of Zeek (`ja3`, `ja3s`) and Suricata (`tls.ja3.hash`, `tls.ja3s.hash`).

    A listed hash counts on either side: sensors and lists mix them up, and 128 bits do not meet by chance.
    """

    name = "ja3"
    remembers = False
    classes = frozenset[int]()

    def __init__(self, known: Mapping[str, KnownClient] | None = None) -> None:
        self._known = read_list(bundled_ja3()) if known is None else known

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """One finding per event with a listed fingerprint."""
        found: list[Finding] = []
        for event in events:
            if event.logsource.service in _SERVICES:
                for field, value in _prints(event.native):
                    known = self._known.get(value)
                    if known is not None:
                        matched = (
                            (field, value, f"listed as {known.name}"),
                            ("list", known.source, "where the list has it from"),
                        )
                        found.append(tell(_SIGN, event, self.name, matched, about=value))
        return found

    def snapshot(self) -> bytes:
        """Empty: there is no state."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing: there is no state."""


def read_list(content: str) -> dict[str, KnownClient]:
    """The fingerprints of a list: CSV with the columns `hash,name,source`; lines that begin with # say something else.

    Raises:
        InvalidInputError: a line is not so.
    """
    lines = io.StringIO("".join(line for line in content.splitlines(keepends=True) if not line.startswith("#")))
    known: dict[str, KnownClient] = {}
    for row in csv.DictReader(lines):
        digest, name, source = ((row.get(column) or "").strip() for column in ("hash", "name", "source"))
        if len(digest) != _MD5_DIGITS or not name or not source or set(digest.lower()) - set("0123456789abcdef"):
            raise InvalidInputError(f"{digest!r} is no line of a list of fingerprints: it needs hash, name and source.")
        known[digest.lower()] = KnownClient(name, source)
    return known


def _prints(native: dict[str, Any]) -> list[tuple[str, str]]:
    """The fingerprints of an event, with the names of their fields."""
    flat = [(field, text(native.get(field)).lower()) for field in ("ja3", "ja3s") if field in native]
    tls = native.get("tls")
    if type(tls) is dict:
        inner = table(tls)  # pyright: ignore[reportUnknownArgumentType] - JSON of any shape
        flat += [(f"tls.{field}.hash", text(table(inner.get(field)).get("hash")).lower()) for field in ("ja3", "ja3s")]
    return flat
