"""What TLS and SSH say before they go dark: server name, versions, ciphers, JA3.

Sources: RFC 5246, 8446, 8701 (GREASE), 4253; JA3 as github.com/salesforce/ja3 defines it; names as in Zeek's logs.
"""

import struct
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from netsentinel.events.captures.ports import Fact
from netsentinel.kernel.types import Micros

_GREASE = frozenset(0x0A0A + 0x1010 * step for step in range(16))
"""Values that clients make up so that servers get used to unknown ones (RFC 8701)."""
_MAX_HANDSHAKE = 48 * 1024
_CHANGE_CIPHER, _ALERT, _HANDSHAKE, _APPLICATION = 20, 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_NAME, _GROUPS, _FORMATS, _ALPN, _VERSIONS = 0, 10, 11, 16, 43
_VERSION_NAMES = {0x0300: "SSLv3", 0x0301: "TLSv10", 0x0302: "TLSv11", 0x0303: "TLSv12", 0x0304: "TLSv13"}
_CIPHERS = {
    0x0004: "TLS_RSA_WITH_RC4_128_MD5",
    0x0005: "TLS_RSA_WITH_RC4_128_SHA",
    0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
    0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
    0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
    0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    0xC011: "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    0xC012: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
}
"""The names of what is usual (IANA's TLS Cipher Suites); others are told by their numbers."""


@dataclass(slots=True)
class _Side:
    part: bytearray = field(default_factory=bytearray)
    """The beginning of a record that is not complete, of handshakes until the hello was read."""
    messages: bytearray = field(default_factory=bytearray)
    skip: int = 0
    """Bytes of a record that are of no interest."""
    hello: bool = False
    dark: bool = False
    """Whether it has begun to encrypt."""
    lost: bool = False


class TlsConversation:
    """Reads the hellos of one TLS connection."""

    service = "ssl"

    def __init__(self) -> None:
        self._sides = (_Side(), _Side())  # server, client: indexed by `orig`
        self._time: Micros = 0
        self._fields: dict[str, Any] = {}
        self._said = False

    @property
    def held(self) -> int:
        """Bytes that it keeps for later."""
        return sum(len(side.part) + len(side.messages) for side in self._sides)

    def feed(self, data: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        """The connection's fact, once both sides encrypt."""
        side = self._sides[orig]
        if self._said or side.lost:
            return []
        self._time = self._time or time
        skipped = min(side.skip, len(data))
        side.skip -= skipped
        side.part += data[skipped:]
        try:
            while not side.skip and self._record(side, orig=orig):
                pass
        except (struct.error, IndexError, ValueError):
            self.gap(orig=orig)
        return self._say() if all(one.dark for one in self._sides) else []

    def gap(self, *, orig: bool) -> None:
        """Bytes are missing."""
        side = self._sides[orig]
        side.lost = True
        side.part.clear()
        side.messages.clear()

    def finish(self, time: Micros) -> list[Fact]:
        """What is known of a handshake that never ended."""
        del time
        return self._say() if self._fields and not self._said else []

    def _say(self) -> list[Fact]:
        self._said = True
        for orig in (False, True):
            self.gap(orig=orig)
        established = all(side.dark for side in self._sides)
        return [("ssl", self._time, self._fields | {"resumed": False, "established": established})]

    def _record(self, side: _Side, *, orig: bool) -> bool:
        """Take one record off the beginning; whether it was there as a whole."""
        if len(side.part) < 5:  # noqa: PLR2004 - a record's header
            return False
        kind, version, size = struct.unpack_from("!BHH", side.part)
        if not _CHANGE_CIPHER <= kind <= _APPLICATION + 1 or version >> 8 != 3 or size > 0x4800:  # noqa: PLR2004 - RFC 5246, 6.2.3
            raise ValueError("no TLS record")
        side.dark = side.dark or kind in {_CHANGE_CIPHER, _APPLICATION}
        wanted = (kind == _HANDSHAKE and not side.hello) or (kind == _ALERT and not side.dark)
        if not wanted:
            taken = min(len(side.part), 5 + size)
            side.skip = 5 + size - taken
            del side.part[:taken]
            return side.skip == 0
        if len(side.part) < 5 + size:
            return False
        body = bytes(side.part[5 : 5 + size])
        del side.part[: 5 + size]
        if kind == _HANDSHAKE:
            side.messages += body
            self._messages(side, orig=orig)
        elif len(body) == 2:  # noqa: PLR2004 - level and reason
            self._fields["last_alert"] = _ALERTS.get(body[1], f"unknown-{body[1]}")
        return True

    def _messages(self, side: _Side, *, orig: bool) -> None:
        held = side.messages
        if len(held) > _MAX_HANDSHAKE:
            raise ValueError("the handshake is too long")
        if len(held) < 4 or len(held) < 4 + int.from_bytes(held[1:4], "big"):  # noqa: PLR2004 - a message's header
            return
        kind, body = held[0], bytes(held[4 : 4 + int.from_bytes(held[1:4], "big")])
        side.hello = True
        held.clear()
        if orig and kind == _CLIENT_HELLO:
            self._fields |= _client(body)
        elif not orig and kind == _SERVER_HELLO:
            self._fields |= _server(body)


_ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    45: "certificate_expired",
    46: "certificate_unknown",
    48: "unknown_ca",
    49: "access_denied",
    70: "protocol_version",
    80: "internal_error",
    112: "unrecognized_name",
}


