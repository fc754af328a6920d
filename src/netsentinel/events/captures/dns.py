"""DNS messages: what was asked, what was answered. Whatever a message claims, reading it ends soon.

Sources: RFC 1035, 3596, 2782, 4034, 9460; field names and texts as Zeek's dns.log has them.
"""

import struct
from dataclasses import dataclass, field
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

from netsentinel.events.captures.ports import Fact
from netsentinel.kernel.types import Micros

PORTS = frozenset({53, 5353, 5355})
"""DNS, multicast DNS, LLMNR."""

_MAX_JUMPS = 32
_MAX_NAME = 255
_MAX_ANSWERS = 100
_MAX_WAITING = 64
_MAX_TEXT = 4_096
_MAX_MESSAGE = 65_535

TYPES = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    10: "NULL",
    12: "PTR",
    13: "HINFO",
    15: "MX",
    16: "TXT",
    17: "RP",
    28: "AAAA",
    33: "SRV",
    35: "NAPTR",
    39: "DNAME",
    41: "EDNS",
    43: "DS",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    50: "NSEC3",
    52: "TLSA",
    64: "SVCB",
    65: "HTTPS",
    99: "SPF",
    250: "TSIG",
    251: "IXFR",
    252: "AXFR",
    255: "*",
    257: "CAA",
}
_CODES = {
    0: "NOERROR",
    1: "FORMERR",
    2: "SERVFAIL",
    3: "NXDOMAIN",
    4: "NOTIMP",
    5: "REFUSED",
    6: "YXDOMAIN",
    7: "YXRRSET",
    8: "NXRRSET",
    9: "NOTAUTH",
    10: "NOTZONE",
}
_CLASSES = {1: "C_INTERNET", 3: "C_CHAOS", 4: "C_HESIOD", 255: "C_ANY"}
_A, _NS, _CNAME, _SOA, _PTR, _MX, _TXT, _AAAA, _SRV, _DNAME, _SPF = 1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 99
_NAME_AT = {_NS: 0, _CNAME: 0, _PTR: 0, _DNAME: 0, _SOA: 0, _MX: 2, _SRV: 6}
"""Answers that are a name, and how far into them it begins."""
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")


class DnsError(ValueError):
    """The bytes are no DNS message."""


@dataclass(slots=True)
class Message:
    """One DNS message, as far as it matters."""

    id: int
    response: bool
    opcode: int
    code: int
    flags: int
    query: str = ""
    qtype: int = 0
    qclass: int = 0
    answers: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Text and time to live of each."""


def parse(data: bytes) -> Message:
    """The message.

    Raises:
        DnsError: the bytes are none.
    """
    try:
        number, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
        message = Message(number, bool(flags & 0x8000), (flags >> 11) & 15, flags & 15, flags)
        at = 12
        for first in range(questions):
            name, at = _name(data, at)
            qtype, qclass = struct.unpack_from("!HH", data, at)
            at += 4
            if first == 0:
                message.query, message.qtype, message.qclass = name, qtype, qclass & 0x7FFF
            elif first >= _MAX_ANSWERS:
                raise DnsError("too many questions")
        if message.response:
            _answers(data, at, min(answers, _MAX_ANSWERS), message)
    except (struct.error, IndexError) as error:
        raise DnsError("the message is cut") from error
    if message.opcode > 6 or questions > _MAX_ANSWERS:  # noqa: PLR2004 - the highest opcode there is
        raise DnsError("no DNS message")
    return message


def _answers(data: bytes, at: int, count: int, message: Message) -> None:
    for _ in range(count):
        owner, at = _name(data, at)
        kind, _, ttl, size = _RECORD.unpack_from(data, at)
        at += 10
        if at + size > len(data):
            return  # cut by the capture: what came before still counts
        if not message.query:
            message.query, message.qtype = owner, kind  # multicast DNS answers without a question
        text = _text(data, at, size, kind)
        if text:
            message.answers.append((text, ttl))
        at += size


def _text(data: bytes, at: int, size: int, kind: int) -> str:
    """An answer as Zeek writes it."""
    if kind == _A and size == 4:  # noqa: PLR2004 - bytes of an IPv4 address
        return inet_ntop(AF_INET, data[at : at + 4])
    if kind == _AAAA and size == 16:  # noqa: PLR2004 - bytes of an IPv6 address
        return inet_ntop(AF_INET6, data[at : at + 16])
    if kind in _NAME_AT:
        return _name(data, at + _NAME_AT[kind])[0]
    if kind in {_TXT, _SPF}:
        return " ".join(_strings(data[at : at + min(size, _MAX_TEXT)]))
    return f"<unknown type={kind}>"


def _strings(data: bytes) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(data):
        size = data[at]
        piece = data[at + 1 : at + 1 + size]
        found.append(f"TXT {size} {piece.decode('ascii', 'backslashreplace')}")
        at += 1 + size
    return found


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name, lower case, and where the message goes on after it."""
    labels: list[bytes] = []
    after, length = -1, 0
    for _ in range(_MAX_JUMPS + _MAX_NAME):
        size = data[at]
        if size >= 0xC0:  # noqa: PLR2004 - a pointer
            target = ((size & 0x3F) << 8) | data[at + 1]
            after = at + 2 if after < 0 else after
            if target >= at:
                raise DnsError("a name points forward")
            at = target
        elif size == 0:
            name = b".".join(labels).decode("ascii", "backslashreplace").lower()
            return name, after if after >= 0 else at + 1
        elif size > 63:  # noqa: PLR2004 - RFC 1035, 2.3.4
            raise DnsError("a label is too long")
        else:
            length += size + 1
            if length > _MAX_NAME or at + 1 + size > len(data):
                raise DnsError("a name is too long, or cut")
            labels.append(data[at + 1 : at + 1 + size])
            at += size + 1
    raise DnsError("a name never ends")