def _client(body: bytes) -> dict[str, Any]:
    """Server name and JA3 of a ClientHello."""
    version = int.from_bytes(body[:2], "big")
    at = 35 + body[34]
    (size,) = struct.unpack_from("!H", body, at)
    ciphers = _numbers(body[at + 2 : at + 2 + size])
    at += 2 + size
    at += 1 + body[at]
    extensions = _extensions(body, at)
    groups = _numbers(extensions.get(_GROUPS, b"")[2:])
    formats = list(extensions.get(_FORMATS, b"")[1:])
    text = ",".join((str(version), _dashed(ciphers), _dashed(list(extensions)), _dashed(groups), _dashed(formats)))
    found: dict[str, Any] = {"ja3": _fingerprint(text)}
    name = extensions.get(_NAME, b"")
    if len(name) > 5 and name[2] == 0:  # noqa: PLR2004 - list and entry headers; a host name
        size = (name[3] << 8) | name[4]
        found["server_name"] = name[5 : 5 + size].decode("ascii", "backslashreplace")
    return found


def _server(body: bytes) -> dict[str, Any]:
    """What a ServerHello chose."""
    version = int.from_bytes(body[:2], "big")
    at = 35 + body[34]
    (cipher,) = struct.unpack_from("!H", body, at)
    extensions = _extensions(body, at + 3)
    text = f"{version},{cipher},{'-'.join(map(str, extensions))}"
    chosen = int.from_bytes(extensions.get(_VERSIONS, b"")[:2], "big") or version
    found: dict[str, Any] = {
        "ja3s": _fingerprint(text),
        "version": _VERSION_NAMES.get(chosen, f"unknown-{chosen}"),
        "cipher": _CIPHERS.get(cipher, f"unknown-{cipher}"),
    }
    protocol = extensions.get(_ALPN, b"")
    if len(protocol) > 3:  # noqa: PLR2004 - list and entry headers
        found["next_protocol"] = protocol[3 : 3 + protocol[2]].decode("ascii", "backslashreplace")
    return found


def _extensions(body: bytes, at: int) -> dict[int, bytes]:
    """By number, in the order of the message; an old hello has none."""
    found: dict[int, bytes] = {}
    if at + 2 > len(body):
        return found
    end = min(len(body), at + 2 + int.from_bytes(body[at : at + 2], "big"))
    at += 2
    while at + 4 <= end:
        kind, size = struct.unpack_from("!HH", body, at)
        found.setdefault(kind, body[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _numbers(data: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack("!H", data[: len(data) & ~1])]


def _dashed(numbers: list[int]) -> str:
    return "-".join(str(number) for number in numbers if number not in _GREASE)


def _fingerprint(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


class SshConversation:
    """Reads the two lines with which SSH begins."""

    service = "ssh"

    def __init__(self) -> None:
        self._lines = (bytearray(), bytearray())
        self._time: Micros = 0
        self._said = False

    @property
    def held(self) -> int:
        """Bytes that it keeps for later."""
        return sum(map(len, self._lines))

    def feed(self, data: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        """The connection's fact, once both sides have said what they are."""
        if self._said:
            return []
        self._time = self._time or time
        line = self._lines[orig]
        if b"\n" not in line:
            line += data[:_LONGEST_BANNER]
        return self.finish(time) if all(b"\n" in one for one in self._lines) else []

    def gap(self, *, orig: bool) -> None:
        """Bytes are missing; the first line is at the beginning or nowhere."""

    def finish(self, time: Micros) -> list[Fact]:
        """What is known."""
        del time
        server, client = (
            bytes(one.partition(b"\n")[0]).strip().decode("ascii", "backslashreplace") for one in self._lines
        )
        if self._said or not (server or client):
            return []
        self._said = True
        fields: dict[str, Any] = {"version": 1 if (server or client).startswith("SSH-1.") else 2}
        fields |= {name: text[:_LONGEST_BANNER] for name, text in (("client", client), ("server", server)) if text}
        return [("ssh", self._time, fields)]


_LONGEST_BANNER = 255
"""RFC 4253, 4.2."""