@dataclass(slots=True)
class _Asked:
    time: Micros
    message: Message


class DnsConversation:
    """Pairs questions with answers.

    Args:
        stream: whether each message has its length before it, as over TCP.
    """

    service = "dns"

    def __init__(self, *, stream: bool = False) -> None:
        self._protocol = "tcp" if stream else "udp"
        self._waiting: dict[tuple[int, str, int], _Asked] = {}
        self._parts: tuple[bytearray, bytearray] | None = (bytearray(), bytearray()) if stream else None
        self._lost = [False, False]

    @property
    def held(self) -> int:
        """Bytes that it keeps for later."""
        parts = sum(map(len, self._parts)) if self._parts else 0
        return parts + 400 * len(self._waiting)

    def feed(self, data: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        """What a datagram, or the next bytes, complete."""
        if self._parts is None:
            return self._message(data, time)
        if self._lost[orig]:
            return []
        part = self._parts[orig]
        part += data
        found: list[Fact] = []
        while len(part) >= 2 and len(part) >= 2 + ((part[0] << 8) | part[1]):  # noqa: PLR2004 - bytes of the length
            end = 2 + ((part[0] << 8) | part[1])
            found += self._message(bytes(part[2:end]), time)
            del part[:end]
        return found

    def gap(self, *, orig: bool) -> None:
        """Over TCP, the next message's beginning is lost."""
        self._lost[orig] = True
        if self._parts is not None:
            self._parts[orig].clear()

    def finish(self, time: Micros) -> list[Fact]:
        """Questions that nobody answered."""
        del time
        found = [self._fact(asked, None, 0) for asked in self._waiting.values()]
        self._waiting.clear()
        return found

    def _message(self, data: bytes, time: Micros) -> list[Fact]:
        try:
            message = parse(data)
        except DnsError:
            return []
        key = (message.id, message.query, message.qtype)
        if not message.response:
            found: list[Fact] = []
            if key in self._waiting:
                return found  # asked again
            if len(self._waiting) >= _MAX_WAITING:
                found.append(self._fact(self._waiting.pop(next(iter(self._waiting))), None, 0))
            self._waiting[key] = _Asked(time, message)
            return found
        asked = self._waiting.pop(key, None)
        return [self._fact(asked or _Asked(time, message), message, time if asked else 0)]

    def _fact(self, asked: _Asked, answer: Message | None, answered: Micros) -> Fact:
        said = asked.message
        fields: dict[str, Any] = {
            "proto": self._protocol,
            "trans_id": said.id,
            "query": said.query,
            "qclass": said.qclass,
            "qclass_name": _CLASSES.get(said.qclass, f"qclass-{said.qclass}"),
            "qtype": said.qtype,
            "qtype_name": TYPES.get(said.qtype, f"query-{said.qtype}"),
        }
        flags = said.flags if answer is None else answer.flags
        if answer is not None:
            fields["rcode"] = answer.code
            fields["rcode_name"] = _CODES.get(answer.code, f"rcode-{answer.code}")
            if answered:
                fields["rtt"] = (answered - asked.time) / 1e6
            if answer.answers:
                fields["answers"] = [text for text, _ in answer.answers]
                fields["TTLs"] = [float(ttl) for _, ttl in answer.answers]
        fields |= {"AA": bool(flags & 0x400), "TC": bool(flags & 0x200), "RD": bool(said.flags & 0x100)}
        fields |= {"RA": bool(flags & 0x80), "Z": (flags >> 4) & 7}
        fields["rejected"] = answer is not None and answer.code in {4, 5}
        return "dns", asked.time, fields
